"""Merging and taking apart at once leaves the database as it was, whatever the records and the order."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.merging.tests.support import TEST, make, organisation, person, settle
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.store import write

TOLD_ELSEWHERE = {"version", "updated_at", "updated_by_id", "operation_id", "sequence"}
"""What every change of a record leaves; the history tells it. What guests of an event were sent (`sequence`) only rises."""
PHONES = ["+74950001122", "+74950003344", "+74950005566"]

point = st.fixed_dictionaries(
    {"kind": st.sampled_from(["phone", "mobile"]), "value": st.sampled_from(PHONES)},
    optional={"note": st.sampled_from(["секретарь", "личный"])},
) | st.fixed_dictionaries(
    {"kind": st.just("email"), "value": st.sampled_from(["a@example.org", "b@example.org"])}
)
address = st.fixed_dictionaries(
    {"kind": st.sampled_from(["legal", "actual"]), "city": st.sampled_from(["Уфа", "Омск"])},
    optional={"street": st.sampled_from(["Мира, 1", "Мира, 2"]), "postcode": st.just("450000")},
)
client = st.fixed_dictionaries(
    {"name": st.sampled_from(["Ромашка", "Лютик", "Мак"])},
    optional={
        "city": st.sampled_from(["Уфа", "Омск", "Казань"]),
        "note": st.text(alphabet="абв \n", min_size=1, max_size=5).filter(str.strip),
        "roles": st.lists(st.sampled_from(["client", "supplier"]), min_size=1, unique=True),
        "employees": st.integers(0, 9),
        "is_active": st.booleans(),
        "contact_points": st.lists(point, max_size=4),
        "addresses": st.lists(address, max_size=3),
    },
)
link = st.none() | st.integers(0, 4)


def everything() -> dict[str, list[dict[str, Any]]]:
    """The rows of every table of records and lines, without what tells of changes only."""
    tables = {s.table for s in all_shapes().values()} | {
        p.table for s in all_shapes().values() for p in s.parts.values()
    }
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(
                sql.SQL("select to_jsonb(t) - %s::text[] from {} t order by id").format(
                    sql.Identifier(table)
                ),
                [sorted(TOLD_ELSEWHERE)],
            )
            found[table] = [row[0] for row in cursor.fetchall()]
    return found


def build(clients: list[dict[str, Any]], parents: list[int | None], hung: list[int]) -> list[int]:
    """Organisations with links among them, and people, calls, tasks and ties hung on them."""
    ids = [organisation(**each) for each in clients]
    for number, parent in enumerate(parents[: len(ids)]):
        if parent is not None and parent < number:
            write.update(TEST, shape_of("organisation"), ids[number], {"parent": ids[parent]})
    kind = shape_of("relation").fields["kind"].params.choices[0].code
    for number, place in enumerate(hung):
        target, other = ids[place % len(ids)], ids[(place + 1) % len(ids)]
        worker = person(f"Ёлкин {number}", employer=target, phone=PHONES[place % 3])
        make(
            "interaction", kind="call", body="О деле", party=target, person=worker, at="2026-01-11T10:00:00Z"
        )
        make("task", name="Позвонить", party=other, due_at="2027-01-11T10:00:00Z")
        make("task", name="Об этом", subject_object="organisation", subject_id=target)
        if target != other:
            make("relation", party=target, kind=kind, to_party=other)
    settle()
    return ids


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    clients=st.lists(client, min_size=2, max_size=5),
    parents=st.lists(link, min_size=5, max_size=5),
    hung=st.lists(st.integers(0, 4), max_size=4),
    kept=st.integers(0, 4),
    number=st.integers(2, 4),
    choose=st.booleans(),
)
def test_merging_and_taking_apart_changes_nothing(
    company: Any, actor: Actor, clients: list[dict[str, Any]], parents: list[int | None], hung: list[int], kept: int, number: int, choose: bool
) -> None:  # fmt: skip
    with transaction.atomic():
        ids = build(clients, parents, hung)
        before = everything()
        chosen = _some(ids, kept, number)
        values = {"phone": PHONES[0], "city": "Пермь"} if choose else {}
        try:
            with transaction.atomic():
                done = merge(actor, shape_of("organisation"), chosen[0], chosen[1:], values)
        except Invalid as refused:
            assert {e.code for e in refused.errors} == {"circle"}
            assert everything() == before
        else:
            settle()
            assert everything() != before
            undo(actor, done.operation_id)
            settle()
            assert everything() == before
        transaction.set_rollback(True)


def _some(ids: list[int], first: int, number: int) -> list[int]:
    turned: Iterable[int] = (ids[(first + n) % len(ids)] for n in range(min(number, len(ids))))
    return list(turned)
