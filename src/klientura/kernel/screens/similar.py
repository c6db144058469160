"""Likely duplicates of a record that is being typed: shown while typing, and asked about once before it is made."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import readable, readable_parts
from klientura.kernel.dedup.hints import hints
from klientura.kernel.dedup.reading import roles_of
from klientura.kernel.errors import KernelError
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import inputs
from klientura.kernel.screens.context import show
from klientura.kernel.screens.duplicates.wording import in_words
from klientura.kernel.search.results import search
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.organisations import split_legal_form

MOST = 5
REASONS = 3
MOST_LETTERS, MOST_LINES = 500, 20
SEEN = "similar_seen"
"""The form's hidden field with the numbers of the records that it has shown as likely duplicates."""

type Found = dict[str, Any]


@open_to(Door.SIGNED_IN)
@require_POST
def similar(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/similar: records that look like what is being typed, by the object's match keys and by name."""
    asked, shape = of(request), shape_of(object)
    return show(request, "screens/similar.html", shape=shape, found=similar_records(asked, shape))


def similar_records(asked: Request, shape: Shape) -> list[Found]:
    """Up to five likely duplicates of the form's values, each with why it was found."""
    found = _by_keys(asked, shape)
    text = " ".join(asked.POST.get(k, "").strip() for k in shape.spec.title).strip()
    if len(text) >= 4:
        for row_id, title in _by_name(asked, shape, text):
            found.setdefault(row_id, _found(shape, row_id, title, ""))
    return list(_judged(asked, shape, found).values())[:MOST]


def not_yet_shown(asked: Request, shape: Shape) -> list[Found]:
    """Records that may well be the same client, which the form has not yet shown to whoever fills it in.

    These agree in what tells records apart (a number, mail, phone), or are certain by all that is known of both.
    """
    seen = {number(raw) for raw in asked.POST.get(SEEN, "").split()}
    by_keys = _by_keys(asked, shape)
    judged = _judged(asked, shape, by_keys)
    found = [f for i, f in judged.items() if i in by_keys or f["verdict"] == "sure"][:MOST]
    return found if any(f["id"] not in seen for f in found) else []


def _judged(asked: Request, shape: Shape, found: dict[int, Found]) -> dict[int, Found]:
    """The records found, with what the comparison says of them: the likely ones first, without those that are another client."""
    if not shape.spec.duplicates:
        return found
    facts = typed_facts(asked, shape)
    judged: dict[int, Found] = {}
    rest = dict(found)
    for hint in hints(asked.actor, shape, facts, list(found)):
        known = rest.pop(hint.id, None)
        if hint.ruled_out:
            continue
        if hint.match.verdict != "no":
            words = [said.text for said in in_words(hint.match.reasons) if said.speaks_for and not said.weak]
            why = ", ".join(words[:REASONS])
            judged[hint.id] = _found(shape, hint.id, hint.title, why, hint.match.verdict)
        elif known is not None:
            judged[hint.id] = known
    return judged | rest


def typed_facts(asked: Request, shape: Shape) -> dict[str, list[str]]:
    """What the form says of the client, by the roles that fields and lines play in the comparison."""
    roles, fields, form = roles_of(shape), readable(asked.actor, shape), asked.POST
    facts: dict[str, list[str]] = {}
    for key, role in roles.fields.items():
        if key in fields and (text := form.get(key, "").strip()[:MOST_LETTERS]):
            facts.setdefault(role, []).append(_named(asked, fields[key], text))
    for part_key in readable_parts(asked.actor, shape):
        for line in (inputs.lines_from(form, shape.parts[part_key]) or [])[:MOST_LINES]:
            for wanted in roles.lines:
                text = str(line.get(wanted.column, "")).strip()[:MOST_LETTERS]
                if wanted.part == part_key and text and wanted.kind in ("", line.get("kind")):
                    facts.setdefault(wanted.role, []).append(text)
    return facts


def _named(asked: Request, field: FieldShape, text: str) -> str:
    """What a reference is called; any other value as it was typed."""
    if field.type.key != "reference" or (target := number(text)) is None:
        return text
    return read.titles(asked.actor, shape_of(field.params.target or ""), [target]).get(target, "")


def _by_keys(asked: Request, shape: Shape) -> dict[int, Found]:
    """Records that agree with the form in a field that tells records apart on its own."""
    fields = readable(asked.actor, shape)
    found: dict[int, Found] = {}
    for key in dict.fromkeys(k[0] for k in shape.spec.match_keys if len(k) == 1):
        field, raw = fields.get(key), asked.POST.get(key, "").strip()
        if field is None or key in shape.spec.title or len(raw) < 3 or not field.filterable:
            continue
        try:
            value = field.type.parse(raw, field.params)
        except FieldProblem:  # a half-typed value finds nobody yet
            continue
        tree = {"field": key, "op": "eq", "value": field.type.to_json(value)}
        for row in read.page(asked.actor, shape, tree=tree, sort="-id", limit=3, keys=["title"]).rows:
            found.setdefault(
                row["id"],
                _found(shape, row["id"], row["title"], _("same: {field}").format(field=field.label)),
            )
    return found


def _found(shape: Shape, record_id: int, title: str, why: str, verdict: str = "") -> Found:
    return {
        "id": record_id,
        "title": title,
        "url": f"/{shape.key}/{record_id}",
        "why": why,
        "verdict": verdict,
    }


def _by_name(asked: Request, shape: Shape, text: str) -> list[tuple[int, str]]:
    _form, name = split_legal_form(text)  # «ООО» stands in a field of its own, or in none
    try:
        groups = search(asked.actor, [shape], name.strip("«»\"' ") or text, limit=MOST)
    except KernelError:  # a name that is no search text, such as a single sign
        return []
    return [(row["id"], row["title"]) for group in groups for row in group.rows]
