"""The tool that keeps the catalogues: what it finds, what it keeps, what it refuses."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parents[2]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("house_messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["house_messages"] = module
    spec.loader.exec_module(module)
    return module


messages = load()
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext as several, pgettext
a = _("Plain")
b = several("%(n)d record", "%(n)d records", 3)
c = pgettext("person", "name")
"""


def found(source: str, name: str = "a.py") -> list[Any]:
    read = messages.python_texts if name.endswith(".py") else messages.template_texts
    return list(read(Path(name), source))


def test_calls_are_found_whatever_the_function_is_imported_as() -> None:
    assert [(text.context, text.forms) for text in found(PYTHON)] == [
        (None, ("Plain",)),
        (None, ("%(n)d record", "%(n)d records")),
        ("person", ("name",)),
    ]


def test_templates_are_read() -> None:
    source = '{{ _("Save") }}{{ ngettext("{n} row", "{n} rows", n) }}'
    assert [text.forms for text in found(source, "a.html")] == [("Save",), ("{n} row", "{n} rows")]


@pytest.mark.parametrize(
    "call", ['_(f"Hello {name}")', '_("Hello {}".format(name))', '_("a" + name)', "_(name)", '_("")']
)
def test_what_cannot_be_translated_is_a_fault(call: str) -> None:
    [fault] = found(f"from django.utils.translation import gettext as _\nx = {call}\n")
    assert isinstance(fault, messages.Fault)


def test_a_name_that_is_not_gettext_is_left_alone() -> None:
    assert found("for _ in range(3):\n    pass\n_('not ours')\n") == []


def catalogue(
    message: str | tuple[str, str], string: str | tuple[str, ...], flags: tuple[str, ...] = ()
) -> Catalog:
    made = Catalog(locale="ru", fuzzy=False)
    made.add(message, string, flags=flags)
    return made


def text(*forms: str) -> object:
    return messages.Text(ROOT / "a.py", 1, None, forms)


def faults(made: Catalog, *texts: object) -> list[str]:
    return [fault.what for fault in messages.check_catalogue(ROOT / "django.po", made, texts, 3)]


def test_an_exact_translation_passes() -> None:
    assert faults(catalogue("Hello, {name}", "Здравствуйте, {name}"), text("Hello, {name}")) == []


@pytest.mark.parametrize(
    ("made", "sources", "says"),
    [
        (catalogue("a", "а"), [text("a"), text("b")], "is missing"),
        (catalogue("a", "а"), [], "in no source any more"),
        (catalogue("a", ""), [text("a")], "no translation"),
        (catalogue("a", "а", ("fuzzy",)), [text("a")], "fuzzy"),
        (catalogue("Hi {name}", "Привет {nane}"), [text("Hi {name}")], "placeholders"),
        (catalogue("%(n)d row", "%(m)d строка"), [text("%(n)d row")], "placeholders"),
        (
            catalogue(("{n} row", "{n} rows"), ("{n} ряд", "{n} ряда")),
            [text("{n} row", "{n} rows")],
            "3 plural forms",
        ),
        (
            catalogue(("{n} row", "{n} rows"), ("{n} ряд", "ряда", "{n} рядов")),
            [text("{n} row", "{n} rows")],
            "placeholders",
        ),
        (catalogue("by ", "кем"), [text("by ")], "space"),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_said(made: Catalog, sources: list[object], says: str) -> None:
    assert any(says in what for what in faults(made, *sources))


def test_update_keeps_translations_drops_the_obsolete_and_guesses_nothing() -> None:
    old = Catalog(locale="ru", fuzzy=False)
    old.add("Save", "Сохранить")
    old.add("Gone", "Ушло")
    merged = messages.merge(old, [text("Save"), text("Saved")])
    assert {message.id: message.string for message in merged if message.id} == {
        "Save": "Сохранить",
        "Saved": "",
    }


def test_a_second_update_changes_nothing() -> None:
    written = messages.serialise(
        messages.merge(catalogue("Save", "Сохранить"), [text("Save"), text("a", "b")]), "ru"
    )
    from io import BytesIO

    from babel.messages.pofile import read_po

    again = read_po(BytesIO(written.encode()), locale="ru")
    assert messages.serialise(messages.merge(again, [text("Save"), text("a", "b")]), "ru") == written


def test_the_nearest_folder_with_a_catalogue_owns_a_text(tmp_path: Path) -> None:
    package = tmp_path / "klientura"
    for folder in ("kernel/ui/locale", "kernel/store", "modules/sales"):
        (package / folder).mkdir(parents=True)
    for folder in ("kernel", "kernel/store", "modules/sales"):
        (package / folder / "__init__.py").write_text("")
    line = "from django.utils.translation import gettext as _\nx = _('{}')\n"
    (package / "kernel/ui/a.py").write_text(line.format("of the components"))
    (package / "kernel/store/a.py").write_text(line.format("of the kernel"))
    (package / "modules/sales/a.py").write_text(line.format("of sales"))
    texts, said = messages.collect(package, messages.catalogue_owners(package))
    assert said == []
    owned = {str(owner.relative_to(package)): [t.forms[0] for t in found] for owner, found in texts.items()}
    assert owned == {
        "kernel": ["of the kernel"],
        "kernel/ui": ["of the components"],
        "modules/sales": ["of sales"],
    }
