"""What the collections of a user hold: each reads and writes its records by the gate, as their user."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

from klientura.connectors.dav import address_books, event_book, task_lists
from klientura.connectors.dav.listing import Line, of_calendar, of_object
from klientura.kernel.access.actor import Actor

type Texts = Callable[[Actor, Sequence[int], Mapping[int, str], Mapping[int, str]], dict[int, str]]
"""(who reads, record numbers, their UIDs, what machines sent of them) → their texts; one that is gone is left out."""


@dataclass(frozen=True, slots=True)
class Book:
    """One collection: the object its records are of, how they become text and what becomes of a text that was sent.

    `put` takes the number of the record, or None for a new one, and returns its number; it raises KernelError or
    ValueError for what cannot be kept. `remove` raises Denied where records stay whatever a machine says.
    """

    key: str
    object: str
    tag: str
    component: str
    label: str | Promise
    listing: Callable[[Actor, str], list[Line]]
    texts: Texts
    put: Callable[[Actor, int | None, str], int]
    remove: Callable[[Actor, int], None]
    choosable: bool = False
    """Whether its user chooses whose records stand in it."""


BOOKS: Final[dict[str, Book]] = {
    book.key: book
    for book in (
        Book(
            "people", "person", "VADDRESSBOOK", "VCARD", address_books.PEOPLE,
            of_object("person", ".vcf", address_books.whose), address_books.people, address_books.put_person,
            address_books.remove, choosable=True,
        ),
        Book(
            "organisations", "organisation", "VADDRESSBOOK", "VCARD", address_books.ORGANISATIONS,
            of_object("organisation", ".vcf", address_books.whose), address_books.organisations,
            address_books.put_organisation, address_books.remove, choosable=True,
        ),
        Book(
            "calendar", "event", "VCALENDAR", "VEVENT", event_book.EVENTS, of_calendar, event_book.texts,
            event_book.put, event_book.remove,
        ),
        Book(
            "tasks", "task", "VCALENDAR", "VTODO", task_lists.TASKS, of_object("task", ".ics", task_lists.mine),
            task_lists.texts, task_lists.put, task_lists.remove,
        ),
    )
}  # fmt: skip
