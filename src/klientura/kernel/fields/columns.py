"""Model columns for the types that Django has no field of its own for."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _Char = models.CharField[Any, Any]
    _Decimal = models.DecimalField[Any, Any]
else:
    _Char, _Decimal = models.CharField, models.DecimalField


class PhoneColumn(_Char):
    """A phone, normalised by the phone field type."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        super().__init__(*args, **kwargs)


class MoneyColumn(_Decimal):
    """An exact sum with two places; 16 digits before the point."""

    def __init__(self, *args: Any, currency_field: str | None = None, **kwargs: Any) -> None:
        self.currency_field = currency_field
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.currency_field:
            kwargs["currency_field"] = self.currency_field
        return name, path, args, kwargs
