"""Errors as part of the contract: each has a code for programs, a status, and a sentence for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Text = str | Promise


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one value: `field` is a field key (parts use `contact_points.0.value`)."""

    field: str
    code: str
    message: Text


class KernelError(Exception):
    """Base of the errors a person may meet. `message` says what happened and what to do."""

    status: ClassVar[int] = 400
    code: str = "error"
    default_message: ClassVar[Text] = _("The request could not be carried out.")

    def __init__(self, message: Text | None = None, *, code: str | None = None, **details: Any) -> None:
        super().__init__(code or self.code)
        self.message: Text = message if message is not None else self.default_message
        self.code = code or self.code
        self.details: Mapping[str, Any] = details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class BadRequest(KernelError):
    """The address or the body does not say something this product understands."""

    status = 400
    code = "bad_request"


class Denied(KernelError):
    """The actor may see this but not do that. Use NotFound where even the existence is a secret."""

    status = 403
    code = "denied"
    default_message = _("You do not have the right to do this. Ask your administrator if you need it.")


class NotFound(KernelError):
    """There is no such thing, or the actor may not know whether there is."""

    status = 404
    code = "not_found"
    default_message = _("There is no such record, or it is not open to you.")


class Invalid(KernelError):
    """Values were refused; nothing was written."""

    status = 422
    code = "invalid"
    default_message = _("Some values need correcting. Nothing was saved yet.")

    def __init__(self, errors: Sequence[FieldError], message: Text | None = None) -> None:
        super().__init__(message)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "; ".join(f"{e.field}: {e.code}" for e in self.errors)


class Stale(KernelError):
    """Somebody changed a setting since the version that the actor saw. Records have Conflict, which tells field by field."""

    status = 409
    code = "conflict"
    default_message = _(
        "Somebody changed this at the same time. Look at it as it is now and change it again."
    )


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that somebody else changed meanwhile: their value and the value that was refused (both as JSON)."""

    field: str
    theirs: Any
    yours: Any


class Conflict(KernelError):
    """A field the actor submitted was changed by somebody else since the version the actor saw."""

    status = 409
    code = "conflict"
    default_message = _(
        "Somebody changed the same field while you were editing. Look at both values and choose."
    )

    def __init__(
        self,
        version: int,
        conflicts: Sequence[FieldConflict],
        *,
        untouched: frozenset[str] = frozenset(),
        lines: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> None:
        """`untouched` are submitted fields that only others changed, `lines` the lines of both sides joined.

        A form that is shown again on the new version takes both, or saving it would undo what others did.
        """
        super().__init__()
        self.version = version
        self.conflicts = tuple(conflicts)
        self.untouched = untouched
        self.lines = dict(lines or {})
