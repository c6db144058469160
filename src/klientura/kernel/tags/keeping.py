"""Keeping a dictionary of tags: calling one otherwise, giving it a colour, merging two, taking one from what is offered.

Each is one change of one row. No record is touched: records hold codes.
"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied, FieldError, Invalid, NotFound, Stale
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.fields.tags import clean_tag
from klientura.kernel.tags import dictionary
from klientura.kernel.tags.models import KnownTag
from klientura.kit.text import fold

HUES = ("gray", *dictionary.HUES)
PAGE = 100
TAKEN = _("There is a tag of this name already. Merge the two instead.")


def page(name: str, *, typed: str = "", after: str = "") -> tuple[list[KnownTag], str]:
    """A page of a dictionary in the order of the words, merged tags too, and where to go on."""
    found = KnownTag.objects.filter(dictionary=name, folded__gt=after).select_related("merged_into")
    if typed.strip():
        found = found.filter(folded__contains=fold(typed))
    rows = list(found.order_by("folded")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].folded if len(rows) > PAGE else ""


def one(name: str, code: str) -> KnownTag:
    """The tag of a code. Raises NotFound."""
    found = KnownTag.objects.filter(dictionary=name, code=code).select_related("merged_into").first()
    if found is None:
        raise NotFound
    return found


def add(actor: Actor, name: str, label: object) -> KnownTag:
    """Add a tag that no record has yet. Raises Invalid, Full."""
    _require(actor)
    text = _label(label)
    if KnownTag.objects.filter(dictionary=name, folded=fold(text)).exists():
        raise Invalid([FieldError("label", "taken", TAKEN)])
    return one(name, dictionary.make(name, [text], actor.user_id)[text])


@transaction.atomic
def change(
    actor: Actor, name: str, code: str, raw: Mapping[str, Any], *, expected_version: int | None = None
) -> KnownTag:
    """Call a tag otherwise (`label`), draw it in another colour (`hue`), offer it or not (`active`). Raises Invalid, Stale."""
    _require(actor)
    row = KnownTag.objects.select_for_update().filter(dictionary=name, code=code).first()
    if row is None:
        raise NotFound
    if expected_version is not None and row.version != expected_version:
        raise Stale
    if "label" in raw:
        row.label = _label(raw["label"])
        row.folded = fold(row.label)
    if "hue" in raw:
        if raw["hue"] not in HUES:
            raise Invalid([FieldError("hue", "hue", _("There is no such colour."))])
        row.hue = raw["hue"]
    if "active" in raw:
        row.active = raw["active"] is True
    row.version += 1
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:
        raise Invalid([FieldError("label", "taken", TAKEN)]) from clash
    return row


@transaction.atomic
def merge(actor: Actor, name: str, code: str, into: str) -> KnownTag:
    """Let one tag go into another: wherever the first is met, the second is shown, found and offered. Return the second."""
    _require(actor)
    # In the order of their numbers, so that two merges the other way round cannot wait for each other.
    found = KnownTag.objects.select_for_update().filter(dictionary=name, code__in=[code, into]).order_by("pk")
    rows = {row.code: row for row in found}
    if code not in rows or into not in rows:
        raise NotFound
    if code == into:
        raise BadRequest(_("A tag cannot be merged into itself."), code="self")
    if rows[into].merged_into_id or rows[code].merged_into_id:
        raise BadRequest(_("One of these tags has been merged into another already."), code="merged")
    KnownTag.objects.filter(merged_into=rows[code]).update(merged_into=rows[into])
    KnownTag.objects.filter(pk=rows[code].pk).update(merged_into=rows[into], version=rows[code].version + 1)
    return rows[into]


@transaction.atomic
def part(actor: Actor, name: str, code: str) -> KnownTag:
    """Make a merged tag one of its own again: the records that held it still do."""
    _require(actor)
    row = KnownTag.objects.select_for_update().filter(dictionary=name, code=code).first()
    if row is None:
        raise NotFound
    row.merged_into = None
    row.version += 1
    row.save(update_fields=["merged_into", "version"])
    return row


def _require(actor: Actor) -> None:
    if not (actor.is_admin or actor.is_system):
        raise Denied


def _label(raw: object) -> str:
    try:
        return clean_tag(raw)
    except FieldProblem as bad:
        raise Invalid([FieldError("label", bad.code, bad.message)]) from bad
