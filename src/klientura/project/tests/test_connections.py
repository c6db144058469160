"""A kept connection that the server has closed is not used again; what comes again is planned once, and stays right."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from klientura.kernel.statements import cursor_for_repeated

SAME = "select count(*) from repeated where n > 1"


@pytest.fixture
def table(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("create table repeated (n int)")
        cursor.execute("insert into repeated values (1), (2), (3)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists repeated")


def asked(text: str = SAME, *values: int) -> int:
    with cursor_for_repeated() as cursor:
        cursor.execute(text, values or None)
        return int(cursor.fetchone()[0])


def kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_prepared_statements where statement like '%%repeated%%'", ())
        return int(cursor.fetchone()[0])


def test_a_statement_that_comes_again_is_planned_once(table: None) -> None:
    assert [asked() for _ in range(6)] == [2] * 6
    assert kept() == 1
    # Other values are other words: the plan of one is never used for another.
    assert [asked("select count(*) from repeated where n > %s", n) for n in range(4)] == [3, 2, 1, 0]
    assert kept() == 1


def test_its_plan_follows_what_becomes_of_the_table(table: None) -> None:
    for _ in range(6):
        asked()
    with connection.cursor() as cursor:
        cursor.execute("alter table repeated add column more text")
        cursor.execute("insert into repeated values (9, 'x')")
        assert asked() == 3
        cursor.execute("drop table repeated")
        cursor.execute("create table repeated (other text, n bigint)")
        cursor.execute("insert into repeated (n) values (5)")
    assert [asked() for _ in range(6)] == [1] * 6


def test_a_connection_that_was_closed_at_rest_is_opened_anew(transactional_db: None) -> None:
    browser = Client()
    assert browser.get("/health").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        mine = cursor.fetchone()[0]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s, 5000)", [mine])
    finally:
        other.close()
    at_rest: Any = connection
    at_rest.health_check_enabled, at_rest.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        assert cursor.fetchone()[0] != mine


def test_a_connection_that_stands_is_kept_without_asking_the_server(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        before = cursor.fetchone()[0]
    assert connection.is_usable()
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        assert cursor.fetchone()[0] == before
