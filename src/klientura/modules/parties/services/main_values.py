"""The main phone, e-mail and site of parties whose lines were changed behind the rules of writing."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.modules.parties.services.checks import MAIN_KINDS

_FIRST = sql.SQL(
    "(select c.value from contact_point c where c.party_id = p.id and c.kind = any({kinds})"
    " order by c.position, c.id limit 1)"
)
_STATEMENT = sql.SQL(
    "update party p set phone = v.phone, email = v.email, website = v.website, version = p.version + 1 from ("
    " select p.id, {phone} as phone, {email} as email, case when p.kind = 'organisation' then {website} end as website"
    " from party p where p.id = any(%s)) v"
    " where p.id = v.id and (p.phone, p.email, p.website) is distinct from (v.phone, v.email, v.website)"
).format(**{key: _FIRST.format(kinds=sql.Literal(list(kinds))) for key, kinds in MAIN_KINDS.items()})


def follow_lines(party_ids: Sequence[int]) -> None:
    """Make the main values those of the first lines of their kinds, where they differ. Set-based and repeatable."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, [list(party_ids)])
