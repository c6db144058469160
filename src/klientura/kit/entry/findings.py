"""What is found in a line: pieces with their places, none of which overlap."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

type Role = Literal["kind", "day", "clock", "length", "repeat", "important", "order", "past"]

MOST_LETTERS: Final = 300
QUOTED: Final = re.compile(r"[«\"“„]([^«»\"“”„]{2,60})[»\"”]")
_SINGLE: Final = {ord("ё"): "е", ord("Ё"): "Е", ord("\u00a0"): " ", ord("\u202f"): " "}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the line that was understood: what it says, and where it stands."""

    role: Role
    start: int
    end: int
    value: Any


@dataclass(slots=True)
class Line:
    """A line being read: its folded text, in which each letter keeps its place, and what has been found so far."""

    text: str
    without: frozenset[str] = frozenset()
    folded: str = ""
    parts: list[Part] = field(default_factory=list)
    quoted: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        lowered = (c if len(c.lower()) != 1 else c.lower() for c in self.text.translate(_SINGLE))
        self.folded = "".join(lowered)
        self.quoted = [m.span() for m in QUOTED.finditer(self.folded)]

    def has(self, role: Role) -> bool:
        """Whether something of this role has been found, or is not to be looked for."""
        return role in self.without or any(p.role == role for p in self.parts)

    def is_free(self, start: int, end: int) -> bool:
        """Whether nothing found so far touches this place."""
        return all(p.end <= start or end <= p.start for p in self.parts)

    def is_quoted(self, start: int, end: int) -> bool:
        """Whether a place stands in quotation marks: a day in a title is no day."""
        return any(first < end and start < last for first, last in self.quoted)

    def free(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Where a pattern stands in what has not been understood yet."""
        return (
            m
            for m in pattern.finditer(self.folded)
            if self.is_free(*m.span()) and not self.is_quoted(*m.span())
        )

    def take(self, role: Role, pattern: re.Pattern[str], read: Callable[[re.Match[str]], Any]) -> bool:
        """Keep the first place where the pattern stands and means something; tell whether there was one."""
        if self.has(role):
            return False
        for found in self.free(pattern):
            value = read(found)
            if value is not None:
                self.parts.append(Part(role, *found.span(), value))
                return True
        return False

    def rest(self, *, keep: frozenset[str]) -> str:
        """The words that are left when what was understood is taken out, but for the roles that stay in the name."""
        kept = self.text
        for part in sorted((p for p in self.parts if p.role not in keep), key=lambda p: -p.start):
            kept = f"{kept[: part.start]} {kept[part.end :]}"
        kept = " ".join(kept.split())
        kept = re.sub(r"\s+([,.;:!?])", r"\1", kept)
        return re.sub(r"^[\s,.;:–—-]+|[\s,;:–—-]+$", "", kept)


def pattern(text: str) -> re.Pattern[str]:
    """A pattern over folded text that begins and ends where words do."""
    return re.compile(rf"(?<![\w№#])(?:{text})(?!\w)")
