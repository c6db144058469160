"""Making and changing users and teams. Each call tells all processes that rights moved."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import Role, Team, User
from klientura.kernel.access.passwords import password_faults
from klientura.kernel.access.roles import BUILT_IN
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.settings.installation import rights_changed
from klientura.kit.emails import BadEmail, normalise_email

BUILT_IN_ROLES = dict(
    zip(BUILT_IN, (_("Administrator"), _("Manager"), _("Employee"), _("Observer")), strict=True)
)


def ensure_roles() -> None:
    """Make the built-in roles where they are missing."""
    for key in BUILT_IN_ROLES:
        Role.objects.get_or_create(key=key, defaults={"name": key})


def role_of(key: str) -> Role:
    """A role by its key, or Invalid."""
    ensure_roles()
    try:
        return Role.objects.get(key=key)
    except Role.DoesNotExist:
        raise Invalid([FieldError("role", "option", _("There is no such role."))]) from None


@transaction.atomic
def create_user(
    *, email: str, name: str, password: str | None, role: str, team: Team | None = None, **more: Any
) -> User:
    """Make a user. Without a password the user cannot sign in until one is set. Raises Invalid."""
    errors: list[FieldError] = []
    try:
        address = normalise_email(email)
    except BadEmail:
        address = ""
        errors.append(
            FieldError("email", "email", _("This is not an e-mail address. It looks like name@example.org."))
        )
    if address and User.objects.filter(email__iexact=address).exists():
        errors.append(FieldError("email", "taken", _("Somebody already works here under this e-mail.")))
    if not name.strip():
        errors.append(FieldError("name", "required", _("Fill this in.")))
    user = User(email=address, name=name.strip(), role=role_of(role), team=team, **more)
    if password is not None:
        errors.extend(FieldError("password", "password", text) for text in password_faults(password, user))
    if errors:
        raise Invalid(errors)
    user.set_password(password)
    user.save()
    rights_changed()
    return user
