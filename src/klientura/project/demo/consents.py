"""Texts of consents and the consents of some people of the demo: given, withdrawn, about to end."""

import datetime as dt
from typing import Any, Final

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row

MAKER: Final = SystemActor("demo")
PEOPLE: Final = 24
TEXTS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "ru": {
        "processing": ("Согласие на обработку персональных данных",
            ("Я согласен на обработку моих персональных данных: имени, телефона, адреса почты и должности — "
            "для заключения и исполнения договоров. Согласие действует до отзыва; отозвать его можно письмом или звонком.")),
        "advertising": ("Согласие на получение рекламы",
            "Я согласен получать сообщения рекламного характера выбранными мной способами. Отказаться можно в любой момент."),
        "tracking": ("Согласие на отслеживание открытия писем",
            "Я согласен, чтобы отправитель узнавал, открыл ли я его письма и перешёл ли по ссылкам в них."),
    },
    "en": {
        "processing": ("Consent to the processing of personal data",
            ("I consent to the processing of my name, phone number, e-mail address and position "
            "for making and performing contracts. The consent holds until I withdraw it, by letter or by phone.")),
        "advertising": ("Consent to advertising messages",
            "I consent to receiving advertising messages in the ways I have chosen. I may refuse at any time."),
        "tracking": ("Consent to the tracking of reading letters",
            "I consent to the sender learning whether I have opened their letters and followed the links in them."),
    },
}  # fmt: skip
WORD: Final = {
    "ru": "Сказано по телефону, записал менеджер",
    "en": "Said on the phone, written down by the manager",
}


def write_consents(operation_id: int, *, language: str, now: dt.datetime) -> int:
    """Write the texts and the consents as a part of the operation of the demo; return how many records."""
    kind = "ru" if language == "ru" else "en"
    since = (now - dt.timedelta(days=400)).date().isoformat()
    texts = [
        {"name": name, "purpose": purpose, "language": kind, "text": text, "in_force_from": since}
        for purpose, (name, text) in TEXTS[kind].items()
    ]
    numbers = write.create_many(MAKER, shape_of("consent_text"), texts, operation_id=operation_id)
    text_of = dict(zip(TEXTS[kind], numbers, strict=True))
    tree = {"field": "email", "op": "not_empty"}
    people = read.page(
        MAKER, shape_of("person"), tree=tree, sort="id", limit=PEOPLE, keys=["title", "owner"]
    ).rows
    rows = [
        row
        for number, person in enumerate(people)
        for row in _of_person(number, person, text_of, WORD[kind], now)
    ]
    if rows:
        write.create_many(MAKER, shape_of("consent"), rows, operation_id=operation_id)
    return len(texts) + len(rows)


def _of_person(
    number: int, person: Row, text_of: dict[str, int], word: str, now: dt.datetime
) -> list[dict[str, Any]]:
    """Everybody lets their data be processed, most take advertising, some let it be known that they read."""

    def ago(days: int) -> str:
        return (now - dt.timedelta(days=days)).isoformat()

    owner = person["owner"].id if person["owner"] else None
    same = {"person": person["id"], "owner": owner}
    made: list[dict[str, Any]] = [
        {**same, "text": text_of["processing"], "given_at": ago(300 + number), "how": "paper"}
    ]
    if number % 3:
        advertising = {**same, "text": text_of["advertising"], "given_at": ago(200 + number), "how": "form", "ip": f"203.0.113.{number + 1}",
                       "channel": "email" if number % 2 else "all"}  # fmt: skip
        if number == 1:
            advertising |= {"withdrawn_at": ago(8), "withdrawn_how": "word"}
        if number == 2:
            advertising["valid_until"] = (now + dt.timedelta(days=12)).date().isoformat()
        made.append(advertising)
    if number % 4 == 0:
        made.append(
            {**same, "text": text_of["tracking"], "channel": "email", "given_at": ago(90 + number), "how": "word", "proof": word}
        )  # fmt: skip
    return made
