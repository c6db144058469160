"""What must hold for options of products before they are written: rules that can be met, and a beginning that breaks none."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.modules.catalog.models import Option as OptionLine
from klientura.modules.catalog.models import Product
from klientura.modules.catalog.queries.options import configurators, variants_of
from klientura.modules.catalog.rules.options import (
    MOST_STEPS,
    Configurator,
    Group,
    Option,
    OptionRule,
    broken_rules,
    can_be_met,
    contradiction,
)
from klientura.modules.catalog.services.configuring import fault_words


def before_write_group(batch: Batch, _actor: Any) -> None:
    """Numbers make sense, an option stands once, and some choice is left that breaks no rule."""
    stored = _stored_options([d.record_id for d in batch if d.record_id and "options" not in d.parts])
    names = _names(
        line["product"] for d in batch for line in d.parts.get("options", ()) if line.get("product")
    )
    for draft in batch:
        _check_numbers(draft)
        if draft.errors or not draft.get("product"):
            continue
        _check_counts(draft, _options(draft, stored, names))
    _check_together(batch, stored, names)


def _options(draft: Draft, stored: dict[int, list[Option]], names: dict[int, str]) -> list[Option]:
    """The options of a group as they will stand: those that were sent, else those it has."""
    lines = draft.parts.get("options")
    if lines is None:
        return stored.get(draft.record_id or 0, [])
    return [
        Option(line["product"], names.get(line["product"], ""), by_default=bool(line.get("by_default")))
        for line in lines
        if line.get("product")
    ]


def _check_numbers(draft: Draft) -> None:
    for key in ("at_least", "at_most"):
        if (value := draft.values.get(key)) is not None and value < (1 if key == "at_most" else 0):
            draft.refuse(key, "range", _("This is more than zero.") if key == "at_most" else _("This cannot be less than zero."))  # fmt: skip
    seen: set[int] = set()
    for place, line in enumerate(draft.parts.get("options", ())):
        where = f"options.{place}"
        if line.get("quantity") is None:
            line["quantity"] = Decimal(1)
        if (line.get("quantity") or 0) <= 0:
            draft.refuse(f"{where}.quantity", "range", _("A quantity is more than zero."))
        elif line.get("most") is not None and line["most"] < line["quantity"]:
            draft.refuse(f"{where}.most", "range", _("This is less than the quantity itself."))
        if line.get("price") is not None and line["price"] < 0:
            draft.refuse(f"{where}.price", "range", _("A price cannot be negative."))
        if line.get("product") is not None and line["product"] in seen:
            draft.refuse(f"{where}.product", "repeated", _("This option stands in the group already."))
        if line.get("product") is not None and line["product"] == draft.get("product"):
            draft.refuse(f"{where}.product", "itself", _("A product is no option of itself."))
        seen.add(line.get("product") or 0)


def _check_counts(draft: Draft, options: list[Option]) -> None:
    least, most = draft.get("at_least") or 0, draft.get("at_most")
    if most is not None and most < least:
        draft.refuse("at_most", "range", _("This is less than what is chosen at least."))
    elif least > len(options):
        text = _("There are fewer options in the group than are chosen at least.")
        draft.refuse("options" if "options" in draft.parts else "at_least", "few", text)
    elif most is not None and sum(1 for o in options if o.by_default) > most:
        draft.refuse("options", "many", _("More options are chosen to begin with than the group allows."))


def _check_together(batch: Batch, stored: dict[int, list[Option]], names: dict[int, str]) -> None:
    """What a whole configurator comes to with the groups that are written; groups of one write know of one another."""
    drafts = [d for d in batch if not d.errors and d.get("product")]
    written = {d.record_id for d in drafts if d.record_id}
    known = configurators({d.get("product") for d in drafts}, leaving_out=written)
    groups: dict[int, list[Group]] = {}
    for draft in drafts:
        head = draft.get("product")
        made = known.get(head)
        if made is None:
            continue
        own = _options(draft, stored, names)
        where = "options" if "options" in draft.parts else "product"
        before = groups.setdefault(head, list(made.groups))
        taken = {o.product for g in before for o in g.options}
        if twice := [o for o in own if o.product in taken]:
            text = _("“{name}” stands in another group of this product already.").format(name=twice[0].name)
            draft.refuse(where, "repeated", text)
            continue
        least, most = draft.get("at_least") or 0, draft.get("at_most")
        before.append(Group(draft.record_id or 0, draft.get("name") or "", own, least, most))
        whole = Configurator(made.product, made.name, made.currency, before, made.rules)
        for text in problems(whole):
            draft.refuse(where, "rules", text)


def check_rules(batch: Batch) -> None:
    """Rules of products are about their options, and leave a choice; set-based for the products that bring rules."""
    drafts = [d for d in batch if d.parts.get("option_rules")]
    if not drafts:
        return
    ids = [d.record_id for d in drafts if d.record_id]
    known, variants = configurators(ids), variants_of(ids)
    for draft in drafts:
        made = known.get(draft.record_id or 0)
        options = made.options if made else {}
        for place, line in enumerate(draft.parts["option_rules"]):
            _check_rule(draft, place, line, options, variants.get(draft.record_id or 0, []))
        if made is None or draft.errors:
            continue
        said: dict[str, None] = {}
        lines = draft.parts["option_rules"]
        for variant in {None, *(line.get("variant") for line in lines)}:
            rules = [
                OptionRule(line["option"], line["kind"], line["other"])
                for line in lines
                if line.get("variant") in (None, variant)
            ]
            whole = Configurator(made.product, made.name, made.currency, made.groups, rules)
            said |= dict.fromkeys(problems(whole))
        for text in said:
            draft.refuse("option_rules", "rules", text)


def _check_rule(draft: Draft, place: int, line: dict[str, Any], options: Any, variants: list[int]) -> None:
    where = f"option_rules.{place}"
    for key in ("option", "other"):
        if line.get(key) is not None and line[key] not in options:
            text = _("This is no option of the product. Put it into a group of options first.")
            draft.refuse(f"{where}.{key}", "unknown", text)
    if line.get("option") is not None and line.get("option") == line.get("other"):
        draft.refuse(f"{where}.other", "itself", _("A rule is about two different options."))
    if line.get("variant") is not None and line["variant"] not in variants:
        draft.refuse(f"{where}.variant", "unknown", _("This is no variant of the product."))


def problems(made: Configurator) -> list[str]:
    """In words, why nobody could ever choose by these rules, or not begin as the product says."""
    found = [fault_words(f) for f in broken_rules(made, made.defaults)]
    found = [_("The options chosen to begin with break a rule: {text}").format(text=text) for text in found]
    steps = [MOST_STEPS]
    for option in made.options.values():
        if (pair := contradiction(made, option.product)) is not None:
            names = [made.options[each].name for each in pair]
            text = _(
                "“{name}” can never be chosen: it brings “{one}” and “{other}” together, which do not go together."
            )
            found.append(text.format(name=option.name, one=names[0], other=names[1]))
        elif not can_be_met(made, {option.product}, steps):
            text = _("“{name}” can never be chosen: the rules and the groups leave no room for it.")
            found.append(text.format(name=option.name))
    if made.groups and not can_be_met(made, (), steps):
        found.append(_("The rules and the groups leave nothing that could be chosen."))
    return found


def _stored_options(groups: Iterable[int]) -> dict[int, list[Option]]:
    found: dict[int, list[Option]] = {}
    rows = OptionLine.objects.filter(option_group__in=list(groups)).order_by("position", "id")
    for row in rows.select_related("product"):
        made = Option(row.product_id, row.product.name, row.quantity, row.most, row.price, row.by_default)
        found.setdefault(row.option_group_id, []).append(made)
    return found


def _names(products: Iterable[int]) -> dict[int, str]:
    ids = set(products)
    return dict(Product.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
