"""Rules of quality: their counts, and the page where an administrator words one."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, Invalid, KernelError, NotFound, Stale
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.quality import faults
from klientura.kernel.quality.faults import Fault
from klientura.kernel.quality.models import SEVERITIES
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.state import tree_of
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_decimal

HUES = {"serious": "red", "warning": "orange", "note": "gray"}


@open_to(Door.SIGNED_IN)
@require_GET
def count(request: HttpRequest, key: str) -> HttpResponse:
    """GET /quality/rules/{key}/count: how many of the records open to the reader have the fault, as text."""
    asked, fault = of(request), faults.fault_of(key)
    shape = shape_of(fault.object)
    require(asked.actor, shape, "read")
    if faults.closed(asked.actor, shape, fault):
        raise NotFound
    found = read.count(asked.actor, shape, tree=fault.tree)
    text = format_decimal(found.number, lang(), places=0)
    return HttpResponse(_("more than {number}").format(number=text) if found.capped else text)


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET, POST /quality/rules/new?object=: a rule of one's own."""
    asked = of(request)
    keys = [s.key for s in faults.objects_of(asked.actor)]
    key = request.GET.get("object") or (keys[0] if keys else "")
    shape = shape_of(key)
    blank = Fault(key="", object=shape.key, name="", severity="warning", tree={})
    return _worded(asked, shape, blank)


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """GET, POST /quality/rules/{key}: the wording of a rule; ?filter= says what it is about to be."""
    asked, fault = of(request), faults.fault_of(key)
    return _worded(asked, all_shapes()[fault.object], fault)


def _worded(asked: Request, shape: Shape, fault: Fault) -> HttpResponse:
    tree = _tree(asked, fault)
    given: dict[str, Any] = {"name": str(fault.name), "severity": fault.severity}
    refusal = ""
    status = 200
    if asked.method == "POST":
        given = {k: asked.POST.get(k, "") for k in given}
        values = {**given, "tree": tree, "object": shape.key}
        version = number(asked.POST.get("version"))
        try:
            faults.save(asked.actor, fault.key or None, values, expected_version=version)
        except (Invalid, BadRequest, Stale) as refused:
            refusal, status = _said(refused), refused.status if refused.status != 400 else 422
        else:
            return _back(shape)
    return show(
        asked,
        "quality/rule.html",
        active="quality",
        status=status,
        shape=shape,
        fault=fault,
        given=given,
        refusal=refusal,
        tree=json.dumps(tree, ensure_ascii=False) if tree else "",
        fields_json=filter_fields_json(asked.actor, shape, tree or None),
        severities=[{"value": code, "label": str(label)} for code, label in SEVERITIES],
        here=f"/quality/rules/{fault.key}" if fault.key else f"/quality/rules/new?object={shape.key}",
    )


def _said(refused: KernelError) -> str:
    if isinstance(refused, Invalid):
        return " ".join(str(e.message) for e in refused.errors)
    return str(refused.message)


def _tree(asked: Request, fault: Fault) -> dict[str, Any]:
    """The conditions that the page shows: those of the address or the form, else those that are kept."""
    text = asked.POST.get("filter") or asked.GET.get("filter") or ""
    tree = tree_of(text)
    return dict(fault.tree) if tree is None else tree


def _back(shape: Shape) -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Redirect"] = f"/quality?object={shape.key}"
    return response


@open_to(Door.ADMIN)
@require_POST
def switch(request: HttpRequest, key: str) -> HttpResponse:
    """POST /quality/rules/{key}/switch: on=1 switches a rule on, otherwise it is off."""
    fault = faults.fault_of(key)
    faults.save(of(request).actor, key, {"is_on": request.POST.get("on") == "1"})
    return _back(shape_of(fault.object))


@open_to(Door.ADMIN)
@require_POST
def forget(request: HttpRequest, key: str) -> HttpResponse:
    """POST /quality/rules/{key}/forget: delete a rule of one's own; a declared one is as it was at first."""
    fault = faults.fault_of(key)
    faults.forget(of(request).actor, key)
    return _back(shape_of(fault.object))
