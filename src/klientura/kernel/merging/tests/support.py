"""Short ways to make and to read the records of these tests."""

from typing import Any

from django.db import connection

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write

TEST = SystemActor("test")


def make(key: str, **values: Any) -> int:
    """A record of an object."""
    return write.create(TEST, shape_of(key), values)


def organisation(name: str, **values: Any) -> int:
    """An organisation."""
    return make("organisation", name=name, **values)


def person(last_name: str, **values: Any) -> int:
    """A person."""
    return make("person", last_name=last_name, **values)


def stored(key: str, record_id: int, field: str, *, trashed: bool = False) -> Any:
    """One stored value; of a reference its number."""
    value = read.get(TEST, shape_of(key), record_id, keys=[field], trashed=trashed)[field]
    return value.id if isinstance(value, read.Ref) else value


def lines(key: str, record_id: int, part: str) -> list[dict[str, Any]]:
    """The lines of a record without their numbers."""
    found = read.parts_of(TEST, shape_of(key), [record_id])[record_id][part]
    return [{k: v for k, v in line.items() if k != "id"} for line in found]


def values_of_lines(key: str, record_id: int) -> list[str]:
    """The values of the ways to reach somebody."""
    return [line["value"] for line in lines(key, record_id, "contact_points")]


def change(key: str, record_id: int, actor: Actor = TEST, **values: Any) -> None:
    """An edit by hand."""
    write.update(actor, shape_of(key), record_id, values)


def events(operation_id: int) -> list[str]:
    """The kinds of the events of an operation."""
    with connection.cursor() as cursor:
        cursor.execute("select kind from kernel_event where operation_id = %s order by id", [operation_id])
        return [row[0] for row in cursor.fetchall()]


def settle() -> None:
    """Hand over what waits in the outbox, as after a commit."""
    deliver()
