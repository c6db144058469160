"""Whom the cells of many rows mean: users by surname or e-mail, other records by title. One query per kind of record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.access.models import Team, User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.transfer.reader import Reader, Wish
from klientura.kit.organisations import split_legal_form
from klientura.kit.text import fold, words

NO_USER = _("Nobody here goes by this name.")
NOT_FOUND = _("There is no such record, or it is not open to you.")
SEVERAL = _("Several records have this name. Be more exact, or choose by hand.")


class Users:
    """The active users by every way a file may name them. A name that fits several users fits none.

    `chosen` are names and the users whom they mean in this file, for names that fit nobody by themselves.
    """

    def __init__(self, chosen: Iterable[tuple[str, int]] = ()) -> None:
        self._by_name: dict[str, set[int]] = defaultdict(set)
        self.names: dict[int, str] = {}
        for user in User.objects.filter(is_active=True).order_by("name", "pk"):
            self.names[user.pk] = user.name
            parts = words(user.name)
            for name in {fold(user.email), fold(user.name), *(p for p in parts if len(p) > 2)}:
                self._by_name[name].add(user.pk)
            if len(parts) > 1:
                self._by_name[f"{parts[1]} {parts[0]}"].add(user.pk)
        self._chosen = {fold(name): user_id for name, user_id in chosen if user_id in self.names}

    def find(self, text: str) -> int | None:
        """The user whom a text means: e-mail, name in either order, surname with or without initials; else who was chosen."""
        folded = fold(text)
        found = self._by_itself(text, folded)
        return self._chosen.get(folded) if found is None else found

    def _by_itself(self, text: str, folded: str) -> int | None:
        whole = self._by_name.get(folded)
        if whole is not None:
            return next(iter(whole)) if len(whole) == 1 else None
        found: set[int] | None = None
        for word in words(text):
            if len(word) > 2:
                known = self._by_name.get(word, set())
                found = known if found is None else found & known
        return next(iter(found)) if found and len(found) == 1 else None


def grant(actor: Actor, reader: Reader, users: Users, granted: Sequence[Wish]) -> None:
    """Put into the rows of a chunk whom and what they refer to; what is not found becomes a remark."""
    by_target: dict[str, list[Wish]] = defaultdict(list)
    for wish in granted:
        if wish.row.rejected:
            continue
        if wish.field.type.key == "user":
            _grant_user(actor, reader, users, wish)
        elif wish.field.column == "team_id":
            by_target["team"].append(wish)
        else:
            by_target[wish.field.params.target or ""].append(wish)
    for target, wishes in by_target.items():
        titles = titled(actor, target, sorted({name for w in wishes for name in names_in(w.text)}))
        for wish in wishes:
            found = next((titles[name] for name in names_in(wish.text) if name in titles), [])
            if len(found) == 1:
                wish.side.values.setdefault(wish.field.key, found[0])
                continue
            required = wish.field.required and wish.side is wish.row.main
            code, message = ("several", SEVERAL) if found else ("not_found", NOT_FOUND)
            reader.bad(wish.row, wish.column, wish.text, code, message, required=required)


def names_in(text: str) -> tuple[str, ...]:
    """A title as written, and without the legal form, which titles of organisations do not have."""
    return fold(text), fold(split_legal_form(text)[1])


def _grant_user(actor: Actor, reader: Reader, users: Users, wish: Wish) -> None:
    found = users.find(wish.text)
    if found is not None:
        wish.side.values[wish.field.key] = found
        return
    policy = reader.plan.unknown_owner
    if (wish.column, wish.text) not in reader.told:
        # Once per name: the same manager stands in every second row.
        reader.told.add((wish.column, wish.text))
        wish.row.remark(wish.column, wish.text, "user", NO_USER)
    else:
        wish.row.remark_again(wish.column, "user")
    wish.side.values[wish.field.key] = None if policy == "empty" else actor.user_id
    if policy == "note" and reader.has_note:
        wish.row.main.notes.append(f"{wish.column}: {wish.text}")


def titled(actor: Actor, target: str, folded: Sequence[str]) -> Mapping[str, list[int]]:
    """The records open to the actor by their folded titles."""
    found: dict[str, list[int]] = defaultdict(list)
    if target == "team":
        for pk, name in Team.objects.values_list("pk", "name"):
            found[fold(name)].append(pk)
        return found
    shape = shape_of(target)
    wanted = Predicate(sql.SQL('k_fold(r.title) collate "C" = any(%s)'), (list(folded),))
    where = conditions(actor, shape, more=[wanted])
    text = sql.SQL("select r.id, k_fold(r.title) from {} r where {}").format(
        sql.Identifier(shape.table), where.sql
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        for record_id, title in cursor.fetchall():
            found[title].append(record_id)
    return found
