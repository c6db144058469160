"""A large made-up company: its indexes are there when it is, and also when the making was killed."""

import os
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from klientura.project.embedded.layout import database_url

from .programs import PATIENCE, command, running, user_environment, wait_for

pytestmark = pytest.mark.slow
MANY = ("--organisations", "200", "--people", "50000", "--deals", "0", "--interactions", "0")


def indexes(data_dir: Path) -> set[str]:
    with psycopg.connect(database_url(data_dir)) as connection:
        found = connection.execute("select indexname from pg_indexes where tablename = 'party'").fetchall()
    return {row[0] for row in found}


def people(data_dir: Path) -> int:
    with psycopg.connect(database_url(data_dir)) as connection:
        row = connection.execute("select count(*) from party where kind = 'person'").fetchone()
    assert row
    return int(row[0])


def test_indexes_are_left_away_while_it_is_made_and_come_back(data_dir: Path) -> None:
    with running(data_dir):
        every = indexes(data_dir)
        making = subprocess.Popen(
            command("demo", *MANY, "--data", str(data_dir)), env=user_environment(), start_new_session=True
        )
        assert wait_for(lambda: len(indexes(data_dir)) < len(every), PATIENCE)
        os.killpg(making.pid, signal.SIGKILL)
        making.wait()
        assert indexes(data_dir) < every, "killed before they were made again"
    with running(data_dir) as program:
        assert program.health() == 200
        assert indexes(data_dir) == every

    with running(data_dir):
        removed = subprocess.run(
            command("demo", "--remove", "--data", str(data_dir)),
            env=user_environment(),
            timeout=PATIENCE,
            check=False,
        )
        assert removed.returncode == 0


def test_a_large_company_is_made_whole(data_dir: Path) -> None:
    with running(data_dir):
        every = indexes(data_dir)
        made = subprocess.run(
            command("demo", *MANY, "--data", str(data_dir)), env=user_environment(), timeout=300, check=False
        )
        assert made.returncode == 0
        assert people(data_dir) == 50_000
        assert indexes(data_dir) == every
