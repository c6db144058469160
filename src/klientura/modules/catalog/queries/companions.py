"""What products need beside them, and what they do not go with."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.utils.translation import gettext as _

_CLASHES = """
select c.product_id, p.title, c.kind, o.title, c.other_id = any(%(ids)s) as here
  from product_companion c join product p on p.id = c.product_id join product o on o.id = c.other_id
 where c.product_id = any(%(ids)s) and o.deleted_at is null and (c.kind = 'excludes') = (c.other_id = any(%(ids)s))
 order by c.id
"""


def clashes(products: Sequence[int]) -> dict[int, list[str]]:
    """By product: in words, what is wrong about selling exactly these products together."""
    if not products:
        return {}
    found: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_CLASHES, {"ids": list(products)})
        for product, name, kind, other, _here in cursor.fetchall():
            text = _("“{name}” does not go with “{other}”.") if kind == "excludes" else _("“{name}” needs “{other}” with it.")  # fmt: skip
            found[product].append(text.format(name=name, other=other))
    return found
