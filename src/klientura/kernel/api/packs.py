"""Packs for programs of administrators: those there are, a file's plan before anything is done, installing, uninstalling."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import act, closed_body, without_body
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.packs import applying, offering, planning
from klientura.kernel.packs.models import Pack
from klientura.kernel.packs.planning import Plan, in_words
from klientura.kernel.packs.reading import PackFile, read_file


def list_packs(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /schema/packs: packs that are known here, and those that come with the product."""
    known = [_pack(p) for p in offering.installed(actor)]
    shipped = [
        {"key": f.key, "name": in_words(f.name), "about": in_words(f.about), "version": f.version}
        for f in offering.shipped()
    ]
    return answer({"items": known, "shipped": shipped})


def offer_pack(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /schema/packs {"file": text of TOML} or {"shipped": key}: lay a pack down; answers 201 with what installing it would do."""
    body = bodies.body_of(request)
    kind, value = next(iter(body.items()), ("", None))
    if len(body) != 1 or kind not in {"file", "shipped"} or not isinstance(value, str):
        raise BadRequest(
            _("Send either «file», the text of a pack, or «shipped», the key of one."), code="pack"
        )
    pack = (
        offering.offer_shipped(actor, value)
        if kind == "shipped"
        else offering.offer(actor, read_file(value.encode()))
    )
    response = answer(_plan(planning.plan(actor, _waiting(actor, pack.key))), status=201)
    response["Location"] = f"/api/v1/schema/packs/{pack.key}/plan"
    return response


def read_plan(request: HttpRequest, actor: Actor, *, pack: str) -> HttpResponse:
    """GET /schema/packs/{key}/plan: what installing the file that waits would do, with the mark of this plan."""
    return answer(_plan(planning.plan(actor, _waiting(actor, pack))))


def dismiss_pack(request: HttpRequest, actor: Actor, *, pack: str) -> HttpResponse:
    """DELETE /schema/packs/{key}/plan: take a file that was laid down away again."""
    offering.dismiss(actor, pack)
    return HttpResponse(status=204)


def install_pack(request: HttpRequest, actor: Actor, *, pack: str) -> HttpResponse:
    """POST /schema/packs/{key}/install {"mark"}: carry out the plan that was seen; repeated after a break it goes on."""
    file = _waiting(actor, pack)
    return answer(_pack(applying.install(actor, file, mark=_mark(request))))


def read_leaving(request: HttpRequest, actor: Actor, *, pack: str) -> HttpResponse:
    """GET /schema/packs/{key}/uninstall: what would be hidden, with the mark of this plan."""
    return answer(_plan(planning.plan_to_uninstall(actor, pack)))


def uninstall_pack(request: HttpRequest, actor: Actor, *, pack: str) -> HttpResponse:
    """POST /schema/packs/{key}/uninstall {"mark"}: hide what the pack brought; values and records stay."""
    return answer(_pack(applying.uninstall(actor, pack, mark=_mark(request))))


def _waiting(actor: Actor, pack_key: str) -> PackFile:
    file = offering.waiting(offering.one(actor, pack_key))
    if file is None:
        raise NotFound(_("No file of this pack waits to be installed."))
    return file


def _mark(request: HttpRequest) -> str:
    body = bodies.body_of(request)
    mark = body.get("mark")
    if set(body) != {"mark"} or not isinstance(mark, str):
        raise BadRequest(_("Send the «mark» of the plan that you saw."), code="mark")
    return mark


def _pack(pack: Pack) -> dict[str, Any]:
    return {
        "key": pack.key, "name": in_words(pack.name), "version": pack.version, "state": pack.state,
        "waits": pack.offered is not None or pack.state == "incomplete",
    }  # fmt: skip


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "key": plan.file.key, "version": plan.file.version, "mark": plan.mark, "clashes": plan.clashes, "older": plan.older,
        "steps": [
            {
                "act": s.act, "kind": s.kind, "path": s.path, "label": s.label, "changes": dict(s.changes), "kept": list(s.kept),
                "notes": [str(note) for note in s.notes],
            }
            for s in plan.steps
        ],
    }  # fmt: skip


TEXT = {"type": "string"}
BOOLEAN = {"type": "boolean"}
TEXTS = {"type": "array", "items": TEXT}
PACK = {
    "type": "object",
    "properties": {"key": TEXT, "name": TEXT, "version": TEXT, "state": TEXT, "waits": BOOLEAN},
}
PLAN = {
    "type": "object",
    "required": ["mark", "steps"],
    "properties": {
        "key": TEXT, "version": TEXT, "mark": TEXT, "clashes": BOOLEAN, "older": BOOLEAN,
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "act": TEXT, "kind": TEXT, "path": TEXT, "label": TEXT, "changes": {"type": "object"}, "kept": TEXTS, "notes": TEXTS,
                },
            },
        },
    },
}  # fmt: skip


def description(responses: Callable[..., Any]) -> dict[str, Any]:
    """The paths of packs for the OpenAPI document."""
    which = [{"name": "pack", "in": "path", "required": True, "schema": TEXT}]
    shipped = {"type": "object", "properties": {"key": TEXT, "name": TEXT, "about": TEXT, "version": TEXT}}
    every = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": PACK},
            "shipped": {"type": "array", "items": shipped},
        },
    }
    offered = {"oneOf": [closed_body({"file": TEXT}, ["file"]), closed_body({"shipped": TEXT}, ["shipped"])]}
    mark = closed_body({"mark": TEXT}, ["mark"])
    gone = without_body(responses, "done")
    return {
        "/schema/packs": {
            "get": act("packs", "list", responses(every), []),
            "post": act("packs", "offer", responses(PLAN, "201"), [], offered),
        },
        "/schema/packs/{pack}/plan": {
            "get": act("packs", "plan", responses(PLAN), which),
            "delete": act("packs", "dismiss", gone, which),
        },
        "/schema/packs/{pack}/install": {"post": act("packs", "install", responses(PACK), which, mark)},
        "/schema/packs/{pack}/uninstall": {
            "get": act("packs", "leaving", responses(PLAN), which),
            "post": act("packs", "uninstall", responses(PACK), which, mark),
        },
    }
