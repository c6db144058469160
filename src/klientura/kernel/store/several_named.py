"""What was read, with the tags, files and records themselves in place of their codes and numbers."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.access.models import Team, User
from klientura.kernel.fields.references import SEVERAL, TEAMS, USERS
from klientura.kernel.files import keeping
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.nameless import with_names
from klientura.kernel.store.refs import Ref
from klientura.kernel.tags import dictionary
from klientura.kit.text import fold


def name_values(actor: Actor, fields: Sequence[FieldShape], rows: Sequence[dict[str, Any]]) -> None:
    """Name the tags, files and records that some rows hold; one query for each sort, and none where no row has any."""
    _name_tags(fields, rows)
    _name_records(actor, fields, rows)
    filed = [f for f in fields if f.type.key == "file"]
    numbers = {n for f in filed for row in rows for n in row[f.key] or ()}
    if numbers:
        found = keeping.looked_up(numbers)
        for field in filed:
            for row in rows:
                if row[field.key]:
                    row[field.key] = keeping.shown(row[field.key], found)


def _name_tags(fields: Iterable[FieldShape], rows: Sequence[dict[str, Any]]) -> None:
    tagged = [f for f in fields if f.params.dictionary]
    if not tagged:
        return
    codes = {f.params.dictionary: [c for row in rows for c in row[f.key] or ()] for f in tagged}
    found = dictionary.looked_up({name: some for name, some in codes.items() if some})
    for field in tagged:
        for row in rows:
            if row[field.key]:
                row[field.key] = dictionary.shown(field.params.dictionary, row[field.key], found)


def _name_records(actor: Actor, fields: Iterable[FieldShape], rows: Sequence[dict[str, Any]]) -> None:
    """One query for each kind of record; what is not open to the reader has no title."""
    pointing = [f for f in fields if f.type.key in SEVERAL]
    wanted: dict[str, set[int]] = {}
    for field in pointing:
        numbers = {n for row in rows for n in row[field.key] or ()}
        if numbers:
            wanted.setdefault(field.params.target or "", set()).update(numbers)
    titles = {key: titles_of(actor, key, sorted(numbers)) for key, numbers in wanted.items()}
    for field in pointing:
        for row in rows:
            if row[field.key]:
                known = titles[field.params.target or ""]
                row[field.key] = [Ref(n, known.get(n)) for n in row[field.key]]


def titles_of(actor: Actor, target: str, numbers: Sequence[int]) -> dict[int, str]:
    """Titles of those of some records that are open to the actor; names of users, also of those who have left."""
    if target == USERS:
        return dict(User.objects.filter(pk__in=numbers).values_list("pk", "name"))
    if target == TEAMS:
        return dict(Team.objects.filter(pk__in=numbers).values_list("pk", "name"))
    shape = shape_of(target)
    where = conditions(actor, shape, more=[Predicate(sql.SQL("r.id = any(%s)"), (list(numbers),))])
    text = sql.SQL("select r.id, r.title from {} r where {}").format(sql.Identifier(shape.table), where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return with_names(actor, shape, dict(cursor.fetchall()))


def openable(actor: Actor, target: str, numbers: Sequence[int]) -> set[int]:
    """Those of some records that the actor may point at: what is open to them; of users those who are active."""
    if target == USERS:
        return set(User.objects.filter(pk__in=numbers, is_active=True).values_list("pk", flat=True))
    return set(titles_of(actor, target, numbers))


def named(actor: Actor, target: str, names: Iterable[str]) -> dict[str, list[int]]:
    """The records open to the actor that are called so, by each name; letters compared as the search compares them.

    Users are meant by name or by e-mail, and have to be active.
    """
    by_fold: dict[str, list[str]] = {}
    for name in names:
        by_fold.setdefault(fold(name), []).append(name)
    if not by_fold:
        return {}
    found: dict[str, list[int]] = {}
    if target == USERS:
        for number, *words in User.objects.filter(is_active=True).values_list("pk", "name", "email"):
            for name in {each for word in words for each in by_fold.get(fold(word), ())}:
                found.setdefault(name, []).append(number)
        return found
    shape = shape_of(target)
    wanted = Predicate(sql.SQL('k_fold(r.title) collate "C" = any(%s)'), (sorted(by_fold),))
    where = conditions(actor, shape, more=[wanted])
    text = sql.SQL("select r.id, k_fold(r.title) from {} r where {} order by r.id").format(
        sql.Identifier(shape.table), where.sql
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        for number, folded in cursor.fetchall():
            for name in by_fold.get(folded, ()):
                found.setdefault(name, []).append(number)
    return found
