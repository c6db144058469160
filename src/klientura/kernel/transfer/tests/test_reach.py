"""What an import may touch: owners within reach, records that are the actor's to change, fields open to the role."""

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import FieldGrant, Grant, Role, User
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kernel.store import write
from klientura.kernel.store.drafts import MAX_LINES
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.tests.support import actor, bring, make_plan, write_file
from klientura.modules.parties.models import ContactPoint, Party

pytestmark = pytest.mark.django_db
INN, OTHER_INN = "7827763273", "1638022945"


def again(who: Actor) -> Actor:
    """The same user with the rights of this moment."""
    rights_changed()
    return actor_of(User.objects.get(pk=who.user_id or 0), current().access_version)


def lock(who: Actor, object_key: str, *fields: str) -> Actor:
    """The same user, of a role that only looks at these fields."""
    role = Role.objects.get(key=who.role)
    for field in fields:
        FieldGrant.objects.create(role=role, object=object_key, field=field, level="read")
    return again(who)


def sees_all(who: Actor, object_key: str) -> Actor:
    role = Role.objects.get(key=who.role)
    Grant.objects.create(role=role, object=object_key, action="read", scope="all")
    return again(who)


@pytest.mark.parametrize("dry", [True, False])
def test_only_records_out_of_reach_change_their_owner(tmp_path, dry):
    near = actor("employee", name="Анна Близкая", team="А")
    far = actor("employee", name="Иван Дальний", team="Б")
    who = actor("manager", name="Олег Старший", team="А")
    path = write_file(
        tmp_path,
        [["Название", "Менеджер"], ["Альфа", "Дальний"], ["Бета", "Близкая"], ["Гамма", "Близкая"]],
    )
    result = bring(who, path, tmp_path, dry=dry)
    assert [(i["row"], i["code"]) for i in result.report["issues"]] == [(2, "reach")]
    if not dry:
        owners = dict(Party.objects.values_list("name", "owner_id"))
        assert owners == {"Альфа": who.user_id, "Бета": near.user_id, "Гамма": near.user_id}
        assert far.user_id not in owners.values()


def test_update_keeps_the_owner_only_where_the_new_one_is_out_of_reach(tmp_path):
    near = actor("employee", name="Анна Близкая", team="А")
    actor("employee", name="Иван Дальний", team="Б")
    who = actor("manager", name="Олег Старший", team="А")
    for name, inn in (("Альфа", INN), ("Бета", OTHER_INN)):
        write.create(who, shape_of("organisation"), {"name": name, "inn": inn})
    path = write_file(
        tmp_path,
        [["Название", "ИНН", "Город", "Менеджер"], ["Альфа", INN, "Казань", "Дальний"],
         ["Бета", OTHER_INN, "Омск", "Близкая"]],
    )  # fmt: skip
    result = bring(who, path, tmp_path, make_plan(who, path, fill="overwrite"))
    assert set(Party.objects.values_list("name", "city", "owner_id", "team_id")) == {
        ("Альфа", "Казань", who.user_id, who.team_id), ("Бета", "Омск", near.user_id, near.team_id),
    }  # fmt: skip
    assert [(i["row"], i["code"]) for i in result.report["issues"]] == [(2, "reach")]
    assert result.report["counts"]["updated"] == 2


def test_lines_of_a_record_have_the_limit_of_every_other_door(tmp_path):
    who = actor()
    write.create(
        who,
        shape_of("organisation"),
        {"name": "Альфа", "inn": INN, "contact_points": [{"kind": "email", "value": "first@alfa.ru"}]},
    )
    emails = ", ".join(f"a{n}@alfa.ru" for n in range(MAX_LINES + 5))
    path = write_file(tmp_path, [["Название", "ИНН", "E-mail"], ["Альфа", INN, emails], ["Бета", "", emails]])
    result = bring(who, path, tmp_path)
    for party in Party.objects.all():
        assert ContactPoint.objects.filter(party=party).count() == MAX_LINES
    assert ContactPoint.objects.filter(value="first@alfa.ru").exists()
    assert [(i["row"], i["code"]) for i in result.report["issues"]] == [(2, "lines"), (3, "lines")]


def test_note_lines_are_compared_whole(tmp_path):
    who = actor()
    write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": INN, "note": "Скидка: 15"})
    path = write_file(tmp_path, [["Название", "ИНН", "Скидка"], ["Альфа", INN, "1"]])
    plan = ImportPlan("organisation", ("name", "inn", "+note"), (("inn",),))
    bring(who, path, tmp_path, plan)
    assert Party.objects.get().note == "Скидка: 15\nСкидка: 1"


PERSON_ROW = [["ФИО", "Компания", "ИНН организации"], ["Петров Иван", "Альфа", INN]]
PERSON_PLAN = ImportPlan("person", ("whole_name", "organisation.name", "organisation.inn"))


def test_what_a_row_adds_to_somebody_elses_organisation_is_told(tmp_path):
    write.create(actor(), shape_of("organisation"), {"name": "Альфа"})
    who = sees_all(actor("manager", team="А"), "organisation")
    path = write_file(tmp_path, PERSON_ROW)
    result = bring(who, path, tmp_path, PERSON_PLAN)
    organisation = Party.objects.get(kind="organisation")
    assert organisation.inn is None
    assert [(i["code"], i["value"]) for i in result.report["issues"]] == [("not_yours", f"ИНН: {INN}")]
    person = Party.objects.get(kind="person")
    assert (person.employer_id, person.note) == (organisation.pk, f"ИНН: {INN}")


def test_naming_somebody_elses_organisation_is_no_trouble(tmp_path):
    write.create(actor(), shape_of("organisation"), {"name": "Альфа", "inn": INN, "city": "Казань"})
    who = sees_all(actor("manager", team="А"), "organisation")
    path = write_file(tmp_path, PERSON_ROW)
    result = bring(who, path, tmp_path, PERSON_PLAN)
    assert result.report["issues"] == []
    assert Party.objects.get(kind="person").note is None


def test_what_a_row_adds_to_somebody_elses_employee_is_told(tmp_path):
    boss = actor()
    who = sees_all(actor("manager", team="А"), "person")
    firm = write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": INN})
    write.create(boss, shape_of("person"), {"last_name": "Петров", "first_name": "Иван", "employer": firm})
    path = write_file(
        tmp_path,
        [["Название", "ИНН", "Контактное лицо", "E-mail"], ["Альфа", INN, "Петров Иван", "p@alfa.ru"]],
    )
    result = bring(who, path, tmp_path)
    assert [(i["code"], "p@alfa.ru" in i["value"]) for i in result.report["issues"]] == [("not_yours", True)]
    assert Party.objects.get(kind="person").email is None


def test_legal_form_of_a_name_needs_its_own_right(tmp_path):
    who = lock(actor("manager", team="А"), "organisation", "legal_form")
    path = write_file(tmp_path, [["Название"], ["ООО «Альфа»"]])
    result = bring(who, path, tmp_path)
    party = Party.objects.get()
    assert (party.name, party.legal_form) == ("Альфа", None)
    assert [i["code"] for i in result.report["issues"]] == ["locked"]


def test_contacts_stay_with_the_organisation_where_the_persons_are_locked(tmp_path):
    who = lock(actor("manager", team="А"), "person", "contact_points")
    path = write_file(
        tmp_path, [["Название", "Контактное лицо", "E-mail"], ["Альфа", "Петров Иван", "p@alfa.ru"]]
    )
    bring(who, path, tmp_path)
    assert [(c.party.kind, c.value) for c in ContactPoint.objects.select_related("party")] == [
        ("organisation", "p@alfa.ru")
    ]


def test_contacts_of_a_nameless_person_do_not_get_past_the_lock_of_the_organisation(tmp_path):
    who = lock(actor("manager", team="А"), "organisation", "contact_points")
    path = write_file(tmp_path, [["Название", "Почта лица"], ["Альфа", "p@alfa.ru"]])
    plan = ImportPlan("organisation", ("name", "person.contact_points[email]"))
    result = bring(who, path, tmp_path, plan)
    assert not ContactPoint.objects.exists()
    assert [i["code"] for i in result.report["issues"]] == ["locked"]


def test_employer_needs_its_own_right(tmp_path):
    who = lock(actor("manager", team="А"), "person", "employer")
    path = write_file(tmp_path, PERSON_ROW)
    result = bring(who, path, tmp_path, PERSON_PLAN)
    assert Party.objects.get(kind="person").employer_id is None
    assert [i["code"] for i in result.report["issues"]] == ["locked"]
