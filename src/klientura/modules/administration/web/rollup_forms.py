"""The controls of a roll-up: what it is gathered from, what it gathers, and of which records."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Text
from klientura.kernel.objects.models import AddedField
from klientura.kernel.objects.shape import SUBJECT, Shape
from klientura.kernel.schema import rollups
from klientura.kernel.views import reading
from klientura.kernel.web.requests import number

WORDS: Final[Mapping[str, Text]] = {
    "sum": gettext_lazy("Sum: {field}"),
    "avg": gettext_lazy("Average: {field}"),
    "min": gettext_lazy("Lowest or earliest: {field}"),
    "max": gettext_lazy("Highest or latest: {field}"),
    "last": gettext_lazy("The last one's: {field}"),
}
AS_IT_IS = "as-it-is"
"""The condition that a roll-up has already."""


def source_cards(shape: Shape) -> list[dict[str, str]]:
    """What a roll-up can be gathered from, each with the address of its form."""
    return [
        {
            "label": str(s.shape.plural), "note": _note(s), "icon": s.shape.spec.icon,
            "url": f"/settings/objects/{shape.key}/fields/new?type=rollup&source={s.key}",
        }
        for s in rollups.sources(shape)
    ]  # fmt: skip


def _note(source: rollups.Source) -> str:
    if source.link == SUBJECT:
        return _("Those about the record itself")
    return _("Those that name it in the field “{field}”").format(field=source.shape.fields[source.link].label)


def controls(actor: Actor, source: Shape, row: AddedField | None) -> list[dict[str, Any]]:
    """What is gathered, by which date one is the last, of which records, and who sees it."""
    moments = [{"value": f.key, "label": f.heading} for f in rollups.moments(source)]
    return [
        {"type": "select", "name": "gathers", "label": _("What to gather"), "required": True, "options": _measures(source)},
        {"type": "select", "name": "by", "label": _("The last one is told by"), "required": True, "options": moments,
         "hint": _("Matters only when the value of the last one is gathered.")},
        {"type": "select", "name": "only", "label": _("Which records"), "options": _conditions(actor, source, row),
         "empty": _("All of them"),
         "hint": _(
             "To gather only some, filter their list, save it as a view and choose that view here."
             " Its conditions are taken over as they are now."
         )},
        {"type": "switch", "name": "for_all", "label": _("Shown also to those who may not read all of these records"),
         "hint": _("Otherwise only those see the field who may read every record it is gathered from.")},
    ]  # fmt: skip


def _measures(source: Shape) -> list[dict[str, str]]:
    made = [{"value": "count", "label": pgettext("roll-up", "How many there are")}]
    for measure, words in WORDS.items():
        made += [
            {"value": f"{measure}:{f.key}", "label": str(words).format(field=f.label)}
            for f in rollups.gathered(source, measure)
        ]
    return made


def _conditions(actor: Actor, source: Shape, row: AddedField | None) -> list[dict[str, str]]:
    kept = [{"value": AS_IT_IS, "label": _("Those that meet the conditions as they are now")}]
    views = [v for v in reading.open_views(actor).filter(object=source.key) if v.state.get("filter")]
    return [
        *(kept if row is not None and row.params.get("filter") else []),
        *({"value": str(v.pk), "label": _("Those of the view “{name}”").format(name=v.name)} for v in views),
    ]


def values_of(row: AddedField) -> dict[str, Any]:
    """What the controls begin with."""
    given = row.params
    return {
        "gathers": ":".join(filter(None, (given["measure"], given.get("of", "")))),
        "by": given.get("by", "created_at"),
        "only": AS_IT_IS if given.get("filter") else "",
        "for_all": given.get("for_all", False),
    }


def params_from(actor: Actor, form: QueryDict, source: str, row: AddedField | None) -> dict[str, Any]:
    """What was sent, as `kernel.schema` takes it. Raises NotFound for a view that is not there."""
    measure, _colon, of = form.get("gathers", "").partition(":")
    only, tree = form.get("only", ""), None
    if only == AS_IT_IS and row is not None:
        tree = row.params.get("filter")
    elif (view_id := number(only)) is not None:
        tree = reading.one(actor, view_id).state.get("filter")
    return {
        "source": source, "measure": measure, "of": of, "by": form.get("by", ""), "filter": tree,
        "for_all": "for_all" in form,
    }  # fmt: skip


def error_places(errors: Mapping[str, str]) -> dict[str, str]:
    """Errors by the name of the control that they are about."""
    names = {"measure": "gathers", "of": "gathers", "filter": "only"}
    return {names.get(name, name): text for name, text in errors.items()}
