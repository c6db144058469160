"""Sums in files: what could be thousands is never taken for a fraction in silence."""

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.transfer.tests.support import actor, bring, write_file
from klientura.modules.parties.models import Party

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["150.000", "150,000", "1.500", "-1.500", "12,345 руб."])
@pytest.mark.parametrize(("title", "field"), [("Оборот", "turnover"), ("Сотрудников", "employees")])
def test_what_could_be_thousands_is_refused_and_kept_in_the_note(tmp_path, text, title, field):
    path = write_file(tmp_path, [["Название", title], ["Альфа", text]])
    result = bring(actor(), path, tmp_path)
    party = Party.objects.get()
    assert getattr(party, field) is None
    assert [(i["column"], i["code"]) for i in result.report["issues"]] == [(title, "ambiguous")]
    assert f"{title}: {text}" in str(party.note)


@pytest.mark.parametrize(
    ("text", "sum_"),
    [("150 000", "150000.00"), ("1.500,50", "1500.50"), ("1,500.50", "1500.50"), ("1500,5", "1500.50"),
     ("1500.000", "1500.00"), ("1.500.000", "1500000.00"), ("0,500", "0.50"), ("150,00", "150.00")],
)  # fmt: skip
def test_what_can_be_read_in_one_way_is_read(tmp_path, text, sum_):
    path = write_file(tmp_path, [["Название", "Оборот"], ["Альфа", text]])
    bring(actor(), path, tmp_path)
    assert str(Party.objects.get().turnover) == sum_


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("value", ["150000", "150", "1.5", "-1500.25", "999.99", "1234567.8"])
def test_what_a_form_shows_it_takes_back(language, value):
    field = shape_of("organisation").fields["turnover"]
    stored = field.type.parse(value, field.params)
    for shown in (
        field.type.to_input(stored, field.params, language),
        field.type.display(stored, field.params, language),
        field.type.to_json(stored),
    ):
        assert field.type.parse(shown, field.params) == stored
