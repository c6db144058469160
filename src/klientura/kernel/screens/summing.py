"""Groups of a list with their sub-totals, and its sums at the foot; both asked for after the page is there."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may, readable, require
from klientura.kernel.history.read import ChangedField, titles_of_changes
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.state import ListState, card_order, read_state, shown_columns
from klientura.kernel.store import read, summaries
from klientura.kernel.store.read import Count, Ref
from klientura.kernel.store.summaries import Grouping, Line
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_money

IN_HEAD = 3
"""Sums that a group's head has room for."""


@open_to(Door.SIGNED_IN)
@require_GET
def summary(request: HttpRequest, object: str) -> HttpResponse:
    """GET /{object}/summary: the groups of a list, or its sums; with ?whole=1 however many records there are."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    keys = shown_columns(asked.actor, shape, state.columns)
    if state.group:
        return _groups(asked, shape, state, keys)
    added = summaries.summable(asked.actor, shape, keys)
    line = summaries.whole(
        asked.actor, shape, [f.key for f in added], tree=state.tree, more=state.more,
        capped=not request.GET.get("whole"),
    )  # fmt: skip
    return show(
        request, "screens/totals.html", sums=_sums(asked, added, line) if line else [], line=line,
        whole_url="" if line else f"/{shape.key}/summary?{state.query()}&whole=1", any=bool(added),
    )  # fmt: skip


def _groups(asked: Request, shape: Shape, state: ListState, keys: list[str]) -> HttpResponse:
    grouping = summaries.grouping_of(asked.actor, shape, state.group)
    added = summaries.summable(asked.actor, shape, keys)
    lines, cut = summaries.by_group(
        asked.actor, shape, grouping, [f.key for f in added], tree=state.tree, more=state.more
    )
    lines = _in_order_of_stages(asked, shape, grouping, lines)
    names = _names(asked, grouping, lines)
    return show(
        asked, "screens/groups.html", cut=cut, most=summaries.MAX_GROUPS,
        selectable=may(asked.actor, shape, "edit") or may(asked.actor, shape, "delete"),
        groups=[
            {
                "label": names[n], "number": counted(Count(line.number, capped=False)), "sums": _sums(asked, added, line)[:IN_HEAD],
                "value": json.dumps(line.value, default=str, ensure_ascii=False), "count": line.number,
                "name": names[n]["text"] if isinstance(names[n], dict) and "text" in names[n] else names[n],
                "rows_url": f"/{shape.key}?{_within(state, grouping, line)}&rows={n + 1}",
                "list_url": f"/{shape.key}?{_within(state, grouping, line)}",
            }
            for n, line in enumerate(lines)
        ],
    )  # fmt: skip


def _in_order_of_stages(asked: Request, shape: Shape, grouping: Grouping, lines: list[Line]) -> list[Line]:
    """The groups of a board's columns stand as the columns do; others as they come."""
    board, field = shape.spec.board, grouping.field
    if board is None or field.key != board.group or field.type.key != "reference":
        return lines
    target = shape_of(field.params.target or "")
    chooser = board.chooser if board.chooser in readable(asked.actor, target) else None
    wanted = {"field": "id", "op": "in", "value": [line.value for line in lines if line.value is not None]}
    if not may(asked.actor, target, "read") or not wanted["value"]:
        return lines
    found = read.page(
        asked.actor,
        target,
        tree=wanted,
        limit=summaries.MAX_GROUPS,
        keys=["id", *([chooser] if chooser else [])],
    ).rows
    found.sort(key=lambda row: row[chooser].id if chooser and row[chooser] else 0)
    place = {row["id"]: n for n, row in enumerate(found)}
    return sorted(lines, key=lambda line: place.get(line.value, len(place)))


def _within(state: ListState, grouping: Grouping, line: Line) -> str:
    """The query of the list that holds one group alone."""
    kept = [state.tree] if state.tree else []
    tree = {"and": [*kept, summaries.condition(grouping, line.value)]}
    return state.query(filter=json.dumps(tree, ensure_ascii=False, default=str), group="")


def _names(asked: Request, grouping: Grouping, lines: list[Line]) -> list[Any]:
    """What the groups are called, as cells of a table are."""
    field = grouping.field
    if grouping.step:
        return [_period(grouping.step, line.value) for line in lines]
    titles = titles_of_changes(asked.actor, [ChangedField(field, line.value, None) for line in lines])
    named = {number: title for (_source, number), title in titles.items()}
    made = []
    for line in lines:
        value = line.value
        if field.type.key in {"user", "reference"} and value is not None:
            value = Ref(value, named.get(value))
        shown = cell(field, value, {}, lang(), company_currency=asked.installation.currency)
        if isinstance(shown, dict):  # the head of a group opens the group and nothing else
            shown = {k: v for k, v in shown.items() if k not in {"url", "peek_url"}}
        made.append(shown if value is not None else pgettext("group", "Not filled in"))
    return made


def _period(step: str, first: Any) -> str:
    if first is None:
        return pgettext("group", "Not filled in")
    if step == "year":
        return str(first.year)
    if step == "quarter":
        return _("Quarter {number} of {year}").format(number=(first.month - 1) // 3 + 1, year=first.year)
    return f"{MONTHS[first.month]} {first.year}"


def _sums(asked: Request, added: list[FieldShape], line: Line) -> list[dict[str, str]]:
    """The sums of a line in words; of money one for each currency, the company's first."""
    made = []
    for field in added:
        found: Mapping[str | None, Any] = line.sums.get(field.key, {})
        if not found:
            continue
        values = sorted(
            found.items(), key=lambda pair: (pair[0] != asked.installation.currency, pair[0] or "")
        )
        made.append(
            {"label": field.heading, "text": " · ".join(_amount(asked, field, c, v) for c, v in values)}
        )
    return made


def _amount(asked: Request, field: FieldShape, currency: str | None, value: Any) -> str:
    if field.type.key == "money":
        return format_money(value, currency or asked.installation.currency, lang())
    if field.type.key in {"integer", "duration"}:
        value = int(value)
    return field.type.display(value, field.params, lang())


def counted(found: Count) -> str:
    """A count in words."""
    shown = f"{found.number:,}".replace(",", "\u202f" if translation.get_language() == "ru" else ",")
    if found.capped:
        return _("more than %(count)s records") % {"count": shown}
    return ngettext("%(count)s record", "%(count)s records", found.number) % {"count": shown}


def groupings(asked: Request, shape: Shape, state: ListState) -> list[Any]:
    """The lines of the menu by which a list is grouped; dates by months, and once chosen by other periods."""
    fields = readable(asked.actor, shape)
    name, _dot, chosen_step = state.group.partition(".")
    lines: list[Any] = [_choice(state, shape, pgettext("group", "Without groups"), "")] if state.group else []
    for key in card_order(asked.actor, shape):
        field = fields[key]
        if not summaries.may_group(field) or key in {"updated_by", "created_by"}:
            continue
        if field.type.key not in summaries.DATES:
            lines.append(_choice(state, shape, field.heading, key))
            continue
        steps = summaries.STEPS if key == name and chosen_step else summaries.STEPS[:1]
        words = {"month": _("by month"), "quarter": _("by quarter"), "year": _("by year")}
        lines += [_choice(state, shape, f"{field.heading}: {words[s]}", f"{key}.{s}") for s in steps]
    return lines


def _choice(state: ListState, shape: Shape, label: str, key: str) -> dict[str, Any]:
    return {
        "label": label,
        "url": f"/{shape.key}?{state.query(group=key)}",
        "checked": bool(key) and state.group == key,
    }


def chosen(asked: Request, shape: Shape, state: ListState) -> str:
    """By what a list is grouped, in words; empty when it is not."""
    if not state.group:
        return ""
    return summaries.grouping_of(asked.actor, shape, state.group).field.heading
