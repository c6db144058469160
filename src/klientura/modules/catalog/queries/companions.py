"""What products need beside them, and what they do not go with."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

_COMPANIONS = """
select c.product_id, p.title, c.kind, c.other_id, o.title
  from product_companion c join product p on p.id = c.product_id join product o on o.id = c.other_id
 where c.product_id = any(%s) and o.deleted_at is null order by c.id
"""


class Companion(NamedTuple):
    """Which product another one needs, or does not go with."""

    product: int
    name: str
    kind: str
    other: int
    other_name: str


def companions_of(products: Collection[int]) -> list[Companion]:
    """What is said of some products and others."""
    if not products:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_COMPANIONS, [sorted(products)])
        return [Companion(*row) for row in cursor.fetchall()]


def clashes(companions: Iterable[Companion], together: Collection[int]) -> dict[int, list[str]]:
    """By product: in words, what is wrong about selling exactly these products together."""
    found: dict[int, list[str]] = defaultdict(list)
    for each in companions:
        if each.product not in together or (each.kind == "excludes") != (each.other in together):
            continue
        text = _("“{name}” does not go with “{other}”.") if each.kind == "excludes" else _("“{name}” needs “{other}” with it.")  # fmt: skip
        found[each.product].append(text.format(name=each.name, other=each.other_name))
    return found
