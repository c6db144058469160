"""Import and export from the command line, on a database of their own, also when the machine dies in the middle."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from klientura.project.embedded.layout import database_url

pytestmark = pytest.mark.slow
ROWS = 9_000
TAKE_UP = """
import sys
from pathlib import Path
from klientura.project.cli.django_ready import with_django
with with_django(Path(sys.argv[1]), "test"):
    from datetime import timedelta
    from klientura.kernel.jobs import service
    from klientura.kernel.jobs.models import Job
    job = Job.objects.get()
    assert job.state == "running", job.state
    assert 0 < job.checkpoint["done"] < int(sys.argv[2]), job.checkpoint["done"]
    Job.objects.update(heartbeat_at=job.heartbeat_at - timedelta(minutes=1))
    print(service.run_inline(job).state)
"""


def environment() -> dict[str, str]:
    known = {
        k: v for k, v in os.environ.items() if not k.startswith(("KLIENTURA_", "DATABASE_URL", "DJANGO_"))
    }
    return {**known, "LC_ALL": "C.UTF-8"}


def klientura(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "klientura.project.cli.main", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment(), timeout=300, check=False
    )


def write_file(path: Path) -> None:
    rows = [
        f"Firm {n};{'' if n % 3 else '7827763273'};Казань;Петров{n} Иван;8902{n:07d};;x" for n in range(ROWS)
    ]
    path.write_text(
        "Название;ИНН;Город;Контактное лицо;Телефон;E-mail;Заметка\n" + "\n".join(rows), encoding="utf-8"
    )


def picture(data: Path, folder: Path) -> list[bytes]:
    files = []
    for name, columns in (("organisation", "name,inn,city,phone,note"), ("person", "title,employer,phone")):
        target = folder / f"{data.name}-{name}.csv"
        done = klientura(
            "export", "--object", name, "--to", str(target), "--columns", columns, "--sort", "title", "--data", str(data),
            folder=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        files.append(b"\n".join(sorted(target.read_bytes().splitlines())))
    return files


def test_killed_import_goes_on_and_equals_an_undisturbed_one(tmp_path: Path) -> None:
    source = tmp_path / "clients.csv"
    write_file(source)
    calm, shaken = tmp_path / "calm", tmp_path / "shaken"
    dry = klientura("import", str(source), "--data", str(calm), "--dry-run", folder=tmp_path)
    assert dry.returncode == 0, dry.stderr + dry.stdout
    done = klientura("import", str(source), "--data", str(calm), folder=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert [line for line in dry.stdout.splitlines() if ": " in line and "Checked" not in line] == [
        line
        for line in done.stdout.splitlines()
        if ": " in line and not line.startswith(("Imported", "The import can"))
    ]

    klientura("migrate", "--data", str(shaken), folder=tmp_path)
    command = [
        sys.executable,
        "-m",
        "klientura.project.cli.main",
        "import",
        str(source),
        "--data",
        str(shaken),
    ]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        wait_for_progress(shaken)
        child.send_signal(signal.SIGKILL)
    followed = subprocess.run(
        [sys.executable, "-c", TAKE_UP, str(shaken), str(ROWS)],
        capture_output=True, text=True, env=environment(), timeout=300, check=False,
    )  # fmt: skip
    assert followed.stdout.strip() == "done", followed.stderr
    assert picture(shaken, tmp_path) == picture(calm, tmp_path)


def wait_for_progress(data: Path) -> None:
    """Until the first chunk is committed."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with psycopg.connect(database_url(data)) as server:
                row = server.execute("select (checkpoint->>'done')::int from klientura.kernel_job").fetchone()
                if row and row[0]:
                    return
        except psycopg.Error:
            pass
        time.sleep(0.05)
    raise AssertionError("the import never began")


def test_words_instead_of_signs_and_no_file_left_by_a_check(tmp_path: Path) -> None:
    folder, data = tmp_path / "lists", str(tmp_path / "data")
    folder.mkdir()
    source = folder / "clients.csv"
    source.write_text("Название;ИНН;Контактное лицо\nРомашка;7827763273;Петров Иван\n;7707083893;\n", "utf-8")
    ask = ["import", str(source), "--data", data, "--object", "organisation"]

    checked = klientura(*ask, "--dry-run", folder=tmp_path)
    assert checked.returncode == 1, checked.stderr
    assert "Organisations: 1 new, 0 updated" in checked.stdout
    assert "People: 1 new, 0 updated" in checked.stdout
    assert "INN (inn)" in checked.stdout
    assert {p.name for p in tmp_path.rglob("*.rejected.csv")} == set()
    asked = tmp_path / "why.csv"
    klientura(*ask, "--dry-run", "--rejected", str(asked), folder=tmp_path)
    assert "7707083893" in asked.read_text("utf-8-sig")

    done = klientura(*ask, folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "7707083893" in (folder / "clients.rejected.csv").read_text("utf-8-sig")


def test_refusals_are_sentences(tmp_path: Path) -> None:
    missing = klientura("import", "no-such.csv", folder=tmp_path)
    assert (missing.returncode, missing.stderr.strip()) == (1, "There is no file no-such.csv.")
    wrong = klientura("export", "--object", "organisation", "--to", "x.doc", folder=tmp_path)
    assert wrong.returncode == 1
    assert "must end in .csv or .xlsx" in wrong.stderr
    tree = klientura("export", "--object", "organisation", "--to", "x.csv", "--filter", "[", folder=tmp_path)
    assert tree.returncode == 1
