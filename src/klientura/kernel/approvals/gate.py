"""Asked by verbs that let a record out: may it go as it is?"""

from collections.abc import Mapping

from klientura.kernel.access.actor import Actor
from klientura.kernel.approvals.matching import wanted_of, words_for
from klientura.kernel.approvals.standing import stands
from klientura.kernel.errors import FieldError, Invalid, Text
from klientura.kernel.objects.shape import Shape


def require_approval(actor: Actor, shape: Shape, record_id: int, field: str = "approval") -> None:
    """Raise Invalid, saying why, when a record needs an approval that it does not have as it is now."""
    left = reasons_left(actor, shape, record_id)
    if left:
        raise Invalid([FieldError(field, "approval", reason) for reason in left])


def reasons_left(actor: Actor, shape: Shape, record_id: int) -> list[Text]:
    """Why a record may not go out, as far as no approval answers it: one by whom a required route names, and no other."""
    return [words_for(actor, shape, key, said) for key, said in left_of(actor, shape, record_id).items()]


def left_of(actor: Actor, shape: Shape, record_id: int) -> Mapping[str, Text]:
    """By what asks for it, what the approval that stands does not answer."""
    wanted = wanted_of(actor, shape, record_id)
    found = stands(shape, record_id) if wanted else None
    return {key: said for key, said in wanted.items() if found is None or key not in found.answers}
