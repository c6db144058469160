"""What must hold for the catalogue before it is written. Set-based: called once per write, whatever its size."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql
from stdnum import ean
from stdnum.exceptions import InvalidChecksum, ValidationError

from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.settings.installation import current
from klientura.modules.catalog.services.costs import keep_costs
from klientura.modules.catalog.services.option_checks import check_rules

HUNDRED = Decimal(100)
_HELD = """
with recursive held as (
  select kit_id, component_id as part, 1 as depth from product_component where kit_id = any(%s)
  union
  select h.kit_id, c.component_id, h.depth + 1 from held h join product_component c on c.kit_id = h.part where h.depth < 20
)
select kit_id, part from held
"""


def barcode(value: str) -> str:
    """The digits of an EAN-8, UPC-A, EAN-13 or GTIN-14. Raises FieldProblem."""
    try:
        return str(ean.validate(value))
    except InvalidChecksum as bad:
        raise FieldProblem(
            "checksum",
            _("The check digit does not match. Probably one digit is mistyped or two are swapped."),
        ) from bad
    except ValidationError as bad:
        raise FieldProblem("barcode", _("A barcode has 8, 12, 13 or 14 digits.")) from bad


def before_write_product(batch: Batch, _actor: Any) -> None:
    """Money is not negative, a kit never holds itself, and prices of one list do not overlap."""
    for draft in batch:
        if batch.creating and draft.values.get("currency") is None:
            draft.values["currency"] = current().currency
        for key in ("price", "cost", "duty"):
            if (value := draft.values.get(key)) is not None and value < 0:
                draft.refuse(key, "range", _("This cannot be less than zero."))
        if draft.record_id and draft.changed("variant_of") and draft.get("variant_of") == draft.record_id:
            draft.refuse("variant_of", "itself", _("A product is not a variant of itself."))
        _check_prices(draft)
        for place, line in enumerate(draft.parts.get("components", ())):
            if (line.get("quantity") or 0) <= 0:
                draft.refuse(f"components.{place}.quantity", "range", _("A quantity is more than zero."))
    _refuse_cycles([d for d in batch if d.record_id and d.parts.get("components")])
    check_rules(batch)
    keep_costs(batch)


def _refuse_cycles(drafts: Sequence[Draft]) -> None:
    """A kit that holds itself, directly or through another kit, would have no price and no end."""
    if not drafts:
        return
    parts = {line["component"] for d in drafts for line in d.parts["components"] if line.get("component")}
    below: dict[int, set[int]] = {part: {part} for part in parts}
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [sorted(parts)])
        for kit, part in cursor.fetchall():
            below[kit].add(part)
    for draft in drafts:
        for place, line in enumerate(draft.parts["components"]):
            if draft.record_id in below.get(line.get("component") or 0, ()):
                draft.refuse(
                    f"components.{place}.component", "cycle", _("This would put the kit into itself. Choose another product.")
                )  # fmt: skip


def _check_prices(draft: Draft) -> None:
    lines = draft.parts.get("prices", ())
    for place, line in enumerate(lines):
        where = f"prices.{place}"
        if line.get("price") is not None and line["price"] < 0:
            draft.refuse(f"{where}.price", "range", _("A price cannot be negative."))
        if (line.get("min_quantity") or 0) < 0:
            draft.refuse(f"{where}.min_quantity", "range", _("A quantity cannot be negative."))
        refuse_backwards(draft, line, f"{where}.")
    for (one, a), (other, b) in combinations(enumerate(lines), 2):
        same = all(a.get(k) == b.get(k) for k in ("price_list", "min_quantity"))
        if same and _overlap(a, b):
            draft.refuse(
                f"prices.{other}.valid_from", "overlap",
                _("This price and that of line %(line)s hold at the same time. Say from when on each of them holds.")
                % {"line": one + 1},
            )  # fmt: skip


def _overlap(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    first, last = dt.date.min, dt.date.max
    return max(a.get("valid_from") or first, b.get("valid_from") or first) <= min(
        a.get("valid_until") or last, b.get("valid_until") or last
    )


def refuse_backwards(draft: Draft, line: Mapping[str, Any], prefix: str = "") -> None:
    """Refuse a time that ends before it begins."""
    since, until = line.get("valid_from"), line.get("valid_until")
    if since and until and until < since:
        draft.refuse(f"{prefix}valid_until", "backwards", _("The last day lies before the first one."))


def before_write_price_list(batch: Batch, _actor: Any) -> None:
    """Dates run forwards, mark-ups leave a price, and no list is based on itself."""
    for draft in batch:
        refuse_backwards(draft, {k: draft.get(k) for k in ("valid_from", "valid_until")})
        if (markup := draft.values.get("markup")) is not None and markup <= -HUNDRED:
            draft.refuse("markup", "range", _("A mark-up of −100 % leaves no price."))
        if (step := draft.values.get("rounding")) is not None and step < Decimal("0.01"):
            draft.refuse("rounding", "range", _("Prices are rounded to 0.01 or more."))
    _refuse_own_base(batch, "price_list", "base", "base_id")


def before_write_category(batch: Batch, _actor: Any) -> None:
    """No category lies within itself."""
    _refuse_own_base(batch, "product_category", "parent", "parent_id")


def _refuse_own_base(batch: Batch, table: str, key: str, column: str) -> None:
    drafts = [d for d in batch if d.record_id and d.changed(key) and d.get(key)]
    if not drafts:
        return
    text = sql.SQL(
        "with recursive up as (select id as start, id, {column} as above, 0 as depth from {table} where id = any(%s)"
        " union select u.start, t.id, t.{column}, u.depth + 1 from {table} t join up u on t.id = u.above where u.depth < 50)"
        " select start, id from up"
    ).format(column=sql.Identifier(column), table=sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(text, [[d.get(key) for d in drafts]])
        above = set(cursor.fetchall())
    for draft in drafts:
        if (draft.get(key), draft.record_id) in above:
            draft.refuse(key, "cycle", _("This would put it below itself. Choose another one."))


def before_write_discount(batch: Batch, _actor: Any) -> None:
    """A discount lies between 0 and 100 % and its dates run forwards."""
    for draft in batch:
        percent = draft.values.get("percent")
        if percent is not None and not 0 <= percent <= HUNDRED:
            draft.refuse("percent", "range", _("A discount lies between 0 and 100 %."))
        refuse_backwards(draft, {k: draft.get(k) for k in ("valid_from", "valid_until")})


def before_write_limit(batch: Batch, _actor: Any) -> None:
    """Limits lie between 0 and 100 %."""
    for draft in batch:
        for key in ("on_line", "on_whole", "least_margin"):
            value = draft.values.get(key)
            if value is not None and not 0 <= value <= HUNDRED:
                draft.refuse(key, "range", _("From 0 to 100 %."))


def before_write_rate(batch: Batch, _actor: Any) -> None:
    """Rates are above zero; the company's own currency has none."""
    for draft in batch:
        for key in ("rate", "nominal"):
            if (value := draft.values.get(key)) is not None and value <= 0:
                draft.refuse(key, "range", _("This is more than zero."))
        if draft.changed("currency") and draft.get("currency") == current().currency:
            draft.refuse("currency", "own", _("This is the company's own currency: its rate is always 1."))


def before_write_tax(batch: Batch, _actor: Any) -> None:
    """A rate lies between 0 and 100 % and begins on a day of its own."""
    for draft in batch:
        seen: set[Any] = set()
        for place, line in enumerate(draft.parts.get("rates", ())):
            percent = line.get("percent")
            if percent is not None and not 0 <= percent <= HUNDRED:
                draft.refuse(f"rates.{place}.percent", "range", _("A rate lies between 0 and 100 %."))
            if line.get("valid_from") in seen:
                draft.refuse(
                    f"rates.{place}.valid_from", "repeated", _("Another rate begins on this day already.")
                )
            seen.add(line.get("valid_from"))


def before_write_unit(batch: Batch, _actor: Any) -> None:
    """Quantities have up to three decimal places."""
    for draft in batch:
        if (places := draft.values.get("places")) is not None and not 0 <= places <= 3:
            draft.refuse("places", "range", _("From 0 to 3."))
