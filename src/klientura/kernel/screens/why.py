"""Why a record was changed without anybody's hand: the rule that did it, and whose doing had set it off."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.history.marks import RuleMark
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules.reading import why as reason
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_datetime


def by_rule(mark: RuleMark | None, shape: Shape, record_id: int) -> dict[str, Any]:
    """What an entry of the history says when a rule made it; nothing when none did."""
    if mark is None:
        return {}
    if mark.run_id is None:
        return {"who": _("Regulation {name}").format(name=mark.name), "icon": "hourglass"}
    return {
        "who": _("Rule «{name}»").format(name=mark.name),
        "icon": "zap",
        "why_url": f"/{shape.key}/{record_id}/why/{mark.run_id}",
    }


@open_to(Door.SIGNED_IN)
@require_GET
def why(request: HttpRequest, object: str, record_id: int, run_id: int) -> HttpResponse:
    """GET /{object}/{id}/why/{run}: a dialog that tells why; to whoever sees the record."""
    actor, shape = of(request).actor, shape_of(object)
    told = reason(actor, shape, record_id, run_id)
    causes = {
        "event": _("Something happened to the record that the rule waits for."),
        "due": _("The moment came that the rule waits for."),
        "schedule": _("The rule's turn came by the clock."),
        "wait": _("The rule had waited and went on."),
    }
    at = timezone.localtime(told.at)
    return show(
        request, "screens/why.html", told=told, cause=causes[told.cause], when=format_datetime(at, lang()), iso=at.isoformat(),
        run_url=f"/settings/rules/runs/{told.run_id}" if actor.is_admin else "",
        rule_url=f"/settings/rules/{told.rule_id}" if actor.is_admin else "",
    )  # fmt: skip
