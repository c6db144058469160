"""What the steps of a run share: who acts, on what, and what came of each record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules.sources import Around


@dataclass(slots=True)
class Work:
    """A batch of records in the hands of a run. `done` says of each record what was done, `refused` why something was not."""

    actor: Actor
    shape: Shape
    around: Around
    operation: Callable[[], int]
    changed: int = 0
    rule: str = ""  # what the rule is called
    done: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)

    def note(self, record_id: int, what: Mapping[str, Any]) -> None:
        """Say what was done with a record."""
        self.done.setdefault(record_id, []).append(dict(what))

    def refuse(self, ids: Sequence[int], why: Text) -> None:
        """Say that nothing further is done with some records, and why."""
        for each in ids:
            self.refused[each] = str(why)

    def left(self, ids: Sequence[int]) -> list[int]:
        """Those of the records that go on to the next step."""
        return [i for i in ids if i not in self.refused]


def told(shape: Shape, errors: Sequence[FieldError]) -> str:
    """What was wrong with the values of a record, as one sentence each."""
    said = []
    for error in errors:
        known = shape.fields.get(error.field)
        said.append(f"{known.heading}: {error.message}" if known is not None else str(error.message))
    return " ".join(dict.fromkeys(said))
