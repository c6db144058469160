"""`klientura run`, for real: started, stopped, and killed in every part."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from klientura.project.embedded.layout import database_url
from klientura.project.embedded.postmaster import find_postmaster

from .programs import Program, is_alive, run_command, running, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc"),
]


@pytest.fixture
def program(data_dir: Path) -> Iterator[Program]:
    with running(data_dir) as started:
        yield started


def server_pid(data_dir: Path) -> int | None:
    found = find_postmaster(data_dir)
    return found.pid if found is not None and found.ready else None


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_start_and_stop(program: Program, sign: int) -> None:
    assert program.health() == 200
    started = program.descendants()
    assert len(started) > 5

    seconds = program.stop(sign)

    assert program.process.returncode == 0
    assert seconds < 10
    assert [pid for pid in started if is_alive(pid)] == []
    assert find_postmaster(program.data_dir) is None


def test_behind_a_proxy_that_ends_https(data_dir: Path) -> None:
    with running(data_dir, KLIENTURA_HTTPS="1") as program:
        assert program.health() == 200
        answer = program.get("/setup", **{"X-Forwarded-Proto": "https"})
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Secure" in answer.headers["Set-Cookie"]


def test_others_may_not_look_into_the_data(program: Program) -> None:
    assert program.data_dir.stat().st_mode & 0o777 == 0o700
    assert (program.data_dir / "secret.key").stat().st_mode & 0o777 == 0o600


def test_key_and_data_stay_over_a_restart(data_dir: Path) -> None:
    with running(data_dir) as program:
        key = (data_dir / "secret.key").read_text()
        with psycopg.connect(database_url(data_dir)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")
        program.stop()
    with running(data_dir), psycopg.connect(database_url(data_dir)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        assert (data_dir / "secret.key").read_text() == key
        assert len(key) > 50


def test_second_start_on_the_same_data_is_refused(program: Program) -> None:
    answer = run_command("run", "--data", str(program.data_dir), "--no-browser")

    assert answer.returncode == 1
    assert f"{program.process.pid} run http://127.0.0.1:{program.port}/" in answer.stderr
    assert program.health() == 200


def test_busy_port_is_refused_when_it_was_asked_for(data_dir: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        answer = run_command("run", "--data", str(data_dir), "--port", str(port), "--no-browser")

    assert answer.returncode == 1
    assert f"The port {port} of 127.0.0.1 is busy" in answer.stderr
    assert find_postmaster(data_dir) is None


def test_killed_database_server_is_started_again_and_keeps_what_it_confirmed(program: Program) -> None:
    url = database_url(program.data_dir)
    first = server_pid(program.data_dir)
    assert first is not None
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE written (id bigint PRIMARY KEY)")
        for number in range(500):
            connection.execute("INSERT INTO written VALUES (%s)", [number])
        os.kill(first, signal.SIGKILL)

    assert wait_for(lambda: server_pid(program.data_dir) not in {None, first})

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM written").fetchone() == (500,)
    assert wait_for(lambda: program.health() == 200)
    assert program.process.poll() is None


@pytest.mark.parametrize("module", ["klientura.project.server.web", "klientura.project.server.worker"])
def test_killed_process_is_started_again(program: Program, module: str) -> None:
    assert wait_for(lambda: program.child(module) is not None)
    first = program.child(module)
    assert first is not None

    os.kill(first, signal.SIGKILL)

    assert wait_for(lambda: program.child(module) not in {None, first})
    assert wait_for(lambda: program.health() == 200)


def test_killed_program_takes_its_processes_along_and_starts_again(data_dir: Path) -> None:
    with running(data_dir) as program:
        started = program.descendants()
        program.process.kill()
        program.process.wait()

        assert wait_for(lambda: not any(is_alive(pid) for pid in started))
    with running(data_dir) as program:
        assert program.health() == 200


def test_commands_work_beside_the_running_product(program: Program) -> None:
    server = server_pid(program.data_dir)

    answer = run_command("migrate", "--data", str(program.data_dir))

    assert answer.returncode == 0, answer.stderr
    assert server_pid(program.data_dir) == server
    assert program.health() == 200


def test_command_without_the_product_leaves_nothing_running(data_dir: Path) -> None:
    answer = run_command("migrate", "--data", str(data_dir), LANG="ru_RU.UTF-8")

    assert (answer.returncode, answer.stdout) == (0, "База приведена к текущей версии.\n"), answer.stderr
    assert find_postmaster(data_dir) is None


def test_doctor_looks_and_makes_nothing(data_dir: Path) -> None:
    answer = run_command("doctor", "--data", str(data_dir))

    assert answer.returncode == 0, answer.stdout
    assert "✓ PostgreSQL" in answer.stdout
    assert not data_dir.exists()


def test_doctor_beside_the_running_product(program: Program) -> None:
    answer = run_command("doctor", "--data", str(program.data_dir))

    assert answer.returncode == 0, answer.stdout
    assert str(program.process.pid) in answer.stdout
    assert "✓ The tables are up to date" in answer.stdout


def test_doctor_says_what_to_do(data_dir: Path) -> None:
    answer = run_command("doctor", "--data", str(data_dir), KLIENTURA_POSTGRES_BIN="/nowhere")

    assert answer.returncode == 1
    assert "apt install postgresql" in answer.stdout
