"""No text of a user may cost more than a moment: long and repetitive input to every reader."""

import time
from collections.abc import Callable

import pytest

from klientura.kit.clean import clean_text
from klientura.kit.emails import normalise_email, split_emails
from klientura.kit.organisations import name_key, normal_quotes, split_legal_form
from klientura.kit.people import parse_person_name
from klientura.kit.phones import parse_phone, split_phones
from klientura.kit.readings import parse_bool, parse_datetime, parse_decimal
from klientura.kit.requisites import check_account, check_inn, check_kpp
from klientura.kit.tabular.formulas import neutralise
from klientura.kit.text import fold, search_variants, switch_layout, words
from klientura.kit.urls import normalise_site

LENGTH = 100_000
SEEDS = [
    "1",
    " ",
    "@",
    "<@",
    "a.",
    "(",
    '"',
    "«",
    "x ",
    "+7 ",
    "8 902 ",
    "1,",
    "=",
    "'",
    "ё",
    "е\u0308",
    "\u202e",
    "й-",
    "доб ",
    "//",
]
READERS: list[Callable[[str], object]] = [
    lambda text: clean_text(text, multiline=True),
    fold,
    words,
    switch_layout,
    search_variants,
    normalise_email,
    split_emails,
    normalise_site,
    parse_phone,
    split_phones,
    parse_person_name,
    split_legal_form,
    normal_quotes,
    name_key,
    lambda text: parse_decimal(text, "ru"),
    lambda text: parse_datetime(text, "en"),
    parse_bool,
    check_inn,
    check_kpp,
    lambda text: check_account(text, text),
    neutralise,
]


@pytest.mark.parametrize("reader", READERS)
def test_long_repetitive_input_is_read_in_a_moment(reader: Callable[[str], object]) -> None:
    for seed in SEEDS:
        text = (seed * LENGTH)[:LENGTH]
        started = time.process_time()
        try:
            reader(text)
        except ValueError:
            # A refusal is as good as a reading.
            continue
        finally:
            assert time.process_time() - started < 1, seed
