import subprocess
import sys
from pathlib import Path

import pytest

from klientura.project.embedded.locks import FileLock, LockBusyError


def test_second_holder_is_told_who_holds_it(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    first.acquire(note="123 run")

    with pytest.raises(LockBusyError) as busy:
        second.acquire(wait=False)

    assert busy.value.holder == "123 run"


def test_note_of_a_longer_former_holder_does_not_show_through(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock").held(note="123456789 migrate"):
        pass
    lock = FileLock(tmp_path / "lock")
    lock.acquire(note="5 run")

    assert (tmp_path / "lock").read_text() == "5 run"


def test_shared_holders_do_not_exclude_each_other(tmp_path: Path) -> None:
    first, second, third = (FileLock(tmp_path / "lock") for _ in range(3))
    first.acquire(shared=True)
    second.acquire(shared=True, wait=False)

    with pytest.raises(LockBusyError):
        third.acquire(wait=False)
    first.release()
    second.release()
    third.acquire(wait=False)


def test_killed_holder_leaves_the_lock(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from klientura.project.embedded.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.acquire(note="holder")
print(flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(LockBusyError):
            FileLock(tmp_path / "lock").acquire(wait=False)
        holder.kill()
        holder.wait()

        FileLock(tmp_path / "lock").acquire(wait=False)


def test_children_do_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    lock.acquire()
    with subprocess.Popen(["/bin/sleep", "30"]) as child:
        lock.release()
        FileLock(tmp_path / "lock").acquire(wait=False)
        child.kill()
