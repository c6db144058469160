"""Values that are looked for as one types, from lists too long for a page: tags, and the options of long lists."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may, readable, require, writable
from klientura.kernel.errors import NotFound
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.fields.tags import TYPED, clean_tag
from klientura.kernel.objects.derive import CHOSEN
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.screens.context import show
from klientura.kernel.tags import dictionary
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.text import fold

LONG_LIST = 50
"""The options of a longer list do not stand in the page."""
LIMIT = 20


def is_looked_for(field: FieldShape) -> bool:
    """Whether the values of a field are looked for, and do not all stand in the page."""
    return bool(field.params.dictionary or (field.params.home and len(field.params.choices) > LONG_LIST))


def values_url(field: FieldShape) -> str:
    """Where the values of a field are looked for."""
    return f"/search/values/{field.params.home.replace('.', '/', 1)}"


def names_of_values(field: FieldShape, texts: Sequence[str]) -> dict[str, str]:
    """What tags, or options of a long list, are called, by what stands for them in a filter."""
    if field.params.dictionary:
        found = dictionary.looked_up({field.params.dictionary: texts})
        return {code: tag.label for (_name, code), tag in found.items()}
    by_code = field.params.choices.by_code
    return {text: str(by_code[text].label) for text in texts if text in by_code}


@open_to(Door.SIGNED_IN)
@require_GET
def values(request: HttpRequest, object: str, key: str) -> HttpResponse:
    """GET /search/values/{object}/{field}?q=: tags or options to choose from; the offer to make a tag that is not there."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    field = readable(asked.actor, shape).get(key)
    if field is None or field.type.key not in CHOSEN:
        raise NotFound
    q = request.GET.get("q", "").strip()[:100]
    if not field.params.dictionary:
        return show(request, "screens/options.html", items=_options(field, q), query=q)
    found = dictionary.search(field.params.dictionary, q, LIMIT)
    context: dict[str, Any] = {
        "items": [{"id": str(t), "title": t.label, "hue": t.hue} for t in found], "query": q,
        "empty": _("Nothing found"),
    }  # fmt: skip
    may_make = (field.params.open_tags or asked.actor.is_admin) and writable(asked.actor, shape, key)
    may_make = may_make and any(may(asked.actor, shape, verb) for verb in ("create", "edit"))
    if q and may_make and fold(q) not in {fold(t.label) for t in found}:
        try:
            label = clean_tag(q)
        except FieldProblem as bad:
            context["empty"] = str(bad.message)
        else:
            offer = _("New tag “{name}”").format(name=label)
            context["creates"] = [{"label": offer, "value": TYPED + label, "title": label}]
    return show(request, "screens/options.html", **context)


def _options(field: FieldShape, q: str) -> list[dict[str, Any]]:
    """The options that are offered for some letters: those that begin with them first, each lot in the list's order."""
    letters = fold(q)
    offered = [(fold(str(c.label)), c) for c in field.params.choices if c.active]
    first = (c for label, c in offered if label.startswith(letters))
    inside = (c for label, c in offered if letters in label and not label.startswith(letters))
    chosen = [*islice(first, LIMIT)]
    chosen += islice(inside, LIMIT - len(chosen))
    return [{"id": c.code, "title": str(c.label), "hue": c.hue} for c in chosen]
