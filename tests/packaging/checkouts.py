"""A copy of the sources, as somebody gets it who clones the repository."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".cache", "node_modules", "__pycache__", ".*_cache", ".hypothesis", "*.mo", "static"
)


def copy_checkout(target: Path) -> Path:
    """Copy what is under version control, without what has been built."""
    shutil.copytree(ROOT, target, ignore=LEFT_OUT)
    return target
