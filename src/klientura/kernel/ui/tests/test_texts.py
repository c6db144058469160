"""Every sentence of the components has its Russian."""

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

UI = Path(__file__).parents[1]
FORMS = 3


def test_every_sentence_is_translated_and_nothing_is_left_over() -> None:
    with (UI / "locale/ru/LC_MESSAGES/django.po").open("rb") as file:
        catalog = {m.id if isinstance(m.id, str) else m.id[0]: m for m in read_po(file, locale="ru") if m.id}
    found = extract_from_dir(
        str(UI),
        [("templates/**.html", "jinja2.ext:babel_extract"), ("charts.py", "python")],
        options_map={"templates/**.html": {"silent": "false", "trim_blocks": "true"}},
        keywords={"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)},
    )
    used = {
        message if isinstance(message, str) else message[0]
        for _file, _line, message, _notes, _context in found
    }
    assert used == set(catalog)
    for message in catalog.values():
        forms = [message.string] if isinstance(message.id, str) else list(message.string or ())
        assert all(forms)
        assert len(forms) in (1, FORMS)
