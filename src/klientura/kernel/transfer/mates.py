"""The people of an organisation, told apart by their names as files write them: initials, Latin letters, slips."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg import sql
from rapidfuzz.fuzz import ratio

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, scope
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.transfer.contacts import EXTENSION
from klientura.kernel.transfer.matching import Known, Several
from klientura.kernel.transfer.paths import NAME_FIELDS
from klientura.kernel.transfer.rows import Side
from klientura.kit.text import fold, transliterate_variants

SIMILAR_ENOUGH = 75


class Mates:
    """The members that this import knows of each holder."""

    def __init__(self, shape: Shape, link: str) -> None:
        self.shape = shape
        self.link = link
        self._of: dict[Known, list[Known]] = defaultdict(list)

    def load(self, actor: Actor, holders: Sequence[Known], operation_id: int | None) -> None:
        """Bring in the members of holders that stand in the database, once for each holder."""
        fresh = {k.id: k for k in holders if k.id is not None and k.id > 0 and k not in self._of}
        for known in holders:
            self._of.setdefault(known, [])
        if not fresh:
            return
        keys = (*NAME_FIELDS, "email", "phone")
        columns = [self.shape.fields[k].column for k in keys]
        link = self.shape.fields[self.link].column
        mine = Predicate(sql.SQL("r.{} = any(%s)").format(sql.Identifier(link)), (list(fresh),))
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
            for record_id, operation, editable, holder, *values in cursor.fetchall():
                fields = {k: v for k, v in zip(keys, values, strict=True) if v}
                again = operation is not None and operation == operation_id
                known = Known(record_id, fields, mine=again, stored=not again, editable=bool(editable))
                known.hints = frozenset(fields[k] for k in ("email", "phone") if k in fields)
                self._of[fresh[holder]].append(known)

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
        fitting = [k for k in people if _same_name(k.fields, given)]
        if len(fitting) > 1:
            exact = [
                k for k in fitting if all(_folded(k.fields, n) == _folded(given, n) for n in NAME_FIELDS)
            ]
            reached = [k for k in fitting if k.hints & contacts]
            fitting = next((some for some in (exact, reached) if len(some) == 1), fitting)
        if not fitting:
            fitting = [k for k in people if k.hints & contacts and _nearly(k.fields, given)]
        if len(fitting) > 1:
            raise Several
        return fitting[0] if fitting else None


def describe(side: Side) -> dict[str, Any]:
    """The name of a person."""
    return {k: side.values[k] for k in NAME_FIELDS if side.values.get(k)}


def contacts_of(side: Side) -> frozenset[str]:
    """The full phone numbers and addresses by which a person is reached."""
    numbers = (value.partition(EXTENSION)[0] for value in side.contacts(("phone", "mobile")))
    return frozenset({*side.contacts(("email",)), *(n for n in numbers if n.startswith("+"))})


def complete_names(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Names that say more than the known ones: a first name for an initial, Russian letters for Latin ones."""
    if (known.get("last_name") or "я").isascii() and not (given.get("last_name") or "a").isascii():
        return {k: given[k] for k in NAME_FIELDS if given.get(k)}
    return {
        k: given[k]
        for k in NAME_FIELDS[1:]
        if _is_initial(known.get(k) or "") and given.get(k) and not _is_initial(given[k])
        and fold(given[k])[:1] == fold(known[k])[:1]
    }  # fmt: skip


def _folded(fields: dict[str, Any], key: str) -> str:
    return fold(fields.get(key) or "")


@lru_cache(maxsize=8192)
def _spellings(name: str) -> frozenset[str]:
    folded = fold(name)
    return frozenset({folded, *transliterate_variants(folded)}) if folded.isascii() else frozenset({folded})


def _is_initial(name: str) -> bool:
    return len(name) <= 2 and len(name.rstrip(".")) == 1


def _fits(one: str | None, two: str | None) -> bool:
    if not one or not two:
        return True
    if _is_initial(one) or _is_initial(two):
        return bool({s[:1] for s in _spellings(one)} & {s[:1] for s in _spellings(two)})
    return bool(_spellings(one) & _spellings(two))


def _same_name(known: dict[str, Any], given: dict[str, Any]) -> bool:
    last, other = known.get("last_name"), given.get("last_name")
    if not last or not other:
        return last == other and _spell_first(known, given)
    return bool(_spellings(last) & _spellings(other)) and all(
        _fits(known.get(k), given.get(k)) for k in NAME_FIELDS[1:]
    )


def _spell_first(known: dict[str, Any], given: dict[str, Any]) -> bool:
    first, other = known.get("first_name"), given.get("first_name")
    return bool(first and other and _spellings(first) & _spellings(other))


def _nearly(known: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether two names differ by a slip of the keyboard."""
    pairs = [
        (one, two)
        for k in ("last_name", "first_name")
        if (one := _folded(known, k)) and (two := _folded(given, k)) and not _fits(one, two)
    ]
    return all(ratio(one, two) >= SIMILAR_ENOUGH for one, two in pairs)
