"""The condition on approval in filters: {"field": "@approval", "op": "in", "value": ["pending"]}; «none»: never sent."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.gate import Predicate
from klientura.kernel.approvals.models import STATES
from klientura.kernel.store.operators import Context, bad

KEY: Final = "@approval"
NONE: Final = "none"
_LAST: Final = sql.SQL(
    "coalesce((select q.state from kernel_approval q where q.object = {base} and q.record_id = {alias}.id"
    " order by q.id desc limit 1), 'none')"
)


def compile_state(op: str, value: Any, context: Context) -> Predicate:
    """How the last round of a record stands. Raises BadRequest."""
    wanted = value if isinstance(value, list) else [value]
    known = {NONE, *(state for state, _label in STATES)}
    if (
        context.shape is None
        or op not in {"eq", "ne", "in", "not_in"}
        or not wanted
        or set(map(str, wanted)) - known
    ):
        raise bad(_("One cannot filter by «%(field)s».") % {"field": KEY}, field=KEY)
    last = _LAST.format(base=sql.Literal(context.shape.base), alias=sql.Identifier(context.alias))
    sign = sql.SQL("<> all(%s)") if op in {"ne", "not_in"} else sql.SQL("= any(%s)")
    return Predicate(sql.SQL("{} {}").format(last, sign), ([str(w) for w in wanted],))
