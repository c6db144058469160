"""Whether what a write refers to exists and is open to the actor; one query per target object, not per record."""

from collections import defaultdict

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.fields.references import TEAMS, USERS
from klientura.kernel.objects.batch import Batch
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, PartShape
from klientura.kernel.store import read

NOT_OPEN = _("This record does not exist or is not open to you. Choose another.")
NO_USER = _("There is no such active user.")
NO_TEAM = _("There is no such team.")
TEXTS = {USERS: NO_USER, TEAMS: NO_TEAM}


def check_references(actor: Actor, batch: Batch) -> None:
    """Refuse values that point at nothing the actor may see. Values left as they were are not looked at again."""
    wanted: dict[str, set[int]] = defaultdict(set)
    fields = [
        f for f in batch.shape.fields.values() if f.type.key in {"reference", "user"} and not f.read_only
    ]
    for draft in batch:
        for field in fields:
            value = draft.values.get(field.key)
            if value is not None and draft.changed(field.key) and not _is_own(actor, field.column, value):
                wanted[field.points_at or ""].add(value)
    known = {source: _known(actor, source, ids) for source, ids in wanted.items()}
    for draft in batch:
        for field in fields:
            value = draft.values.get(field.key)
            if value is None or not draft.changed(field.key) or _is_own(actor, field.column, value):
                continue
            source = field.points_at or ""
            if value not in known[source]:
                draft.refuse(field.key, "reference", TEXTS.get(source, NOT_OPEN))
    check_lines(actor, batch)


def check_lines(actor: Actor, batch: Batch) -> None:
    """The same of lines. What a record's own lines point at already may stay, also when it has been closed since."""
    for key, part in batch.shape.parts.items():
        for field in (
            f for f in part.fields.values() if f.type.key in {"reference", "user"} and not f.read_only
        ):
            given = [
                (draft, place, value)
                for draft in batch
                for place, line in enumerate(draft.parts.get(key, ()))
                if (value := line.get(field.key)) is not None
            ]
            source = field.points_at or ""
            known = _known(actor, source, {value for _d, _p, value in given})
            strange = [each for each in given if each[2] not in known]
            held = _held(part, field, {draft.record_id for draft, _p, _v in strange if draft.record_id})
            for draft, place, value in strange:
                if (draft.record_id, value) not in held:
                    draft.refuse(f"{key}.{place}.{field.key}", "reference", TEXTS.get(source, NOT_OPEN))


def _held(part: PartShape, field: FieldShape, record_ids: set[int]) -> set[tuple[int, int]]:
    """What the stored lines of some records point at: (record, target)."""
    if not record_ids:
        return set()
    text = sql.SQL("select distinct {0}, {1} from {2} where {0} = any(%s) and {1} is not null").format(
        sql.Identifier(part.parent_column), sql.Identifier(field.column), sql.Identifier(part.table)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [sorted(record_ids)])
        return set(cursor.fetchall())


def complete_team(actor: Actor, batch: Batch) -> None:
    """A record whose owner is set belongs to the owner's team, unless a team is given with it."""
    if not {"owner", "team"} <= set(batch.shape.fields):
        return
    new = [d for d in batch if "team" not in d.values and (batch.creating or d.changed("owner"))]
    others = {o for d in new if (o := d.get("owner")) not in (None, actor.user_id)}
    teams: dict[int | None, int | None] = {None: None, actor.user_id: actor.team_id}
    if others:
        with connection.cursor() as cursor:
            cursor.execute("select id, team_id from access_user where id = any(%s)", [sorted(others)])
            teams |= dict(cursor.fetchall())
    for draft in new:
        draft.values["team"] = teams.get(draft.get("owner"))


def _is_own(actor: Actor, column: str, value: int) -> bool:
    """The actor and their team need no looking up: the gate has just read them."""
    return (column == "owner_id" and value == actor.user_id) or (
        column == "team_id" and value == actor.team_id
    )


def _known(actor: Actor, source: str, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    if source not in TEXTS:
        return set(read.titles(actor, shape_of(source), sorted(ids)))
    text = (
        "select id from access_user where is_active and id = any(%s)"
        if source == "user"
        else "select id from access_team where id = any(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [sorted(ids)])
        return {row[0] for row in cursor.fetchall()}
