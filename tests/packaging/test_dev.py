"""dev.py: finding a Python, and making, keeping and mending .venv."""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from .checkouts import ROOT, copy_checkout
from .programs import user_environment


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev_under_test", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    "text", ["exit 127", "echo 3 11", "echo 2 7", "echo 3 13; exit 1", "echo Python", ""]
)
def test_python_that_does_not_do_is_passed_over(dev: ModuleType, tmp_path: Path, text: str) -> None:
    assert dev.works(make_program(tmp_path / "python3", text)) is None


def test_missing_python_is_passed_over(dev: ModuleType, tmp_path: Path) -> None:
    assert dev.works(str(tmp_path / "python3")) is None
    assert dev.works(None) is None


def test_this_python_does(dev: ModuleType) -> None:
    assert dev.works(sys.executable) == sys.version_info[1]


@pytest.mark.parametrize(("minors", "chosen"), [((12, 14, 13), 13), ((12, 14), 14), ((12,), 12), ((), None)])
def test_the_wanted_python_comes_first(
    dev: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    minors: tuple[int, ...],
    chosen: int | None,
) -> None:
    shim = make_program(tmp_path / "shim", "exit 127")
    programs = [make_program(tmp_path / f"python3.{minor}", f"echo 3 {minor}") for minor in minors]
    monkeypatch.setattr(dev, "candidates", lambda: iter([None, shim, *programs]))

    assert dev.find_python() == (str(tmp_path / f"python3.{chosen}") if chosen else None)


def test_every_source_of_the_environment_counts(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "ROOT", str(tmp_path))
    seen = {dev.sources_digest()}
    for name in (
        "uv.lock",
        "pyproject.toml",
        "frontend/src/app.ts",
        "src/klientura/kernel/ui/locale/ru/a.po",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for text in ("", "changed"):
            path.write_text(text)
            seen.add(dev.sources_digest())

    assert len(seen) == 9


@pytest.mark.parametrize("name", [[], ["dance"]])
def test_unknown_command_is_told_how_to_call(name: list[str]) -> None:
    answer = subprocess.run(
        [sys.executable, ROOT / "dev.py", *name], capture_output=True, text=True, check=False
    )

    assert answer.returncode == 2
    assert "usage: python3 dev.py" in answer.stderr


def run_dev(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-E", "dev.py", "klientura", "--version"],
        cwd=checkout,
        env=user_environment(KLIENTURA_SKIP_ASSETS="1", **environment),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield copy_checkout(tmp_path_factory.mktemp("dev") / "checkout")


@pytest.mark.slow
def test_from_nothing_and_again_and_mended(checkout: Path) -> None:
    """One story, because each step takes what the one before has left."""
    # Two at once from nothing: one makes the environment, the other waits for it.
    both = [
        subprocess.Popen(
            [sys.executable, "-E", "dev.py", "klientura", "--version"],
            cwd=checkout,
            env=user_environment(KLIENTURA_SKIP_ASSETS="1"),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=600)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(output.startswith("klientura ") for output in outputs)

    # Again without a network: nothing is asked of it.
    started = time.monotonic()
    answer = run_dev(checkout, UV_OFFLINE="1", PIP_NO_INDEX="1", HTTPS_PROXY="http://127.0.0.1:9")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert time.monotonic() - started < 5

    # The interpreter has gone, as after an upgrade of the system's Python.
    python = checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    answer = run_dev(checkout)
    assert answer.returncode == 0, answer.stderr
    assert "Making .venv" in answer.stderr

    # A start that was cut short: no stamp, and uv only half there.
    (checkout / ".venv" / ".klientura-stamp").unlink()
    uv = checkout / ".venv" / "bin" / "uv"
    uv.unlink()  # first, because the file may be shared with uv's cache
    uv.write_bytes(b"")
    answer = run_dev(checkout)
    assert answer.returncode == 0, answer.stderr
    assert "Making .venv" in answer.stderr
