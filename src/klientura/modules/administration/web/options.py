"""The options of a choice field that the product brings: worded, coloured, ordered, added, taken away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.errors import FieldError, Invalid, Stale
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import options as services
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web import field_forms as forms
from klientura.modules.administration.web.frame import led_to, settings_page

OPEN = gettext_lazy(
    "Word them, colour them, put them in another order, add your own and take away what you do not use."
    " Records keep what they hold."
)
CLOSED = gettext_lazy(
    "Word them, colour them and put them in another order."
    " The product works with these options by name, so none can be added or taken away."
)


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def options(request: HttpRequest, object: str, key: str) -> HttpResponse:
    """GET /settings/objects/{object}/options/{field}: the options of a declared field. POST: save the whole list."""
    if request.method == "GET":
        return _page(request, object, key)
    sent = forms.options_from(request.POST) or []
    try:
        services.change_options(of(request).actor, object, key, sent, mark=request.POST.get("mark", ""))
    except Invalid as refused:
        return _page(request, object, key, sent=sent, errors=refused.errors)
    except Stale as stale:
        return _page(request, object, key, errors=(FieldError("", stale.code, stale.message),), status=409)
    return led_to(f"/settings/objects/{object}#field-{key}", "saved")


@open_to(Door.ADMIN)
@require_POST
def reset(request: HttpRequest, object: str, key: str) -> HttpResponse:
    """POST …/options/{field}/reset: the product's options as they were at first."""
    services.as_at_first(of(request).actor, object, key)
    return led_to(f"/settings/objects/{object}/options/{key}", "saved")


def _offered_by(shape: Shape, field: FieldShape) -> dict[str, Any] | None:
    """The field by whose values the options are offered, as the editor asks for them."""
    by = services.hangs_on(shape, field)
    if by is None:
        return None
    values = [{"value": c.code, "label": str(c.label)} for c in by.params.choices if c.active]
    return {"label": by.heading, "options": values}


def _page(
    request: HttpRequest, object_key: str, key: str, *, sent: list[dict[str, Any]] | None = None,
    errors: tuple[FieldError, ...] = (), status: int = 422,
) -> HttpResponse:  # fmt: skip
    shape, field = services.choice_field(object_key, key)
    lines = list(services.lines(shape, field))
    kept = {line["code"]: line["kept"] for line in lines}
    if sent is not None:
        lines = [
            {
                "code": o["code"], "hue": o.get("hue", "gray"), "active": o.get("active", True),
                "ru": o["label"].get("ru", ""), "en": o["label"].get("en", ""), "kept": kept.get(o["code"], ""),
                "fits": o.get("fits", []),
            }
            for o in sent
        ]  # fmt: skip
    return settings_page(
        request, "objects", "options", status=status if errors else 200, shape=shape, field=field, lines=lines,
        lines_text=forms.as_text(lines) if len(lines) > forms.AS_TEXT else None, mark=services.mark_of(shape, field),
        by=_offered_by(shape, field), option_error=" ".join(str(e.message) for e in errors), general="",
        hues=[{"value": k, "label": str(v)} for k, v in forms.HUE_LABELS.items()],
        note=str(OPEN if field.open_options else CLOSED),
    )  # fmt: skip
