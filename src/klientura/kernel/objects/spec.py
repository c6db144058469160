"""How a module declares a kind of record. What is not declared is derived from the model."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.db import models

from klientura.kernel.errors import FieldError, Text

if TYPE_CHECKING:
    from klientura.kernel.objects.batch import Batch, Draft

type Scope = Literal["none", "own", "team", "tree", "parent", "all"]
type BeforeWrite = Callable[["Batch", Any], None]
type DuplicateKeys = Mapping[str, str]
"""What tells two records of one client: path of a value (as in `file_names`) → its role in `kit.matching`."""


@dataclass(frozen=True, slots=True)
class Nameless:
    """What a record without a title is called: words from some of its fields, in the reader's language and by their rights."""

    fields: tuple[str, ...]
    words: Callable[[Mapping[str, Any]], str]
    """Of those of the fields that the reader sees; a reference stands in it with its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What differs for one field from what its model column says. `None` means: as derived."""

    type: str | None = None
    label: Text | None = None
    hint: Text | None = None
    required: bool | None = None
    filterable: bool = True
    sortable: bool = True
    contains: bool = False  # a trigram index serves «contains»
    grouped: bool = False  # a line of text whose values come back (a city, a source): lists are grouped by it
    trimmed: bool = False  # a decimal is read without zeros at its end: how much of something
    adds_up: bool = True  # the sum of a number over many records says something; that of prices does not
    read_only: bool = False  # kept by the product itself
    by_verb: str | None = None  # only this action changes it
    once: bool = False  # told when the record is made, and never changed after
    normalise: Callable[[str], str] | None = None
    hues: Mapping[str, str] = field(default_factory=dict)  # option code → hue
    options_of: str = ""  # the options are those of this other field («consent_text.purpose»)
    fields_of: str = (
        ""  # the options are the fields and the lines of this kind of record that may be filled in
    )
    open_options: bool = False  # administrators may add options, and take away those that are not kept
    kept_options: Mapping[str, Text] = field(default_factory=dict)  # code → what of the product needs it
    options_by: str = ""  # the field of options of the same record by which these are offered
    option_fits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # code → codes of that field
    target: str | None = None  # object of a reference, when its model serves several
    minimum: int | None = None
    maximum: int | None = None
    not_before: str = ""  # the date of the same record that this one never lies before
    counted: bool = True  # a record without it is less complete
    tracked: bool = True  # kept in the history; facts that follow from other records are not
    within: tuple[str, str] | None = (
        None  # (field here, field of the target): first those that share its record
    )
    related: Text | None = None  # title of the panel on the card this reference points at
    rare: bool = False  # most records go without it: a card shows it where it is filled, and a form always
    as_day: str = ""  # the date of the same record that, where there is one, is what this moment means
    copied: bool = True  # a copy of the record begins with it; not what happened to this one record only
    due: bool = (
        False  # a moment by which something has to be done: past, it is late while the record is current
    )


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of fields on the card and the form."""

    key: str
    label: Text
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineHelper:
    """A dialog that fills in lines: offered at those whose places `fits` names, asked for by POST of the form to `url`.

    The address goes on with the object; ?place= says at which line, ?id= of which record.
    """

    label: Text
    url: str
    fits: Callable[[Sequence[Mapping[str, Any]]], Collection[int]]
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Lines that belong to a record and have no life of their own: phones, addresses, stages of a pipeline.

    They are read, written, imported and shown with their record and follow its rights and its history.
    `mirrors` names fields of the record that repeat its first lines (the main phone): one right holds for all of them.
    Lines with `columns` (what an order consists of) are a table: read in these columns, written in those of `inputs`.
    `complete` fills in what follows from what was given (a price, a sum) in drafts as `before_write` sees them; it is
    asked while somebody is typing, too. Where an input may stay empty and something follows for it, `stands_for` names
    the column that says what.
    """

    key: str
    model: type[models.Model]
    parent: str  # model field that points at the record
    label: Text
    fields: Mapping[str, Field] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    order: str = "position"
    columns: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(
        default_factory=dict
    )  # column → field that is read after its value (a unit)
    inputs: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()  # fields that nobody types: they go along with a line in forms and copies
    helper: LineHelper | None = None
    totals: tuple[str, ...] = ()  # fields that are added up below the table
    stands_for: Mapping[str, str] = field(default_factory=dict)
    complete: BeforeWrite | None = None
    # (draft with completed lines, who types) → what they are told meanwhile, by `lines.0.column` or the key of the part;
    # nothing is refused by it
    advise: Callable[["Draft", Any], Sequence[FieldError]] | None = None
    closed: Callable[[Mapping[str, Any]], bool] | None = None  # row → whether its lines stay as they are
    by_verb: str = ""  # only this action adds lines and takes them away


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """How records stand on a board: in columns of `group`, with the sum of `total` on top."""

    group: str
    total: str | None = None
    move: str | None = None  # the action that moves a card when the group is kept by a verb
    # (actor, chosen record of `chooser` or None) → rows with id, name, hue, kind, days, and at_most where a column
    # has a limit; absent for options
    columns: Callable[..., list[dict[str, Any]]] | None = None
    chooser: str | None = None  # reference field by which one board of several is chosen (pipeline)
    # (actor, numbers of boards) → those of them that are worked on by the actor; absent: all are
    open_to: Callable[[Any, Collection[int]], Collection[int]] | None = None
    aged: str | None = None  # moment since which a card stands in its column
    next_step: str | None = None  # moment whose absence is marked
    closed: str | None = None  # moment of closing: columns of a closing kind show the last RECENT_DAYS only
    card: tuple[str, ...] = ()
    expires: str | None = None  # the day until which a card may wait
    badge: tuple[str, ...] = ()  # an option that is shown as a badge, with the number beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A verb of the business on one record: `run(actor, record_id, values, expected_version)`."""

    key: str
    label: Text
    run: Callable[..., Any]
    fields: Mapping[str, Field] = field(default_factory=dict)
    icon: str = "zap"
    # (actor, row) → whether the card offers it now; the verb itself refuses what may not be all the same
    fits: Callable[[Any, Mapping[str, Any]], bool] | None = None
    # what one must be allowed to do with the record to be offered it: an answer is for whoever reads the question
    needs: str = "edit"
    # what it sets on each of many records at once (actor, values as they came); None: it is done to one record only
    many: Callable[[Any, Mapping[str, Any]], dict[str, Any]] | None = None
    # its dialog may ask for any field of the record that the rules find missing, beside those of its own
    asks_missing: bool = False
    # what is asked instead of a field that nobody fills in, as controls of the dialog (see ui/fields.html) named «field-…»
    instead: Mapping[str, Callable[[], list[dict[str, Any]]]] = field(default_factory=dict)
    # its form begins empty: what was written the time before is told elsewhere, and is no beginning of what is said now
    anew: bool = False


@dataclass(frozen=True, slots=True)
class ReadyView:
    """A view of the list that is there for everybody from the first day: its key in addresses, its name, its filter."""

    key: str
    label: Text
    filter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a form is filled in from a record of another kind: an invoice from a deal. Nothing is written until it is saved.

    `fill(actor, number)` reads with the rights of the actor and answers (values, lines by part), references as `Ref`.
    """

    label: Text
    fill: Callable[[Any, int], tuple[dict[str, Any], dict[str, Any]]]
    # (actor, row of the other record) → whether its card offers it now
    fits: Callable[[Any, Mapping[str, Any]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Remarks:
    """What a form is told as it is filled in, before anything is saved: POST of the form to `url` answers a piece of page.

    It stands below the field `after`; of a record that there is already the address says the number (?id=).
    """

    url: str
    after: str


@dataclass(frozen=True, slots=True)
class RowMate:
    """Another kind of record that may stand in the same row of a file: an organisation and the person who speaks for it.

    `link` is the member's field that points at the object that declares this.
    """

    member: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # declared once: compared by identity
class ObjectSpec:
    """A kind of record. A field is named in at most three places: model, spec, migration."""

    key: str
    model: type[models.Model] | None  # None: a table that was added at run time
    label: Text
    plural: Text
    new_label: Text  # «New organisation», in a form that agrees in both languages
    icon: str
    title: tuple[str, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    quick: tuple[str, ...] = ()  # fields of the short form in the dialog; else the first of the sections
    columns: tuple[str, ...] = ()
    sort: str = "-created_at"
    calendar: str = ""  # the date by which a calendar opens; else the first of its own
    search: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    parent: str | None = None  # reference whose readers may read this too (scope «parent»)
    current: Mapping[str, Any] | None = (
        None  # filter tree of what is still work in hand, with which lists open; absent: all of it is
    )
    ready_views: tuple[ReadyView, ...] = ()  # further ones, behind that of current records
    # other kinds whose work in hand counts too when records are given to whoever has least
    busy_with: tuple[str, ...] = ()
    facts: bool = False  # records of what has happened: nobody has work with them any more
    goes_with: str | None = None  # reference to the record whose owner this follows when work is handed over
    board: Board | None = None
    match_keys: tuple[tuple[str, ...], ...] = ()
    file_names: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # what people call its columns, by path
    row_mate: RowMate | None = None
    duplicates: DuplicateKeys | None = None
    vcard: Mapping[str, str] = field(default_factory=dict)  # columns of an address book → paths
    before_write: BeforeWrite | None = None
    # (numbers, actor): raises a KernelError when the records may not go to the trash as things stand
    before_trash: Callable[[Sequence[int], Any], None] | None = None
    # (numbers that would go, actor): raises a KernelError when these may not become another record, with all that points at them
    before_merge: Callable[[Sequence[int], Any], None] | None = None
    # Of records for the same there is one alone, as before_write says: a merge that would bring two of them together is refused.
    one_for_the_same: bool = False
    # numbers → those of the records that no undo changes any more, for others rely on them as they stand
    settled: Callable[[Collection[int]], set[int]] | None = None
    prefill: Callable[[Any], Mapping[str, Any]] | None = None  # actor → values that an empty form begins with
    remarks: Remarks | None = None
    begun_from: Mapping[str, "Beginning"] = field(
        default_factory=dict
    )  # object from whose card one may be begun → how
    actions: tuple[Action, ...] = ()
    rights: Mapping[str, Mapping[str, Scope]] = field(default_factory=dict)
    # field of a user or of users → what those whom it names may do with the record, as its owner may
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # a tick by which a record is open to nobody but its owner, its members and those it is shared with
    private: str = ""
    kept: bool = (
        False  # nobody moves such a record to the trash: it goes with what it hangs on, when that is purged
    )
    completeness: bool = False  # how far such a record is filled in says something of it
    subject: bool = True  # interactions, tasks and files may hang on it
    navigation: bool = True
    in_menu: bool = (
        True  # its list has a line of its own there; else a page of the module leads to it, and the palette
    )
    related: bool = True  # shown as a panel on the cards of the records it refers to
    empty_text: Text = ""
    area: Text = ""  # the heading below which the navigation shows it, beside others of the same one
    heading: Text = ""  # how its card names a record whose title is a bare number: «Invoice No. {title}»
    dated: str = ""  # the day that the heading tells besides: «Invoice No. 15 of 12.11.2026»
    nameless: Nameless | None = (
        None  # how a record without a title is told from others: «Draft invoice, Romashka, 12 000 ₽»
    )
    together: Sequence[
        tuple[str, ...]
    ] = ()  # fields that mean something only together: an undo restores all or none
    indexes: Sequence[tuple[str, ...]] = ()

    @property
    def table_model(self) -> type[models.Model]:
        """The model of a declared object. Raises LookupError for one that was added at run time."""
        if self.model is None:
            raise LookupError(self.key)
        return self.model
