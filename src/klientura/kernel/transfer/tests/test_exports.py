"""Export: what the list shows, nothing hidden, no live formulas, and back again unchanged."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import FieldGrant, Grant, Role, User
from klientura.kernel.access.rights import forget
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kernel.store import write as store
from klientura.kernel.transfer import exports
from klientura.kernel.transfer.exports import Export
from klientura.kernel.transfer.tests.support import SAMPLE, actor, bring, contents, make_plan
from klientura.modules.parties.models import BankAccount, Party

pytestmark = pytest.mark.django_db
COLUMNS = (
    "name", "legal_form", "full_name", "inn", "kpp", "city", "contact_points[phone]", "contact_points[email]", "website",
    "turnover", "employees", "first_contact_on", "status", "roles", "is_active", "note", "owner",
)  # fmt: skip


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"


def lines_of(path: Path) -> list[list[str]]:
    return list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=";"))


def stored() -> list[tuple[object, ...]]:
    keys = [k for k in COLUMNS if "[" not in k]
    return sorted(
        Party.objects.filter(deleted_at=None, kind="organisation").values_list(*keys, "phone", "email"),
        key=str,
    )


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_round_trip(tmp_path, fmt, language):
    who = actor()
    User.objects.filter(pk=who.user_id or 0).update(language=language)
    who = actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)
    bring(who, SAMPLE, tmp_path)
    store.create(
        who,
        shape_of("organisation"),
        {"name": "=cmd|' /C calc'!A0", "legal_form": "ip", "roles": ["client", "supplier"], "status": "active",
         "turnover": "-5.50", "employees": "12", "note": "'=1+1\nвторая", "is_active": False},
    )  # fmt: skip
    before = stored()
    path = tmp_path / f"out.{fmt}"
    number = exports.write(who, Export("organisation", COLUMNS, sort="name", format=fmt), path)
    assert number == len(before)
    Party.objects.all().delete()
    plan = make_plan(who, path, match=())
    assert plan.columns == tuple("contact_points[phone]" if c == "phone" else c for c in COLUMNS)
    result = bring(who, path, tmp_path, plan)
    assert result.report["counts"].get("rejected") is None
    assert stored() == before


@pytest.mark.parametrize("language", ["ru", "en"])
def test_everything_goes_out_and_comes_back(tmp_path, language):
    who = actor()
    User.objects.filter(pk=who.user_id or 0).update(language=language)
    who = actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)
    shape = shape_of("organisation")
    store.create(
        who, shape,
        {
            "name": "Альфа",
            "contact_points": [{"kind": "phone", "value": "8 347 222-33-44"}, {"kind": "telegram", "value": "@alfa"}],
            "addresses": [
                {"kind": "legal", "postcode": "420000", "city": "Казань", "street": "ул. Баумана, 1"},
                {"kind": "delivery", "city": "Уфа", "street": "склад; въезд со двора"},
            ],
            "bank_accounts": [
                {"bic": "044525225", "account": "40702810938000000001", "bank": "Банк"},
            ],
        },
    )  # fmt: skip
    before = contents()
    path = tmp_path / "all.csv"
    exports.write(who, Export("organisation", tuple(exports.all_columns(who, shape))), path)
    Party.objects.all().delete()

    bring(who, path, tmp_path, make_plan(who, path, match=()))

    assert contents() == before
    assert BankAccount.objects.get().account == "40702810938000000001"


def test_no_live_formulas(tmp_path):
    who = actor()
    shape = shape_of("organisation")
    for text in ("=1+1", "+cmd", "-2+3", "@SUM(A1)", " =1", "\u00a0=1", "＝1+1"):
        store.create(who, shape, {"name": f"x{text}", "note": text})
    path = tmp_path / "out.csv"
    exports.write(who, Export("organisation", ("name", "note")), path)
    notes = [row[1] for row in lines_of(path)[1:]]
    assert len(notes) == 7
    assert all(note.startswith("'") for note in notes)


def test_filter_sort_and_search_of_the_list(tmp_path):
    who = actor()
    shape = shape_of("organisation")
    for name, city in (("Альфа", "Казань"), ("Бета", "Казань"), ("Гамма", "Омск")):
        store.create(who, shape, {"name": name, "city": city})
    path = tmp_path / "out.csv"
    tree = {"field": "city", "op": "eq", "value": "казань"}
    assert exports.write(who, Export("organisation", ("name",), tree, "-name"), path) == 2
    assert [r[0] for r in lines_of(path)[1:]] == ["Бета", "Альфа"]
    assert exports.write(who, Export("organisation", ("name",), search="гамма"), path) == 1


def test_pages_join_without_gap(tmp_path):
    who = actor()
    shape = shape_of("organisation")
    store.create_many(
        who, shape, [{"name": f"Фирма {n:04}", "city": None if n % 3 else "Омск"} for n in range(450)]
    )
    path = tmp_path / "out.csv"
    assert exports.write(who, Export("organisation", ("name", "city"), sort="city"), path) == 450
    assert len({r[0] for r in lines_of(path)[1:]}) == 450


def test_hidden_fields_never_leave(tmp_path):
    who = actor("manager", team="А")
    store.create(
        who, shape_of("organisation"), {"name": "Альфа", "turnover": "31337", "phone": "89029273577"}
    )
    for field in ("turnover", "contact_points"):
        FieldGrant.objects.create(
            role=Role.objects.get(key="manager"), object="organisation", field=field, level="none"
        )
    rights_changed()
    who = actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)
    path = tmp_path / "out.csv"
    for column in ("turnover", "contact_points[phone]", "no_such"):
        with pytest.raises(BadRequest):
            exports.write(who, Export("organisation", ("name", column)), path)
    with pytest.raises(BadRequest):
        exports.write(who, Export("organisation", ("name",), sort="turnover"), path)
    exports.write(who, Export("organisation"), path)
    assert "31337" not in path.read_text(encoding="utf-8-sig")


def test_right_to_export(tmp_path):
    who = actor("employee", team="А")
    store.create(who, shape_of("organisation"), {"name": "Альфа"})
    with pytest.raises(Denied):
        exports.write(who, Export("organisation"), tmp_path / "out.csv")
    with pytest.raises(Denied):
        exports.begin(who, Export("organisation"), queue=False)
    with pytest.raises(BadRequest):
        exports.export_from_json({"object": "organisation", "format": "exe"})


def test_job_makes_a_file_for_its_owner_only():
    who, other = actor(), actor()
    store.create(who, shape_of("organisation"), {"name": "Альфа"})
    assert exports.is_small(who, Export("organisation"))
    job = service.run_inline(
        exports.begin(who, Export("organisation", ("name",), format="xlsx"), queue=False)
    )
    assert job.state == "done"
    path, name = exports.finished_file(who, job.pk)
    assert path.read_bytes().startswith(b"PK")
    assert name.endswith(".xlsx")
    with pytest.raises(NotFound):
        exports.finished_file(other, job.pk)


@pytest.mark.django_db(transaction=True)
def test_file_is_of_one_moment(tmp_path):
    forget()
    who, shape = actor(), shape_of("organisation")
    ids = store.create_many(who, shape, [{"name": f"Фирма {n:04}"} for n in range(1100)])
    told: list[int] = []

    def meanwhile(done: int) -> None:
        told.append(done)
        store.update(who, shape, ids[0], {"city": "Казань"})

    path = tmp_path / "out.csv"
    number = exports.write(who, Export("organisation", ("name", "city"), sort="-updated_at"), path, meanwhile)
    assert told == [1000]
    assert number == len({r[0] for r in lines_of(path)[1:]}) == 1100
    assert Party.objects.get(pk=ids[0]).city == "Казань"
    forget()


@pytest.mark.django_db(transaction=True)
def test_job_tells_how_far_it_is_and_stops_when_asked(tmp_path):
    forget()
    who, shape = actor(), shape_of("organisation")
    store.create_many(who, shape, [{"name": f"Фирма {n:04}"} for n in range(1100)])
    done = service.run_inline(exports.begin(who, Export("organisation", ("name",)), queue=False))
    assert (done.state, done.done, done.total) == ("done", 1100, 1100)
    asked = exports.begin(who, Export("organisation", ("name",)), queue=False)
    Job.objects.filter(pk=asked.pk).update(cancel_requested=True)
    assert service.run_inline(asked).state == "cancelled"
    forget()


@pytest.mark.parametrize("verb", ["read", "export"])
def test_file_is_not_given_to_who_lost_the_right(verb):
    who = actor("manager", team="А")
    store.create(who, shape_of("organisation"), {"name": "Альфа"})
    job = service.run_inline(exports.begin(who, Export("organisation", ("name",)), queue=False))
    assert exports.finished_file(who, job.pk)[0].is_file()
    Grant.objects.create(
        role=Role.objects.get(key="manager"), object="organisation", action=verb, scope="none"
    )
    rights_changed()
    with pytest.raises(Denied):
        exports.finished_file(now(who), job.pk)


def test_file_is_made_anew_when_rights_have_changed():
    who = actor("manager", team="А")
    store.create(who, shape_of("organisation"), {"name": "Альфа", "turnover": "31337"})
    wanted = Export("organisation", ("name", "turnover"))
    job = service.run_inline(exports.begin(who, wanted, queue=False))
    FieldGrant.objects.create(
        role=Role.objects.get(key="employee"), object="organisation", field="turnover", level="none"
    )
    rights_changed()
    assert exports.finished_file(now(who), job.pk)  # others' rights are no matter
    FieldGrant.objects.create(
        role=Role.objects.get(key="manager"), object="organisation", field="turnover", level="none"
    )
    rights_changed()
    with pytest.raises(Denied) as refused:
        exports.finished_file(now(who), job.pk)
    assert refused.value.code == "rights_changed"


def now(who: Actor) -> Actor:
    """The user with the rights of this moment."""
    return actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)
