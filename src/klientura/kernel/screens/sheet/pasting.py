"""Pasting a table into the cells of a list: what it would change, cell by cell, and then the change as one operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import readable, require
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.chosen import Names, names_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.listing import bulk_done
from klientura.kernel.screens.sheet import reading
from klientura.kernel.screens.sheet.cell import closed_to_all
from klientura.kernel.store import cells, read
from klientura.kernel.store.read import Ref
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of

SHOWN = 40
"""Changes, and refusals, that the preview tells one by one."""
SALT = "pasted into {}"


@open_to(Door.SIGNED_IN)
@require_POST
def preview(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/paste {ids, fields, text}: the dialog of what a pasted table would change, cell by cell."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    ids = list(
        dict.fromkeys(n for i in request.POST.get("ids", "").split(",") if (n := number(i)) is not None)
    )
    fields = [_field(asked, shape, k) for k in request.POST.get("fields", "").split(",") if k]
    table = reading.table_in(request.POST.get("text", ""))
    if not table or not ids or not fields:
        raise BadRequest(_("There is nothing here to paste."), code="paste")
    reading.refuse_too_many(max(len(table), len(ids)), max(len(fields), *map(len, table)))
    pasted = list(reading.spread(table, ids, fields))
    refused = {f.key: str(reason) for f in fields if (reason := closed_to_all(asked, shape, f))}
    meant = reading.meaning(asked.actor, [c for c in pasted if c[1].key not in refused])
    with transaction.atomic():  # the records are held while they are looked at
        judged = list(cells.judge(asked.actor, shape, meant.wanted))
        transaction.set_rollback(True)  # a look makes no new tags
    _keep_what_is_shown(shape, judged, pasted, meant)
    told = _tell(asked, shape, judged, pasted, refused, meant)
    single = len(table) == 1 and len(table[0]) == 1
    return show(
        request, "sheet/paste.html", shape=shape, told=told, more_changes=max(0, told.number - SHOWN),
        more_faults=max(0, len(told.faults) - SHOWN), beyond=0 if single else max(0, len(table) - len(ids)),
        aside=0 if single else max(0, max(map(len, table)) - len(fields)),
        sealed=signing.dumps(told.good, salt=SALT.format(shape.key), compress=True),
    )  # fmt: skip


def _field(asked: Request, shape: Shape, key: str) -> FieldShape:
    """A column one pastes into. What is not there and what is hidden are refused in the same words."""
    found = readable(asked.actor, shape).get(key)
    if found is None:
        raise NotFound
    return found


def _keep_what_is_shown(
    shape: Shape, judged: Sequence[Draft], pasted: Sequence[tuple[int, FieldShape, str]], meant: reading.Meant
) -> None:
    """What a list shows may be less than what is stored (a place is shown in round numbers): pasted back, it changes nothing."""
    drafts = {d.record_id or 0: d for d in judged}
    for record_id, each, text in pasted:
        draft = drafts.get(record_id)
        stored = draft.before.get(each.key) if draft else None
        if draft is None or stored is None or not draft.changed(each.key):
            continue
        if text.strip() == each.type.display(stored, each.params, lang()):
            draft.values[each.key] = stored
            meant.wanted[record_id][each.key] = each.type.to_json(stored)


@dataclass(slots=True)
class _Told:
    """The words of a preview: `changes` and `faults` cell by cell, `number` and `same` of cells, `good` for the change itself."""

    changes: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    same: int = 0
    records: int = 0
    good: dict[str, Any] = field(default_factory=dict)


def _tell(
    asked: Request, shape: Shape, judged: Sequence[Draft], pasted: Sequence[tuple[int, FieldShape, str]],
    refused: Mapping[str, str], meant: reading.Meant,
) -> _Told:  # fmt: skip
    drafts = {d.record_id or 0: d for d in judged}
    titles = read.titles(asked.actor, shape, sorted({i for i, _f, _t in pasted}))
    names = _names(asked, shape, judged)
    told, changed = _Told(), set[int]()
    for record_id, each, text in pasted:
        draft = drafts.get(record_id)
        place = {"title": titles.get(record_id, f"№ {record_id}"), "label": each.heading}
        if each.key in refused:
            told.faults.append({**place, "text": text[:80], "message": refused[each.key]})
        elif (record_id, each.key) in meant.faults:
            told.faults.append(
                {**place, "text": text[:80], "message": str(meant.faults[record_id, each.key][1])}
            )
        elif draft is None:
            told.faults.append({**place, "text": "", "message": _("This record is not yours to change.")})
        elif draft.errors:
            told.faults.append({**place, "text": text[:80], "message": _wrong(shape, draft, each)})
        elif draft.changed(each.key):
            told.number += 1
            changed.add(record_id)
            if told.number <= SHOWN:
                told.changes.append({**place, **_sides(asked, shape, each, draft, names)})
        else:
            told.same += 1
    told.records = len(changed)
    told.good = {
        "values": {str(i): meant.wanted[i] for i in sorted(changed)},
        "versions": {str(i): drafts[i].version for i in changed},
    }
    return told


def _wrong(shape: Shape, draft: Draft, each: FieldShape) -> str:
    """Why a cell stays as it is: what is wrong with it, or with another value of its record."""
    own = next((e for e in draft.errors if e.field == each.key), None)
    error = own or draft.errors[0]
    other = None if own else shape.fields.get(error.field)
    return f"{other.heading}: {error.message}" if other else str(error.message)


def _sides(asked: Request, shape: Shape, each: FieldShape, draft: Draft, names: Names) -> dict[str, Any]:
    """The value of a cell before and after, as a table shows values; they lead nowhere."""
    row = {k: draft.get(k) for k in shape.fields}
    made = {}
    for name, value in (("old", draft.before.get(each.key)), ("new", draft.values[each.key])):
        source = each.points_at
        if source and isinstance(value, int):
            value = Ref(value, names.get((source, value)))
        shown = cell(each, value, row, lang(), company_currency=asked.installation.currency)
        made[name] = {k: v for k, v in shown.items() if k != "url"} if isinstance(shown, dict) else shown
    return made


def _names(asked: Request, shape: Shape, judged: Sequence[Draft]) -> Names:
    """The names of what the first changes point at, before and after; one query for each kind."""
    chosen = [
        (shape.fields[k], value)
        for draft in judged[:SHOWN]
        for k in draft.values
        if shape.fields[k].points_at
        for value in (draft.before.get(k), draft.values[k])
    ]
    return names_of(asked.actor, chosen)


@open_to(Door.SIGNED_IN)
@require_POST
def apply(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/paste/apply {sealed}: write what the preview showed; the toast offers Undo."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    try:
        good = signing.loads(request.POST.get("sealed", ""), salt=SALT.format(shape.key), max_age=24 * 3600)
    except signing.BadSignature:
        raise BadRequest(_("The preview is out of date. Paste the table again."), code="paste") from None
    outcome = cells.edit_each(
        asked.actor, shape, {int(i): v for i, v in good["values"].items()},
        {int(i): v for i, v in good["versions"].items()},
    )  # fmt: skip
    text = ngettext("%(count)s record changed", "%(count)s records changed", outcome.changed) % {
        "count": outcome.changed
    }
    return bulk_done(text, outcome)
