"""The dialog that makes a client, a person and a deal of a lead. It stands where the form of the verb would."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klientura.kernel.access.gate import may, require
from klientura.kernel.dedup.hints import Hint
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens import inputs
from klientura.kernel.screens.context import show
from klientura.kernel.screens.duplicates.wording import in_words
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.leading import lead_to
from klientura.kernel.web.requests import Request, of
from klientura.modules.sales.queries.known import known_organisations, known_people
from klientura.modules.sales.services.conversion import convert

NEW, NONE, OTHER = "new", "none", "other"
REASONS: Final = 2


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def convert_lead(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /lead/{id}/actions/convert: the dialog, with clients who may be the same. POST: convert, and go to the deal."""
    asked, shape = of(request), shape_of("lead")
    require(asked.actor, shape, "edit")
    row = read.get(asked.actor, shape, record_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            convert(asked.actor, record_id, _values(asked))
        except Invalid as refused:
            errors = {e.field: str(e.message) for e in refused.errors}
        else:
            return _done(asked, record_id)
    blocks = [_organisation(asked, row, errors), _person(asked, row, errors), _deal(asked, row, errors)]
    known = {f["name"] for block in blocks for f in block["fields"]}
    return show(
        request, "sales/convert.html", status=422 if errors else 200, blocks=blocks, action=f"/lead/{record_id}/actions/convert",
        refused=bool(errors), errors=[m for k, m in errors.items() if k not in known],
    )  # fmt: skip


def _values(asked: Request) -> dict[str, Any]:
    """What the dialog says, as the verb takes it."""
    form, values = asked.POST, dict[str, Any]()
    for key in ("organisation", "person"):
        choice = form.get(f"{key}_choice", NEW)
        values[f"{key}_name"] = form.get(f"{key}_name", "") if choice == NEW else ""
        if choice not in {NEW, NONE}:
            values[key] = form.get(key, "") if choice == OTHER else choice
    choice = form.get("deal_choice", NEW)
    values["deal"] = choice == NEW
    if choice == OTHER:
        values["opportunity"] = form.get("opportunity", "")
    else:
        values |= {k: form.get(k, "") for k in ("name", "amount", "pipeline")}
        values["currency"] = form.get("amount_currency", "")
    return values


def _done(asked: Request, record_id: int) -> HttpResponse:
    """To what the lead became: the deal, or else the client, as far as these are open to the reader."""
    row = read.get(asked.actor, shape_of("lead"), record_id)
    address = f"/lead/{record_id}"
    for key, kind in (("opportunity", "opportunity"), ("party", "organisation"), ("person", "person")):
        named = row.get(key)
        if named is not None and read.titles(asked.actor, shape_of(kind), [named.id]):
            address = f"/{kind}/{named.id}"
            break
    return lead_to(asked, address)


def _organisation(asked: Request, row: Row, errors: dict[str, str]) -> dict[str, Any]:
    found = known_organisations(asked.actor, row)
    return _block(
        asked, "organisation", _("Organisation"), found, str(row.get("company_name") or ""), errors,
        new=_("New organisation"), none=_("Without an organisation"), name_label=_("Name of the organisation"),
    )  # fmt: skip


def _person(asked: Request, row: Row, errors: dict[str, str]) -> dict[str, Any]:
    found = known_people(asked.actor, row)
    return _block(
        asked, "person", _("Person"), found, str(row.get("person_name") or ""), errors,
        new=_("New person"), none=_("Without a person"), name_label=_("Last name, first name, middle name"),
    )  # fmt: skip


def _block(
    asked: Request,
    key: str,
    label: str,
    found: Sequence[Hint],
    name: str,
    errors: dict[str, str],
    *,
    new: str,
    none: str,
    name_label: str,
) -> dict[str, Any]:
    """One of those there already, likely ones first; or a new one, another one, or none."""
    options = [{"value": str(h.id), "label": _known(h)} for h in found]
    if may(asked.actor, shape_of(key), "create"):
        options.append({"value": NEW, "label": new})
    options += [{"value": OTHER, "label": _("Another from the base")}, {"value": NONE, "label": none}]
    usual = options[0]["value"] if found else NEW if name else NONE
    chosen = asked.POST.get(f"{key}_choice", usual)
    other = asked.POST.get(key, "")
    titles = (
        read.titles(asked.actor, shape_of(key), [int(other)]) if other.isdecimal() and len(other) < 19 else {}
    )
    return {
        "key": key,
        "label": label,
        "fields": [
            {"type": "radio", "name": f"{key}_choice", "id": f"d-{key}-choice", "label": label, "options": options,
             "value": chosen, "error": ""},
            {"type": "text", "name": f"{key}_name", "id": f"d-{key}-name", "label": name_label, "maxlength": 255,
             "value": asked.POST.get(f"{key}_name", name), "error": errors.get(f"{key}_name", ""), "when": NEW},
            {"type": "ref", "name": key, "id": f"d-{key}", "label": _("Which one"), "url": f"/search/reference/{key}?only=1",
             "value": other, "display": next(iter(titles.values()), ""), "error": errors.get(key, ""), "when": OTHER},
        ],
    }  # fmt: skip


def _known(hint: Hint) -> str:
    said = [r.text for r in in_words(hint.match.reasons) if r.speaks_for and not r.weak][:REASONS]
    return f"{hint.title} · {', '.join(said)}" if said else hint.title


def _deal(asked: Request, row: Row, errors: dict[str, str]) -> dict[str, Any]:
    form, deal = asked.POST, shape_of("opportunity")
    options = [
        {"value": OTHER, "label": _("A deal that is there")},
        {"value": NONE, "label": _("Without a deal")},
    ]
    if may(asked.actor, deal, "create"):
        options.insert(0, {"value": NEW, "label": _("New deal")})
    pipelines = read.page(asked.actor, shape_of("pipeline"), sort="place", limit=50, keys=["title"]).rows
    amount = inputs.control(
        shape_of("lead").fields["amount"], row.get("amount"), lang(), company_currency=asked.installation.currency,
        error=errors.get("amount", ""), raw=form.get("amount"), row=row,
    )  # fmt: skip
    other = form.get("opportunity", "")
    titles = read.titles(asked.actor, deal, [int(other)]) if other.isdecimal() and len(other) < 19 else {}
    fields = [
        {"type": "radio", "name": "deal_choice", "id": "d-deal-choice", "label": _("Deal"), "options": options,
         "value": form.get("deal_choice", options[0]["value"]), "error": ""},
        {"type": "text", "name": "name", "id": "d-name", "label": _("Name of the deal"), "maxlength": 255,
         "value": form.get("name", row.get("name") or ""), "error": errors.get("name", ""), "when": NEW},
        {**amount, "name": "amount", "id": "d-amount", "when": NEW},
        {"type": "ref", "name": "opportunity", "id": "d-opportunity", "label": _("Which one"),
         "url": "/search/reference/opportunity?only=1", "value": other, "display": next(iter(titles.values()), ""),
         "error": errors.get("opportunity", ""), "when": OTHER},
    ]  # fmt: skip
    if len(pipelines) > 1:
        choices = [{"value": r["id"], "label": r["title"]} for r in pipelines]
        fields.insert(
            3,
            {"type": "select", "name": "pipeline", "id": "d-pipeline", "label": _("Pipeline"), "options": choices, "required": True,
             "value": form.get("pipeline", pipelines[0]["id"]), "error": errors.get("pipeline", ""), "when": NEW},
        )  # fmt: skip
    return {"key": "deal", "label": _("Deal"), "fields": fields}
