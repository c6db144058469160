"""The page on which people decide about likely duplicates."""

import re

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.dedup import scan
from klientura.kernel.dedup.models import Pair
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.duplicates.wording import PHRASES, in_words
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.kit.matching.verdicts import Reason
from klientura.kit.matching.weights import SAME_CLIENT

SYSTEM = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


def search(company: Company) -> list[int]:
    shape, owner = shape_of("person"), company.users["employee"].pk
    base = {"last_name": "Петров", "first_name": "Иван", "phone": "+7 916 123-45-67", "owner": owner}
    made = write.create_many(
        SYSTEM,
        shape,
        [
            {**base, "city": "Казань", "contact_points": [{"kind": "phone", "value": "+7 916 123-45-67"}]},
            {**base, "city": "Омск"},
            {**base, "city": "Казань", "first_name": "Ваня"},
        ],
    )
    service.run_inline(scan.start(SYSTEM, shape, queue=False))
    return made


@pytest.mark.django_db
def test_both_records_stand_side_by_side_with_what_agrees_marked(company: Company):
    search(company)
    page = company.client("administrator").get("/duplicates/person").content.decode()
    assert page.count('class="duplicate-item"') == 3
    assert re.search(
        r'<tr class="is-same"><th scope="row"><span class="duplicate-label"><span>Фамилия',
        page,
        re.IGNORECASE,
    )
    assert 'data-hotkey="d"' in page
    assert "/duplicates/person/merge?a=" in page
    assert 'data-hotkey="j"' in page
    assert 'data-hotkey="k"' not in page


@pytest.mark.django_db
def test_deciding_goes_on_to_the_next_pair_and_can_be_taken_back(company: Company):
    search(company)
    client = company.client("employee")
    first, second = Pair.objects.order_by("-score", "-id")[:2]
    answer = client.post(f"/duplicates/person/{first.pk}/different", {"next": second.pk})
    assert answer["Location"] == f"/duplicates/person?decided={first.pk}&pair={second.pk}"
    page = client.get(answer["Location"]).content.decode()
    assert page.count('class="duplicate-item"') == 2
    assert f'data-undo-url="/duplicates/person/{first.pk}/again"' in page
    decided = client.get("/duplicates/person?state=different").content.decode()
    assert page.count('aria-current="true"') == 1
    assert f"/duplicates/person/{first.pk}/again" in decided
    back = client.post(f"/duplicates/person/{first.pk}/again", headers={"HX-Request": "true"})
    assert (back.status_code, back["HX-Redirect"]) == (204, f"/duplicates/person?pair={first.pk}")
    assert Pair.objects.filter(state="new").count() == 3


@pytest.mark.django_db
def test_a_pair_that_is_gone_gives_way_to_the_first(company: Company):
    search(company)
    page = company.client("employee").get("/duplicates/person?pair=987654321")
    assert page.status_code == 200
    assert page.content.decode().count('aria-current="true"') == 1
    assert company.client("employee").get("/duplicates/person?pair=x&after=y").status_code == 400


@pytest.mark.django_db
def test_who_only_reads_sees_pairs_without_buttons(company: Company):
    search(company)
    page = company.client("observer").get("/duplicates/person").content.decode()
    assert 'class="duplicate-item"' in page
    assert "/different" not in page
    assert "/scan" not in page
    assert company.client("observer").post("/duplicates/person/scan").status_code == 403


@pytest.mark.django_db
def test_a_search_is_begun_and_its_progress_shown(company: Company):
    client = company.client("employee")
    assert "/duplicates/person/scan" in client.get("/duplicates/person").content.decode()
    assert client.post("/duplicates/person/scan")["Location"] == "/duplicates/person"
    job = Job.objects.get(kind="duplicates")
    assert "every 2s" in client.get("/duplicates/person").content.decode()
    service.execute(job.pk)
    polled = client.get("/duplicates/person", headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" not in polled
    assert 'id="duplicate-work"' in polled


@pytest.mark.django_db
def test_who_waits_for_the_first_search_sees_what_it_found_when_it_ends(company: Company):
    """Nothing on the page contradicts it: neither «nobody has searched» while it runs, nor a number of before."""
    User.objects.update(language="en")
    client = company.client("administrator")
    client.post("/duplicates/person/scan")
    page = client.get("/duplicates/person").content.decode()
    assert 'hx-get="/duplicates/person?shown=0"' in page
    assert "The search is under way" in page
    assert "Nobody has searched here yet" not in page
    assert client.get("/duplicates/person?shown=0", headers={"HX-Request": "true"}).status_code == 200
    search(company)
    polled = client.get("/duplicates/person?shown=0", headers={"HX-Request": "true"})
    assert (polled.status_code, polled["HX-Refresh"]) == (204, "true")
    deciding = client.get("/duplicates/person?shown=1", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in deciding


@pytest.mark.django_db
def test_how_many_certain_pairs_each_manner_would_merge(company: Company, django_assert_max_num_queries):
    client = company.client("administrator")
    assert "<li>" not in client.get("/duplicates/person/certain").content.decode()
    made = search(company)
    Pair.objects.update(verdict="sure")
    with django_assert_max_num_queries(12):
        page = client.get("/duplicates/person/certain").content.decode()
    # Казань and Омск contradict each other, and so do Иван and Ваня.
    assert [int(n) for n in re.findall(r"(\d+)</li>", page)] == [0, 3]
    write.update(SYSTEM, shape_of("person"), made[1], {"city": None})
    page = client.get("/duplicates/person/certain").content.decode()
    assert [int(n) for n in re.findall(r"(\d+)</li>", page)] == [1, 3]
    assert company.client("manager").get("/duplicates/person/certain").status_code == 403
    assert 'hx-get="/duplicates/person/certain"' in client.get("/duplicates/person").content.decode()


@pytest.mark.django_db
def test_the_queue_costs_the_same_for_one_pair_and_for_many(company: Company, django_assert_max_num_queries):
    search(company)
    client = company.client("administrator")
    client.get("/duplicates/person")
    with django_assert_max_num_queries(16):
        client.get("/duplicates/person")


@pytest.mark.django_db
def test_the_list_leads_to_the_queue(company: Company):
    search(company)
    assert 'href="/duplicates/person"' in company.client("employee").get("/person").content.decode()
    assert 'href="/duplicates/person"' not in company.client("observer").get("/person").content.decode()


def test_every_level_of_every_role_has_words():
    for role, levels in SAME_CLIENT.items():
        if role != "initials":
            assert set(PHRASES[role]) >= set(levels), role
    said = in_words(
        [Reason("last_name", "swapped", 5.0), Reason("first_name", "swapped", 4.0), Reason("x", "y", 9)]
    )
    assert [(s.speaks_for, s.weak) for s in said] == [(True, False)]
