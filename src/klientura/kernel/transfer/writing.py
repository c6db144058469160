"""Drafts of what a chunk brings, checked as every write is, and written by sets."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.fields.many import Difference
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import bulk, read, write
from klientura.kernel.store.drafts import MAX_LINES
from klientura.kernel.store.references import complete_team
from klientura.kernel.transfer.contacts import join_contacts, lacks
from klientura.kernel.transfer.matching import Known
from klientura.kernel.transfer.paths import NAME_FIELDS, note_field
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.reach import out_of_reach
from klientura.kernel.transfer.rows import Side

CONTACTS = "contact_points"
MAX_NOTE = 90_000
OUT_OF_REACH = _("With this owner the record would be out of your sight, so it was given to you.")
OWNER_KEPT = _("With this owner the record would be out of your sight, so it keeps the owner it had.")
TOO_MANY_LINES = _("A record holds up to %(most)s lines of a kind; the rest was left out.")

type Pair = tuple[Known, Draft]


class Pen:
    """Writes the records of one object for one import."""

    def __init__(
        self, actor: Actor, shape: Shape, plan: ImportPlan, operation_id: int | None, dry: bool
    ) -> None:
        self.actor = actor
        self.shape = shape
        self.plan = plan
        self.operation_id = operation_id
        self.dry = dry
        note = note_field(actor, shape)
        self.note = note.key if note else None
        self._unreal = count(-1, -1)

    # --- new records

    def create(self, knowns: Sequence[Known]) -> int:
        """Write new records; those refused have their rows rejected. Return how many were made."""
        pairs = [(k, self._new_draft(k.pending)) for k in knowns if k.pending is not None]
        for known, draft in pairs:
            _limit_lines(known, draft)
        while pairs:
            if self._create_all(pairs):
                return len(pairs)
            pairs = [(k, d) for k, d in pairs if self._mended(k, d)]
        return 0

    def _create_all(self, pairs: Sequence[Pair]) -> bool:
        batch = Batch(self.shape, [d for _k, d in pairs], creating=True)
        if self.dry:
            unreal = self._settle(batch)
            if any(d.errors for d in batch):
                return False
            # What hangs on a record of this very file is as near as that one, which is the writer's own.
            self._take_over([(k, d) for k, d in pairs if id(d) not in unreal])
            for known, _draft in pairs:
                known.id = next(self._unreal)
            return True
        self._with_owner(batch)
        self._take_over(pairs)
        try:
            with transaction.atomic():
                ids = write.insert_batch(
                    self.actor, batch, operation_id=self.operation_id or 0, verb="import"
                )
        except Invalid:
            return False
        for (known, _draft), record_id in zip(pairs, ids, strict=True):
            known.id = record_id
        return True

    def _new_draft(self, side: Side) -> Draft:
        values = {k: v for k, v in side.values.items() if v is not None or k == "owner"}
        lines = side.lines.get(CONTACTS, [])
        lines, _changed = join_contacts((), lines)
        lines += _first_of_sort(lines, side)
        parts = {
            key: [dict(line) for line in own] for key, own in side.lines.items() if own and key != CONTACTS
        }
        if lines:
            parts[CONTACTS] = lines
        if parts.get("addresses") and values.get("city"):
            for line in parts["addresses"]:
                line["city"] = line.get("city") or values["city"]
        if self.note and side.notes:
            values[self.note] = _joined(values.get(self.note), side.notes)
        return Draft(values=values, parts=parts)

    # --- stored records

    def update(self, knowns: Sequence[Known]) -> set[Known]:
        """Bring found records up to what the file says of them; return those that changed."""
        by_id: dict[int, Known] = {}
        for known in knowns:
            if known.id is None or known.pending is None:
                continue
            first = by_id.setdefault(known.id, known)
            if first is not known and first.pending is not None:  # found by a key, and among the members too
                first.pending.absorb(known.pending)
                first.rows.extend(known.rows)
        if not by_id:
            return set()
        ids = sorted(by_id)
        with_lines = [i for i in ids if by_id[i].pending.lines or by_id[i].pending.borrowed]  # type: ignore[union-attr]
        stored = read.parts_of(self.actor, self.shape, with_lines)
        pairs: list[Pair] = []
        gone = dict(by_id)
        for before in self._lock(by_id):
            known = gone.pop(before["id"])
            draft = Draft(values={}, before=before, record_id=before["id"], version=before["version"])
            self.fill(draft, known, stored.get(before["id"], {}))
            _limit_lines(known, draft)
            if draft.values or draft.parts:
                pairs.append((known, draft))
        for known in gone.values():
            self._tell_gone(known)
        while pairs:
            batch = Batch(self.shape, [d for _k, d in pairs], creating=False)
            self._settle(batch)
            if not any(d.errors for d in batch):
                break
            pairs = [(k, d) for k, d in pairs if self._mended(k, d)]
        self._keep_owner(pairs)
        pairs = [
            (k, d) for k, d in pairs if d.parts or any(v != d.before.get(key) for key, v in d.values.items())
        ]
        if pairs and not self.dry:
            batch = Batch(self.shape, [d for _k, d in pairs], creating=False)
            write.write_drafts(self.actor, batch, operation_id=self.operation_id or 0)
        changed = {known.id for known, _draft in pairs}
        return {known for known in knowns if known.id in changed}

    def _lock(self, by_id: Mapping[int, Known]) -> list[dict[str, Any]]:
        """The rows that may still be written to. What this import made is its own to go on with."""
        made = [i for i, k in by_id.items() if k.mine and not k.stored]
        found = [i for i in by_id if i not in set(made)]
        return [*write.lock_open_rows(self.actor, self.shape, found), *write.lock_rows(self.shape, made)]

    def _tell_gone(self, known: Known) -> None:
        """The record was found a moment ago, and is not the writer's to change now that its row is locked."""
        for row in known.rows:
            tell = row.reject if self.shape.key == self.plan.object else row.remark
            tell("", "", "gone", bulk.GONE)

    def fill(self, draft: Draft, known: Known, stored: dict[str, list[dict[str, Any]]]) -> None:
        """Put into a draft what the rows of a record add to its stored values and lines."""
        side = known.pending
        if side is None:
            return
        overwrite = self.plan.fill == "overwrite" and not known.mine
        for key, value in side.values.items():
            field = self.shape.fields.get(key)
            if value is None or field is None or field.by_verb:
                continue
            current = draft.before.get(key)
            fuller = known.mine and key in NAME_FIELDS and known.fields.get(key) == value
            if current is None or ((overwrite or fuller) and current != value):
                draft.values[key] = value
            elif field.params.dictionary:  # tags say something beside each other, not instead
                draft.values[key] = Difference(list(value), [])
        for key, given in side.lines.items():
            own = stored.get(key, [])
            lines, changed = join_contacts(own, given) if key == CONTACTS else _join_lines(own, given)
            if changed:
                draft.parts[key] = lines
        contacts = draft.parts.get(CONTACTS, stored.get(CONTACTS, []))
        borrowed = _first_of_sort(contacts, side)
        if borrowed:
            draft.parts[CONTACTS] = [*contacts, *borrowed]
        if self.note and side.notes:
            text = _joined(draft.before.get(self.note), side.notes)
            if text != draft.before.get(self.note):
                draft.values[self.note] = text

    # --- checks

    def _settle(self, batch: Batch) -> set[int]:
        """The checks of a write, each refusal staying with its draft.

        Returns the drafts (by identity) that refer to what only a real run would have made.
        """
        unreal: list[tuple[Draft, str]] = []
        for draft in batch:
            draft.errors.clear()
            for key, value in draft.values.items():
                if isinstance(value, int) and value < 0 and self.shape.fields[key].type.key == "reference":
                    unreal.append((draft, key))
        for draft, key in unreal:
            del draft.values[key]
        if batch.creating:
            self._with_owner(batch)
        write.follow_rules(self.actor, batch)
        return {id(draft) for draft, _key in unreal}

    def _with_owner(self, batch: Batch) -> None:
        for draft in batch:
            draft.values.setdefault("owner", self.actor.user_id)
        complete_team(self.actor, batch)

    def _mended(self, known: Known, draft: Draft) -> bool:
        """Take refused optional values out of a draft; when that is not possible, reject its rows."""
        errors, draft.errors = draft.errors, []
        if not errors:
            return True
        if self.plan.bad_values == "note" and all(self._drop(draft, error) for error in errors):
            for error in errors:
                known.rows[0].remark(self._label(error), "", error.code, error.message)
            return True
        for row in known.rows:
            for error in errors:
                row.reject(self._label(error), "", error.code, error.message)
        return False

    def _drop(self, draft: Draft, error: FieldError) -> bool:
        key, *rest = error.field.split(".")
        field = self.shape.fields.get(key)
        if field is not None:
            if field.required or key not in draft.values:
                return False
            value = draft.values.pop(key)
        elif draft.parts.get(key) and rest and rest[0].isdigit():
            lines = draft.parts[key]
            if int(rest[0]) >= len(lines) or lines[int(rest[0])] is None:
                return False
            value = " ".join(str(v) for v in lines.pop(int(rest[0])).values() if v)
        else:
            return False
        if self.note and not isinstance(value, int):
            draft.values[self.note] = _joined(draft.get(self.note), [f"{self._label(error)}: {value}"])
        return True

    def _label(self, error: FieldError) -> str:
        key = error.field.partition(".")[0]
        if key in self.shape.fields:
            return str(self.shape.fields[key].label)
        return str(self.shape.parts[key].label) if key in self.shape.parts else ""

    def _take_over(self, pairs: Sequence[Pair]) -> None:
        """A new record that would be out of the writer's reach becomes the writer's own."""
        for known, draft in self._far(pairs, "import", "read"):
            draft.values.update(owner=self.actor.user_id, team=self.actor.team_id)
            known.rows[0].remark("", "", "reach", OUT_OF_REACH)

    def _keep_owner(self, pairs: Sequence[Pair]) -> None:
        """A stored record that would get out of the writer's reach keeps its owner."""
        moved = [(k, d) for k, d in pairs if d.changed("owner", "team")]
        for known, draft in self._far(moved, "read"):
            draft.values.pop("owner", None)
            draft.values.pop("team", None)
            known.rows[0].remark("", "", "reach", OWNER_KEPT)

    def _far(self, pairs: Sequence[Pair], *verbs: str) -> list[Pair]:
        far = {id(d) for d in out_of_reach(self.actor, self.shape, [d for _k, d in pairs], verbs)}
        return [(k, d) for k, d in pairs if id(d) in far]


def _limit_lines(known: Known, draft: Draft) -> None:
    """No more lines than any other door lets in; those that are stored come first."""
    for key, lines in draft.parts.items():
        if len(lines) > MAX_LINES:
            draft.parts[key] = lines[:MAX_LINES]
            known.rows[0].remark("", "", "lines", TOO_MANY_LINES % {"most": MAX_LINES})


def _first_of_sort(own: Sequence[dict[str, Any]], side: Side) -> list[dict[str, Any]]:
    """One borrowed contact of each sort (a telephone, an e-mail address) that a record does not have."""
    taken: list[dict[str, Any]] = []
    for line in join_contacts((), side.borrowed)[0]:
        if lacks(own, line) and lacks(taken, line):
            taken.append(line)
    return taken


def _join_lines(
    stored: Sequence[dict[str, Any]], given: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], bool]:
    """Lines other than contacts: one of the same kind gets what it lacks, else the line is added."""
    lines = [dict(line) for line in stored]
    changed = False
    for line in given:
        filled = {k: v for k, v in line.items() if v not in (None, "")}
        known = next((k for k in lines if all(k.get(f) in (None, "", v) for f, v in filled.items())), None)
        if known is None:
            lines.append(dict(line))
            changed = True
        elif missing := {k: v for k, v in filled.items() if known.get(k) in (None, "")}:
            known.update(missing)
            changed = True
    return lines, changed


def _joined(note: str | None, pieces: Sequence[str]) -> str:
    """The note with the pieces it does not hold yet, compared as whole lines: «Discount: 1» is not in «Discount: 15»."""
    text = note or ""
    for piece in pieces:
        if piece and f"\n{piece}\n" not in f"\n{text}\n" and len(text) + len(piece) < MAX_NOTE:
            text = f"{text}\n{piece}" if text else piece
    return text
