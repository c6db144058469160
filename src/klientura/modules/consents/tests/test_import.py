"""Consents of another system come from a file, with their people found by name and their withdrawals."""

from pathlib import Path

import pytest

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.testing.company import found_company
from klientura.kernel.transfer.plan import ImportPlan
from klientura.kernel.transfer.run import run
from klientura.kernel.transfer.suggest import suggest
from klientura.kit.tabular.reading import sniff
from klientura.modules.consents.models import Consent
from klientura.modules.consents.queries.allowed import allowed
from klientura.modules.consents.tests.given import person

pytestmark = pytest.mark.django_db
FILE = """ФИО;Цель согласия;Канал;Дата согласия;Как получено;Действует до;Отозвано;Подтверждение
Ёлкина Зоя;Рекламные сообщения;Эл. почта;01.02.2025 10:00;На бумаге;;;Бланк 7
Ильин Пётр;Рекламные сообщения;Все каналы;01.02.2025 10:00;В форме на сайте;31.12.2099;01.03.2025 12:00;
Ильин Пётр;Обработка персональных данных;Все каналы;01.02.2025 10:00;На бумаге;;;
Ильин Пётр;Нет такой цели;Все каналы;01.02.2025 10:00;На бумаге;;;
"""


def test_a_file_of_consents_is_taken_in(tmp_path: Path) -> None:
    actor = found_company().actor("administrator")
    zoya, petr = person("Ёлкина", first_name="Зоя"), person("Ильин", first_name="Пётр")
    path = tmp_path / "consents.csv"
    path.write_text(FILE, encoding="utf-8")
    table = sniff(path)
    plan = ImportPlan("consent", suggest(actor, shape_of("consent"), table), ())

    result = run(actor, plan, path, table, tmp_path, dry=False)

    assert result.report["counts"].get("created") == 3, result.report
    assert result.report["counts"].get("rejected") == 1, "a purpose that nobody knows"
    assert allowed("advertising", "email", [zoya, petr])[zoya].allowed
    assert allowed("advertising", "email", [petr])[petr].why == "withdrawn"
    assert allowed("processing", "all", [petr])[petr].allowed
    assert {c.proof for c in Consent.objects.filter(person=zoya)} == {"Бланк 7"}
