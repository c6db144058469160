"""The search through a base: what it finds, keeps, forgets and survives."""

from typing import Any

import pytest
from django.db import connection

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.dedup import pairing, scan, scoring
from klientura.kernel.dedup.models import Candidate, Pair, Scan, ScannedFace
from klientura.kernel.dedup.reading import comparable_shapes, roles_of
from klientura.kernel.errors import Denied
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company
from klientura.kit.matching.face import MANNER

SYSTEM = SystemActor("test")
pytestmark = pytest.mark.django_db


def search(key: str = "person", *, whole: bool = False) -> Job:
    shape = shape_of(key)
    return service.run_inline(scan.start(SYSTEM, shape, whole=whole, queue=False))


def people(*rows: dict[str, Any]) -> list[int]:
    return write.create_many(SYSTEM, shape_of("person"), list(rows))


PETROV = {
    "last_name": "Петров",
    "first_name": "Иван",
    "middle_name": "Сергеевич",
    "phone": "+7 916 123-45-67",
}
ALSO_PETROV = {"last_name": "Петроф", "first_name": "Ваня", "phone": "8 (916) 123-45-67"}
WIFE = {"last_name": "Петрова", "first_name": "Анна", "middle_name": "Олеговна", "phone": "+7 916 123-45-67"}


def pairs(**more: Any) -> set[tuple[int, int]]:
    return set(Pair.objects.filter(**more).values_list("a", "b"))


def test_every_declaration_names_fields_and_roles_that_exist():
    shapes = comparable_shapes()
    assert {"organisation", "person"} <= {s.key for s in shapes}
    for shape in shapes:
        roles = roles_of(shape)
        assert len(roles.fields) + len(roles.lines) == len(shape.spec.duplicates or {})


def test_a_search_finds_one_client_entered_twice_and_leaves_the_family_alone():
    one, two, _wife = people(PETROV, ALSO_PETROV, WIFE)
    job = search()
    assert job.state == "done"
    assert pairs() == {(one, two)}
    found = Pair.objects.get()
    assert found.verdict == "likely"
    assert {(role, level) for role, level, _weight in found.reasons} >= {
        ("phone", "same"), ("last_name", "sounds"), ("first_name", "variant"),
    }  # fmt: skip
    assert Candidate.objects.count() == 0


def test_organisations_are_found_by_their_number_and_branches_are_not():
    shape = shape_of("organisation")
    head = {"name": "ООО «Ромашка»", "inn": "7707083893", "kpp": "770701001", "city": "Москва"}
    one, two, _branch = write.create_many(
        SYSTEM,
        shape,
        [
            head,
            {"name": "РОМАШКА", "inn": "7707083893", "city": "Москва"},
            {**head, "kpp": "165501001", "city": "Казань"},
        ],
    )
    search("organisation")
    # The second stands without a KPP: it may be either, so a person looks at the pair with the branch too.
    assert (one, two) in pairs(verdict="sure")
    assert (one, _branch) not in pairs()


def test_a_decision_outlives_further_searches():
    one, two = people(PETROV, ALSO_PETROV)
    search()
    Pair.objects.update(state="different")
    write.update(SYSTEM, shape_of("person"), two, {"city": "Казань"})
    search(whole=True)
    assert pairs(state="different") == {(one, two)}
    assert Pair.objects.count() == 1


def test_only_what_was_changed_is_looked_at_again():
    one, two = people(PETROV, {**ALSO_PETROV, "phone": None, "last_name": "Сидоров"})
    people(*({"last_name": n, "first_name": "Пётр"} for n in ("Абрамов", "Власов", "Зимин")))
    search()
    assert pairs() == set()
    Scan.objects.update(seen_until="2999-01-01T00:00:00Z")
    write.update(SYSTEM, shape_of("person"), two, {"last_name": "Петроф", "phone": "8 (916) 123-45-67"})
    search()
    assert pairs() == set()  # nothing is taken for changed
    Scan.objects.update(seen_until="2001-01-01T00:00:00Z")
    search()
    assert pairs() == {(one, two)}


def test_what_was_kept_in_an_older_manner_is_made_anew_as_a_whole():
    one, two = people(PETROV, ALSO_PETROV)
    search()
    ScannedFace.objects.update(keys=[], face="{}")
    Pair.objects.all().delete()
    Scan.objects.update(seen_until="2999-01-01T00:00:00Z", manner=1)
    search()
    assert pairs() == {(one, two)}
    assert Scan.objects.get().manner == MANNER


def test_a_pair_that_is_mended_or_trashed_leaves_the_queue():
    shape = shape_of("person")
    one, two, three = people(PETROV, ALSO_PETROV, {**ALSO_PETROV, "email": "x@example.org"})
    search()
    assert len(pairs()) == 3
    write.update(
        SYSTEM, shape, two, {"last_name": "Кузнецов", "first_name": "Олег", "phone": "+7 495 111-22-33"}
    )
    write.trash(SYSTEM, shape, [three])
    search()
    assert pairs() == set()
    assert set(ScannedFace.objects.values_list("record_id", flat=True)) == {one, two}


def test_a_search_goes_on_where_it_broke_off(monkeypatch: pytest.MonkeyPatch):
    people(*({**PETROV, "email": f"p{n % 3}@example.org"} for n in range(6)))
    monkeypatch.setattr(scoring, "BATCH", 4)
    job = scan.start(SYSTEM, shape_of("person"), queue=False)
    keep = scoring._keep
    seen: list[int] = []

    def break_off(*given: Any) -> None:
        seen.append(len(given[1]))
        if len(seen) == 2:
            raise RuntimeError("the power went")
        keep(*given)

    monkeypatch.setattr(scoring, "_keep", break_off)
    service.execute(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert Pair.objects.count() == 4
    Job.objects.filter(pk=job.pk).update(state="queued")
    service.execute(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert Pair.objects.count() == 15
    assert job.result == {"pairs": 15, "compared": 15}


def test_candidates_that_a_crash_has_swept_away_are_found_again():
    people(PETROV, ALSO_PETROV)
    search()
    held = Scan.objects.get(object="person")
    assert pairing.was_lost(held, {"left": 1})
    assert not pairing.was_lost(held, {"left": 0})


def test_a_search_that_is_stopped_keeps_what_it_has_and_says_so():
    people(PETROV, ALSO_PETROV)
    job = scan.start(SYSTEM, shape_of("person"), queue=False)
    Job.objects.filter(pk=job.pk).update(
        cancel_requested=True, checkpoint={"step": "scoring", "last": [0, 0], "left": 1, "candidates": 1}
    )
    Candidate.objects.create(scan_id=Scan.objects.get().pk, a=1, b=2)
    service.execute(job.pk)
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_one_search_at_a_time_and_only_for_those_who_may_change_records():
    company, shape = found_company(), shape_of("person")
    first = scan.start(SYSTEM, shape, queue=False)
    assert scan.start(SYSTEM, shape, queue=False).pk == first.pk
    company.grant("employee", "person", "edit", "none")
    with pytest.raises(Denied):
        scan.start(company.actor("employee"), shape, queue=False)


def test_a_switchboard_does_not_make_pairs_of_a_whole_office():
    firm = write.create(SYSTEM, shape_of("organisation"), {"name": "Завод"})
    names = ("Абрамов", "Борисов", "Власов", "Громов", "Дроздов", "Жуков", "Зимин", "Котов")
    people(
        *(
            {"last_name": n, "first_name": "Пётр", "phone": "+7 495 000-00-01", "employer": firm}
            for n in names
        )
    )
    search()
    assert pairs() == set()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from kernel_duplicate_face")
        assert cursor.fetchone()[0] == 8


def test_by_night_only_what_was_searched_before_is_searched_again():
    assert scan.search_changed() == 0
    search()
    assert scan.search_changed() == 1
    waiting = Job.objects.get(state="queued")
    assert waiting.arguments == {"object": "person", "whole": False}
    assert waiting.actor_id is None
