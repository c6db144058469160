"""Asked by verbs that let a record out: may it go as it is?"""

from klientura.kernel.access.actor import Actor
from klientura.kernel.approvals.matching import reasons_of
from klientura.kernel.approvals.standing import stands
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.shape import Shape


def require_approval(actor: Actor, shape: Shape, record_id: int, field: str = "approval") -> None:
    """Raise Invalid, saying why, when a record needs an approval that it does not have as it is now."""
    reasons = reasons_of(actor, shape, record_id)
    if reasons and stands(shape, record_id) is None:
        raise Invalid([FieldError(field, "approval", reason) for reason in reasons])
