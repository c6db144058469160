"""Which records a row speaks of: by the chosen keys, in the file itself and in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable_parts, scope
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.expressions import column, comparable
from klientura.kernel.transfer.names import fits
from klientura.kernel.transfer.paths import contact_part
from klientura.kernel.transfer.rows import ParsedRow, Side
from klientura.kit.organisations import name_key
from klientura.kit.text import fold

# Fields that say where or what something is, not which one it is: they never contradict a match.
SHARED = frozenset({"name", "city", "email", "phone", "last_name", "first_name", "middle_name", "employer"})
# Where the keys leave several records, the one that shares such a value is meant.
HINTS = ("kpp", "website", "email", "phone")
CONTACT_KINDS = {"phone": ("phone", "mobile"), "email": ("email",), "website": ("site",)}
# So many records of one object are remembered at once (about a kilobyte each): a file of millions must not fill the
# memory. What is forgotten is found in the database again; only a dry run counts rows that repeat one as new.
MOST_REMEMBERED = 300_000
type Key = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Known:
    """A record that rows may mean. `id` is None until it is written; in a dry run it stays negative.

    `stored` tells that it stood in the database before; `mine` that this import has already made or changed it, so
    that what further rows add only fills gaps. `gone`: trashed since, or out of the writer's sight. `hints` tell apart records that the keys cannot.
    `pending` gathers what the current chunk adds; `rows` are the rows that did. `title` and `row` tell where in the file a
    new record was first read.
    """

    id: int | None
    fields: dict[str, Any]
    mine: bool = True
    stored: bool = False
    hints: frozenset[str] = frozenset()
    editable: bool = True
    gone: bool = False
    pending: Side | None = None
    rows: list[ParsedRow] = field(default_factory=list)
    title: str = ""
    row: int = 0


class Several(Exception):
    """More than one record fits and none may be guessed: `fitting`."""

    def __init__(self, fitting: Sequence[Known]) -> None:
        super().__init__()
        self.fitting = tuple(fitting)


class Register:
    """The records of one object that this import has met, by the values of the match keys."""

    def __init__(self, shape: Shape, keys: Sequence[Key]) -> None:
        self.shape = shape
        self.keys = tuple(keys)
        named = dict.fromkeys(k for key in keys for k in key)
        if "middle_name" in shape.fields and named:
            named["middle_name"] = None  # no key by itself, but it tells namesakes apart
        self.fields = tuple(named)
        self._hints = tuple(k for k in HINTS if k in shape.fields)
        self._by_name = "legal_form" in shape.fields
        self._found: dict[tuple[Key, tuple[Any, ...]], list[Known]] = {}
        self._by_id: dict[int, Known] = {}

    def describe(self, side: Side) -> dict[str, Any]:
        """The values of the key fields that a row gives, normalised for comparison."""
        return self._normal({k: self._value(side, k) for k in self.fields})

    def hints(self, side: Side) -> frozenset[str]:
        """Values of a row that tell records of one name apart."""
        return frozenset(str(v) for k in self._hints if (v := self._value(side, k)))

    def would_tell(self, side: Side, key: Key) -> bool:
        """Whether a further key would look at anything in a row that is not compared yet."""
        return any(k not in self.fields and self._value(side, k) not in (None, "") for k in key)

    def _value(self, side: Side, key: str) -> Any:
        if key in CONTACT_KINDS and key not in side.values:
            return next(side.contacts(CONTACT_KINDS[key]), None)
        return side.values.get(key)

    def _normal(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            k: (name_key(v) if k == "name" and self._by_name else fold(v)) if isinstance(v, str) else v
            for k, v in values.items()
            if v is not None and v != ""
        }

    def add(self, known: Known) -> None:
        """Make a record findable by whatever of the keys it has."""
        if known.id is not None:
            self._by_id[known.id] = known
        self.refresh(known, known.fields)

    def refresh(self, known: Known, fields: Mapping[str, Any], hints: frozenset[str] = frozenset()) -> None:
        """Make a record findable by values that it has got since."""
        known.fields = {**fields, **known.fields}
        known.hints |= hints
        # A member of a holder is met without any key, and is looked at again like the rest.
        if known.id is not None:
            self._by_id.setdefault(known.id, known)
        self._place(known, known.fields)

    def _place(self, known: Known, fields: Mapping[str, Any]) -> None:
        for key in self.keys:
            if all(k in fields for k in key):
                place = self._found.setdefault((key, tuple(fields[k] for k in key)), [])
                if known not in place:
                    place.append(known)

    def written(self, known: Known, record_id: int) -> None:
        """Note the number that a record has got."""
        known.id = record_id
        self._by_id[record_id] = known

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget."""
        return len(self._by_id) > MOST_REMEMBERED

    def forget(self) -> None:
        """Let go of all records, between two chunks."""
        self._found.clear()
        self._by_id.clear()

    def find(self, fields: Mapping[str, Any], hints: frozenset[str] = frozenset()) -> Known | None:
        """The record with these key values, or None. Raises Several.

        Keys are tried in their order. A record that differs in the number of a stronger key is another one.
        """
        for key in self.keys:
            if not all(k in fields for k in key):
                continue
            found = self._found.get((key, tuple(fields[k] for k in key)), ())
            fitting = [k for k in found if not k.gone and not _contradicts(k.fields, fields)]
            if len(fitting) > 1:
                hinted = [known for known in fitting if known.hints & hints]
                if len(hinted) != 1:
                    raise Several(hinted or fitting)
                fitting = hinted
            if fitting:
                return fitting[0]
        return None

    def load(
        self, actor: Actor, sides: Sequence[Side], operation_id: int | None, *, own: bool = False
    ) -> None:
        """Bring in the records of the database that the rows of a chunk may mean: one query per key.

        With `own` only what this very import has written. Records met before are looked at again.
        """
        self._look_again(actor, sides)
        if own and operation_id is None:
            return
        only = [Predicate(sql.SQL("r.operation_id = %s"), (operation_id,))] if own else []
        contacts = part.key if (part := contact_part(self.shape)) else ""
        for key in self.keys:
            wanted = {
                tuple(self._stored_form(k, self._value(s, k)) for k in key)
                for s in sides
                if all(self._value(s, k) not in (None, "") for k in key)
            }
            fresh = [w for w in wanted if w]
            if fresh:
                self._load_key(actor, key, sorted(fresh, key=str), operation_id, only)
                if (
                    len(key) == 1
                    and key[0] in CONTACT_KINDS
                    and contacts in readable_parts(actor, self.shape)
                ):
                    self._load_lines(actor, key[0], sorted({str(w[0]) for w in fresh}), operation_id, only)

    def _look_again(self, actor: Actor, sides: Sequence[Side]) -> None:
        """Between two chunks people go on working: records are trashed and handed over."""
        # One record can be known twice: by a key, and among the members of its holder.
        met: dict[int, list[Known]] = {}
        for fields in [self.describe(side) for side in sides] if self._found else ():
            for key in self.keys:
                if all(k in fields for k in key):
                    for known in self._found.get((key, tuple(fields[k] for k in key)), ()):
                        if known.id is not None and known.id > 0 and not known.gone:
                            met.setdefault(known.id, []).append(known)
        if not met:
            return
        where = conditions(actor, self.shape, more=[Predicate(sql.SQL("r.id = any(%s)"), (list(met),))])
        edit = scope(actor, self.shape, "edit")
        text = sql.SQL("select r.id, {} from {} r where {}").format(
            edit.sql, sql.Identifier(self.shape.table), where.sql
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [*edit.params, *where.params])
            present = dict(cursor.fetchall())
        for record_id, alike in met.items():
            for known in alike:
                known.editable = bool(present.get(record_id))
                known.gone = record_id not in present
            if record_id not in present:
                self._by_id.pop(record_id, None)

    def _stored_form(self, key: str, value: Any) -> Any:
        return fold(value) if isinstance(value, str) and self.shape.fields[key].type.folds else value

    def _load_key(
        self,
        actor: Actor,
        key: Key,
        wanted: Sequence[tuple[Any, ...]],
        operation_id: int | None,
        only: Sequence[Predicate],
    ) -> None:
        # No join: a list of values is looked up by an index, or by its hash where the planner knows no better.
        among = [
            Predicate(
                sql.SQL("{} = any(%s)").format(comparable(self.shape.fields[k])),
                (sorted({values[n] for values in wanted}),),
            )
            for n, k in enumerate(key)
        ]
        where = conditions(actor, self.shape, more=[*among, *only])
        edit = scope(actor, self.shape, "edit")
        text = sql.SQL("select {head} from {table} r where {where}").format(
            head=self._head(edit), table=sql.Identifier(self.shape.table), where=where.sql
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [*edit.params, *where.params])
            for row in cursor.fetchall():
                self._meet(row, operation_id)

    def _load_lines(
        self,
        actor: Actor,
        key: str,
        wanted: Sequence[str],
        operation_id: int | None,
        only: Sequence[Predicate],
    ) -> None:
        """Records that have one of the numbers or addresses among their contact points, though not as the main one."""
        part = contact_part(self.shape)
        if part is None:
            return
        edit, where = scope(actor, self.shape, "edit"), conditions(actor, self.shape, more=only)
        text = sql.SQL(
            "select l.value, {head} from {lines} l join {table} r on r.id = l.{parent}"
            ' where l.kind = any(%s) and l.search_text collate "C" = any(array('
            "select left({folded}(v), 500) from unnest(%s::text[]) v)) and {where} order by l.id"
        ).format(
            head=self._head(edit),
            lines=sql.Identifier(part.table),
            table=sql.Identifier(self.shape.table),
            parent=sql.Identifier(part.parent_column),
            folded=sql.Identifier("k_phone" if key == "phone" else "k_fold"),
            where=where.sql,
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [*edit.params, list(CONTACT_KINDS[key]), list(wanted), *where.params])
            for value, *row in cursor.fetchall():
                known = self._meet(row, operation_id)
                place = self._found.setdefault(((key,), (self._normal({key: value})[key],)), [])
                if known not in place:
                    place.append(known)

    def _head(self, edit: Predicate) -> sql.Composable:
        return sql.SQL("r.id, r.operation_id, {}, {}").format(
            edit.sql, sql.SQL(", ").join(column(self.shape.fields[k]) for k in (*self.fields, *self._hints))
        )

    def _meet(self, row: Sequence[Any], operation_id: int | None) -> Known:
        """The record of a row that was read, as this import knows it."""
        record_id, operation, editable, *values = row
        known = self._by_id.get(record_id)
        found = self._normal(dict(zip(self.fields, values, strict=False)))
        if known is not None:
            self._place(known, found)
        else:
            hints = frozenset(str(v) for v in values[len(self.fields) :] if v)
            again = operation is not None and operation == operation_id
            known = Known(
                record_id, found, mine=again, stored=not again, hints=hints, editable=bool(editable)
            )
            self.add(known)
        return known


def _contradicts(stored: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether two records differ in what only one record has, or in the patronymics of namesakes."""
    return any(k not in SHARED and k in stored and stored[k] != v for k, v in given.items()) or not fits(
        stored.get("middle_name"), given.get("middle_name")
    )
