"""The settings of pipelines: their stages as a list that is ordered by dragging and changed where it stands."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.gate import may, require
from klientura.kernel.errors import Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.store import write
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import refused, toast
from klientura.modules.sales.enums import Forecast
from klientura.modules.sales.models import Pipeline, Stage
from klientura.modules.sales.queries.pipelines import Asks, asks_of
from klientura.modules.sales.services.arranging import deals_at, order_stages, remove_stage

IN_PLACE = ("name", "hue", "probability", "forecast", "days", "at_most", "expire_days")
ORDER = {"open": 0, "won": 1, "lost": 2}


@open_to(Door.SIGNED_IN)
@require_GET
def pipelines(request: HttpRequest) -> HttpResponse:
    """GET /settings/pipelines: each pipeline with its stages, for whoever may change them."""
    asked = of(request)
    require(asked.actor, shape_of("stage"), "edit")
    found = list(Pipeline.objects.filter(deleted_at=None).order_by("place", "id")[:100])
    stages = list(Stage.objects.filter(deleted_at=None, pipeline__in=found).order_by("place", "id"))
    asks = asks_of(stages)
    made = [
        {
            "id": p.pk,
            "name": p.name,
            "rules": _pipeline_rules(p),
            "stages": [_row(asked, s, asks[s.pk]) for s in stages if s.pipeline_id == p.pk],
        }
        for p in found
    ]
    hues = [{"value": c.code, "label": str(c.label)} for c in shape_of("stage").fields["hue"].params.choices]
    return show(
        request, "sales/pipelines.html", active="settings", pipelines=made, hues=hues,
        forecasts=[{"value": c.value, "label": str(c.label)} for c in Forecast],
        name_label=shape_of("stage").fields["name"].heading,
        may_delete=may(asked.actor, shape_of("stage"), "delete"), may_create=may(asked.actor, shape_of("stage"), "create"),
    )  # fmt: skip


def _pipeline_rules(pipeline: Pipeline) -> str:
    said = [] if pipeline.skipping else [_("stages are not skipped")]
    if pipeline.backward != "anyone":
        said.append(_("back: {who}").format(who=pipeline.get_backward_display().lower()))
    return " · ".join(said)


def _row(asked: Request, stage: Stage, asks: Asks) -> dict[str, Any]:
    return {
        "id": stage.pk,
        "name": stage.name,
        "hue": stage.hue,
        "kind": stage.kind,
        "meaning": stage.get_kind_display(),
        "values": {k: "" if getattr(stage, k) is None else getattr(stage, k) for k in IN_PLACE},
        "asks": _in_words(stage, asks),
        "deals": ngettext("%(count)s deal", "%(count)s deals", asks.deals) % {"count": asks.deals} if asks.deals else "",
    }  # fmt: skip


def _in_words(stage: Stage, asks: Asks) -> list[str]:
    """What a stage asks for, as a few short phrases."""
    deal = shape_of("opportunity")
    named = {
        **{k: str(f.label) for k, f in deal.fields.items()},
        **{k: str(p.label).lower() for k, p in deal.parts.items()},
    }
    names = [named[k] for k in asks.needs if k in named]
    said = [_("needs: {fields}").format(fields=", ".join(names))] if names else []
    counts = (
        (asks.checks, ngettext("checklist of %(count)s line", "checklist of %(count)s lines", asks.checks)),
        (asks.tasks, ngettext("%(count)s task", "%(count)s tasks", asks.tasks)),
    )
    said += [text % {"count": count} for count, text in counts if count]
    if asks.movers:
        said.append(_("not everybody moves deals"))
    if stage.expire_days and stage.on_expiry != "tell":
        said.append(_("expired: {act}").format(act=stage.get_on_expiry_display().lower()))
    return said


@open_to(Door.SIGNED_IN)
@require_POST
def order(request: HttpRequest, pipeline_id: int) -> HttpResponse:
    """POST /settings/pipelines/{id}/order (stage=… in their order): keep the order of the stages."""
    ids = [n for raw in request.POST.getlist("stage") if (n := number(raw)) is not None]
    order_stages(of(request).actor, pipeline_id, ids)
    return toast(HttpResponse(status=204), _("Saved"))


@open_to(Door.SIGNED_IN)
@require_POST
def change(request: HttpRequest, stage_id: int) -> HttpResponse:
    """POST /settings/pipelines/stages/{id} (name-{id}=…): change what stands in the list, one value or several."""
    asked, shape = of(request), shape_of("stage")
    sent = {k: f"{k}-{stage_id}" for k in IN_PLACE}  # the list is one form, with the values of all its stages
    values = {k: request.POST[name] for k, name in sent.items() if name in request.POST}
    if not values:
        raise NotFound
    try:
        write.update(asked.actor, shape, stage_id, values)
    except Invalid as wrong:
        return refused(wrong.errors)
    return toast(HttpResponse(status=204), _("Saved"))


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, stage_id: int) -> HttpResponse:
    """GET /settings/pipelines/stages/{id}/remove: ask where its deals go. POST: move them there and remove the stage."""
    asked = of(request)
    require(asked.actor, shape_of("stage"), "delete")
    stage = Stage.objects.filter(pk=stage_id, deleted_at=None).first()
    if stage is None:
        raise NotFound
    error = ""
    if request.method == "POST":
        try:
            remove_stage(asked.actor, stage_id, number(request.POST.get("target")))
        except Invalid as wrong:
            error = str(wrong.errors[0].message)
        else:
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
    others = Stage.objects.filter(pipeline_id=stage.pipeline_id, kind=stage.kind, deleted_at=None).exclude(
        pk=stage_id
    )
    return show(
        request, "sales/stage_remove.html", status=422 if error else 200, stage=stage, deals=deals_at(stage_id), error=error,
        others=[{"value": s.pk, "label": s.name} for s in others.order_by("place", "id")], chosen=request.POST.get("target", ""),
    )  # fmt: skip
