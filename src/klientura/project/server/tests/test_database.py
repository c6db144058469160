"""Commands that need the database: the first brings the server, the others use it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from klientura.project.embedded.postmaster import find_postmaster, stop_postmaster
from klientura.project.embedded.refusal import Refusal
from klientura.project.server.database import command_database, holder_lock, inspect_database

COMMAND = """
import sys
from pathlib import Path
import psycopg
from klientura.project.server.database import command_database
with command_database(Path(sys.argv[1]), "test") as url, psycopg.connect(url) as connection:
    print("inside", flush=True)
    sys.stdin.readline()
    print(connection.execute("SELECT 1").fetchone()[0], flush=True)
"""


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with tempfile.TemporaryDirectory(prefix="klt-") as name:
        yield Path(name)
        stop_postmaster(Path(name))


def start_command(data_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate("\n", timeout=60)
    return output.strip()


def test_server_lives_as_long_as_the_command(data_dir: Path) -> None:
    with command_database(data_dir, "test") as url:
        psycopg.connect(url).close()
        assert find_postmaster(data_dir) is not None

    assert find_postmaster(data_dir) is None
    holder_lock(data_dir).acquire(wait=False)


def test_server_waits_for_the_commands_that_came_to_it(data_dir: Path) -> None:
    first = start_command(data_dir)
    assert first.stdout is not None
    first.stdout.readline()
    second = start_command(data_dir)
    assert second.stdout is not None
    second.stdout.readline()
    assert first.stdin is not None
    first.stdin.write("\n")
    first.stdin.flush()
    assert first.stdout.readline() == "1\n"  # the first is done, and its server has to stay

    assert finish(second) == "1"
    assert first.wait(60) == 0
    assert second.returncode == 0
    assert find_postmaster(data_dir) is None


def test_commands_that_start_at_the_same_moment(data_dir: Path) -> None:
    commands = [start_command(data_dir) for _ in range(4)]

    for command in commands:
        assert command.stdin is not None
        command.stdin.write("\n")
        command.stdin.flush()

    assert [finish(command).splitlines()[-1] for command in commands] == ["1"] * 4
    assert [command.returncode for command in commands] == [0] * 4
    assert find_postmaster(data_dir) is None


def test_named_server_comes_before_our_own(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@db.example/crm")

    with command_database(data_dir, "test") as url:
        assert url == "postgresql://somebody@db.example/crm"
    assert list(data_dir.iterdir()) == []


def test_unreachable_server_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        inspect_database(f"postgresql://klientura@/klientura?host={tmp_path}")

    assert refusal.value.code == "database_unreachable"
