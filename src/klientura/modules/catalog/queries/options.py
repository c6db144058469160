"""What products may be fitted with, as configurators; three statements, whatever their number."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection

from klientura.modules.catalog.rules.options import Configurator, Group, Option, OptionRule

_HEADS = """
select p.id, p.name, p.currency, p.variant_of_id from product p
 where p.id = any(%s)
"""
_OPTIONS = """
select g.product_id, g.id, g.name, g.at_least, g.at_most, o.product_id, p.name, o.quantity, o.most, o.price, o.by_default
  from option_group g join product_option o on o.option_group_id = g.id join product p on p.id = o.product_id
 where g.product_id = any(%s) and g.deleted_at is null and p.deleted_at is null
 order by g.place, g.id, o.position, o.id
"""
_RULES = """
select product_id, option_id, kind, other_id, variant_id from product_option_rule where product_id = any(%s) order by id
"""


def configurators(
    products: Collection[int], *, leaving_out: Collection[int] | None = None
) -> dict[int, Configurator]:
    """By product, what it may be fitted with: a variant as what it is a variant of, and by rules of its own.

    Products without options are left out, unless groups are: `leaving_out` names those that are just being changed.
    """
    if not products:
        return {}
    heads = _rows(_HEADS, sorted(products))
    whole = sorted({each for head in heads for each in (head[0], head[3]) if each})
    groups: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(_OPTIONS, whole):
        if row[1] not in (leaving_out or ()):
            groups[row[0]][row[1]].append(row)
    if not groups and leaving_out is None:
        return {}
    rules = _rows(_RULES, whole)
    found = {}
    for pk, name, currency, above in heads:
        own = [
            _group(rows) for each in (above, pk) if each and each in groups for rows in groups[each].values()
        ]
        if own or leaving_out is not None:
            held = [
                OptionRule(option, kind, other)
                for product, option, kind, other, variant in rules
                if product in (pk, above) and variant in (None, pk)
            ]
            found[pk] = Configurator(pk, name, currency, own, held)
    return found


def configurable(products: Collection[int]) -> set[int]:
    """Those of some products that have anything to choose; one statement."""
    if not products:
        return set()
    text = (
        "select p.id from product p where p.id = any(%s) and exists (select 1 from option_group g"
        " join product_option o on o.option_group_id = g.id"
        " where g.product_id in (p.id, p.variant_of_id) and g.deleted_at is null)"
    )
    return {row[0] for row in _rows(text, sorted(products))}


def variants_of(products: Collection[int]) -> dict[int, list[int]]:
    """By product, its variants."""
    found: dict[int, list[int]] = {pk: [] for pk in products}
    text = "select variant_of_id, id from product where variant_of_id = any(%s) and deleted_at is null order by id"
    for above, pk in _rows(text, sorted(products)) if products else ():
        found[above].append(pk)
    return found


def _group(rows: Sequence[Any]) -> Group:
    _product, pk, name, at_least, at_most, *_rest = rows[0]
    options = [Option(row[5], row[6], row[7], row[8], row[9], row[10]) for row in rows]
    return Group(pk, name, options, at_least, at_most)


def _rows(text: str, products: Sequence[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, [list(products)])
        return list(cursor.fetchall())
