"""A week of whoever made the demo: meetings, tasks and assignments around today, so that calendar and day show what they are for."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.utils import timezone

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.project.demo.team import Owner

MAKER: Final = SystemActor("demo")
WORDS: Final = {
    "ru": {
        "standup": "Планёрка отдела", "visit": "Встреча: условия на год", "call": "Созвон по договору", "show": "Показ образцов",
        "day": "Выставка «Склад и логистика»", "office": "Переговорная на втором этаже",
        "tasks": ("Отправить предложение", "Перезвонить по решению", "Согласовать скидку", "Проверить оплату счёта", "Подготовить отчёт за неделю"),
        "given": "Собрать отзывы трёх клиентов", "asked": "Подготовить прайс на следующий квартал",
    },
    "en": {
        "standup": "Team stand-up", "visit": "Meeting: terms for the year", "call": "Call about the contract", "show": "Showing the samples",
        "day": "Trade fair “Stock and logistics”", "office": "Meeting room, second floor",
        "tasks": ("Send the offer", "Call about the decision", "Agree on the discount", "Check the payment", "Prepare the weekly report"),
        "given": "Collect the opinions of three clients", "asked": "Prepare the price list for the next quarter",
    },
}  # fmt: skip


def write_days(
    actor: Actor, owners: Sequence[Owner], operation_id: int, *, language: str, now: dt.datetime
) -> int:
    """Write the week, as a part of the operation of the demo; return how many records."""
    words: dict[str, Any] = WORDS["ru" if language == "ru" else "en"]
    me = actor.user_id or next((o.user_id for o in owners if o.user_id), None)
    if me is None:
        return 0
    colleagues = [o.user_id for o in owners if o.user_id and o.user_id != me][:4]
    clients = read.page(MAKER, shape_of("organisation"), sort="id", limit=8, keys=["title"]).rows
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - dt.timedelta(days=today.weekday())
    if today.weekday() > 4:
        monday += dt.timedelta(days=7)
    events = _events(words, me, colleagues, clients, monday)
    written = {
        "event": events,
        "task": _tasks(words, me, clients, today),
    }
    for key, rows in written.items():
        if rows:
            write.create_many(MAKER, shape_of(key), rows, operation_id=operation_id)
    given = _assignments(words, me, colleagues, today)
    for issuer, row in given:
        write.create(SystemActor("demo", issuer), shape_of("assignment"), row, operation_id=operation_id)
    return sum(len(rows) for rows in written.values()) + len(given)


def _events(
    words: dict[str, Any], me: int, colleagues: Sequence[int], clients: Sequence[Row], monday: dt.datetime
) -> list[dict[str, Any]]:
    def span(day: int, hour: int, minutes: int) -> dict[str, str]:
        begins = monday + dt.timedelta(days=day, hours=hour)
        return {
            "starts_at": begins.isoformat(),
            "ends_at": (begins + dt.timedelta(minutes=minutes)).isoformat(),
        }

    def client(number: int) -> int | None:
        return clients[number % len(clients)]["id"] if clients else None

    everybody = {"owner": me, "attendees": list(colleagues)}
    made: list[dict[str, Any]] = [
        {
            **everybody,
            **span(0, 10, 30),
            "name": words["standup"],
            "repeats": "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR",
        },
        {
            "owner": me,
            **span(1, 11, 90),
            "name": words["visit"],
            "party": client(0),
            "place": words["office"],
        },
        {"owner": me, **span(2, 15, 30), "name": words["call"], "kind": "call", "party": client(1)},
        {**everybody, **span(3, 14, 60), "name": words["show"], "party": client(2)},
        {"owner": me, **span(4, 0, 24 * 60), "name": words["day"], "all_day": True, "free": True},
    ]
    hours = ((1, 10), (2, 12), (3, 16), (4, 11))
    made += [
        {"owner": user, **span(day, hour, 60), "name": words["visit"], "party": client(3 + n)}
        for n, (user, (day, hour)) in enumerate(zip(colleagues, hours, strict=False))
    ]
    return made


def _tasks(
    words: dict[str, Any], me: int, clients: Sequence[Row], today: dt.datetime
) -> list[dict[str, Any]]:
    # Yesterday evening, today and tomorrow by the hour, and the end of the week.
    hours = (-6, 12, 16, 34, 96)
    return [
        {
            "owner": me, "name": name, "due_at": (today + dt.timedelta(hours=hour)).isoformat(), "important": number in {0, 2},
            "party": clients[(number + 4) % len(clients)]["id"] if clients else None,
        }
        for number, (name, hour) in enumerate(zip(words["tasks"], hours, strict=True))
    ]  # fmt: skip


def _assignments(
    words: dict[str, Any], me: int, colleagues: Sequence[int], today: dt.datetime
) -> list[tuple[int, dict[str, Any]]]:
    """Who gives something, and what: each in their own name."""
    due = (today + dt.timedelta(days=3, hours=18)).isoformat()
    asked = [(user, {"owner": me, "name": words["asked"], "due_at": due}) for user in colleagues[:1]]
    return asked + [(me, {"owner": user, "name": words["given"], "due_at": due}) for user in colleagues[1:2]]
