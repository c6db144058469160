"""What Radicale asks of a storage, answered from records: whoever is asked for stands in `acting`.

A collection lists names and marks of versions by two statements; texts are made, a few hundred at a time, when one is read.
"""

import errno
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from django.db import transaction
from radicale.item import Item
from radicale.rights import BaseRights
from radicale.storage import BaseCollection, BaseStorage, ComponentNotFoundError

from klientura.connectors.dav import kept
from klientura.connectors.dav.books import BOOKS, Book
from klientura.connectors.dav.models import DavCollection
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.errors import Denied, KernelError, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write

AT_ONCE: Final = 200
TOKEN: Final = "urn:klientura:sync:"  # noqa: S105 - what every token of a state begins with
log = logging.getLogger("klientura.dav")
MOST_NAME: Final = 255
acting: ContextVar[Actor] = ContextVar("dav_actor")
overtaken: ContextVar[bool] = ContextVar("dav_overtaken", default=False)
"""Whether somebody was faster than the machine: answered by 412, which Radicale has no way to be told."""


@dataclass(slots=True)
class Entry:
    """A record as its collection lists it."""

    number: int
    name: str
    uid: str
    mark: str
    changed: datetime
    version: int = 0
    line_mark: str = ""


class Record(Item):
    """A record whose text is made when somebody reads it."""

    def __init__(self, collection: "Records", entry: Entry) -> None:
        is_card = collection.book.tag == "VADDRESSBOOK"
        super().__init__(
            collection=collection, href=entry.name, last_modified=format_datetime(entry.changed, usegmt=True), text="",
            etag=f'"{entry.mark}"', uid=entry.uid, name="VCARD" if is_card else "VCALENDAR",
            component_name="" if is_card else collection.book.component,  # as Radicale finds it in the text
        )  # fmt: skip
        self.entry, self.book = entry, collection
        self._text = None

    def serialize(self) -> str:
        """The text; one that has gone meanwhile is as if it had never been there."""
        if self._text is None:
            self._text = self.book.text_of(self.entry)
        return str(self._text)

    @property
    def vobject_item(self) -> Any:
        """The text, parsed."""
        self.serialize()
        return super().vobject_item


class Place(BaseCollection):
    """A collection without records of its own: the root, and what belongs to one user."""

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def path(self) -> str:
        return self._path

    @property
    def etag(self) -> str:
        return f'"{self._path or "root"}"'

    @property
    def last_modified(self) -> str:
        return format_datetime(datetime.now(UTC), usegmt=True)

    def get_all(self) -> Iterable[Item]:
        return ()

    def get_multi(self, hrefs: Iterable[str]) -> Iterable[tuple[str, Item | None]]:
        return ((href, None) for href in hrefs)

    def get_meta(self, key: str | None = None) -> Any:
        found = {"D:displayname": acting.get().name} if self.is_principal else {}
        return found if key is None else found.get(key)

    def set_meta(self, props: Mapping[str, str]) -> None:
        raise ValueError(f"[Errno {errno.EACCES}]")

    def upload(self, href: str, item: Item) -> tuple[Item, Item | None]:
        raise ValueError(f"[Errno {errno.EACCES}]")

    def delete(self, href: str | None = None) -> None:
        raise ValueError(f"[Errno {errno.EACCES}]")


class Records(BaseCollection):
    """A collection of records: an address book, a list of tasks, a calendar."""

    def __init__(self, actor: Actor, book: Book) -> None:
        self.actor, self.book, self.shape = actor, book, shape_of(book.object)
        self.wish = DavCollection.objects.filter(user_id=actor.user_id or 0, collection=book.key).first()
        self._listed: dict[str, Entry] | None = None
        self._read: dict[int, str] = {}
        self._awaited: list[Entry] = []

    @property
    def path(self) -> str:
        return f"{self.actor.user_id}/{self.book.key}"

    @property
    def listed(self) -> dict[str, Entry]:
        """Its records by name."""
        if self._listed is None:
            self._listed = {entry.name: entry for entry in self._entries()}
        return self._listed

    def _entries(self) -> Iterator[Entry]:
        lines = self.book.listing(self.actor, self.wish.whose if self.wish else "mine")
        names = kept.names_of(self.user_id, self.book.object, [line.number for line in lines])
        for line in lines:
            said = names.get(line.number)
            if said is not None and said.hidden == line.mark:
                continue
            own = said is not None and not said.hidden
            yield Entry(
                line.number,
                said.name if said is not None and own else line.name,
                said.uid if said is not None and own else line.uid,
                f"{line.number}-{line.mark}-{said.revision if said is not None and own else 0}",
                line.changed,
                int(line.mark.partition(".")[0]),
                line.mark,
            )

    @property
    def user_id(self) -> int:
        """Whose collection it is."""
        return self.actor.user_id or 0

    def text_of(self, entry: Entry) -> str:
        """The text of a record, read with those that are asked for after it."""
        if entry.number not in self._read:
            begin = next((n for n, e in enumerate(self._awaited) if e.number == entry.number), None)
            following = [] if begin is None else self._awaited[begin + 1 : begin + AT_ONCE]
            some = [entry, *(e for e in following if e.number not in self._read)]
            wanted = [e.number for e in some]
            sent = kept.texts_of(self.user_id, self.book.object, wanted)
            self._read |= self.book.texts(self.actor, wanted, {e.number: e.uid for e in some}, sent)
        return self._read.get(entry.number, "")

    @property
    def etag(self) -> str:
        return f'"{self._state()}"'

    @property
    def last_modified(self) -> str:
        latest = max((e.changed for e in self.listed.values()), default=datetime(2000, 1, 1, tzinfo=UTC))
        return format_datetime(latest.astimezone(UTC), usegmt=True)

    def _state(self) -> str:
        marks = {name: entry.mark for name, entry in self.listed.items()}
        return kept.token_for(self.user_id, self.book.key, marks)

    def sync(self, old_token: str = "") -> tuple[str, Iterable[str]]:
        """The state of now, and the names of what is not as the machine knows it. Raises ValueError for a token of long ago."""
        now = self._state()
        if not old_token:
            return TOKEN + now, list(self.listed)
        was = kept.known_under(self.user_id, self.book.key, old_token.removeprefix(TOKEN))
        if was is None:
            raise ValueError("the token is not known")
        marks = {name: entry.mark for name, entry in self.listed.items()}
        return TOKEN + now, [name for name in {**was, **marks} if was.get(name) != marks.get(name)]

    def get_all(self) -> Iterable[Item]:
        self._awaited = list(self.listed.values())
        return [Record(self, entry) for entry in self._awaited]

    def get_multi(self, hrefs: Iterable[str]) -> Iterable[tuple[str, Item | None]]:
        wanted = list(dict.fromkeys(hrefs))
        self._awaited = [self.listed[href] for href in wanted if href in self.listed]
        for href in wanted:
            entry = self.listed.get(href)
            yield href, Record(self, entry) if entry else None

    def has_uid(self, uid: str) -> bool:
        return any(entry.uid == uid for entry in self.listed.values())

    def upload(self, href: str, item: Item) -> tuple[Item, Item | None]:
        """Keep what a machine sent. Raises ValueError in the words that Radicale understands."""
        known = self.listed.get(href)
        text = item.serialize()
        if len(href) > MOST_NAME or len(item.uid) > MOST_NAME:
            raise ValueError("the name is too long")
        with _in_their_words(), transaction.atomic():
            if known is not None:
                self._hold(known)
            number = self.book.put(self.actor, known.number if known else None, text)
            said = kept.called(self.user_id, self.book.object, number, href, item.uid, text)
        before = Record(self, known) if known else None
        self._listed, self._read = None, {}
        after = self.listed.get(href)
        if after is None:  # made, and not of this collection: somebody else's by a rule of distribution
            after = Entry(number, href, item.uid, f"{number}-0-{said.revision}", datetime.now(UTC))
        return Record(self, after), before

    def _hold(self, known: Entry) -> None:
        """Let nobody else change a record from here on. Raises Stale when somebody has, since the mark was read that was compared."""
        (row,) = write.lock_rows(self.shape, [known.number]) or ({"version": None},)
        if row["version"] != known.version:
            raise Stale

    def delete(self, href: str | None = None) -> None:
        if href is None:
            raise ValueError(f"[Errno {errno.EACCES}]")
        known = self.listed.get(href)
        if known is None:
            raise ComponentNotFoundError(href)
        with _in_their_words(), transaction.atomic():
            self._hold(known)
            self.book.remove(self.actor, known.number)
            kept.let_go(self.user_id, self.book.object, known.number, known.uid, "")
            self._listed = None
            still = next((e for e in self.listed.values() if e.number == known.number), None)
            if still is not None:
                kept.let_go(self.user_id, self.book.object, known.number, known.uid, still.line_mark)
        self._listed = None

    def get_meta(self, key: str | None = None) -> Any:
        found = {"tag": self.book.tag, "D:displayname": str(self.book.label)}
        if self.book.tag == "VCALENDAR":
            found["C:supported-calendar-component-set"] = self.book.component
        found = {**(self.wish.properties if self.wish else {}), **found}
        return found if key is None else found.get(key)

    def set_meta(self, props: Mapping[str, str]) -> None:
        """Keep the colour and order of a machine; the name and what stands in a collection are ours."""
        rest = {k: v[:500] for k, v in list(props.items())[:50] if k not in {"tag", "D:displayname"}}
        self.wish, _made = DavCollection.objects.update_or_create(
            user_id=self.actor.user_id or 0, collection=self.book.key, defaults={"properties": rest}
        )


class Storage(BaseStorage):
    """The records of one user, under their number."""

    _supports_unicode = True
    _supports_trailing_whitespace = True
    _supports_problematic_chars = True
    _is_collision_free = True

    def discover(self, path: str, depth: str = "0", *_rest: Any, **_more: Any) -> Iterator[Any]:
        """A collection or a record, and with any depth but 0 what stands in it."""
        actor = acting.get()
        parts = [part for part in path.strip("/").split("/") if part]
        me = str(actor.user_id)
        if not parts:
            yield Place("")
            if depth != "0":
                yield Place(me)
        elif parts[0] != me or len(parts) > 3:
            return
        elif len(parts) == 1:
            yield Place(me)
            if depth != "0":
                yield from (Records(actor, book) for book in open_books(actor))
        else:
            book = BOOKS.get(parts[1])
            if book is None or book not in open_books(actor):
                return
            found = Records(actor, book)
            if len(parts) == 2:
                yield found
                if depth != "0":
                    yield from found.get_all()
            elif parts[2] in found.listed:
                yield Record(found, found.listed[parts[2]])

    def move(self, item: Item, to_collection: BaseCollection, to_href: str) -> None:
        """Records stay in the collection that their kind belongs to."""
        raise ValueError(f"[Errno {errno.EACCES}]")

    def create_collection(self, href: str, items: Any = None, props: Any = None) -> Any:
        """The collections are ours."""
        raise ValueError(f"[Errno {errno.EACCES}]")

    @contextmanager
    def acquire_lock(self, _mode: str, _user: str = "", *_rest: Any, **_more: Any) -> Iterator[None]:
        """The database keeps changes apart; each write is a transaction of its own."""
        yield

    def verify(self) -> bool:
        """Nothing is kept twice."""
        return True


class Rights(BaseRights):
    """Everybody has their own collections. What may be done with a record is asked of the gate, when it is done."""

    def authorization(self, user: str, _groups: set[str], path: str) -> str:
        """R and W are rights over places, r and w over records."""
        parts = [part for part in path.strip("/").split("/") if part]
        if not user or (parts and parts[0] != user):
            return ""
        if len(parts) <= 1:
            return "R"
        return "rw" if parts[1] in BOOKS else ""


def open_books(actor: Actor) -> list[Book]:
    """The collections of those objects that the actor may read."""
    return [book for book in BOOKS.values() if may(actor, shape_of(book.object), "read")]


@contextmanager
def _in_their_words() -> Iterator[None]:
    """Say a refusal as Radicale passes it on: 403 for a right that is missing, 400 for a text that cannot be kept."""
    try:
        yield
    except (Denied, NotFound) as refused:
        raise ValueError(f"[Errno {errno.EACCES}] {refused.message}") from refused
    except Stale as refused:
        overtaken.set(True)
        raise ValueError(str(refused)) from refused
    except (KernelError, OverflowError) as refused:
        log.info("what a machine sent was refused: %s", refused)
        raise ValueError(str(refused)) from refused
