"""The closed table of field types."""

from typing import Final

from klientura.kernel.fields.base import FieldType
from klientura.kernel.fields.choices import BooleanType, MultiOptionType, OptionType
from klientura.kernel.fields.contacts import EmailType, PhoneType, UrlType
from klientura.kernel.fields.dates import DateTimeType, DateType
from klientura.kernel.fields.files import FileType
from klientura.kernel.fields.location import LocationType
from klientura.kernel.fields.measures import DurationType, PercentType, RatingType
from klientura.kernel.fields.numbers import DecimalType, IntegerType, MoneyType
from klientura.kernel.fields.recurrence import RecurrenceType
from klientura.kernel.fields.references import ReferencesType, ReferenceType, UsersType, UserType
from klientura.kernel.fields.tags import TagsType
from klientura.kernel.fields.text import LongTextType, TextType

FIELD_TYPES: Final[dict[str, FieldType]] = {
    t.key: t
    for t in (
        TextType(), LongTextType(), IntegerType(), DecimalType(), MoneyType(), DateType(), DateTimeType(),
        BooleanType(), OptionType(), MultiOptionType(), EmailType(), PhoneType(), UrlType(), ReferenceType(), UserType(),
        PercentType(), RatingType(), DurationType(), TagsType(), FileType(), LocationType(), ReferencesType(),
        UsersType(),
    )
}  # fmt: skip

DECLARED_TYPES: Final[dict[str, FieldType]] = {**FIELD_TYPES, RecurrenceType.key: RecurrenceType()}
"""With those that only a module declares: their values need its own rules beside them."""
