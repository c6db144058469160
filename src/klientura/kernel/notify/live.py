"""Telling open pages that something is new: said by the delivery of events, judged for each reader before it reaches them.

What goes out over the database's channel is heard by the processes of the product only. A page hears no more than that
the record it shows was changed in something its reader sees, or that its list has news among what they see.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import hidden
from klientura.kernel.access.models import User
from klientura.kernel.events.outbox import Delivered, subscribe_everywhere
from klientura.kernel.notify.changes import visible
from klientura.kernel.notify.payloads import payload_of
from klientura.kernel.notify.telling import afterwards
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.sight import actors_of, seen_by, whole_shape

CHANNEL: Final = "klientura_live"
VERBS: Final = ("created", "changed", "restored", "commented", "undone")
MOST_IDS = 200
LONGEST = 7_500
"""Bytes: PostgreSQL carries eight thousand at most."""


@dataclass(frozen=True, slots=True)
class News:
    """What was said of one event. `columns` None: it is not known what was changed."""

    kind: str
    base: str
    ids: tuple[int, ...]
    actor_id: int | None
    columns: tuple[str, ...] | None
    parts: tuple[str, ...]

    @property
    def verb(self) -> str:
        """What happened."""
        return self.kind.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Watcher:
    """A page that is open: whose it is, of which table it shows a list or one record."""

    key: int
    user_id: int
    base: str = ""
    record_id: int | None = None


def attach() -> None:
    """Say so when something happens to records of any kind."""
    for verb in VERBS:
        subscribe_everywhere(verb, _say)
    afterwards(say_told)


def _say(event: Delivered) -> None:
    """In the transaction of the delivery: heard when that is over, and what happened is committed long since."""
    said = payload_of(event)
    news: dict[str, Any] = {
        "k": event.kind, "o": event.object, "i": event.record_ids[:MOST_IDS], "a": event.actor_id,
        "c": said.get("columns"), "p": said.get("parts", []),
    }  # fmt: skip
    text = orjson.dumps(news)
    if len(text) > LONGEST:
        text = orjson.dumps({**news, "c": None, "p": []})
    _notify(text)


def say_told(user_ids: Collection[int]) -> None:
    """Have the bells of some users ask anew."""
    numbers = sorted(user_ids)
    for start in range(0, len(numbers), MOST_IDS):
        _notify(orjson.dumps({"u": numbers[start : start + MOST_IDS]}))


def _notify(text: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [CHANNEL, text.decode()])


def heard(texts: Sequence[str]) -> tuple[list[News], set[int]]:
    """What was said lately: the news of records, and the users who were told something."""
    news: list[News] = []
    told: set[int] = set()
    for text in dict.fromkeys(texts):
        said = orjson.loads(text)
        if "u" in said:
            told.update(said["u"])
            continue
        columns = None if said["c"] is None else tuple(said["c"])
        news.append(News(said["k"], said["o"], tuple(said["i"]), said["a"], columns, tuple(said["p"])))
    return news, told


def judge(news: Sequence[News], watchers: Sequence[Watcher]) -> dict[int, dict[str, Any]]:
    """By page: what it may be told. A few queries, however many pages are open and whatever happened."""
    concerned = [(n, w) for n in news for w in watchers if _concerns(n, w)]
    if not concerned:
        return {}
    actors = actors_of({w.user_id for _n, w in concerned})
    wanted: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for n, w in concerned:
        wanted[n.base][w.user_id].update([w.record_id] if w.record_id is not None else n.ids)
    seen = {
        base: seen_by(shape, by_user, actors)
        for base, by_user in wanted.items()
        if (shape := whole_shape(base)) is not None
    }
    names = dict(
        User.objects.filter(pk__in={n.actor_id for n, _w in concerned if n.actor_id}).values_list(
            "pk", "name"
        )
    )
    told: dict[int, dict[str, Any]] = {}
    for n, w in concerned:
        actor = actors.get(w.user_id)
        ids = seen.get(n.base, {}).get(w.user_id, set())
        if actor is None or not _may_know(actor, n):
            continue
        if w.record_id is None and ids & set(n.ids):
            told.setdefault(w.key, {"list": True})
        elif w.record_id is not None and w.record_id in ids:
            told[w.key] = {"record": n.verb, "by": names.get(n.actor_id or 0, "")}
    return told


def _concerns(news: News, watcher: Watcher) -> bool:
    """Whether a page shows what has happened; of their own acts readers are told nothing."""
    if news.base != watcher.base or (news.actor_id is not None and news.actor_id == watcher.user_id):
        return False
    if watcher.record_id is not None:
        return watcher.record_id in news.ids and news.verb != "created"
    return news.verb != "commented"


def _may_know(actor: Actor, news: News) -> bool:
    """Whether anything of it is told by a field that the reader sees. Where that is not certain, nothing is told."""
    if news.verb in {"created", "restored", "commented"}:
        return True
    shape = _shape(news)
    if shape is None:
        return False
    away = hidden(actor, shape)
    if not away:
        return news.columns is None or _any_seen(actor, shape, news)
    if news.columns is None:
        return False
    if len(news.ids) == 1:
        return _any_seen(actor, shape, news)
    columns = {shape.fields[k].column for k in away if k in shape.fields}
    return not (columns & set(news.columns) or away & set(news.parts)) and _any_seen(actor, shape, news)


def _any_seen(actor: Actor, shape: Shape, news: News) -> bool:
    return visible(actor, shape, {"columns": news.columns or (), "parts": news.parts}) is not None


def _shape(news: News) -> Shape | None:
    return all_shapes().get(news.kind.rpartition(".")[0]) or whole_shape(news.base)


def page_of(object_key: str, record_id: int | None) -> tuple[str, int | None] | None:
    """What a page says that it shows, as its table and its record; None for a kind of record that there is not."""
    shape = all_shapes().get(object_key)
    return None if shape is None else (shape.base, record_id)
