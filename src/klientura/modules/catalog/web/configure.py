"""Choosing what a product of a line is fitted with: a dialog over the form of the record; nothing is written before that is saved.

The form beneath is sent along, so that options cost what they will cost in this very paper.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.screens import inputs, line_tables
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.drafts import MAX_LINES
from klientura.kernel.store.read import Ref
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_money
from klientura.modules.catalog.queries.options import configurators
from klientura.modules.catalog.rules.options import Configurator, Group, faults, read_written, written
from klientura.modules.catalog.services.configuring import KEPT, fault_words, name_with
from klientura.modules.catalog.services.options_priced import prices_of
from klientura.modules.catalog.services.parts import terms_of_draft

type Typed = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is chosen for: the line of a form with lines, its product and what that may be fitted with."""

    shape: Shape
    part: PartShape
    record_id: int | None
    lines: Mapping[int, Typed]
    place: int
    made: Configurator
    key: int
    before: Mapping[int, Decimal] | None
    """What the line holds already; None: nothing was chosen yet."""

    @property
    def query(self) -> str:
        """What the addresses of the dialog go on with."""
        more = f"&id={self.record_id}" if self.record_id else ""
        return f"?part={self.part.key}&place={self.place}{more}"


@open_to(Door.SIGNED_IN)
@require_POST
def choose(request: HttpRequest, object: str) -> HttpResponse:
    """POST /configure/{object}?part=lines&place=3[&id=12] with the form: the dialog, with what was chosen before."""
    asked = of(request)
    wanted = _wanted(asked, object)
    return _dialog(asked, wanted, wanted.made.defaults if wanted.before is None else wanted.before)


@open_to(Door.SIGNED_IN)
@require_POST
def told(request: HttpRequest, object: str) -> HttpResponse:
    """POST /configure/{object}/told: what the choice comes to, and what is wrong with it."""
    asked = of(request)
    wanted = _wanted(asked, object)
    return show(asked, "catalog/configured.html", told=_told(asked, wanted, _chosen(asked, wanted)))


@open_to(Door.SIGNED_IN)
@require_POST
def apply(request: HttpRequest, object: str) -> HttpResponse:
    """POST /configure/{object}/apply: the lines of the form anew, the configuration among them; 422 where a rule is broken."""
    asked = of(request)
    wanted = _wanted(asked, object)
    chosen = _chosen(asked, wanted)
    if faults(wanted.made, chosen):
        return _dialog(asked, wanted, chosen, status=422)
    typed, _ours = _lines_with(wanted, chosen)
    draft = _completed(asked, wanted, typed)
    wrong = _unread(wanted.part, typed, draft)
    row = {k: draft.get(k) for k in wanted.shape.fields}
    table = line_tables.for_typing(
        asked, wanted.shape, wanted.part, row, _as_typed(asked, wanted.part, typed, draft, wrong), wrong, spare=1,
        record_id=wanted.record_id,
    )  # fmt: skip
    response = show(asked, "catalog/lines.html", table={**table, "fresh": True})
    response["HX-Trigger-After-Swap"] = json.dumps({"closeDialog": True})
    return response


def _wanted(asked: Request, key: str) -> _Asked:
    shape = shape_of(key)
    part, record_id = line_tables.typed_part(asked, shape, asked.GET.get("part") or "")
    place = number(asked.GET.get("place"))
    lines = inputs.lines_by_place(asked.POST, part)
    if part.helper is None or KEPT not in part.fields or place is None or place not in lines:
        raise NotFound
    product = number(lines[place].get("product"))
    if product is None:
        raise BadRequest(_("Choose the product first."), code="product")
    read.get(asked.actor, shape_of("product"), product, keys=["id"])
    made = _as_seen(asked, configurators({product}).get(product))
    said = read_written(lines[place].get(KEPT))
    if made is None or (said is not None and said.chosen is None):
        raise BadRequest(_("There is nothing to choose for this product."), code="product")
    keys = [each.key for line in lines.values() if (each := read_written(line.get(KEPT)))]
    own = said.key if said else max(keys, default=0) + 1
    return _Asked(shape, part, record_id, lines, place, made, own, said.chosen if said else None)


def _as_seen(asked: Request, made: Configurator | None) -> Configurator | None:
    """The choice with the names of those options that the reader sees; the others are there, and nothing is told of them."""
    if made is None:
        return None
    seen = read.titles(asked.actor, shape_of("product"), list(made.options))
    groups = [
        replace(
            g, options=[o if o.product in seen else replace(o, name=_("Closed to you")) for o in g.options]
        )
        for g in made.groups
    ]
    return replace(made, groups=groups)


def _chosen(asked: Request, wanted: _Asked) -> dict[int, Decimal]:
    """The choice as the dialog has it; what it does not offer is not taken."""
    chosen: dict[int, Decimal] = {}
    quantity = wanted.part.fields["quantity"]
    for group in wanted.made.groups:
        ticked = {number(raw) for raw in asked.POST.getlist(f"choice-{group.pk}")}
        for option in group.options:
            if option.product not in ticked:
                continue
            much: Any = option.quantity
            if option.most is not None:
                try:
                    much = quantity.type.parse(asked.POST.get(f"much-{option.product}", ""), quantity.params)
                except FieldProblem:
                    much = Decimal(0)
            chosen[option.product] = much if much is not None else option.quantity
    return chosen


def _lines_with(wanted: _Asked, chosen: Mapping[int, Decimal]) -> tuple[list[Typed], list[int]]:
    """The lines of the form with this configuration, and the places of its own among them."""
    part_lines: dict[int, Typed] = {}
    for place, line in wanted.lines.items():
        said = read_written(line.get(KEPT))
        if place != wanted.place and said and said.key == wanted.key and said.chosen is None:
            part_lines.setdefault(number(line.get("product")) or 0, line)
    mine = {id(line) for line in part_lines.values()}
    made: list[Typed] = []
    ours: list[int] = []
    for place, line in wanted.lines.items():
        if id(line) in mine:
            continue
        if place != wanted.place:
            made.append(line)
            continue
        ours.append(len(made))
        made.append(_head(wanted, line, chosen))
        for product in chosen:
            if wanted.made.options[product].is_included:
                continue
            ours.append(len(made))
            made.append({"product": str(product), **part_lines.get(product, {}), KEPT: str(wanted.key)})
    return made, ours


def _head(wanted: _Asked, line: Typed, chosen: Mapping[int, Decimal]) -> Typed:
    """The line of the product; a name that only said what was included is said anew."""
    name = line.get("name") or ""
    known = {p: q for p, q in (wanted.before or {}).items() if p in wanted.made.options}
    by_itself = name in {wanted.made.name, name_with(wanted.made, known)}
    return {**line, "name": "" if by_itself else name, KEPT: written(wanted.key, chosen)}


def _completed(asked: Request, wanted: _Asked, lines: Sequence[Typed]) -> Draft:
    if len(lines) > MAX_LINES:
        text = _("No more than %(limit)s lines fit here. Take some out; nothing was saved yet.")
        raise BadRequest(text % {"limit": MAX_LINES}, code="too_many")
    draft = line_tables.draft_of(asked, wanted.shape, wanted.part, lines, wanted.record_id)
    batch = Batch(wanted.shape, [draft], creating=wanted.record_id is None)
    line_tables.complete_draft(asked, wanted.part, batch)
    return draft


def _unread(part: PartShape, typed: Sequence[Typed], draft: Draft) -> dict[str, str]:
    """What could not be read of what was typed into the lines, by its place."""
    places = {
        f"{part.key}.{place}.{column}"
        for place, line in enumerate(typed)
        for column in part.inputs
        if line.get(column) and part.fields[column].type.key != "reference"
    }
    return {e.field: str(e.message) for e in draft.errors if e.field in places}


def _as_typed(
    asked: Request, part: PartShape, typed: Sequence[Typed], draft: Draft, wrong: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Lines for the form: what people said stays said, what follows from it is left to follow."""
    lines = draft.parts[part.key]
    names: dict[tuple[str, int], str | None] = {}
    for column in part.inputs:
        field = part.fields[column]
        if field.type.key == "reference":
            ids = [line[column] for line in lines if line.get(column)]
            target = field.params.target or ""
            titles = read.titles(asked.actor, shape_of(target), ids) if ids else {}
            names |= {(column, pk): title for pk, title in titles.items()}
    made = []
    for place, (raw, line) in enumerate(zip(typed, lines, strict=True)):
        shown = {k: v for k, v in line.items() if k not in part.inputs or raw.get(k) or k == "quantity"}
        for column in part.inputs:
            if part.fields[column].type.key == "reference" and shown.get(column):
                shown[column] = Ref(shown[column], names.get((column, shown[column])))
            elif f"{part.key}.{place}.{column}" in wrong:
                shown[column] = raw[column]
        made.append(shown)
    return made


def _told(asked: Request, wanted: _Asked, chosen: Mapping[int, Decimal]) -> dict[str, Any]:
    """What the product and its options cost together in this paper, and what is wrong with the choice."""
    problems = [fault_words(f) for f in faults(wanted.made, chosen)]
    known = {p: q for p, q in chosen.items() if p in wanted.made.options}
    typed, ours = _lines_with(wanted, known)
    draft = _completed(asked, wanted, typed)
    lines = draft.parts[wanted.part.key]
    if len(lines) != len(typed):
        return {"problems": problems, "total": "", "count": 0}
    prefixes = tuple(f"{wanted.part.key}.{place}." for place in ours)
    problems += [
        str(e.message) for e in draft.errors if e.field.startswith(prefixes) and e.code != "configuration"
    ]
    total = sum((lines[place].get("total") or Decimal(0) for place in ours), Decimal(0))
    return {
        "problems": list(dict.fromkeys(problems)),
        "total": format_money(total, terms_of_draft(draft).currency, lang()),
        "count": len(known),
    }


def _dialog(
    asked: Request, wanted: _Asked, chosen: Mapping[int, Decimal], *, status: int = 200
) -> HttpResponse:
    terms = terms_of_draft(
        _completed(asked, wanted, [])
    )  # without what is closed to the reader: its prices tell of it
    seen = read.titles(asked.actor, shape_of("product"), list(wanted.made.options))
    prices = {product: price for product, price in prices_of(wanted.made, terms).items() if product in seen}
    return show(
        asked, "catalog/configure.html", status=status, name=wanted.made.name, object=wanted.shape.key,
        query=wanted.query, part=wanted.part.key, told=_told(asked, wanted, chosen), first=wanted.before is None,
        groups=[
            {
                "key": group.pk, "name": group.name, "hint": _hint(group), "one": group.at_most == 1,
                "none": group.at_most == 1 and group.at_least == 0,
                "empty": not any(o.product in chosen for o in group.options),
                "options": [
                    {
                        "key": o.product, "name": o.name, "chosen": o.product in chosen,
                        "price": _price(prices.get(o.product), terms.currency, included=o.is_included),
                        "much": f"{chosen.get(o.product, o.quantity).normalize():f}",
                        "fixed": f"{o.quantity.normalize():f}" if o.quantity != 1 else "",
                        "most": f"{o.most.normalize():f}" if o.most is not None else "",
                    }
                    for o in group.options
                ],
            }
            for group in wanted.made.groups
        ],
    )  # fmt: skip


def _price(price: Decimal | None, currency: str, *, included: bool) -> str:
    if included:
        return _("included")
    return "" if price is None else f"+{format_money(price, currency, lang())}"


def _hint(group: Group) -> str:
    """How many are chosen in a group, in words."""
    least, most = group.at_least, group.at_most
    if most == 1:
        return _("one of them") if least else _("one of them, or none")
    if most is not None and least == most:
        return ngettext("exactly {n}", "exactly {n}", most).format(n=most)
    if least and most is not None:
        return _("from {least} to {most}").format(least=least, most=most)
    if least:
        return ngettext("at least {n}", "at least {n}", least).format(n=least)
    return pgettext("options", "any") if most is None else _("up to {most}").format(most=most)
