"""How fast an import is: rows per second, and its CPU against a plain COPY of the same records with the same triggers.

    python -m bench.imports [--rows 100000] [--profile]

Starts a database of its own in a temporary directory. Both sides are counted: this process and the server's.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, finish

FULL = 100_000

PARTS = ("party", "contact_point", "party_address")
FORMS = ("ООО", "АО", "ИП")
CITIES = ("Москва", "Казань", "г. Пермь", "Омск", "Самара")
NAMES = ("Иванов Иван Ильич", "Петрова Анна Олеговна", "Сидоров Олег Павлович", "Кузнецова Мария Игоревна")


def inn(number: int) -> str:
    """A valid taxpayer number."""
    digits = f"{7700000000 + number:010d}"[:9]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    return digits + str(sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 % 10)


def write_file(path: Path, rows: int) -> None:
    """A list as 1C exports it: an organisation, its person, a telephone and an address for mail in each row."""
    with path.open("w", encoding="cp1251", newline="") as out:
        out.write(
            "Организация;Форма;ИНН;Город;Адрес;Контактное лицо;Должность;Телефон;E-mail;Дата первого контакта;Оборот\r\n"
        )
        for n in range(rows):
            last, first, middle = NAMES[n % 4].split()
            out.write(
                f"Фирма {n} Торг;{FORMS[n % 3]};{inn(n * 10)};{CITIES[n % 5]};ул. Мира, {n % 200};{last} {first} {middle};"
                f"директор;8 9{n % 100:02d} {n // 10000 % 1000:03d}-{n // 100 % 100:02d}-{n % 100:02d};"
                f"u{n}@firma{n}.ru;{n % 28 + 1:02d}.{n % 12 + 1:02d}.2021;{n * 37 % 9_000_000},50\r\n"
            )


def server_cpu(postmaster: int) -> float:
    """CPU seconds of the server's processes, the ended ones too."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid, parent = int(stat.parent.name), int(fields[1])
        if pid == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif parent == postmaster:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=FULL)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="klientura-bench-"))
    try:
        figures = measure(folder, arguments.rows, arguments.profile)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return finish("imports", figures, arguments.rows / FULL)


def measure(folder: Path, rows: int, profiled: bool) -> list[Figure]:
    """Dry run, import and plain COPY of the same records on a base of their own."""
    from klientura.project.cli.django_ready import with_django

    data = folder / "data"
    with with_django(data, "bench"):
        from django.db import connection

        from klientura.kernel.access.actor import SystemActor
        from klientura.kernel.objects.registry import shape_of
        from klientura.kernel.transfer.plan import ImportPlan, default_match
        from klientura.kernel.transfer.run import run
        from klientura.kernel.transfer.suggest import suggest
        from klientura.kit.tabular.reading import sniff
        from klientura.project.embedded.postmaster import find_postmaster

        found = find_postmaster(data)
        postmaster = found.pid if found else 0
        path = folder / "clients.csv"
        write_file(path, rows)
        actor, shape, table = SystemActor("bench"), shape_of("organisation"), sniff(path)
        columns = suggest(actor, shape, table)
        plan = ImportPlan("organisation", columns, default_match(actor, shape, columns))

        seconds: dict[str, float] = {}

        def timed(label: str, work: Callable[[], object]) -> float:
            wall, mine, theirs = time.perf_counter(), time.process_time(), server_cpu(postmaster)
            work()
            wall, mine = time.perf_counter() - wall, time.process_time() - mine
            theirs = server_cpu(postmaster) - theirs
            seconds[label] = wall
            print(
                f"{label:<10} {wall:7.1f} s  {rows / wall:8.0f} rows/s   CPU {mine:6.1f} here + {theirs:6.1f} server",
                flush=True,
            )
            return mine + theirs

        def bring(*, dry: bool) -> None:
            result = run(actor, plan, path, table, folder, dry=dry)
            counts = result.report["counts"]
            if counts.get("created") != rows:
                sys.exit(f"unexpected: {counts}")

        timed("dry run", lambda: bring(dry=True))
        if profiled:
            import cProfile
            import pstats

            profile = cProfile.Profile()
            profile.runcall(bring, dry=False)
            pstats.Stats(profile).sort_stats("tottime").print_stats(45)
            return []
        cost = timed("import", lambda: bring(dry=False))

        with connection.cursor() as cursor:
            dumped = {}
            for part in PARTS:
                dumped[part] = folder / f"{part}.copy"
                with dumped[part].open("wb") as out, cursor.copy(f"copy {part} to stdout") as copy:
                    for piece in copy:
                        out.write(piece)
            cursor.execute(
                f"truncate {', '.join(PARTS)}, kernel_change, kernel_event, kernel_search_word cascade"
            )

        def plain() -> None:
            with connection.cursor() as cursor:
                for part in PARTS:
                    with cursor.copy(f"copy {part} from stdin") as copy, dumped[part].open("rb") as given:
                        while piece := given.read(1 << 20):
                            copy.write(piece)

        limit = timed("plain COPY", plain)
        return [
            Figure("import / plain COPY of the same records", cost / limit, "×", 3.0, f"{rows:,} rows"),
            Figure("import, wall time", rows / seconds["import"], "rows/s", remark="aim: 5,000"),
            Figure("plain COPY, wall time", rows / seconds["plain COPY"], "rows/s"),
        ]


if __name__ == "__main__":
    sys.exit(main())
