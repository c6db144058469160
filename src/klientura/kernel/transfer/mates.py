"""The people of an organisation, told apart by their names as files write them: initials, Latin letters, slips."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, scope
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.transfer.contacts import EXTENSION
from klientura.kernel.transfer.matching import Known, Several
from klientura.kernel.transfer.names import folded, nearly, same_name
from klientura.kernel.transfer.paths import NAME_FIELDS
from klientura.kernel.transfer.rows import Side

MEMBER_KEYS = (*NAME_FIELDS, "email", "phone")


class Mates:
    """The members that this import knows of each holder."""

    def __init__(self, shape: Shape, link: str) -> None:
        self.shape = shape
        self.link = link
        self._of: dict[Known, list[Known]] = defaultdict(list)

    def load(self, actor: Actor, holders: Sequence[Known], operation_id: int | None) -> None:
        """Bring in the members of the holders of a chunk as they stand now; those who left meanwhile are let go."""
        real = {k.id: k for k in holders if k.id is not None and k.id > 0}
        for known in holders:
            self._of.setdefault(known, [])
        if not real:
            return
        before = {k.id: k for holder in real.values() for k in self._of[holder] if k.id is not None}
        present: dict[int, set[int]] = defaultdict(set)
        for record_id, operation, editable, holder, *values in self._read(actor, list(real)):
            present[holder].add(record_id)
            if record_id in before:
                before[record_id].editable = bool(editable)
                continue
            fields = {k: v for k, v in zip(MEMBER_KEYS, values, strict=True) if v}
            again = operation is not None and operation == operation_id
            member = Known(record_id, fields, mine=again, stored=not again, editable=bool(editable))
            member.hints = frozenset(fields[k] for k in ("email", "phone") if k in fields)
            self._of[real[holder]].append(member)
        for number, holder_known in real.items():
            self._of[holder_known] = [
                k for k in self._of[holder_known] if k.id is None or k.id in present[number]
            ]

    def _read(self, actor: Actor, holders: list[int]) -> list[tuple[Any, ...]]:
        columns = [self.shape.fields[k].column for k in MEMBER_KEYS]
        link = self.shape.fields[self.link].column
        mine = Predicate(sql.SQL("r.{} = any(%s)").format(sql.Identifier(link)), (holders,))
        where = conditions(actor, self.shape, more=[mine])
        edit = scope(actor, self.shape, "edit")
        text = sql.SQL("select r.id, r.operation_id, {}, r.{}, {} from {} r where {} order by r.id").format(
            edit.sql,
            sql.Identifier(link),
            sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(c)) for c in columns),
            sql.Identifier(self.shape.table),
            where.sql,
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [*edit.params, *where.params])
            return list(cursor.fetchall())

    def forget(self) -> None:
        """Let go of everybody, between two chunks."""
        self._of.clear()

    def add(self, holder: Known, member: Known) -> None:
        """Note a member that the file brings."""
        self._of[holder].append(member)

    def find(self, holder: Known, side: Side) -> Known | None:
        """The member that a row speaks of. Raises Several when its name fits more than one."""
        given, contacts = describe(side), contacts_of(side)
        people = self._of[holder]
        fitting = [k for k in people if same_name(k.fields, given)]
        if len(fitting) > 1:
            exact = [k for k in fitting if all(folded(k.fields, n) == folded(given, n) for n in NAME_FIELDS)]
            reached = [k for k in fitting if k.hints & contacts]
            fitting = next((some for some in (exact, reached) if len(some) == 1), fitting)
        if not fitting:
            fitting = [k for k in people if k.hints & contacts and nearly(k.fields, given)]
        if len(fitting) > 1:
            raise Several(fitting)
        return fitting[0] if fitting else None


def describe(side: Side) -> dict[str, Any]:
    """The name of a person."""
    return {k: side.values[k] for k in NAME_FIELDS if side.values.get(k)}


def contacts_of(side: Side) -> frozenset[str]:
    """The full phone numbers and addresses by which a person is reached."""
    numbers = (value.partition(EXTENSION)[0] for value in side.contacts(("phone", "mobile")))
    return frozenset({*side.contacts(("email",)), *(n for n in numbers if n.startswith("+"))})
