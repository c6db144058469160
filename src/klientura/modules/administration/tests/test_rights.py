"""The matrix of rights and the rights on fields take effect at once, and only for their role."""

import re
from dataclasses import replace

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import FieldGrant, Grant, User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.administration.services.rights import (
    field_levels,
    levels_of,
    matrix,
    rightful_shapes,
    save_fields,
)
from klientura.modules.administration.tests.conftest import MakeUser, signed_in

pytestmark = pytest.mark.django_db

ACTOR = SystemActor("test")


@pytest.fixture
def organisation(boss: User) -> int:
    return write.create(
        ACTOR,
        shape_of("organisation"),
        {"name": "Альфа", "city": "Казань", "phone": "+7 843 200-00-00", "owner": boss.pk},
    )


def test_a_scope_holds_at_once_and_its_default_leaves_no_grant(
    admin: Client, organisation: int, user_of: MakeUser
):
    browser = signed_in(user_of("employee"))
    assert browser.get(f"/organisation/{organisation}").status_code == 404
    response = admin.post("/settings/rights/employee", {"organisation.read": "all", "task.read": "team"})
    assert response.headers["Location"] == "/settings/rights/employee?saved=1"
    assert browser.get(f"/organisation/{organisation}").status_code == 200
    page = admin.get("/settings/rights/employee").content.decode()
    assert page.count('class="is-other"') == 1
    assert "default: team" in page
    admin.post("/settings/rights/employee", {"organisation.read": "none"})
    assert browser.get("/organisation").status_code == 403
    admin.post("/settings/rights/employee", {"organisation.read": "team"})
    assert Grant.objects.count() == 0


def test_only_the_role_that_was_meant(admin: Client, organisation: int, user_of: MakeUser):
    observer = signed_in(user_of("observer"))
    admin.post("/settings/rights/employee", {"organisation.read": "none"})
    assert observer.get(f"/organisation/{organisation}").status_code == 200


@pytest.mark.parametrize(
    ("key", "value"), [("organisation.read", "world"), ("organisation.read", "parent"), ("task.edit", "\x00")]
)
def test_unknown_scopes_are_refused(admin: Client, key: str, value: str):
    assert admin.post("/settings/rights/employee", {key: value}).status_code == 400
    assert Grant.objects.count() == 0


@pytest.mark.parametrize("role", ["administrator", "king"])
def test_the_administrator_is_fixed(admin: Client, role: str):
    assert admin.get(f"/settings/rights/{role}").status_code == 404
    assert admin.post(f"/settings/rights/{role}", {"task.read": "none"}).status_code == 404
    assert Grant.objects.count() == 0


def test_every_object_stands_in_the_matrix(admin: Client, user_of: MakeUser):
    role = user_of("employee").role
    keys = {s.key for s in rightful_shapes()}
    assert {"organisation", "person", "task", "interaction", "opportunity", "relation"} <= keys
    assert "party" not in keys
    verbs = ["read", "create", "edit", "delete", "export", "import"]
    assert {k: [r.verb for r in rights] for k, rights in matrix(role).items()} == dict.fromkeys(keys, verbs)
    page = admin.get("/settings/rights/employee").content.decode()
    assert all(f'name="{key}.read"' in page for key in keys)


def test_a_hidden_field_is_nowhere(admin: Client, organisation: int, user_of: MakeUser):
    browser = signed_in(user_of("observer"))
    assert "Казань" in browser.get(f"/organisation/{organisation}").content.decode()
    response = admin.post("/settings/rights/observer/organisation", {"city": "none", "phone": "write"})
    assert response.headers["Location"].endswith("?saved=1")
    assert "Казань" not in browser.get(f"/organisation/{organisation}").content.decode()
    assert "Казань" not in browser.get("/organisation").content.decode()
    assert browser.get("/organisation?columns=name,city").status_code == 400
    # The table that holds people and organisations together shows it no more than the organisation does.
    assert set(FieldGrant.objects.values_list("object", "field", "level")) == {
        ("organisation", "city", "none"),
        ("party", "city", "none"),
    }
    admin.post("/settings/rights/observer/organisation", {"city": "write"})
    assert FieldGrant.objects.count() == 0
    assert "Казань" in browser.get(f"/organisation/{organisation}").content.decode()


def test_read_only_fields_are_not_written(admin: Client, user_of: MakeUser):
    user = user_of("employee")
    mine = write.create(ACTOR, shape_of("organisation"), {"name": "Моя", "city": "Уфа", "owner": user.pk})
    browser = signed_in(user)
    admin.post("/settings/rights/employee/organisation", {"city": "read"})
    page = browser.get(f"/organisation/{mine}").content.decode()
    assert "Уфа" in page
    assert f"/organisation/{mine}/fact/city" not in page
    assert browser.post(f"/organisation/{mine}/fact/city", {"city": "Омск", "version": "1"}).status_code in {
        403,
        404,
        422,
    }
    assert "Омск" not in browser.get(f"/organisation/{mine}").content.decode()


@pytest.mark.parametrize(("key", "value"), [("name", "none"), ("created_at", "read"), ("city", "all")])
def test_levels_that_make_no_sense_are_refused(admin: Client, key: str, value: str):
    assert admin.post("/settings/rights/employee/organisation", {key: value}).status_code == 400
    assert FieldGrant.objects.count() == 0


def test_a_whole_table_follows_its_strictest_kind(admin: Client, user_of: MakeUser):
    role = user_of("observer").role
    admin.post("/settings/rights/observer/organisation", {"note": "read", "contact_points": "none"})
    admin.post("/settings/rights/observer/person", {"note": "none"})
    levels = dict(FieldGrant.objects.filter(role=role, object="party").values_list("field", "level"))
    assert levels["note"] == "none"
    assert admin.get("/settings/rights/observer/party").status_code == 404
    admin.post("/settings/rights/observer/person", {"note": "write"})
    levels = dict(FieldGrant.objects.filter(role=role, object="party").values_list("field", "level"))
    assert levels["note"] == "read"


def test_words_of_the_matrix_are_explained(admin: Client):
    page = admin.get("/settings/rights/manager").content.decode()
    assert ">branch</option>" in page
    assert "own team and below" in page


def test_fields_that_close_together_show_what_is_in_force(
    admin: Client, organisation: int, user_of: MakeUser
):
    browser = signed_in(user_of("observer"))
    rights = "/settings/rights/observer/organisation"
    admin.post(rights, chosen(admin, rights) | {"phone": "none"})
    group = ("phone", "email", "website", "contact_points")
    assert {k: chosen(admin, rights)[k] for k in group} == dict.fromkeys(group, "none")
    assert "200-00-00" not in browser.get(f"/organisation/{organisation}").content.decode()
    # Opening one of them opens them all again.
    admin.post(rights, chosen(admin, rights) | {"email": "read"})
    assert {k: chosen(admin, rights)[k] for k in group} == dict.fromkeys(group, "read")
    admin.post(rights, chosen(admin, rights) | {"contact_points": "write"})
    assert FieldGrant.objects.count() == 0
    assert "200-00-00" in browser.get(f"/organisation/{organisation}").content.decode()


def test_one_of_several_levels_given_before_holds_for_all(admin: Client, user_of: MakeUser):
    role = user_of("observer").role
    FieldGrant.objects.create(role=role, object="organisation", field="email", level="none")
    assert chosen(admin, "/settings/rights/observer/organisation")["phone"] == "none"


def chosen(admin: Client, path: str) -> dict[str, str]:
    """What the selects of a page of field rights show."""
    page = admin.get(path).content.decode()
    selects = re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    return {key: re.findall(r'value="(\w+)" selected', options)[0] for key, options in selects}


def test_fields_that_close_together_say_so(admin: Client):
    page = admin.get("/settings/rights/employee/organisation").content.decode()
    assert "Closed together with: main e-mail, web site, contact points." in page
    assert "Closed together with: main phone, main e-mail, web site." in page
    person = admin.get("/settings/rights/employee/person").content.decode()
    assert "Closed together with: main phone, main e-mail." in person


def test_no_member_of_a_group_gets_a_level_that_it_does_not_offer(user_of: MakeUser):
    """What names a record stays visible, and what only the product writes is visible or hidden."""
    role, plain = user_of("observer").role, shape_of("organisation")
    website = replace(plain.fields["website"], read_only=True)
    shape = replace(
        plain, spec=replace(plain.spec, title=("email",)), fields={**plain.fields, "website": website}
    )
    for level, email, site in (
        ("none", "read", "none"),
        ("read", "read", "write"),
        ("write", "write", "write"),
    ):
        assert save_fields(role, shape, {"phone": level}) > 0
        found = field_levels(role, shape)
        assert (found["phone"], found["contact_points"]) == (level, level)
        assert (found["email"], found["website"]) == (email, site)
        given = dict(FieldGrant.objects.filter(object="organisation").values_list("field", "level"))
        assert (given.get("email", "write"), given.get("website", "write")) == (email, site)
        for key in ("email", "website"):
            assert found[key] in dict(levels_of(shape, key))
