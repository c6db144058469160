"""What a field type is. A type is plain, shared and stateless; what differs per field stands in `Params`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

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


@dataclass(frozen=True, slots=True)
class Params:
    """The particulars of one field that its type works with."""

    max_length: int | None = None
    digits: int | None = None
    places: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[Choice, ...] = ()
    target: str | None = None  # key of the object a reference points at
    currency_field: str | None = None
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
