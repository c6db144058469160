"""Fields of several values on their way in: which tags are meant, which files may be held, what a difference comes to."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.fields.base import REQUIRED
from klientura.kernel.fields.files import Brought
from klientura.kernel.fields.many import MOST_VALUES, Difference
from klientura.kernel.fields.references import SEVERAL as POINTING
from klientura.kernel.fields.references import USERS, Pointed
from klientura.kernel.fields.tags import Typed, label_of
from klientura.kernel.files import keeping
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.several_named import named, openable
from klientura.kernel.tags import dictionary
from klientura.kernel.tags.dictionary import Full

NOT_OPEN = _("This record does not exist or is not open to you. Choose another.")
SEVERAL = _("Several records are called “%(name)s”. Choose one from the list.")
NO_USER = _("There is no such active user.")
NO_SUCH_FILE = _("This file is not there any more, or is not open to you. Bring it again.")
ONE_FILE = _("Only one file fits here.")
NO_SUCH_TAG = _("There is no tag “%(tag)s”, and only an administrator may add one to this field.")
TOO_MANY = _("No more than %(count)s values fit here.")


def settle_many(actor: Actor, batch: Batch) -> None:
    """Bring what was given for fields of several values into the form in which it is kept.

    Tags that nobody knows are made, where the field lets the actor do so. Two queries for a field of tags, and one more
    for new ones, however many records there are. What is settled already is left alone.
    """
    for key, field in batch.shape.fields.items():
        if not field.type.many:
            continue
        drafts = [d for d in batch if isinstance(d.values.get(key), Difference | Typed | Brought | Pointed)]
        if not drafts:
            continue
        if field.params.dictionary:
            _settle_tags(actor, field, drafts)
        if field.type.key == "file":
            _settle_files(actor, batch.shape, field, drafts)
        if field.type.key in POINTING:
            _settle_records(actor, field, drafts)
        for draft in drafts:
            if isinstance(value := draft.values.get(key), Difference):
                _put(field, draft, value.applied(draft.before.get(key) or []))


def _settle_tags(actor: Actor, field: FieldShape, drafts: Sequence[Draft]) -> None:
    name = field.params.dictionary
    given = {text for draft in drafts for text in _texts(draft.values[field.key])}
    stored = {code for draft in drafts for code in draft.before.get(field.key) or ()}
    codes = dictionary.known(name, given | stored)
    asked_for = {text for draft in drafts for text in _wanted(draft.values[field.key])}
    missing = sorted(text for text in asked_for if text not in codes)
    if missing and (field.params.open_tags or actor.is_admin or actor.is_system):
        try:
            made = dictionary.make(name, [label_of(text) for text in missing], actor.user_id)
        except Full as full:
            for draft in drafts:
                draft.refuse(field.key, full.code, full.message)
                draft.values[field.key] = draft.before.get(field.key)
            return
        codes |= {text: made[label_of(text)] for text in missing}
    for draft in drafts:
        value = draft.values[field.key]
        unknown = next((text for text in _wanted(value) if text not in codes), None)
        if unknown is not None:
            draft.refuse(field.key, "option", NO_SUCH_TAG % {"tag": label_of(unknown)})
            draft.values[field.key] = draft.before.get(field.key)
            continue
        held = draft.before.get(field.key) or []
        wanted = [codes[text] for text in _wanted(value)]
        if isinstance(value, Difference):
            gone = {codes.get(text, text) for text in value.remove}
            kept = [codes.get(code, code) for code in held]
            wanted = [code for code in (*kept, *wanted) if code not in gone]
        if {codes.get(code, code) for code in held} == set(
            wanted
        ):  # the same, though merged or in another order
            draft.values[field.key] = draft.before.get(field.key)
        else:
            _put(field, draft, sorted(set(wanted)))


def _settle_files(actor: Actor, shape: Shape, field: FieldShape, drafts: Sequence[Draft]) -> None:
    """Let records hold files: those that the actor has brought, and those they may read in this field anyway."""
    wanted = {
        n for d in drafts for n in _numbers(d.values[field.key]) if n not in (d.before.get(field.key) or ())
    }
    allowed = keeping.own_drafts(actor, wanted)
    if others := wanted - allowed:
        allowed |= _readable(actor, shape, field, others)
    for draft in drafts:
        held = draft.before.get(field.key) or []
        value = draft.values[field.key]
        numbers = value.applied(held) if isinstance(value, Difference) else list(value)
        if any(n not in allowed and n not in held for n in numbers):
            draft.refuse(field.key, "file", NO_SUCH_FILE)
            draft.values[field.key] = draft.before.get(field.key)
        elif field.params.maximum is not None and len(numbers) > field.params.maximum:
            draft.refuse(field.key, "too_many", ONE_FILE)
            draft.values[field.key] = draft.before.get(field.key)
        else:
            _put(field, draft, numbers)
    if allowed:
        keeping.claim(allowed)


def _settle_records(actor: Actor, field: FieldShape, drafts: Sequence[Draft]) -> None:
    """Which records are meant, by number or by name: those open to the actor, and those that the record points at already."""
    target = field.params.target or ""
    given = {each for d in drafts for each in _all_of(d.values[field.key])}
    by_name = named(actor, target, (each for each in given if isinstance(each, str)))
    numbers = {each for each in given if isinstance(each, int)}
    held = {n for d in drafts for n in d.before.get(field.key) or ()}
    open_ones = openable(actor, target, sorted(numbers - held)) if numbers - held else set()
    for draft in drafts:
        before = draft.before.get(field.key) or []
        meant: dict[int | str, int] = {n: n for n in (*before, *open_ones)}
        meant |= {name: found[0] for name, found in by_name.items() if len(found) == 1}
        value = draft.values[field.key]
        unknown = next((each for each in _numbers(value) if each not in meant), None)
        if unknown is not None:
            several = isinstance(unknown, str) and len(by_name.get(unknown, ())) > 1
            message = SEVERAL % {"name": unknown} if several else NO_USER if target == USERS else NOT_OPEN
            draft.refuse(field.key, "several" if several else "reference", message)
            draft.values[field.key] = draft.before.get(field.key)
            continue
        wanted = [meant[each] for each in _numbers(value)]
        if isinstance(value, Difference):
            gone = [meant[each] for each in value.remove if each in meant]
            wanted = Difference(wanted, gone).applied(before)
        _put(field, draft, list(dict.fromkeys(wanted)))


def _all_of(value: Any) -> Sequence[int | str]:
    return (*value.add, *value.remove) if isinstance(value, Difference) else value


def _numbers(draft_value: Any) -> Sequence[Any]:
    return draft_value.add if isinstance(draft_value, Difference) else draft_value


def _readable(actor: Actor, shape: Shape, field: FieldShape, numbers: set[int]) -> set[int]:
    """Those of some files that stand in this field of a record which the actor may read."""
    if field.key not in readable(actor, shape):
        return set()
    column = sql.SQL("r.{}").format(sql.Identifier(field.column))
    held = Predicate(sql.SQL("{} && %s::bigint[]").format(column), (sorted(numbers),))
    where = conditions(actor, shape, more=[held])
    text = sql.SQL("select distinct unnest({}) from {} r where {}").format(
        column, sql.Identifier(shape.table), where.sql
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return {row[0] for row in cursor.fetchall()} & numbers


def _put(field: FieldShape, draft: Draft, values: list[Any]) -> None:
    """Note the values that a record will hold."""
    if len(values) > MOST_VALUES:
        draft.refuse(field.key, "too_many", TOO_MANY % {"count": MOST_VALUES})
    elif not values and field.required:
        draft.refuse(field.key, "required", REQUIRED)
    if field.params.choices:
        values = field.params.choices.in_order(values)
    draft.values[field.key] = values or (None if field.nullable else [])


def _texts(value: Typed | Difference) -> Iterable[str]:
    return (*value.add, *value.remove) if isinstance(value, Difference) else value


def _wanted(value: Typed | Difference) -> Sequence[str]:
    return value.add if isinstance(value, Difference) else value
