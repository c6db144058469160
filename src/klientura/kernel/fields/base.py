"""What a field type is. A type is plain, shared and stateless; what differs per field stands in `Params`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text
from klientura.kit.formats import Language

REQUIRED = _("Fill this in.")


class Choice(NamedTuple):
    """One option: its stable code, its label, and the hue its badge is drawn in.

    One that is not `active` is no longer offered; records that hold it keep and show it.
    """

    code: str
    label: Text
    hue: str = "gray"
    active: bool = True
    fits: tuple[str, ...] = ()  # codes of the field that the list hangs on; empty: offered with all of them


def fitting(choice: Choice, of: object) -> bool:
    """Whether an option is offered where the field that its list hangs on holds this."""
    return not choice.fits or of in (None, "") or str(of) in choice.fits


class Choices(tuple[Choice, ...]):
    """The options of a field in their order, found by code or by label without looking through all of them."""

    def __hash__(self) -> int:
        """Cheap, however long the list is: fields stand in the keys of caches."""
        return hash((len(self), self[0].code, self[-1].code)) if self else 0

    @cached_property
    def by_code(self) -> dict[str, Choice]:
        """Each option by its code."""
        return {choice.code: choice for choice in self}

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each code stands in the order."""
        return {choice.code: place for place, choice in enumerate(self)}

    @cached_property
    def _by_label(self) -> dict[str, dict[str, str]]:
        return {}

    def by_label(self) -> dict[str, str]:
        """Each code by its label in the language of the moment, in small letters; of two equal labels the first."""
        language = get_language() or ""
        known = self._by_label.get(language)
        if known is None:
            known = {}
            for choice in self:
                known.setdefault(str(choice.label).casefold(), choice.code)
            self._by_label[language] = known
        return known

    def in_order(self, codes: Iterable[str]) -> list[str]:
        """Some codes, each once, in the order of the options."""
        return sorted({c for c in codes if c in self.places}, key=self.places.__getitem__)


NO_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class Params:
    """The particulars of one field that its type works with."""

    max_length: int | None = None
    digits: int | None = None
    places: int | None = None
    trimmed: bool = False  # read and typed without zeros at the end
    minimum: int | None = None
    maximum: int | None = None
    choices: Choices = NO_CHOICES
    options_by: str = ""  # the field of options of the same record that these are offered by
    home: str = (
        ""  # «object.field» of a field whose values are chosen from a list; where the list is asked for
    )
    dictionary: str = ""  # the tags that a field of tags takes its values from
    open_tags: bool = True  # whoever may fill the field in may also make new tags
    target: str | None = None  # key of the object a reference points at
    map_service: str = ""  # that shows a place when somebody asks for it
    currency_field: str | None = None
    not_before: str = ""  # the date of the same record that this one never lies before
    normalise: Callable[[str], str] | None = None  # raises FieldProblem for a value it refuses


class FieldProblem(Exception):
    """One value is refused: a code for programs and a sentence for people."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class FieldType:
    """Base of all types; subclasses override what is theirs.

    A parsed value is what psycopg stores; `None` means empty. `parse` accepts what a form, a file or JSON brings.
    """

    key: ClassVar[str]
    widget: ClassVar[str]
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "in", "empty", "not_empty")
    sql_type: ClassVar[str] = "text"
    folds: ClassVar[bool] = False  # compared and sorted through k_fold
    multiline: ClassVar[bool] = False  # keeps its line breaks
    groupable: ClassVar[bool] = False
    numeric: ClassVar[bool] = False
    many: ClassVar[bool] = False  # holds any number of values, in an array, each once

    def parse(self, raw: object, params: Params) -> Any:
        """Turn input into a stored value; raise FieldProblem when it is not one. Empty input never comes here."""
        raise NotImplementedError

    def is_empty(self, raw: object) -> bool:
        """Whether the input stands for «no value»."""
        return raw is None or (isinstance(raw, str) and not raw.strip())

    def to_json(self, value: Any) -> Any:
        """The stored value as the API and history show it."""
        return value

    def display(self, value: Any, params: Params, lang: Language) -> str:
        """The stored value as text for people."""
        return "" if value is None else str(value)

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        """The stored value as a form shows it for editing."""
        return "" if value is None else str(value)

    def schema(self, params: Params) -> dict[str, Any]:
        """The JSON schema (OpenAPI 3.1) of a stored value, without its being nullable."""
        raise NotImplementedError
