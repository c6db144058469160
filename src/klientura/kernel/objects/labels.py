"""Texts that administrators type in both languages, said in the reader's."""

from collections.abc import Mapping

from django.utils.functional import lazy
from django.utils.translation import get_language

from klientura.kernel.errors import Text


def said(texts: Mapping[str, str]) -> Text:
    """A text by language («ru», «en») as one that is said in the reader's; where theirs is empty, in the other."""
    if not texts:
        return ""
    if len(texts) == 1:
        return next(iter(texts.values()))
    filled = [(language, text) for language, text in texts.items() if text]
    if not filled or all(text == filled[0][1] for _language, text in filled):
        return filled[0][1] if filled else ""
    return _said(tuple(filled))


def headed(label: Text) -> Text:
    """A label with a capital letter, in the language of whoever reads it."""
    return _headed(label)


def capital(label: Text) -> str:
    """A label with a capital letter, in the language of the moment."""
    text = str(label)
    return text[:1].upper() + text[1:]


_headed = lazy(capital, str)


def _choose(texts: tuple[tuple[str, str], ...]) -> str:
    language = (get_language() or "ru")[:2]
    return dict(texts).get(language, texts[0][1])


_said = lazy(_choose, str)
