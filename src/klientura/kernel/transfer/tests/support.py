"""What the tests of import and export share: users, small files, pictures of the base."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Team, User
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.access.users import create_user
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.transfer.plan import ImportPlan, default_match
from klientura.kernel.transfer.run import Result, run
from klientura.kernel.transfer.suggest import suggest
from klientura.kit.tabular.reading import sniff

SAMPLE = Path(__file__).parent / "data" / "clients-from-1c.csv"
TABLES = (
    "party", "contact_point", "party_address", "party_bank_account", "opportunity", "kernel_change", "kernel_operation",
    "kernel_event",
)  # fmt: skip


def actor(role: str = "administrator", *, name: str = "Ольга Шленин", team: str = "") -> Actor:
    """A new user of a role."""
    found = Team.objects.get_or_create(name=team)[0] if team else None
    number = User.objects.count() + 1
    user = create_user(email=f"user{number}@example.org", name=name, password=None, role=role, team=found)
    return actor_of(user, current().access_version)


def write_file(
    folder: Path, rows: Sequence[Sequence[str]], name: str = "file.csv", encoding: str = "utf-8"
) -> Path:
    """A small semicolon file."""
    path = folder / name
    quoted = [";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows]
    path.write_text("\r\n".join(quoted) + "\r\n", encoding=encoding)
    return path


def make_plan(who: Actor, path: Path, object_key: str = "organisation", **more: Any) -> ImportPlan:
    """The plan that suggests itself."""
    shape = shape_of(object_key)
    columns = suggest(who, shape, sniff(path))
    more.setdefault("match", default_match(who, shape, columns))
    return ImportPlan(object_key, columns, **more)


def bring(who: Actor, path: Path, folder: Path, plan: ImportPlan | None = None, **more: Any) -> Result:
    """Import a file for real unless told otherwise."""
    more.setdefault("dry", False)
    return run(who, plan or make_plan(who, path), path, sniff(path), folder, **more)


def picture(tables: Sequence[str] = TABLES) -> dict[str, str]:
    """A digest of every row of the tables."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"select count(*) || ':' || coalesce(md5(string_agg(t::text, '|' order by id)), '') from {table} t"
            )
            found[table] = cursor.fetchone()[0]
    return found


def contents() -> list[tuple[Any, ...]]:
    """What the base says of living parties, whatever the numbers of its records are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.kind, p.name, p.legal_form, p.inn, p.kpp, p.city, p.phone, p.email, p.website, p.turnover,"
            " p.first_contact_on, p.note, p.last_name, p.first_name, p.middle_name, p.position, e.name, e.inn,"
            " (select string_agg(c.kind || c.value || c.uncertain, '|' order by c.position) from contact_point c"
            "  where c.party_id = p.id),"
            " (select string_agg(concat_ws('/', a.kind, a.city, a.street), '|' order by a.position) from party_address a"
            "  where a.party_id = p.id)"
            " from party p left join party e on e.id = p.employer_id where p.deleted_at is null"
        )
        return sorted(cursor.fetchall(), key=str)
