"""Quotes and signatures as Russian and English programs write them."""

import pytest

from klientura.kit.letters.cleaning import text_of
from klientura.kit.letters.quotes import own_words

SAID = "Добрый день!\n\nСчёт получили, оплатим завтра."
QUOTED = "> Иван, здравствуйте.\n> Высылаю счёт № 15.\n>\n> С уважением, Пётр"
BARE = "Иван, здравствуйте.\nВысылаю счёт № 15."
HEADS = {
    "gmail": "пт, 17 окт. 2025 г. в 12:34, Пётр Ильин <petr@yandex.ru>:",
    "gmail wrapped": "пт, 17 окт. 2025 г. в 12:34, Пётр Александрович Ильин-Заречный <\npetr.ilyin.zarechny@yandex.ru>:",
    "gmail en": "On Fri, Oct 17, 2025 at 12:34 PM Petr Ilyin <petr@yandex.ru> wrote:",
    "gmail en wrapped": "On Fri, Oct 17, 2025 at 12:34 PM Petr Ilyin <petr@yandex.ru>\nwrote:",
    "yandex": '17.10.2025, 12:34, "Пётр Ильин" <petr@yandex.ru>:',
    "yandex words": "17 октября 2025 г., 12:34 +03:00, Пётр Ильин <petr@yandex.ru>:",
    "mail.ru": ">Пятница, 17 октября 2025, 12:34 +03:00 от Пётр Ильин <petr@mail.ru>:",
    "mail.ru bare": "Пятница, 17 октября 2025, 12:34 +03:00 от petr@mail.ru:",
    "thunderbird": "17.10.2025 12:34, Пётр Ильин пишет:",
    "thunderbird en": "On 17.10.2025 12:34, Petr Ilyin wrote:",
    "apple": "17 окт. 2025 г., в 12:34, Пётр Ильин <petr@icloud.com> написал(а):",
    "the bat": "Вы писали 17 октября 2025 г., 12:34:15:",
}


@pytest.mark.parametrize("name", HEADS)
def test_what_is_quoted_below_goes(name: str) -> None:
    assert own_words(f"{SAID}\n\n{HEADS[name]}\n\n{QUOTED}\n") == SAID


@pytest.mark.parametrize("name", sorted(HEADS.keys() - {"the bat"}))
def test_what_is_quoted_without_marks_goes_too(name: str) -> None:
    assert own_words(f"{SAID}\n\n{HEADS[name].lstrip('>')}\n{BARE}\n") == SAID


@pytest.mark.parametrize(
    "head",
    [
        "-----Исходное сообщение-----\nОт: Пётр [mailto:petr@x.ru]\nОтправлено: 17 октября 2025 г. 12:34\nКому: Иван\nТема: Счёт",
        "-----Original Message-----\nFrom: Petr\nSent: Friday, October 17, 2025 12:34 PM\nTo: Ivan\nSubject: Invoice",
        "________________________________\nОт: Пётр <petr@x.ru>\nОтправлено: 17 октября 2025 г. 12:34:00\nКому: Иван\nТема: Счёт",
        "От: Пётр <petr@x.ru>\nДата: пятница, 17 октября 2025 г. в 12:34\nКому: Иван <ivan@x.ru>\nТема: Re: Счёт",
        "*From:* Petr <petr@x.ru>\n*Sent:* Friday, October 17, 2025 12:34 PM\n*To:* Ivan\n*Subject:* Invoice",
    ],
)
def test_the_heads_of_outlook_end_what_was_said(head: str) -> None:
    assert own_words(f"{SAID}\n\n{head}\n\n{BARE}") == SAID


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nИван Петров\nООО «Ромашка»\n+7 495 111-22-33",
        "--\nИван Петров",
        "С уважением,\nИван Петров\nдиректор",
        "С наилучшими пожеланиями, Иван",
        "Best regards,\nIvan",
        "Отправлено с iPhone",
        "Отправлено из мобильной Яндекс Почты: http://m.ya.ru/ymail",
        "Отправлено из Почты Mail.ru для Android",
        "Sent from my iPhone",
        "С уважением,\nИван\n\nОтправлено с iPad",
    ],
)
def test_signatures_go(signature: str) -> None:
    assert own_words(f"{SAID}\n\n{signature}\n") == SAID


def test_answers_between_quotes_stay() -> None:
    text = "17.10.2025 12:34, Пётр пишет:\n> Когда оплата?\nЗавтра.\n> А доставка?\nВ пятницу.\n"
    assert own_words(text) == "Завтра.\nВ пятницу."


@pytest.mark.parametrize(
    "mark",
    [
        "-------- Пересылаемое сообщение --------",
        "---------- Forwarded message ---------",
        "-------- Перенаправленное сообщение --------",
        "Начало переадресованного сообщения:",
    ],
)
def test_a_letter_that_is_only_passed_on_is_left_whole(mark: str) -> None:
    passed_on = f"{mark}\nОт: Пётр <petr@x.ru>\nДата: 17.10.2025\nТема: Счёт\n\n{BARE}"
    assert own_words(passed_on) == passed_on
    assert own_words(f"Посмотрите, пожалуйста.\n\n{passed_on}") == "Посмотрите, пожалуйста."


@pytest.mark.parametrize(
    "text",
    [
        "Встреча 17.10.2025 в 12:30, повестка:\n1. Цена\n2. Сроки",
        "Пишу вам 17.10.2025 в 12:30 с адреса ivan@x.ru, вопросы такие:\n1. Цена",
        "От: кого\nне знаю",
        "a -- b\nи дальше",
        "С уважением отношусь к вашему мнению.\nНо нет.",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert own_words(text) == text


def test_quotes_of_html_are_known_as_those_of_text() -> None:
    page = (
        "<div>Согласны.</div><div>&nbsp;</div><div>17.10.2025, 12:34, Пётр &lt;petr@yandex.ru&gt;:</div>"
        "<blockquote><p>Как вам?</p></blockquote>"
    )
    assert own_words(text_of(page)) == "Согласны."
