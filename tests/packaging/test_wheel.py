"""The published wheel: everything in it, nothing else needed."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .checkouts import ROOT, copy_checkout
from .programs import user_environment

pytestmark = pytest.mark.slow
UV = str(Path(sys.executable).parent / "uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that the build makes translations and assets and does not find them."""
    base = tmp_path_factory.mktemp("wheel")
    source = copy_checkout(base / "source")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", base, source], check=True, timeout=600)
    return next(base.glob("klientura-*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_catalog_is_compiled(names: set[str]) -> None:
    catalogs = {name for name in names if name.endswith(".po")}
    sources = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.po")}

    assert catalogs == sources
    assert {name.removesuffix("po") + "mo" for name in catalogs} <= names


def test_styles_and_scripts_are_there(wheel: Path, names: set[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read("klientura/static/manifest.json"))

    assert manifest
    files = {name for value in manifest.values() if isinstance(value, str) for name in value.split()}
    assert {f"klientura/static/{name.rsplit('/', 1)[-1]}" for name in files} <= names


def test_nothing_strange_is_there(names: set[str]) -> None:
    strange = [name for name in names if "/tests/" in name or "node_modules" in name or "/." in name]

    assert strange == []


def test_it_runs_where_there_is_no_node(wheel: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), str(wheel)]
    subprocess.run(install, check=True, timeout=600)
    environment = user_environment(PATH="/usr/sbin:/sbin", KLIENTURA_DATA=str(tmp_path / "data"))

    answer = subprocess.run(
        [venv / "bin" / "klientura", "doctor"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"{os.sep}venv{os.sep}" in answer.stdout
