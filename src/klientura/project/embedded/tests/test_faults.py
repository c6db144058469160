"""The server, or the program that started it, is killed without a word."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from klientura.project.embedded.instance import start_server, stop_server
from klientura.project.embedded.postmaster import find_postmaster

from .servers import data_directory, is_alive

PROGRAM = """
import sys, time
from pathlib import Path
from klientura.project.embedded.instance import start_server
server = start_server(Path(sys.argv[1]), tied=sys.argv[2] == "tied")
print(server.process.pid, flush=True)
time.sleep(60)
"""


def start_program(data_dir: Path, mode: str) -> tuple[subprocess.Popen[str], int]:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(data_dir), mode], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    return program, int(program.stdout.readline())


def wait_for(condition: object, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


@pytest.mark.slow
def test_killed_server_keeps_what_it_has_confirmed() -> None:
    with data_directory() as data_dir:
        server = start_server(data_dir)
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE written (id bigint PRIMARY KEY)")
        confirmed: list[int] = []

        def write(first: int) -> None:
            with psycopg.connect(server.url, autocommit=True) as connection:
                for number in range(first, first + 10**9):
                    connection.execute("INSERT INTO written VALUES (%s)", [number])
                    confirmed.append(number)

        def write_until_cut(first: int) -> None:
            with pytest.raises(psycopg.OperationalError):
                write(first)

        writers = [threading.Thread(target=write_until_cut, args=[n * 10**9]) for n in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(1)
        os.kill(server.process.pid, signal.SIGKILL)
        for writer in writers:
            writer.join(10)
        server.process.wait()

        server = start_server(data_dir)

        with psycopg.connect(server.url) as connection:
            found = {number for (number,) in connection.execute("SELECT id FROM written")}
        assert len(confirmed) > 100
        assert set(confirmed) - found == set()


@pytest.mark.slow
def test_server_goes_with_its_killed_program() -> None:
    with data_directory() as data_dir:
        program, server = start_program(data_dir, "tied")
        program.kill()
        program.wait()

        # Elsewhere than on Linux the next start stops it: the test below.
        assert wait_for(lambda: not is_alive(server)) or sys.platform != "linux"


@pytest.mark.slow
def test_program_starts_after_a_killed_one_whose_server_lives_on() -> None:
    with data_directory() as data_dir:
        program, orphan = start_program(data_dir, "untied")
        program.kill()
        program.wait()
        assert is_alive(orphan)

        server = start_server(data_dir)

        assert not is_alive(orphan)
        found = find_postmaster(data_dir)
        assert found is not None
        assert found.pid == server.process.pid


@pytest.mark.slow
def test_ten_kills_in_a_row_lose_nothing() -> None:
    with data_directory() as data_dir:
        server = start_server(data_dir)
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE written (id bigint PRIMARY KEY)")
        for number in range(10):
            with psycopg.connect(server.url, autocommit=True) as connection:
                connection.execute("INSERT INTO written VALUES (%s)", [number])
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
            server = start_server(data_dir)
        with psycopg.connect(server.url) as connection:
            rows = connection.execute("SELECT id FROM written ORDER BY id").fetchall()
        stop_server(server)

    assert [number for (number,) in rows] == list(range(10))
