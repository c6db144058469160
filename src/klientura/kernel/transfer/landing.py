"""A chunk of rows becomes records: sought, joined with rows that mean the same, checked, written by sets.

A dry run goes the same way up to the statements that write.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import writable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.transfer.declined import Declined, tell_declined
from klientura.kernel.transfer.matching import Known, Register, Several
from klientura.kernel.transfer.mates import Mates, contacts_of, describe
from klientura.kernel.transfer.names import complete_names
from klientura.kernel.transfer.plan import ImportPlan, default_match
from klientura.kernel.transfer.reader import LOCKED
from klientura.kernel.transfer.rows import ParsedRow, Side
from klientura.kernel.transfer.several import Doubtful, reject_several, title_of
from klientura.kernel.transfer.ties import Tie, tie_of
from klientura.kernel.transfer.writing import Pen
from klientura.kit.formats import Language

NOT_YOURS = _("This record exists already, and it is not yours to change.")
OTHERWISE = _("Another row of this file says otherwise of the same record; what was read first stands.")
SEVERAL_PEOPLE = _(
    "Several people of this organisation may be meant, so a new one was made. Check for duplicates."
)


@dataclass(slots=True)
class Landing:
    """What one import knows between its chunks."""

    actor: Actor
    plan: ImportPlan
    operation_id: int | None
    dry: bool
    tie: Tie | None = None
    made: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _registers: dict[str, Register] = field(default_factory=dict)
    _pens: dict[str, Pen] = field(default_factory=dict)
    _mates: Mates | None = None
    _declined: list[Declined] = field(default_factory=list)
    _beside: set[int] = field(default_factory=set)  # rows, by identity, whose other record was written

    def __post_init__(self) -> None:
        tie = tie_of(self.plan.object)
        mated = tie is not None and any(
            p.startswith(f"{tie.mate_of(self.plan.object)}.") for p in self.plan.columns
        )
        self.tie = tie if mated else None
        self._prepare(self.plan.shape, self.plan.match)
        if self.tie is not None:
            self._mates = Mates(shape_of(self.tie.member), self.tie.link)
            mate = shape_of(self.tie.mate_of(self.plan.object))
            prefix = f"{mate.key}."
            columns = [p.removeprefix(prefix) for p in self.plan.columns if p.startswith(prefix)]
            keys = default_match(self.actor, mate, columns) or ((("name",),) if "name" in mate.fields else ())
            self._prepare(mate, keys if mate.key == self.tie.holder else ())

    def _prepare(self, shape: Shape, keys: Sequence[tuple[str, ...]]) -> None:
        self._registers[shape.key] = Register(shape, keys)
        self._pens[shape.key] = Pen(self.actor, shape, self.plan, self.operation_id, self.dry)

    @property
    def tables(self) -> list[str]:
        """The tables that are written to."""
        return [shape_of(key).table for key in self._pens]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many records were created and updated, by object."""
        return {key: dict(numbers) for key, numbers in self.made.items()}

    def land(self, rows: Sequence[ParsedRow]) -> None:
        """Bring one chunk in; afterwards each row has its outcome. To be called inside a transaction."""
        if any(register.is_full for register in self._registers.values()):
            for register in self._registers.values():
                register.forget()
            if self._mates is not None:
                self._mates.forget()
        if self.tie is None:
            self._land_by_keys(self.plan.shape, [(r, r.main) for r in rows if not r.outcome])
            return
        holder, member = shape_of(self.tie.holder), shape_of(self.tie.member)
        if self.plan.object == holder.key:
            self._land_by_keys(holder, [(r, r.main) for r in rows if not r.outcome])
            people = [(r, r.mate) for r in rows if r.holder is not None and not r.rejected and r.mate]
        else:
            self._land_by_keys(holder, [(r, r.mate) for r in rows if not r.outcome and r.mate])
            people = [(r, r.main) for r in rows if not r.outcome]
        self._land_members(member, people)
        for row in rows:
            if row.outcome == "unchanged" and id(row) in self._beside:
                row.outcome = "updated"
        self._beside.clear()

    def _land_by_keys(self, shape: Shape, items: Sequence[tuple[ParsedRow, Side]]) -> None:
        register = self._registers[shape.key]
        self._load(shape, [side for _row, side in items])
        touched: dict[Known, None] = {}
        doubtful: list[Doubtful] = []
        for row, side in items:
            fields, hints = register.describe(side), register.hints(side)
            try:
                known = register.find(fields, hints)
            except Several as several:
                doubtful.append((row, side, several))
                continue
            if known is None:
                known = Known(None, fields, title=title_of(side), row=row.number)
                register.add(known)
            row.holder = known
            if self._take(shape, row, side, known):
                register.refresh(known, fields, hints)
                touched[known] = None
        reject_several(self.actor, self.plan, register, doubtful)
        self._write(shape, touched)

    def _load(self, shape: Shape, sides: Sequence[Side]) -> None:
        """Where nothing is sought in the database, only what this import wrote before a break is remembered."""
        own = self.plan.on_match == "create" and shape.key == self.plan.object
        self._registers[shape.key].load(self.actor, sides, self.operation_id, own=own)

    def _take(self, shape: Shape, row: ParsedRow, side: Side, known: Known) -> bool:
        """Add what a row says to its record; False when the record is to stay as it is."""
        main = shape.key == self.plan.object
        stored = known.stored and not known.mine
        if known.stored and self.plan.on_match == "skip":
            if main:
                row.outcome, row.holder = "skipped", None
            return False
        if stored and not known.editable:
            if main:
                row.reject("", "", "not_yours", NOT_YOURS)
            elif side:
                self._declined.append((row, side, known))
            return False
        if known.pending is None:
            known.pending = Side()
        self._tell_otherwise(shape, row, known.pending.absorb(side))
        known.rows.append(row)
        if main and known.id is None:
            row.outcome = "merged" if len(known.rows) > 1 else "created"
        elif main:
            row.outcome = "updated" if known.stored else "merged"
        return True

    def _tell_otherwise(self, shape: Shape, row: ParsedRow, values: Mapping[str, Any]) -> None:
        """Two rows of one record contradict each other: the first stands, and the other's value is told."""
        language: Language = "en" if self.actor.language == "en" else "ru"
        for key, value in values.items():
            field = shape.fields[key]
            if field.type.key in {"reference", "user", "boolean"} or key in shape.spec.title:
                continue
            text = field.type.display(value, field.params, language)
            row.remark(field.heading, text, "otherwise", OTHERWISE)

    def _land_members(self, shape: Shape, items: Sequence[tuple[ParsedRow, Side]]) -> None:
        register, mates = self._registers[shape.key], self._mates
        if mates is None or self.tie is None:
            return
        mates.load(
            self.actor, list(dict.fromkeys(r.holder for r, _s in items if r.holder)), self.operation_id
        )
        self._tie(shape, self.tie.link, items)
        if shape.key == self.plan.object:
            self._load(shape, [side for _row, side in items])
        touched: dict[Known, None] = {}
        doubtful: list[Doubtful] = []
        for row, side in items:
            holder: Known | None = row.holder
            fields = register.describe(side)
            try:
                known = register.find(fields)
                if known is None and holder is not None:
                    known = mates.find(holder, side)
            except Several as several:
                if shape.key == self.plan.object and holder is None:
                    doubtful.append((row, side, several))
                    continue
                row.remark("", "", "several_people", SEVERAL_PEOPLE)
                known = None
            if known is None:
                known = Known(None, {**describe(side), **fields}, title=title_of(side), row=row.number)
                register.add(known)
                if holder is not None:
                    mates.add(holder, known)
            contacts = contacts_of(side)
            names = complete_names(
                {**known.fields, **(known.pending.values if known.pending else {})}, side.values
            )
            if self._take(shape, row, side, known):
                register.refresh(known, fields, contacts)
                touched[known] = None
                if names and known.pending is not None and known.mine:
                    known.pending.values.update(names)
                    known.fields.update(names)
        reject_several(self.actor, self.plan, register, doubtful)
        self._write(shape, touched)

    def _tie(self, shape: Shape, link: str, items: Sequence[tuple[ParsedRow, Side]]) -> None:
        allowed = writable(self.actor, shape, link)
        for row, side in items:
            if row.holder is not None and allowed:
                side.values[link] = row.holder.id
            elif row.holder is not None:
                row.remark(str(shape.fields[link].label), "", "locked", LOCKED)

    def _write(self, shape: Shape, touched: Collection[Known]) -> None:
        pen, register = self._pens[shape.key], self._registers[shape.key]
        if self._declined:
            # The holder is written first: only a member is still open for what is declined of its holder.
            own = self._pens[self.plan.object]
            to_note = own.note is not None and self.tie is not None and shape.key == self.tie.holder
            tell_declined(pen, self._declined, to_note=to_note)
            self._declined = []
        new = [k for k in touched if k.id is None]
        stored = [k for k in touched if k.id is not None and k.id > 0]
        counts = self.made[shape.key]
        counts["created"] += pen.create(new)
        changed = pen.update(stored)
        counts["updated"] += sum(1 for k in stored if k in changed and k.stored and not k.mine)
        if shape.key != self.plan.object:
            self._beside.update(id(row) for known in (*new, *changed) for row in known.rows)
        for known in new:
            if known.id is not None:
                register.written(known, known.id)
        for known in stored:
            if known not in changed and shape.key == self.plan.object:
                for row in known.rows:
                    if row.outcome == "updated":
                        row.outcome = "unchanged"
            known.mine = known.mine or known in changed
        for known in touched:
            known.pending, known.rows = None, []
