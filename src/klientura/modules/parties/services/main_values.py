"""The main phone, e-mail and site of parties whose lines were changed behind the rules of writing."""

from collections.abc import Sequence

from django.db import connection

_FIRST = (
    "(select c.value from contact_point c where c.party_id = p.id and c.kind = any(%s)"
    " order by c.position, c.id limit 1)"
)


def follow_lines(party_ids: Sequence[int]) -> None:
    """Make the main values those of the first lines of their kinds, where they differ. Set-based and repeatable."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update party p set phone = v.phone, email = v.email, website = v.website, version = p.version + 1 from ("
            f" select p.id, {_FIRST} as phone, {_FIRST} as email,"
            f" case when p.kind = 'organisation' then {_FIRST} end as website from party p where p.id = any(%s)) v"
            " where p.id = v.id"
            " and (p.phone, p.email, p.website) is distinct from (v.phone, v.email, v.website)",
            [["phone", "mobile"], ["email"], ["site"], list(party_ids)],
        )
