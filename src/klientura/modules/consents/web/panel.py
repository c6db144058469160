"""What stands with a person: by purpose and channel, and each consent with its proof."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.access.gate import may, readable, writable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.settings.days import company_zone
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.views.links import list_url
from klientura.kernel.web.requests import Request
from klientura.kit.formats import format_date
from klientura.modules.consents.enums import CHANNELS_OF, REACHED_BY, STATE_OF
from klientura.modules.consents.queries.allowed import NEVER, Verdict, standings
from klientura.modules.consents.queries.of_person import consents_of, to_withdraw
from klientura.modules.consents.services.giving import holds

NEEDED = frozenset(
    {"person", "purpose", "channel", "status", "given_at", "valid_until", "withdrawn_at", "replaced_by"}
)
"""Who may not read one of these is told nothing of what stands, which follows from them all."""
WHOLE: Final = frozenset({"all", "parent"})
"""The scopes in which whoever reads a person reads all of their consents."""


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    consent, number = shape_of("consent"), row["id"]
    fields = readable(asked.actor, consent)
    if not may(asked.actor, consent, "read") or not fields.keys() >= NEEDED:
        return {"closed": True}
    purposes = [c for c in fields["purpose"].params.choices if c.active]
    pairs = [(p.code, c) for p in purposes for c in CHANNELS_OF.get(p.code, REACHED_BY)]
    rows, knows_all = consents_of(asked.actor, number), asked.actor.scope(consent.key, "read") in WHOLE
    found = standings(pairs, [number]) if knows_all else {}
    open_rows = to_withdraw(asked.actor, [r["id"] for r in rows])
    add_url = f"/consent/new?dialog=1&stay=1&person={number}"
    return {
        "closed": False,
        "add_url": add_url if may(asked.actor, consent, "create") and writable(asked.actor, consent, "person") else "",
        "all_url": list_url("consent", {"field": "person", "op": "eq", "value": number}),
        "purposes": [
            {
                "label": str(p.label),
                "add_url": f"{add_url}&purpose={p.code}",
                "stands": [_stands(number, p.code, c, found, fields["channel"]) for q, c in pairs if q == p.code and knows_all],
                "rows": [_line(asked, consent, r, r["id"] in open_rows) for r in rows if r["purpose"] == p.code],
            }
            for p in purposes
        ],
    }  # fmt: skip


def _stands(
    number: int, purpose: str, channel: str, found: Mapping[tuple[int, str, str], Verdict], field: Any
) -> dict[str, str]:
    """What stands over one channel, as a badge."""
    verdict = found.get((number, purpose, channel), NEVER)
    name = (
        ""
        if len(CHANNELS_OF.get(purpose, REACHED_BY)) == 1
        else str(field.params.choices.by_code[channel].label)
    )
    said = _said(verdict)
    return {"text": f"{name}: {said}" if name else said[:1].upper() + said[1:], "hue": STATE_OF[verdict.why]}


def _said(verdict: Verdict) -> str:
    if not verdict.allowed or verdict.on is None:
        return verdict.reason
    since = format_date(verdict.on, lang())
    if verdict.until is None:
        return _("allowed since {since}").format(since=since)
    return _("allowed since {since} until {until}").format(
        since=since, until=format_date(verdict.until, lang())
    )


def _line(asked: Request, consent: Shape, row: Row, may_change: bool) -> dict[str, Any]:
    """One consent, with the verbs that the reader may use on it."""
    fields = readable(asked.actor, consent)

    def shown(key: str) -> Any:
        known = key in fields and row.get(key) not in (None, "")
        return (
            cell(fields[key], row[key], row, lang(), company_currency=asked.installation.currency)
            if known
            else ""
        )

    text = row.get("text")
    said = [
        *([shown("how")] if "how" in fields else []),
        *([text.title] if isinstance(text, Ref) and text.title else []),
        *([_("withdrawn {day}").format(day=_day(row["withdrawn_at"]))] if row["withdrawn_at"] else []),
        *([shown("proof")] if row.get("proof") else []),
        *([_("proof in a file")] if row.get("proof_files") else []),
    ]
    since, until = _day(row["given_at"]), row["valid_until"]
    span = (
        _("{since} – {until}").format(since=since, until=format_date(until, lang()))
        if until
        else _("since {since}").format(since=since)
    )
    actions = [
        {"label": str(a.label), "icon": a.icon, "url": f"/consent/{row['id']}/actions/{a.key}"}
        for a in consent.spec.actions
        if may_change and holds(asked.actor, row)
    ]
    return {
        "url": f"/consent/{row['id']}", "channel": shown("channel"), "span": span, "said": " · ".join(str(each) for each in said),
        "status": shown("status"), "actions": actions,
    }  # fmt: skip


def _day(moment: dt.datetime) -> str:
    """The day on the company's calendar, by which consents hold."""
    return format_date(moment.astimezone(company_zone()).date(), lang())


CONSENTS_PANEL = MainPanel(
    key="consents",
    label=gettext_lazy("Consents"),
    template="consents/panel.html",
    fits=lambda shape: shape.key == "person",
    context=_context,
)
