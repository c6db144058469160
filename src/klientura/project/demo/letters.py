"""A mailbox of the demo company with a few conversations, so that the page of mail shows what it is for. No server is behind it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.modules.conversations.models import Folder, Mailbox
from klientura.modules.conversations.services.storing import Arrived, take
from klientura.project.demo.team import DOMAIN, Owner

ADDRESS: Final = f"sales@{DOMAIN}"
SERVER: Final = f"imap.{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: its subject, what is said in turn by the client and by us, and how many hours ago it ended."""

    subject: str
    said: Sequence[str]
    hours: int


RUSSIAN: Final = (
    Talk("Счёт на следующую поставку", (
        "Добрый день!\n\nПришлите, пожалуйста, счёт на следующую поставку и срок отгрузки.",
        "Здравствуйте!\n\nСчёт подготовим сегодня, отгрузка через пять рабочих дней после оплаты.",
        "Спасибо, ждём. Оплатим в четверг.",
    ), 2),
    Talk("Сроки по договору", ("Коллеги, можно ли сдвинуть первый этап на неделю? Наш склад не успевает принять.",), 5),
    Talk("Образцы получили", (
        "Образцы пришли, качество устраивает. Какая будет цена при заказе от ста штук?",
        "Рады, что подошло. От ста штук скидка 7 %, от трёхсот — 12 %.",
    ), 27),
    Talk("Акт сверки", ("Добрый день! Направьте, пожалуйста, акт сверки за квартал для бухгалтерии.",), 49),
    Talk("Встреча на следующей неделе", (
        "Предлагаю встретиться во вторник в 11:00 у нас и обсудить условия на год.",
        "Вторник подходит, будем вдвоём с технологом.",
        "Отлично, пропуска заказал.",
    ), 75),
)  # fmt: skip
ENGLISH: Final = (
    Talk("Invoice for the next delivery", (
        "Good afternoon,\n\nplease send us the invoice for the next delivery and the date of shipment.",
        "Hello,\n\nyou will have the invoice today; we ship five working days after payment.",
        "Thank you. We shall pay on Thursday.",
    ), 2),
    Talk("Dates in the contract", ("Could we move the first stage by a week? Our warehouse is not ready to receive it.",), 5),
    Talk("The samples have come", (
        "The samples have come and the quality is fine. What is the price for a hundred and more?",
        "Glad to hear that. 7 % off from a hundred, 12 % from three hundred.",
    ), 27),
    Talk("Reconciliation", ("Please send our accountants the reconciliation for the quarter.",), 49),
    Talk("Meeting next week", (
        "I suggest that we meet at our office on Tuesday at 11:00 and talk about the terms for the year.",
        "Tuesday is fine; there will be two of us.",
        "Excellent, I have ordered the passes.",
    ), 75),
)  # fmt: skip


def write_letters(actor: Actor, owners: Sequence[Owner], *, language: str, now: dt.datetime) -> int:
    """Make the mailbox, read and answered by the colleagues of the demo and by who made it; return how many letters it holds."""
    users = sorted({o.user_id for o in owners if o.user_id} | ({actor.user_id} if actor.user_id else set()))
    people = _people()
    if not users or not people or Mailbox.objects.filter(imap_host=SERVER, username=ADDRESS).exists():
        return 0
    # Nothing is written onto the clients' timelines: the demo is taken back as one operation, and letters are no part of it.
    box = Mailbox.objects.create(
        address=ADDRESS, name="Продажи" if language == "ru" else "Sales", answerers=users, imap_host=SERVER, username=ADDRESS,
        active=False, open_to_clients=False, state="example",
    )  # fmt: skip
    inbox = Folder.objects.create(mailbox=box, name="INBOX", role="inbox")
    talks = RUSSIAN if language == "ru" else ENGLISH
    raws = [raw for n, talk in enumerate(talks) for raw in _written(talk, people[n % len(people)], n, now)]
    seen = frozenset({"\\Seen"})
    made = [Arrived(n + 1, raw, len(raw), seen if n > 3 else frozenset()) for n, raw in enumerate(raws)]
    return len(take(box, inbox, made))


def remove_letters() -> None:
    """Take the mailbox away with all that is in it."""
    Mailbox.objects.filter(imap_host=SERVER, username=ADDRESS).delete()


def _people() -> list[Row]:
    tree = {"field": "email", "op": "not_empty"}
    found = read.page(
        SystemActor("demo"),
        shape_of("person"),
        tree=tree,
        sort="id",
        limit=len(RUSSIAN),
        keys=["title", "email"],
    )
    return found.rows


def _written(talk: Talk, person: Row, number: int, now: dt.datetime) -> list[bytes]:
    made: list[bytes] = []
    client = f'"{person["title"]}" <{person["email"]}>'
    ends = now - dt.timedelta(hours=talk.hours)
    for turn, text in enumerate(talk.said):
        letter = EmailMessage()
        letter["From"], letter["To"] = (client, ADDRESS) if turn % 2 == 0 else (ADDRESS, client)
        letter["Subject"] = talk.subject if turn == 0 else f"Re: {talk.subject}"
        letter["Message-ID"] = f"<talk-{number}-{turn}@{DOMAIN}>"
        if turn:
            letter["In-Reply-To"] = letter["References"] = f"<talk-{number}-{turn - 1}@{DOMAIN}>"
        letter["Date"] = format_datetime(ends - dt.timedelta(minutes=95 * (len(talk.said) - 1 - turn)))
        letter.set_content(text)
        made.append(letter.as_bytes())
    return made
