"""Amounts of money in words, as papers say them: «Одна тысяча два рубля 50 копеек», “One thousand and two roubles 50 kopecks”."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from num2words import num2words

from klientura.kit.formats import Language

type _Forms = tuple[str, ...]

# ISO code → (whole units, hundredths): in Russian for 1, 2 and 5 of them, in English for 1 and more.
_RUSSIAN: Final[dict[str, tuple[_Forms, _Forms]]] = {
    "RUB": (("рубль", "рубля", "рублей"), ("копейка", "копейки", "копеек")),
    "USD": (("доллар США", "доллара США", "долларов США"), ("цент", "цента", "центов")),
    "EUR": (("евро", "евро", "евро"), ("цент", "цента", "центов")),
    "CNY": (("юань", "юаня", "юаней"), ("фынь", "фыня", "фыней")),
    "KZT": (("тенге", "тенге", "тенге"), ("тиын", "тиына", "тиынов")),
    "BYN": (("белорусский рубль", "белорусских рубля", "белорусских рублей"), ("копейка", "копейки", "копеек")),
}  # fmt: skip
_ENGLISH: Final[dict[str, tuple[_Forms, _Forms]]] = {
    "RUB": (("rouble", "roubles"), ("kopeck", "kopecks")),
    "USD": (("US dollar", "US dollars"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "CNY": (("yuan", "yuan"), ("fen", "fen")),
    "KZT": (("tenge", "tenge"), ("tiyn", "tiyns")),
    "BYN": (("Belarusian rouble", "Belarusian roubles"), ("kopeck", "kopecks")),
}  # fmt: skip
MOST: Final = Decimal(10) ** 15


def amount_in_words(amount: Decimal, currency: str, language: Language) -> str:
    """An amount with its whole units in words and its hundredths in two digits, with a capital letter.

    A currency without a name of its own here is called by its ISO code. Raises ValueError for 10¹⁵ and more.
    """
    exact = abs(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if exact >= MOST:
        raise ValueError("amount")
    whole, hundredths = divmod(int(exact * 100), 100)
    names = (_RUSSIAN if language == "ru" else _ENGLISH).get(currency, ((currency,), ("/100",)))
    # Of whole numbers as cardinals only: its own currencies lack some of ours, and read integers as hundredths.
    words = str(num2words(whole, lang="ru" if language == "ru" else "en"))
    text = (
        f"{words} {_form(whole, names[0], language)} {hundredths:02} {_form(hundredths, names[1], language)}"
    )
    if amount < 0:
        text = f"{'минус' if language == 'ru' else 'minus'} {text}"
    return text[0].upper() + text[1:]


def _form(number: int, forms: _Forms, language: Language) -> str:
    if len(forms) == 1:
        return forms[0]
    if language != "ru":
        return forms[0 if number == 1 else 1]
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    return forms[1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2]
