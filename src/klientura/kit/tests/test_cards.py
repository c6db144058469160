"""Cards of address books: written, read again, and written over what another program sent."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit import cards
from klientura.kit.cards import BadCard, Card

SENT = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Старов;;;;\r\nFN:Старов\r\nitem1.TEL:1\r\nitem1.X-ABLabel:рабочий\r\n"
    "X-SPOUSE:Анна\r\nADR;TYPE=home:;;Улица 1;Тверь;;170000;Россия\r\nPHOTO;ENCODING=b:AAAA\r\nEND:VCARD\r\n"
)
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")) | st.sampled_from(" ,;:\\\""), max_size=60
).map(str.strip)  # fmt: skip


@given(
    last=words,
    first=words,
    organisation=words,
    position=words,
    note=st.lists(words, max_size=4).map("\n".join),
)
def test_what_is_written_is_read_again(last, first, organisation, position, note) -> None:
    card = Card("u", "Имя", last or "Л", first, "", organisation, position, note=note.strip())
    assert cards.read(cards.write(card)) == card


def test_no_line_is_longer_than_seventy_five_bytes_and_no_letter_is_split() -> None:
    text = cards.write(Card("u", "Щ" * 200, "Щ" * 200, note="😀" * 99))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert cards.read(text).note == "😀" * 99


def test_what_is_not_ours_stays_as_it_was_sent() -> None:
    card = Card("u", "Новов Иван", "Новов", "Иван", phones=(("mobile", "+79160000000"),))
    text = cards.write(card, SENT)
    assert cards.read(text) == card
    for line in ("X-SPOUSE:Анна", "ADR;TYPE=home:;;Улица 1;Тверь;;170000;Россия", "PHOTO;ENCODING=b:AAAA"):
        assert f"\r\n{line}\r\n" in text
    assert "X-ABLabel" not in text  # it described a phone that is ours now
    assert "Старов" not in text


def test_cards_of_other_programs() -> None:
    four = 'BEGIN:VCARD\nVERSION:4.0\nFN:Сидоров Пётр Ильич\nKIND:individual\nTEL;VALUE=uri;TYPE="cell,voice":tel:+7-916-1\nEND:VCARD'
    card = cards.read(four)
    assert (card.last, card.first, card.middle, card.phones) == (
        "Сидоров",
        "Пётр",
        "Ильич",
        (("mobile", "+7-916-1"),),
    )
    two = "BEGIN:VCARD\nVERSION:2.1\nN:Ким;Анна\nTEL;WORK;FAX:84951234567\nBDAY:19900203\nEND:VCARD"
    card = cards.read(two)
    assert (card.last, card.phones, card.birthday) == ("Ким", (("fax", "84951234567"),), dt.date(1990, 2, 3))


@pytest.mark.parametrize(
    "text",
    ["", "x", "BEGIN:VCARD", "BEGIN:VCALENDAR\nEND:VCALENDAR", "BEGIN:VCARD\nN:\x00\nEND:VCARD", SENT * 3000],
)
def test_what_is_no_card_is_said_to_be_none(text: str) -> None:
    if text == SENT * 3000:
        with pytest.raises(BadCard):
            cards.read(text)
        return
    with pytest.raises(BadCard):
        cards.read(text)


@given(st.text(max_size=300))
def test_nothing_breaks_the_reader(text: str) -> None:
    for whole in (text, f"BEGIN:VCARD\nVERSION:3.0\n{text}\nEND:VCARD"):
        try:
            cards.read(whole)
        except BadCard:
            continue
