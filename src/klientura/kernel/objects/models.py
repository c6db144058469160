"""What administrators and packs add to the declared objects: kinds of record, fields, options.

Each row is the description of a real table or column; `kernel.schema` writes both in one transaction.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

CUSTOMER = "customer"
"""The layer of what the company added itself; a pack's layer is its key."""

STATES = [("active", _("in use")), ("removed", _("removed"))]


class Added(models.Model):
    """What every addition has. `version` grows with each change, so that two administrators cannot overwrite one another."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    layer = models.CharField(max_length=60, default=CUSTOMER)
    state = models.CharField(max_length=10, choices=STATES, default="active")
    position = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class AddedObject(Added):
    """A kind of record of the company's own. Texts are {"ru": …, "en": …}."""

    key = models.CharField(max_length=50, unique=True)
    label = models.JSONField(default=dict)
    plural = models.JSONField(default=dict)
    new_label = models.JSONField(default=dict)
    icon = models.CharField(max_length=40, default="box")
    navigation = models.BooleanField(default=True)
    board = models.CharField(max_length=63, blank=True)  # key of the option field that makes its columns
    parent = models.CharField(max_length=63, blank=True)  # key of the reference whose readers read this too

    class Meta:
        db_table = "kernel_added_object"

    @property
    def table(self) -> str:
        """The table of its records; named by number, so that no key ever meets a name that is taken."""
        return f"added_{self.pk}"


class AddedField(Added):
    """A field added to an object; its values stand in a column of the object's own table."""

    object = models.CharField(max_length=60)
    key = models.CharField(max_length=63)
    type = models.CharField(max_length=20)
    label = models.JSONField(default=dict)
    hint = models.JSONField(default=dict)
    params = models.JSONField(default=dict)
    required = models.BooleanField(default=False)
    default = models.JSONField(null=True)
    section = models.CharField(max_length=63, blank=True)
    listed = models.BooleanField(default=False)  # a column of the list unless the reader chooses others
    indexed = models.BooleanField(default=True)  # sorted and filtered by at full speed
    searched = models.BooleanField(default=False)  # found by the search

    class Meta:
        db_table = "kernel_added_field"
        constraints = [models.UniqueConstraint(fields=["object", "key"], name="kernel_added_field_key")]

    @property
    def column(self) -> str:
        """Its column; never renamed, and never used again for another field."""
        return f"x_{self.id}"


class AddedOption(models.Model):
    """One option of an added field. A code is kept for good; an option no longer offered is `active = False`."""

    field = models.ForeignKey(AddedField, models.CASCADE, related_name="+")
    code = models.CharField(max_length=63)
    label = models.JSONField(default=dict)
    hue = models.CharField(max_length=20, default="gray")
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "kernel_added_option"
        constraints = [models.UniqueConstraint(fields=["field", "code"], name="kernel_added_option_code")]


class DeclaredOption(models.Model):
    """An option of a declared field as the company words it, or one that the company added. Without a row it is as declared.

    `base` and `column` name the field: kinds of record that share its column share its options.
    """

    base = models.CharField(max_length=60)
    column = models.CharField(max_length=63)
    code = models.CharField(max_length=63)
    label = models.JSONField(default=dict)  # empty: as declared
    hue = models.CharField(max_length=20, default="gray")
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    fits = models.JSONField(null=True)  # codes of the field the list hangs on; null: as declared

    class Meta:
        db_table = "kernel_declared_option"
        constraints = [
            models.UniqueConstraint(fields=["base", "column", "code"], name="kernel_declared_option_code")
        ]


class NumberYear(models.Model):
    """Where the numbering of a field stood when a year began, for fields that begin anew each year."""

    column = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    base = models.BigIntegerField()

    class Meta:
        db_table = "kernel_number_year"
        constraints = [models.UniqueConstraint(fields=["column", "year"], name="kernel_number_year_one")]


class FieldConditions(models.Model):
    """When a field, a declared one too, is shown, has to be filled in, or can no longer be changed: filter trees over its record."""

    object = models.CharField(max_length=60)
    field = models.CharField(max_length=63)
    shown = models.JSONField(null=True)
    required = models.JSONField(null=True)
    locked = models.JSONField(null=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_field_conditions"
        constraints = [
            models.UniqueConstraint(fields=["object", "field"], name="kernel_field_conditions_one")
        ]


class Layout(models.Model):
    """How the company arranges the card and the form of an object, instead of what the object itself says.

    One without `role` and `stage` is for everybody; others for those of a role, for records at a stage (the code or the
    number in the field that makes the columns of the object's board), or for both.
    `sections` is [{"key", "label": {"ru", "en"} or null for the section's own, "fields": […]}]; fields that came later
    stand where the object puts them, and those in `hidden` stand nowhere.
    """

    object = models.CharField(max_length=60)
    role = models.CharField(max_length=40, blank=True, default="")
    stage = models.CharField(max_length=63, blank=True, default="")
    sections = models.JSONField(default=list)
    hidden = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_layout"
        constraints = [models.UniqueConstraint(fields=["object", "role", "stage"], name="kernel_layout_one")]
