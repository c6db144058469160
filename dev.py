#!/usr/bin/env python3
"""The two commands of a checkout: `python3 dev.py run` and `python3 dev.py test`.

Needs nothing but some Python from 3.8 on: finds a Python that the product runs on, makes `.venv`,
installs what uv.lock says, builds styles and scripts, and goes on. A second start skips all this,
and needs no network.
"""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "bin")
PYTHON = os.path.join(BIN, "python")
STAMP = os.path.join(VENV, ".klientura-stamp")
UV = "uv>=0.9,<1"
PREFERRED = (13, 14, 12)
LOCK = os.path.join(ROOT, ".cache", "dev.lock")
PYTHON_PLACES = (
    "~/.pyenv/versions/*/bin/python3",
    "~/.local/share/uv/python/*/bin/python3",
    "/opt/homebrew/bin/python3.1[234]",
    "/usr/local/bin/python3.1[234]",
    "/usr/bin/python3.1[234]",
    "/Library/Frameworks/Python.framework/Versions/3.1[234]/bin/python3",
)
USAGE = """usage: python3 dev.py COMMAND [arguments]

  run [arguments]            start Klientura (klientura run --help says more)
  test [--quick] [pytest…]   all checks and tests; --quick leaves out the slow and the browser ones
  check                      format, lint, types, layers, security, translations; no tests
  messages [arguments]       collect and compile translations
  klientura [arguments]      any other command of the product, such as doctor
"""


def main():
    command, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if command not in ("run", "test", "check", "messages", "klientura"):
        print(USAGE, end="", file=sys.stdout if command in ("-h", "--help") else sys.stderr)
        return 0 if command in ("-h", "--help") else 2
    prepare_environment(with_tools=command not in ("run", "klientura"))
    os.chdir(ROOT)
    os.environ["PATH"] = BIN + os.pathsep + os.environ.get("PATH", "")
    os.environ["VIRTUAL_ENV"] = VENV
    if command == "messages":
        arguments = ["tools/messages.py", *arguments]
    elif command in ("test", "check"):
        arguments = ["tools/checks.py", command, *arguments]
    else:
        arguments = ["-m", "klientura.project.cli.main"] + (["run"] if command == "run" else []) + arguments
    return os.execv(PYTHON, [PYTHON, *arguments])


def prepare_environment(with_tools):
    """Make .venv hold exactly what uv.lock says; one process at a time, and none when nothing changed."""
    wanted = sources_digest()
    if is_prepared(wanted, with_tools):
        return
    import fcntl

    os.makedirs(os.path.dirname(LOCK), exist_ok=True)
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_prepared(wanted, with_tools):
            return
        if os.path.lexists(STAMP):
            os.unlink(STAMP)
        uv = os.path.join(BIN, "uv")
        if not works(PYTHON) or not runs(uv):
            make_venv()
        say("Installing what uv.lock names")
        environment = dict(os.environ, VIRTUAL_ENV=VENV, UV_PROJECT_ENVIRONMENT=VENV, UV_PYTHON=PYTHON)
        environment["UV_PYTHON_DOWNLOADS"] = "never"
        # The product is built again even at the same version: its build makes translations and assets.
        sync = [uv, "sync", "--quiet", "--locked", "--inexact", "--reinstall-package", "klientura"]
        sync += ["--extra", "analysis", *(["--group", "dev"] if with_tools else ["--no-dev"])]
        if subprocess.call(sync, cwd=ROOT, env=environment) != 0:
            sys.exit("The packages could not be installed: see above. The first start needs the network.")
        with open(STAMP, "w") as stamp:
            # Counted again: the build has made what was missing.
            stamp.write(sources_digest() + (" with tools" if with_tools else ""))


def is_prepared(wanted, with_tools):
    """Does the stamp say that .venv is up to date, and is its interpreter still there?"""
    try:
        with open(STAMP) as stamp:
            digest, _, tools = stamp.read().partition(" ")
    except OSError:
        return False
    return digest == wanted and (bool(tools) or not with_tools) and os.path.exists(PYTHON)


def sources_digest():
    """A hash over everything that the installed environment is made of."""
    names = ["uv.lock", "pyproject.toml", "package.json", "package-lock.json", "hatch_build.py"]
    names += glob.glob(os.path.join(ROOT, "frontend", "**"), recursive=True)
    names += glob.glob(os.path.join(ROOT, "src", "klientura", "**", "*.po"), recursive=True)
    digest = hashlib.sha256(ROOT.encode())  # an environment does not bear being moved
    for path in sorted(os.path.join(ROOT, name) for name in names):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                digest.update((os.path.relpath(path, ROOT) + "\0").encode())
                digest.update(file.read() + b"\0")
    static = os.path.join(ROOT, "src", "klientura", "static")
    digest.update(b"built" if os.path.isdir(static) else b"not built")
    return digest.hexdigest()


def make_venv():
    """Make .venv anew with the best Python of this machine, and uv in it."""
    python = find_python()
    uv = shutil.which("uv")
    if python is None:
        sys.exit(
            "Klientura needs Python 3.12 or newer, and none was found.\n"
            "  Debian 13, Ubuntu 24.04:  apt install python3 python3-venv\n"
            "  macOS:                    brew install python@3.13\n"
            "  elsewhere:                https://www.python.org/downloads/"
        )
    say("Making .venv with " + python)
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([python, "-c", "import ensurepip, venv"], stderr=subprocess.DEVNULL) == 0:
        subprocess.check_call([python, "-m", "venv", VENV])
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV]
        if subprocess.call(pip) != 0:
            sys.exit("uv could not be installed: see above. The first start needs the network.")
    elif uv:
        subprocess.check_call([uv, "venv", "--quiet", "--python", python, VENV])
        subprocess.check_call([uv, "pip", "install", "--quiet", "--python", PYTHON, UV])
    else:
        sys.exit("This Python has no venv. Install it and start again:\n  apt install python3-venv")


def find_python():
    """The Python that .python-version names, else another suitable one that really runs, or None."""
    with open(os.path.join(ROOT, ".python-version")) as file:
        wanted = int(file.read().split(".")[1])
    found = {}
    for python in candidates():
        minor = works(python)
        if minor and minor not in found:
            found[minor] = python
            if minor == wanted:
                break
    return next((found[minor] for minor in (wanted, *PREFERRED) if minor in found), None)


def candidates():
    """Every place where a suitable Python may be, the wanted version first."""
    yield sys.executable
    for minor in PREFERRED:
        yield shutil.which("python3.%d" % minor)
    for pattern in PYTHON_PLACES:
        paths = glob.glob(os.path.expanduser(pattern))
        yield from sorted(paths, key=lambda path: [int(n) for n in re.findall(r"\d+", path)], reverse=True)


def runs(program):
    """Does it start at all? An installation that was cut short leaves programs that do not."""
    try:
        return (
            subprocess.call([program, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
        )
    except OSError:
        return False


def works(python):
    """Run it and return its minor version when it is suitable, else None: a shim may be there and fail."""
    if not python:
        return None
    code = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.check_output([python, "-c", code], stderr=subprocess.DEVNULL, timeout=20)
        major, minor = map(int, answer.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return minor if major == 3 and minor in PREFERRED else None


def say(text):
    print(text + " …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
