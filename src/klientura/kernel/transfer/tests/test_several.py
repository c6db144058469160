"""Rows that fit several records are told whom they may mean, and advised what really helps."""

from dataclasses import replace
from pathlib import Path

import pytest

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.transfer.plan import match_choices
from klientura.kernel.transfer.run import Result
from klientura.kernel.transfer.tests.support import actor, bring, make_plan, write_file
from klientura.modules.parties.models import Party

pytestmark = pytest.mark.django_db

HEAD = ["Название", "ИНН", "КПП", "Город", "Телефон", "E-mail"]


def english(role: str = "administrator", *, team: str = "") -> Actor:
    return replace(actor(role, team=team), language="en")


def told(result: Result) -> list[str]:
    return [i["message"] for i in result.report["issues"] if i["code"] == "several"]


def test_candidates_of_the_base_and_of_the_file_are_named(tmp_path: Path):
    who = english()
    write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": "7827763273", "city": "Казань"})
    rows = [["Альфа", "7707083893", "", "Казань", "", ""], ["Альфа", "", "", "Казань", "", "a@alfa.ru"]]
    path = write_file(tmp_path, [HEAD, *rows])
    for dry in (True, False):
        (message,) = told(bring(who, path, tmp_path, dry=dry))
        assert "«Альфа», INN 7827763273 (in the base)" in message
        assert "«Альфа», INN 7707083893 (row 2 of this file)" in message
        assert "tick «Main e-mail» under" in message


def test_no_more_than_three_are_named_and_without_further_values_a_column_is_asked_for(tmp_path: Path):
    who = english()
    for inn in ("7827763273", "7707083893", "7736050003", "7728168971"):
        write.create(who, shape_of("organisation"), {"name": "Альфа", "inn": inn, "city": "Казань"})
    path = write_file(tmp_path, [HEAD, ["Альфа", "", "", "Казань", "", ""]])
    (message,) = told(bring(who, path, tmp_path))
    assert message.startswith("4 records fit this row, among them: ")
    assert message.count("(in the base)") == 3
    assert "Add a column that tells them apart" in message
    # The other way out works as well: by themselves, as new ones.
    assert told(bring(who, path, tmp_path, replace(make_plan(who, path), on_match="create"))) == []
    assert Party.objects.count() == 5


def test_candidates_out_of_sight_are_neither_named_nor_counted(tmp_path: Path):
    boss, who = english(team="А"), english("manager", team="Б")
    for inn in ("7827763273", "7707083893"):
        write.create(boss, shape_of("organisation"), {"name": "Тайна", "inn": inn, "city": "Казань"})
    path = write_file(tmp_path, [HEAD, ["Тайна", "", "", "Казань", "", ""]])
    assert len(told(bring(boss, path, tmp_path, dry=True))) == 1
    hidden = bring(who, path, tmp_path, dry=True)
    assert (told(hidden), hidden.report["counts"]) == ([], {"created": 1})


def test_what_is_advised_works(tmp_path: Path):
    """A row without the tax number went to the first of two companies of a name; the KPP would have kept it apart."""
    who = english()
    site = "tekhlizing.ru"
    rows = [
        ["Невасервис", "7720417390", "772701001", "Москва", "8 904 941 42 89", "", ""],
        ["Невасервис", "", "774001001", "Москва", "8 976 377 83 79", "", ""],
        ["Невасервис", "7742851611", "774001001", "Москва", "", "", ""],
        ["Невасервис", "", "774001001", "Москва", "8 918 357 76 16", "y@nevaservis.ru", ""],
        ["Тех-лизинг", "2316688531", "", "Сочи", "", "o@tekhlizing.ru", site],
        ["Тех-лизинг", "2314028755", "", "Сочи", "", "t@tekhlizing.ru", site],
        ["Тех-лизинг", "", "", "Сочи", "", "o@tekhlizing.ru", site],
    ]
    path = write_file(tmp_path, [[*HEAD, "Сайт"], *rows])
    plan = make_plan(who, path)
    refused = told(bring(who, path, tmp_path, plan, dry=True))
    assert len(refused) == 2
    assert "tick «INN + KPP», «Main e-mail» under" in refused[0]
    assert "tick «Main e-mail» under" in refused[1]
    ticked = tuple(
        key
        for key in match_choices(who, plan.shape, plan.columns)
        if key in {("inn", "kpp"), ("email",)} or key in plan.match
    )
    assert told(bring(who, path, tmp_path, replace(plan, match=ticked), dry=True)) == []
