import time
from pathlib import Path

from klientura.project.server.processes import MOST_QUICK_DEATHS, Child


def make_child(tmp_path: Path, module: str, *arguments: str) -> Child:
    return Child("web", module, list(arguments), {}, tmp_path / "web.log")


def tend_until(child: Child, condition: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        child.tend()
        time.sleep(0.01)


def test_process_that_cannot_start_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    child = make_child(tmp_path, "no_such_module_anywhere")

    tend_until(child, lambda: child.given_up)

    assert child.quick_deaths == MOST_QUICK_DEATHS
    assert "No module named no_such_module_anywhere" in child.last_lines(1)
    child.tend()
    assert child.process is None


def test_process_that_has_lived_is_started_again_at_once(tmp_path: Path) -> None:
    child = make_child(tmp_path, "http.server", "0")
    child.tend()
    assert child.process is not None
    first = child.process.pid
    child.started -= 3600
    child.quick_deaths = MOST_QUICK_DEATHS - 1
    child.process.kill()
    child.process.wait()

    child.tend()

    assert child.process is not None
    assert child.process.pid != first
    assert child.quick_deaths == 0
    child.wait_or_kill(time.monotonic())


def test_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf.py"
    deaf.write_text(
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(60)\n"
    )
    child = Child("worker", "deaf", [], {"PYTHONPATH": str(tmp_path)}, tmp_path / "log")
    tend_until(child, lambda: child.last_lines() == "deaf")
    process = child.process
    child.ask_to_stop()
    started = time.monotonic()

    child.wait_or_kill(started + 0.3)

    assert process is not None
    assert process.returncode == -9
    assert 0.3 <= time.monotonic() - started < 5


def test_large_log_is_put_aside(tmp_path: Path) -> None:
    child = make_child(tmp_path, "http.server", "0")
    with child.log.open("wb") as log:
        log.truncate(11 * 1024 * 1024)

    child.start()

    assert (tmp_path / "web.old.log").stat().st_size == 11 * 1024 * 1024
    assert child.log.stat().st_size < 1024
    child.wait_or_kill(time.monotonic())
