"""Shape: frozen plain data about one kind of record; everything generic works from it alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, dataclass_transform

from klientura.kernel.errors import FieldError, Text
from klientura.kernel.fields.base import FieldType, Params
from klientura.kernel.fields.references import TEAMS, USERS
from klientura.kernel.objects.labels import capital
from klientura.kernel.objects.spec import BeforeWrite, LineHelper, ObjectSpec, Section

HEADER = (
    "id",
    "uid",
    "title",
    "owner",
    "team",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "version",
)
RELATIVE = ("last_days", "next_days", "before_days", "after_days")
"""What may be asked of a field that knows periods, with a number of days from today as the value."""


@dataclass(frozen=True, slots=True)
class Rollup:
    """What a field gathers from the records that point at its own."""

    source: str  # key of the object gathered from
    link: str  # its reference that points here, or SUBJECT
    measure: str  # count, sum, avg, min, max, last
    of: str = ""  # the field gathered; a count has none
    by: str = ""  # the date that says which record is the last
    condition: str = ""  # filter tree as JSON; empty: all records
    asks: frozenset[str] = frozenset()  # the fields of the source that it depends on
    for_all: bool = False  # shown also to those who may not read every record it is gathered from


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the database numbers new records in a field."""

    prefix: str = ""  # «{year}» in it stands for the year
    digits: int = 1  # filled up with noughts to so many
    yearly: bool = False  # begins anew each year


SUBJECT = "subject"
"""The link of objects that hang on any kind of record by its object and number."""


@dataclass_transform(frozen_default=True)
def _frozen[T](cls: type[T]) -> type[T]:
    """A dataclass that the type checker holds frozen. Guarding it at run time as well makes each six times as dear."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


@_frozen
class FieldShape:
    """One field: its key for people and programs, its column, its type and what may be done with it."""

    key: str
    column: str
    type: FieldType
    label: Text
    params: Params
    hint: Text = ""
    required: bool = False
    nullable: bool = True
    system: bool = False  # part of the record header, or kept by the product
    read_only: bool = False
    by_verb: str | None = None
    once: bool = False  # told when the record is made, and never changed after
    filterable: bool = True
    sortable: bool = True
    contains: bool = False
    counted: bool = True  # a record without it is less complete
    grouped: bool = False  # a text by whose values lists are grouped
    adds_up: bool = True  # a number whose sum over many records says something
    indexed: bool = True  # an index serves what filters and sorts by it
    formula: str = ""  # what the database computes it by
    reads: frozenset[str] = frozenset()  # the fields that its formula reads
    rollup: Rollup | None = None  # what the database gathers in it
    numbering: Numbering | None = None  # how it is numbered
    shown_when: str = ""  # filter trees as JSON, asked of the field's own record; empty: always, never, never
    required_when: str = ""
    locked_when: str = ""
    open_options: bool = False  # administrators may add options
    fields_of: str = ""  # the kind of record whose fields these options name
    options_of: str = ""  # the field whose options these are
    kept_options: tuple[tuple[str, Text], ...] = ()  # those that cannot be taken away, and what needs each
    default: Any = None
    tracked: bool = True
    within: tuple[str, str] | None = None
    related: Text | None = None
    rare: bool = False  # a card shows it only where it is filled
    as_day: str = ""  # the date that stands for this moment where there is one
    copied: bool = True  # a copy of the record begins with it
    due: bool = False  # a moment by which something has to be done
    due_while: tuple[str, tuple[Any, ...]] = (
        "",
        (),
    )  # the field and its values with which it still has to be

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators a filter may use on this field."""
        ops = self.type.operators
        if "within" in ops:
            ops = (*ops, *RELATIVE)
        return ops if self.contains else tuple(o for o in ops if o not in {"contains", "not_contains"})

    @property
    def heading(self) -> str:
        """The label as a heading says it, with a capital letter."""
        return capital(self.label)

    @property
    def points_at(self) -> str | None:
        """What a field of one reference points at: users, teams, or a kind of record by its key; None for any other field."""
        if self.type.key == "user":
            return USERS
        if self.type.key == "reference":
            return TEAMS if self.column == "team_id" else self.params.target
        return None

    @property
    def writable(self) -> bool:
        """Whether the generic create accepts it, and the generic update unless it is told once."""
        return not (self.read_only or self.by_verb)

    @property
    def changeable(self) -> bool:
        """Whether the generic update accepts it."""
        return self.writable and not self.once


@dataclass(frozen=True, slots=True)
class PartShape:
    """The lines of a record: table, the column that points at the record, and their fields."""

    key: str
    label: Text
    table: str
    parent_column: str
    fields: Mapping[str, FieldShape]
    mirrors: tuple[str, ...]
    search: tuple[str, ...]
    order: str
    columns: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    helper: LineHelper | None = None
    totals: tuple[str, ...] = ()
    stands_for: Mapping[str, str] = field(default_factory=dict)
    complete: BeforeWrite | None = None
    advise: Callable[[Any, Any], Sequence[FieldError]] | None = None
    closed: Callable[[Mapping[str, Any]], bool] | None = None
    by_verb: str = ""


@dataclass(frozen=True, slots=True, eq=False)  # one per object and version: compared by identity
class Shape:
    """One kind of record, compiled. `base` is the key of the table's id space (organisation and person: party)."""

    key: str
    base: str
    table: str
    spec: ObjectSpec
    label: Text
    plural: Text
    fields: Mapping[str, FieldShape]
    parts: Mapping[str, PartShape] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    arrangements: Mapping[tuple[str, str], tuple[Section, ...]] = field(default_factory=dict)
    """Sections of card and form for a role, a stage, or both; «» stands for any."""

    @property
    def placed(self) -> tuple[str, ...]:
        """The keys of the fields of all sections, in their order on the card."""
        return tuple(key for section in self.spec.sections for key in section.fields)

    def sections_for(self, role: str, stage: str = "") -> tuple[Section, ...]:
        """The sections of the card and the form for somebody of a role, of a record at a stage: the closest there are."""
        for place in ((role, stage), (role, ""), ("", stage)):
            if place in self.arrangements:
                return self.arrangements[place]
        return self.spec.sections
