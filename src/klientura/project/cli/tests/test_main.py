import subprocess
import sys

import pytest

from klientura.project.cli.main import COMMANDS, main


@pytest.mark.parametrize("arguments", [[], ["dance"], ["run", "--port", "0"], ["run", "--workers", "0"]])
def test_wrong_call_is_told_by_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2
    assert "usage: klientura" in capsys.readouterr().err


def test_help_names_every_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    with pytest.raises(SystemExit) as end:
        main(["--help"])

    text = capsys.readouterr().out
    assert end.value.code == 0
    assert all(f"    {name} " in text for name in COMMANDS)
    assert "запустить программу" in text


def test_refusal_is_a_message_and_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert main(["migrate", "--data", "/proc/klientura"]) == 1

    assert capsys.readouterr().err.startswith("Cannot write to /proc/klientura")


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
from klientura.project.cli.main import main
try:
    main(["--help"])
except SystemExit:
    pass
print(sorted({"django", "psycopg", "granian"} & sys.modules.keys()), file=sys.stderr)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stderr == "[]\n"
