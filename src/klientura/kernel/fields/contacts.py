"""E-mail, phone and web address: normalised where the value allows it, kept as written where it does not."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, Params
from klientura.kernel.fields.text import TextType, checked_text
from klientura.kit.emails import BadEmail, normalise_email
from klientura.kit.formats import Language
from klientura.kit.phones import parse_phone
from klientura.kit.urls import BadUrl, normalise_site


class EmailType(TextType):
    """An e-mail address."""

    key = "email"
    widget = "email"

    def parse(self, raw: object, params: Params) -> Any:
        text = checked_text(raw, multiline=False, limit=254)
        try:
            return normalise_email(text)
        except BadEmail as bad:
            raise FieldProblem(
                "email", _("This is not an e-mail address. It looks like name@example.org.")
            ) from bad

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": 254}


class PhoneType(TextType):
    """A phone number: E.164 when it can be told for sure, else as it was written."""

    key = "phone"
    widget = "phone"

    def parse(self, raw: object, params: Params) -> Any:
        text = checked_text(raw, multiline=False, limit=64)
        if not any(c.isdigit() for c in text):
            raise FieldProblem("phone", _("There are no digits here. Enter a phone number."))
        return parse_phone(text).kept

    def display(self, value: Any, params: Params, lang: Language) -> str:
        return "" if not value else parse_phone(value).shown(lang)

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "maxLength": 64}


class UrlType(TextType):
    """A web address (http or https only)."""

    key = "url"
    widget = "url"

    def parse(self, raw: object, params: Params) -> Any:
        text = checked_text(raw, multiline=False, limit=500)
        try:
            return normalise_site(text)
        except BadUrl as bad:
            raise FieldProblem("url", _("This is not a web address. It looks like example.org.")) from bad

    def schema(self, params: Params) -> dict[str, Any]:
        return {"type": "string", "format": "uri", "maxLength": 500}
