"""Addresses to which letters do not arrive: what mail servers said is kept at the contact points, until the address is changed."""

from collections.abc import Collection

from django.db import connection

_STATEMENT = (
    "update contact_point set undeliverable = %s where kind = 'email' and undeliverable <> %s"
    ' and search_text collate "C" = any(array(select k_fold(v) from unnest(%s::text[]) v))'
)


def mark_deliverable(addresses: Collection[str], *, arrives: bool) -> None:
    """Note at all contact points with some addresses, in their normal form, whether letters arrive there. Set-based."""
    if addresses:
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENT, [not arrives, not arrives, sorted(set(addresses))])
