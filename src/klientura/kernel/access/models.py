"""Users, teams, roles and what differs from the default rights of a role."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LEVELS = [("none", _("hidden")), ("read", _("read only")), ("write", _("may change"))]
SCOPES = [
    ("none", _("nothing")),
    ("own", _("own records")),
    ("team", _("own team")),
    ("tree", _("own team and below")),
    ("parent", _("own, and those of clients open to them")),
    ("all", _("everything")),
]


class Team(models.Model):
    """A unit of the company; units form a tree."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("above")
    )

    class Meta:
        db_table = "access_team"
        constraints = [models.UniqueConstraint(Lower("name"), name="access_team_name_unique")]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A set of rights. The four built-in roles have their rights in code; grants say only what differs."""

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        db_table = "access_role"

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """An action on an object, and over which records a role may do it. Overrides the role's default."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    object = models.CharField(max_length=60)
    action = models.CharField(max_length=20)
    scope = models.CharField(max_length=10, choices=SCOPES)

    class Meta:
        db_table = "access_grant"
        constraints = [
            models.UniqueConstraint(fields=["role", "object", "action"], name="access_grant_unique")
        ]


class FieldGrant(models.Model):
    """A field that a role does not see, or sees but does not change."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="+")
    object = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=LEVELS)

    class Meta:
        db_table = "access_field_grant"
        constraints = [
            models.UniqueConstraint(fields=["role", "object", "field"], name="access_field_grant_unique")
        ]


class UserManager(BaseUserManager["User"]):
    """Looks users up by e-mail without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody who works in the product."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name=_("role"))
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    language = models.CharField(_("language"), max_length=5, default="ru")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow")
    theme = models.CharField(_("theme"), max_length=5, default="auto")
    week_start = models.CharField(_("first day of the week"), max_length=6, default="auto")
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "access_user"
        constraints = [models.UniqueConstraint(Lower("email"), name="access_user_email_unique")]

    def __str__(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permissions are not used; every right goes through the gate."""
        return False


class ApiToken(models.Model):
    """A key for programs. Only its digest is kept; it acts with the rights of its user.

    One for the API opens the API alone, one for a device the address books and calendars alone.
    """

    API, DEVICE = "api", "device"

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(max_length=8, default=API, db_default=API)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "access_api_token"


class ShareTerm(models.Model):
    """A user or a team until a moment. Records shared with an end carry its number instead of theirs.

    Which terms still run is looked up with the rights of an actor, so that a share ends at its very moment without any
    statement that asks what time it is.
    """

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "access_share_term"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team", "ends_at"], nulls_distinct=False, name="access_share_term_unique"
            )
        ]


class Substitution(models.Model):
    """While one user is away another stands in: reads and edits what the first one owns, within the rights of both.

    `first` and `last` are days of the company's calendar, `starts_at` and `ends_at` the moments they come to. `kinds`
    are the keys of the objects it is about (null: all). One that was ended early keeps its row: the history names it.
    """

    absent = models.ForeignKey(User, models.CASCADE, related_name="+")
    deputy = models.ForeignKey(User, models.CASCADE, related_name="+")
    first = models.DateField()
    last = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    kinds = ArrayField(models.CharField(max_length=60), null=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "kernel_substitution"
        indexes = [models.Index(fields=["deputy", "ends_at"], name="kernel_substitution_deputy")]
