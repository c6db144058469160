"""The options of declared choice fields in the company's own words, colours and order; with its own beside them."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import FieldError, Invalid, NotFound, Stale, Text
from klientura.kernel.fields.base import Choice, Choices
from klientura.kernel.objects.additions import NOTHING
from klientura.kernel.objects.assemble import assemble
from klientura.kernel.objects.models import DeclaredOption
from klientura.kernel.objects.registry import declared, shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema.fields import require_administrator
from klientura.kernel.schema.locking import change_schema
from klientura.kernel.schema.wishes import LANGUAGES, LISTS, Complaints, OptionWish, codes_for, options_of

NO_NEW = _("The product works with these options by name, so this list takes no others.")
KEPT = _("“%(label)s” cannot be taken away: %(why)s")
NO_VALUE = _("There is no value “%(code)s” that an option could go with.")
FIXED = _("the product works with it by name.")


def choice_field(object_key: str, field_key: str) -> tuple[Shape, FieldShape]:
    """A declared field of options. Raises NotFound for anything else."""
    shape = shape_of(object_key)
    field = shape.fields.get(field_key)
    if (
        field is None
        or members_of(shape)
        or field.type.key not in LISTS
        or not as_declared(shape, field)
        or field.options_of
    ):
        raise NotFound
    return shape, field


def as_declared(shape: Shape, field: FieldShape) -> Choices:
    """The options as the module declares them; none for a field that was added."""
    found = assemble(declared(), NOTHING).get(shape.key)
    own = found.fields.get(field.key) if found else None
    return own.params.choices if own else Choices()


def in_both_languages(choice: Choice) -> dict[str, str]:
    """The label of an option by language."""
    texts = {}
    for language in LANGUAGES:
        with translation.override(language):
            texts[language] = str(choice.label)
    return texts


def mark_of(shape: Shape, field: FieldShape) -> str:
    """A mark of the options as they are stored: a form that was made for others is refused."""
    rows = _stored(shape, field).values_list("code", "label", "hue", "position", "active", "fits")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]


def change_options(
    actor: Actor, object_key: str, field_key: str, raw: Any, *, mark: str | None = None
) -> None:
    """Word, colour, order, add and take away the options of a declared field: `raw` is the whole list, in its order.

    An option of the product that is left out is no longer offered; where the field is not open, or something needs the
    option, it has to stay. `mark` is that of the options the change was made for. Raises NotFound, Invalid, Stale, Busy.
    """
    require_administrator(actor)
    shape, field = choice_field(object_key, field_key)
    product = as_declared(shape, field)
    wrong = Complaints()
    wishes = options_of(raw, wrong)
    if not wishes and not wrong.errors:
        wrong.add("options", "required", _("Name at least one option."))
    wrong.end()
    codes = codes_for(wishes, [*field.params.choices.by_code], longest=field.params.max_length or 63)
    _check(field, product, dict(zip(codes, wishes, strict=True)))
    _check_fits(shape, field, wishes)
    rows = [
        _row(shape, field, product, code, wish, place)
        for place, (code, wish) in enumerate(zip(codes, wishes, strict=True))
    ]
    rows += [
        DeclaredOption(
            base=shape.base, column=field.column, code=c.code, hue=c.hue, label=_label(c, product), position=len(rows) + n, active=False,
            fits=list(c.fits),
        )
        for n, c in enumerate(c for c in field.params.choices if c.code not in codes)
    ]  # fmt: skip

    def act() -> None:
        if mark is not None and mark != mark_of(shape, field):
            raise Stale
        _stored(shape, field).delete()
        DeclaredOption.objects.bulk_create(rows)

    change_schema(act)


def as_at_first(actor: Actor, object_key: str, field_key: str) -> None:
    """Give the options of the product their words, colours and order back. What the company added stays, at the end."""
    require_administrator(actor)
    shape, field = choice_field(object_key, field_key)
    product = as_declared(shape, field)
    change_schema(lambda: _stored(shape, field).filter(code__in=[*product.by_code]).delete())


def _stored(shape: Shape, field: FieldShape) -> Any:
    return DeclaredOption.objects.filter(base=shape.base, column=field.column).order_by("position", "pk")


def _check(field: FieldShape, product: Choices, wanted: Mapping[str, OptionWish]) -> None:
    """Raise Invalid for new options of a closed list, and for what the product needs and would no longer be offered."""
    errors: list[FieldError] = []
    if not field.open_options and any(code not in field.params.choices.by_code for code in wanted):
        errors.append(FieldError("options", "closed", NO_NEW))
    for code, why in needed(field, product).items():
        wish = wanted.get(code)
        if wish is None or not wish.active:
            label = product.by_code[code].label
            errors.append(FieldError("options", "kept", KEPT % {"label": label, "why": why}))
    if errors:
        raise Invalid(errors)


def hangs_on(shape: Shape, field: FieldShape) -> FieldShape | None:
    """The field of options by which the options of this one are offered, if there is one."""
    return shape.fields.get(field.params.options_by)


def _check_fits(shape: Shape, field: FieldShape, wishes: Sequence[OptionWish]) -> None:
    """Raise Invalid for an option that is to go with what there is not."""
    by = hangs_on(shape, field)
    known = by.params.choices.by_code if by else {}
    wrong = Complaints()
    for number, wish in enumerate(wishes):
        if gone := [code for code in wish.fits or () if code not in known]:
            wrong.add(f"options.{number}", "fits", NO_VALUE % {"code": gone[0][:60]})
    wrong.end()


def needed(field: FieldShape, product: Choices) -> dict[str, Text]:
    """The options that have to stay, each with the reason."""
    if not field.open_options:
        return dict.fromkeys(product.by_code, FIXED)
    return {code: why for code, why in field.kept_options if code in product.by_code}


def _row(
    shape: Shape, field: FieldShape, product: Choices, code: str, wish: OptionWish, place: int
) -> DeclaredOption:
    same = code in product.by_code and dict(wish.label) == in_both_languages(product.by_code[code])
    return DeclaredOption(
        base=shape.base, column=field.column, code=code, hue=wish.hue, position=place, active=wish.active,
        label={} if same else dict(wish.label),
        fits=list(field.params.choices.by_code[code].fits if code in field.params.choices.by_code else ()) if wish.fits is None else list(wish.fits),
    )  # fmt: skip


def _label(choice: Choice, product: Choices) -> dict[str, str]:
    """What is kept of the words of an option: nothing, when they are the product's own."""
    texts = in_both_languages(choice)
    own = product.by_code.get(choice.code)
    return {} if own is not None and in_both_languages(own) == texts else texts


def lines(shape: Shape, field: FieldShape) -> Sequence[dict[str, Any]]:
    """The options as an editor shows them, those no longer offered last, each with why it has to stay, if it has to."""
    why = needed(field, as_declared(shape, field))
    made = [
        {
            "code": c.code, "hue": c.hue, "active": c.active, "fits": list(c.fits), "kept": str(why.get(c.code, "")),
            **in_both_languages(c),
        }
        for c in field.params.choices
    ]  # fmt: skip
    return sorted(made, key=lambda line: not line["active"])
