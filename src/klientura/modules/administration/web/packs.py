"""Packs in the settings: what is installed, a file's plan before anything is done, installing, uninstalling."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.packs import applying, offering, planning
from klientura.kernel.packs.models import Pack
from klientura.kernel.packs.planning import ACTS, Plan, Step, in_words
from klientura.kernel.packs.reading import FIELD, LAYOUT, MAX_BYTES, OBJECT, TOO_LARGE, VIEW, newer, read_file
from klientura.kernel.schema.fields import InUse
from klientura.kernel.web.bodies import Takes, TooLarge
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web.frame import led_to, settings_page

ICONS = {OBJECT: "box", FIELD: "align-left", LAYOUT: "rows-3", VIEW: "list-filter"}
HUES = {"active": "green", "incomplete": "red", "removed": "gray", "offered": "yellow"}


def _title(act: str, number: int) -> str:
    """What becomes of some things, as the title of their list."""
    titles = {
        "clash": _("In the way"),
        "add": pgettext("pack", "Comes"),
        "restore": pgettext("pack", "Comes back with its values"),
        "change": pgettext("pack", "Changes"),
        "remove": pgettext("pack", "Is hidden; its values stay"),
        "stay": pgettext("pack", "Stays as it is"),
    }
    return f"{titles[act]} ({number})"


def _attribute(step: Step, name: str) -> str:
    """An attribute of a thing, for people."""
    head, _dot, rest = name.partition(".")
    if head == "options":
        option = (
            (step.entry.said if step.entry else {}).get(name)
            or (step.now.attributes if step.now else {}).get(name)
            or {}
        )
        return _("option “{name}”").format(name=in_words(option.get("label")) or rest)
    labels = {
        "label": pgettext("pack", "name"), "plural": pgettext("pack", "name"), "new_label": pgettext("pack", "name"),
        "name": pgettext("pack", "name"), "hint": _("hint"), "section": _("section"), "required": _("required"),
        "listed": _("column of the list"), "default": _("initial value"), "icon": _("icon"), "board": _("board"),
        "sections": _("arrangement"), "hidden": _("arrangement"), "state": _("filter and order"), "params": _("particulars"),
    }  # fmt: skip
    return labels.get(head, _("particulars"))


def _line(step: Step) -> dict[str, Any]:
    told = []
    if step.act in {"change", "restore"} and step.changes:
        told.append(", ".join(dict.fromkeys(_attribute(step, name) for name in step.changes)))
    if step.kept:
        names = ", ".join(dict.fromkeys(_attribute(step, name) for name in step.kept))
        told.append(_("you changed it, so it stays yours: {names}").format(names=names))
    return {"label": step.label, "icon": ICONS[step.kind], "told": "; ".join([*told, *map(str, step.notes)])}


def _groups(plan: Plan) -> list[dict[str, Any]]:
    """The steps by what they do; what simply stays as it is need not be named."""
    found = []
    for act in ACTS:
        steps = [s for s in plan.steps if s.act == act and (act != "stay" or s.kept or s.notes)]
        if act == "remove":  # carried out in reverse, read by kind of record: each before its fields
            steps.sort(key=lambda s: s.path)
        if steps:
            found.append({"title": _title(act, len(steps)), "act": act, "lines": [_line(s) for s in steps]})
    return found


@Takes(lambda: MAX_BYTES, lambda: TooLarge(TOO_LARGE)).on
@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def packs(request: HttpRequest) -> HttpResponse:
    """GET /settings/packs: those installed and those that can be. POST: bring a file."""
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise BadRequest(_("Choose a file."))
            pack = offering.offer(of(request).actor, read_file(upload.read(MAX_BYTES + 1)))
        except Invalid as refused:
            errors = [{"place": e.field, "text": str(e.message)} for e in refused.errors[:50]]
        except BadRequest as refused:
            errors = [{"place": "", "text": str(refused.message)}]
        else:
            return HttpResponseRedirect(f"/settings/packs/{pack.key}")
    known = {p.key: p for p in offering.installed(of(request).actor)}
    shipped = {f.key: f for f in offering.shipped()}
    shown = [_known(p, shipped[p.key].version if p.key in shipped else "") for p in known.values()]
    fresh = [
        {"key": f.key, "name": in_words(f.name), "about": in_words(f.about), "version": f.version}
        for f in shipped.values()
        if f.key not in known
    ]
    status = 422 if errors else 200
    return settings_page(
        request, "packs", "packs", status=status, packs=shown, shipped=fresh, errors=errors, most=MAX_BYTES, too_large=TOO_LARGE,
    )  # fmt: skip


def _known(pack: Pack, shipped: str) -> dict[str, Any]:
    return {
        "key": pack.key, "name": in_words(pack.name), "version": pack.version,
        "state": pack.get_state_display(), "hue": HUES[pack.state],
        "waits": pack.offered is not None or pack.state == "incomplete",
        "shipped": shipped if shipped and (pack.state == "removed" or newer(shipped, pack.version)) else "",
        "here": pack.state in {"active", "incomplete"},
    }  # fmt: skip


@open_to(Door.ADMIN)
@require_POST
def offer(request: HttpRequest, pack_key: str) -> HttpResponse:
    """POST /settings/packs/{key}/offer: look at the plan of a pack that comes with the product."""
    pack = offering.offer_shipped(of(request).actor, pack_key)
    return HttpResponseRedirect(f"/settings/packs/{pack.key}")


@open_to(Door.ADMIN)
@require_POST
def dismiss(request: HttpRequest, pack_key: str) -> HttpResponse:
    """POST /settings/packs/{key}/dismiss: do not install a file that was brought."""
    offering.dismiss(of(request).actor, pack_key)
    return HttpResponseRedirect("/settings/packs")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def pack(request: HttpRequest, pack_key: str) -> HttpResponse:
    """GET /settings/packs/{key}: what installing the file that waits would do. POST: do it."""
    actor = of(request).actor
    file = offering.waiting(offering.one(actor, pack_key))
    if file is None:
        return HttpResponseRedirect("/settings/packs")
    error = ""
    if request.method == "POST":
        try:
            applying.install(actor, file, mark=request.POST.get("mark", ""))
        except Invalid as refused:
            error = " ".join(f"{e.field}: {e.message}" for e in refused.errors)
        except (BadRequest, InUse, applying.Moved) as refused:
            error = str(refused.message)
        else:
            return led_to("/settings/packs", "installed")
    plan = planning.plan(actor, file)
    return settings_page(
        request, "packs", "pack", status=409 if error else 200, name=in_words(file.name), about=in_words(file.about),
        version=file.version, before=plan.before.version if plan.before and plan.before.state == "active" else "",
        groups=_groups(plan), mark=plan.mark, key=pack_key, error=error, stopped=_stopped(plan),
        unchanged=sum(s.act == "stay" and not s.kept and not s.notes for s in plan.steps),
    )  # fmt: skip


def _stopped(plan: Plan) -> str:
    """Why the plan cannot be carried out; empty when it can."""
    if plan.older:
        return _("A newer version of this pack is installed already.")
    return _("Rename or delete what is in the way, then open this plan again.") if plan.clashes else ""


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def uninstall(request: HttpRequest, pack_key: str) -> HttpResponse:
    """GET /settings/packs/{key}/uninstall: what would be hidden. POST: do it."""
    actor, error = of(request).actor, ""
    plan = planning.plan_to_uninstall(actor, pack_key)
    if request.method == "POST":
        try:
            applying.uninstall(actor, pack_key, mark=request.POST.get("mark", ""))
        except applying.Moved as refused:
            error = str(refused.message)
        else:
            return led_to("/settings/packs", "uninstalled")
    number = sum(s.act == "remove" for s in plan.steps)
    said = ngettext(
        "%(count)s thing is hidden with its values; nothing is deleted. Install the pack again, and it is back.",
        "%(count)s things are hidden with their values; nothing is deleted. Install the pack again, and they are back.", number,
    ) % {"count": number}  # fmt: skip
    return settings_page(
        request, "packs", "pack_uninstall", status=409 if error else 200, name=in_words(plan.file.name), key=pack_key,
        groups=_groups(plan), mark=plan.mark, error=error, said=said,
    )  # fmt: skip
