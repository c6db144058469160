"""Taking an import back: what that would leave, and what is left of it afterwards."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of
from klientura.kernel.history.preview import Left, bases_of, left_of, preview, taken
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.imports import outcome
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.models import Operation
from klientura.kernel.transfer.models import Import
from klientura.kit.formats import format_date, format_decimal

LISTED = 50
"""So many of the records that are left are named; a list holds all of them."""
MOST_LATER = 5


def partly_undone(records: Iterable[Import]) -> set[int]:
    """Those of the imports of which an undo has left something."""
    by_operation = {r.operation_id: r.pk for r in records if r.operation_id and r.state == "undone"}
    found = Operation.objects.filter(pk__in=by_operation, state="partly_undone").values_list("pk", flat=True)
    return {by_operation[pk] for pk in found}


def _number(number: int) -> str:
    return format_decimal(number, lang())


def foretold(actor: Actor, record: Import) -> dict[str, Any]:
    """What an undo would leave, in numbers, and which later acts are to be taken back before it."""
    if not record.operation_id:
        return {"stay": "", "later": []}
    found = preview(record.operation_id)
    stay = ngettext(
        "%(count)s record has been worked with since and will stay, wholly or in part.",
        "%(count)s records have been worked with since and will stay, wholly or in part.", found.number,
    ) % {"count": _number(found.number)}  # fmt: skip
    sizes = {number: len(held) for number, held in list(found.later.items())[:MOST_LATER]}
    return {"stay": stay if found.number else "", "later": _later(actor, sizes)}


def _later(actor: Actor, sizes: Mapping[int, int]) -> list[dict[str, str]]:
    """Each later act, an import by its file; of others' imports not even the name of the file is told."""
    imports = {r.operation_id: r for r in Import.objects.filter(operation_id__in=list(sizes))}
    said = []
    for number, size in sizes.items():
        later = imports.get(number)
        if later is None or not (actor.is_admin or later.actor_id == actor.user_id):
            text = ngettext(
                "%(count)s of them was changed by a later change of many records: undo that one first.",
                "%(count)s of them were changed by a later change of many records: undo that one first.", size,
            ) % {"count": _number(size)}  # fmt: skip
            # Past operations are the administrator's page.
            said.append({"text": text, "url": "/settings/operations" if actor.is_admin else ""})
            continue
        text = ngettext(
            "%(count)s of them was changed by the later import “%(file)s”: undo that one first.",
            "%(count)s of them were changed by the later import “%(file)s”: undo that one first.", size,
        ) % {"count": _number(size), "file": later.title}  # fmt: skip
        said.append({"text": text, "url": reverse("import-run", args=[later.pk])})
    return said


def left_by_undo(actor: Actor, record: Import) -> dict[str, Any] | None:
    """What the undo of an import did, and what is left of it, with links; None when it was not undone."""
    undone = Operation.objects.filter(undoes_id=record.operation_id or 0).order_by("-id").first()
    if undone is None or record.state != "undone":
        return None
    details = undone.details if isinstance(undone.details, dict) else {}
    number = int(details.get("kept_count", 0))
    operation_id = record.operation_id or 0
    return {
        "partly": bool(number),
        "said": _said(operation_id, number),
        "links": _links(actor, operation_id, details.get("kept")) if number else [],
        "listed": LISTED,
        "lists": _counted(actor, record) if number else [],
        "trash": _trash(actor, record),
    }


def _said(operation_id: int, kept: int) -> list[str]:
    done = taken(operation_id)
    said = []
    if done.trashed:
        said.append(ngettext(
            "%(count)s record was moved to the trash.", "%(count)s records were moved to the trash.", done.trashed
        ) % {"count": _number(done.trashed)})  # fmt: skip
    if done.restored:
        said.append(ngettext(
            "%(count)s record got its former values back.", "%(count)s records got their former values back.",
            done.restored,
        ) % {"count": _number(done.restored)})  # fmt: skip
    if kept:
        said.append(ngettext(
            "%(count)s record stayed, wholly or in part: somebody has worked with it since.",
            "%(count)s records stayed, wholly or in part: somebody has worked with them since.", kept,
        ) % {"count": _number(kept)})  # fmt: skip
    return said


def _links(actor: Actor, operation_id: int, kept: Any) -> list[dict[str, Any]]:
    """The records that are left and open to the actor; first those that somebody changed by hand."""
    kept = kept if isinstance(kept, dict) else {}
    bases = {*kept, *bases_of(operation_id)}
    touched: list[tuple[Shape, Left]] = []
    others: list[tuple[Shape, Left]] = []
    for shape in all_shapes().values():
        if shape.base in bases and not members_of(shape) and may(actor, shape, "read"):
            first, rest = left_of(actor, shape, operation_id, kept.get(shape.base, ()), LISTED)
            touched += [(shape, one) for one in first]
            others += [(shape, one) for one in rest]
    touched.sort(key=lambda pair: pair[1].at or timezone.now(), reverse=True)
    return [_card(shape, one) for shape, one in [*touched, *others][:LISTED]]


def _card(shape: Shape, one: Left) -> dict[str, Any]:
    sub = str(shape.label)
    if one.at:
        at = format_date(timezone.localtime(one.at).date(), lang())
        sub = _("{kind} · changed by {name}, {date}").format(kind=sub, name=one.name, date=at)
    return {
        "title": one.title or f"№ {one.id}",
        "url": f"/{shape.key}/{one.id}",
        "icon": shape.spec.icon,
        "sub": sub[:1].upper() + sub[1:],
    }


def _counted(actor: Actor, record: Import) -> list[dict[str, str]]:
    """The lists of what is left, each with its number."""
    found = []
    for each in outcome.spans(record):
        count = read.count(actor, shape_of(each["key"]), tree=each["tree"])
        if count.number:
            number = _number(count.number) + ("+" if count.capped else "")
            found.append({**outcome.link(each), "label": f"{all_shapes()[each['key']].plural}: {number}"})
    return found


def _trash(actor: Actor, record: Import) -> list[dict[str, str]]:
    shapes = [shape_of(each["key"]) for each in outcome.spans(record)]
    return [
        {"label": _("Trash: {name}").format(name=s.plural), "icon": "trash-2", "url": f"/{s.key}/trash"}
        for s in shapes
        if may(actor, s, "delete")
    ]
