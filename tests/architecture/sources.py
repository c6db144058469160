"""The sources of the product, parsed once for all tests of the house."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "klientura"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of Python: where it lies, its text and its tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path as people say it."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def is_test(self) -> bool:
        """Tests may do what the product may not."""
        return "tests" in self.path.parts

    @property
    def module(self) -> str:
        """The business module or the kernel's room that the file belongs to: modules/sales, kernel/store, project."""
        parts = self.path.relative_to(PACKAGE).parts
        return "/".join(parts[:2]) if parts[0] in {"kernel", "modules"} and len(parts) > 2 else parts[0]

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with what is called, as written: `cursor.execute`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, ast.unparse(node.func)


@lru_cache(maxsize=1)
def python_sources() -> tuple[Source, ...]:
    """All files of the package but migrations, which are generated."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            found.append(Source(path, text, ast.parse(text)))
    return tuple(found)


def product() -> tuple[Source, ...]:
    """The sources without their tests."""
    return tuple(s for s in python_sources() if not s.is_test)
