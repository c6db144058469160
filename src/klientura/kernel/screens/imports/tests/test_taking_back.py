"""Imports taken back in the order in which people do it, and what they are told."""

import re
from pathlib import Path

import pytest

from klientura.kernel.access.models import Grant
from klientura.kernel.access.users import role_of
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.imports.tests.support import bring_by_pages, sign_in
from klientura.kernel.settings.installation import mark_set_up, rights_changed
from klientura.kernel.store import bulk, write
from klientura.kernel.store.models import Operation
from klientura.kernel.transfer.tests.support import actor
from klientura.modules.parties.models import Party

pytestmark = pytest.mark.django_db

HEAD = "Организация;ИНН;Контактное лицо;Город;Сайт\r\n"
FIRST = (
    f"{HEAD}Альфа;7827763273;Волков Пётр;Казань;\r\nБета;7707083893;Лисин Олег;Омск;\r\n"
    "Гамма;7736050003;Зайцев Илья;Пермь;\r\n"
)
SECOND = f"{HEAD}Альфа;7827763273;Волков Пётр;;alfa.ru\r\nБета;7707083893;Котова Анна;;\r\n"


@pytest.fixture(autouse=True)
def site(settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.ROOT_URLCONF = "klientura.kernel.screens.imports.tests.urls"
    mark_set_up()


def living() -> set[str]:
    return set(Party.objects.filter(deleted_at=None).values_list("title", flat=True))


def test_two_imports_are_undone_in_the_order_they_came():
    client = sign_in()
    one = bring_by_pages(client, FIRST, "one.csv")
    two = bring_by_pages(client, SECOND, "two.csv")

    asked = client.get(f"/imports/{one.pk}/undo").content.decode()
    # Two organisations and their people, for the second file added to both.
    assert "4 records have been worked with since and will stay, wholly or in part." in asked
    assert "2 of them were changed by the later import “two.csv”: undo that one first." in asked
    assert f'href="/imports/{two.pk}/run"' in asked
    assert "later import" not in client.get(f"/imports/{two.pk}/undo").content.decode()

    client.post(f"/imports/{one.pk}/undo")
    assert living() == {"Альфа", "Бета", "Волков Пётр", "Лисин Олег", "Котова Анна"}
    assert Operation.objects.get(pk=one.operation_id or 0).state == "partly_undone"
    page = client.get(f"/imports/{one.pk}/run").content.decode()
    assert "This import has been undone in part." in page
    assert "2 records were moved to the trash." in page
    assert "Undo the rest" in page
    past = client.get("/imports").content.decode()
    assert "partly undone" in past
    assert "Undo the rest" in past

    client.post(f"/imports/{two.pk}/undo")
    asked = client.get(f"/imports/{one.pk}/undo").content.decode()
    assert "Undo the rest of the import of “one.csv”?" in asked
    assert "will stay" not in asked
    assert client.post(f"/imports/{one.pk}/undo").status_code == 302
    assert living() == set()
    page = client.get(f"/imports/{one.pk}/run").content.decode()
    assert "This import has been undone." in page
    assert "Undo the rest" not in page
    assert client.post(f"/imports/{one.pk}/undo").status_code == 400


def test_what_stayed_is_told_with_links_and_what_a_person_changed_comes_first():
    client, boss = sign_in(), actor(name="Анна Ким")
    record = bring_by_pages(client, FIRST, "one.csv")
    alfa, beta = (Party.objects.get(name=name) for name in ("Альфа", "Бета"))
    write.update(boss, shape_of("organisation"), beta.pk, {"city": "Тула"})
    write.create(
        boss, shape_of("task"), {"name": "Позвонить", "subject_object": "organisation", "subject_id": alfa.pk}
    )
    client.post(f"/imports/{record.pk}/undo")
    page = client.get(f"/imports/{record.pk}/run").content.decode()
    stayed = page.partition("What stayed")[2]
    assert "· changed by Анна Ким, " in stayed
    places = [stayed.index(f'href="/organisation/{p.pk}"') for p in (beta, alfa)]
    assert places == sorted(places)
    assert f'href="/person/{Party.objects.get(last_name="Волков").pk}"' in stayed
    assert "Organisations: 2" in stayed
    assert "People: 2" in stayed
    assert 'href="/organisation/trash"' in stayed
    link = stayed.split('href="/organisation?')[1].split('"')[0].replace("&amp;", "&")
    left = client.get(f"/organisation?{link}").content.decode()
    assert "Альфа" in left
    assert "Гамма" not in left
    assert "is as it was" not in page


def test_one_import_holds_another_though_it_was_undone_only_in_part():
    """Somebody worked with one client of the second file: that one alone stays, not all that the file had touched."""
    client, boss = sign_in(), actor()
    one = bring_by_pages(client, FIRST, "one.csv")
    two = bring_by_pages(client, SECOND.replace("Котова Анна;;", "Котова Анна;;beta.ru"), "two.csv")
    write.update(
        boss,
        shape_of("organisation"),
        Party.objects.get(name="Альфа").pk,
        {"city": "Уфа", "website": "new.ru"},
    )
    for record in (one, two, one):
        client.post(f"/imports/{record.pk}/undo")
    assert living() == {"Альфа", "Волков Пётр"}


def test_what_is_left_is_named_as_far_as_it_is_open_however_much_others_have_before_it():
    client, kim = sign_in("manager", team="Продажи"), actor("manager", name="Анна Ким", team="Продажи")
    rows = "".join(f"Фирма {n:03};Анна Ким\r\n" for n in range(205))
    record = bring_by_pages(client, f"Организация;Менеджер\r\n{rows}Моя;Ольга Шленин\r\n", "one.csv")
    organisation = shape_of("organisation")
    hers, mine = (Party.objects.get(name=name) for name in ("Фирма 204", "Моя"))
    assert (hers.owner_id, mine.owner_id) == (kim.user_id, record.actor_id)
    done = bulk.edit(kim, organisation, bulk.Selection(tree={}), {"city": "Тула"})
    assert done.changed == 206
    write.update(kim, organisation, hers.pk, {"city": "Омск"})
    client.post(f"/imports/{record.pk}/undo")

    def stayed() -> list[str]:
        page = client.get(f"/imports/{record.pk}/run").content.decode().partition("What stayed")[2]
        return re.findall(r'href="/organisation/(\d+)"', page)

    named = stayed()
    assert len(named) == 50
    assert named[0] == str(hers.pk)
    Grant.objects.create(role=role_of("manager"), object="organisation", action="read", scope="own")
    rights_changed()
    assert stayed() == [str(mine.pk)]
