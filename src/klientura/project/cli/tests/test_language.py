import re
import string
from pathlib import Path

import pytest

from klientura.project import cli
from klientura.project.cli.language import say, terminal_language
from klientura.project.cli.texts import TEXTS

PROJECT = Path(cli.__file__).parents[1]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "ru_RU"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": ""}, "ru"),
    ],
)
def test_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert terminal_language() == expected


def test_values_are_put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")

    assert say("doctor_port", port=8000) == "Порт 8000 свободен"


@pytest.mark.parametrize("code", TEXTS)
def test_both_languages_say_the_same_values(code: str) -> None:
    english, russian = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in TEXTS[code]
    )

    assert english == russian
    assert re.search("[а-яё]", TEXTS[code][1].lower()) or "{" in TEXTS[code][1]


def test_every_refusal_and_problem_has_its_text() -> None:
    sources = [path.read_text(encoding="utf-8") for path in PROJECT.glob("*/*.py")]
    codes = {code for text in sources for code in re.findall(r'(?:Refusal|Problem)\(\s*"(\w+)"', text)}

    assert len(codes) > 15
    assert codes - TEXTS.keys() == set()
