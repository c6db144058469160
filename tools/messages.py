"""Translations: collect the texts of the product, bring the catalogues up to date, check them.

    python tools/messages.py extract    write what the sources say to .cache/messages/*.pot
    python tools/messages.py update     merge it into every locale/*/LC_MESSAGES/django.po
    python tools/messages.py compile    make the .mo files that the product reads (update does it too)
    python tools/messages.py check      fail when a catalogue is not complete and exact

A folder with `locale/` in it owns the texts of everything below it, except what a nearer such folder owns.
English is what stands in the sources; every other language has a catalogue. Nothing is guessed: a text
without an exact translation is empty after `update`, and `check` names it.
"""

from __future__ import annotations

import ast
import io
import re
import string
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "klientura"
LANGUAGES = {"ru": 3}
"""The languages that have catalogues, with the number of plural forms of each."""
PLURAL = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
}
ALWAYS = ("kernel", "modules/*", "project")
"""Folders that own a catalogue though no `locale/` is there yet."""
PASSES_TEXTS_ON = {"kernel/ui/jinja.py"}
"""Files that look up what others say: their texts are collected where they stand."""
SOURCES_LEFT_OUT = {"tests", "migrations", "static", "locale", "__pycache__"}
# Number of text arguments, and whether the first of them is a context.
CALLS = {
    "_": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (2, True),
    "pgettext_lazy": (2, True),
    "npgettext": (3, True),
    "npgettext_lazy": (3, True),
}
PERCENT = re.compile(r"%(?:\((\w+)\))?[#0\- +]*\d*(?:\.\d+)?([sdifrx])")


@dataclass(frozen=True)
class Text:
    """One text of the sources: where it stands and its key in a catalogue."""

    path: Path
    line: int
    context: str | None
    forms: tuple[str, ...]

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.forms[0]


@dataclass(frozen=True)
class Fault:
    """Something that a person has to mend, with the place."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path}:{self.line}: {self.what}"


def main(arguments: list[str]) -> int:
    """Carry out one command; the answer is an exit code."""
    command = arguments[0] if arguments else ""
    if command not in ("extract", "update", "compile", "check") or len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    owners = catalogue_owners(PACKAGE)
    texts, faults = collect(PACKAGE, owners)
    if command == "extract":
        extract(texts)
    elif command == "update":
        update(texts)
        compile_catalogues(texts)
    elif command == "compile":
        compile_catalogues(texts)
    else:
        faults += check(texts)
    for fault in faults:
        print(fault)
    if command == "check":
        count = sum(len(found) for found in texts.values())
        print(f"{count} texts in {len(texts)} catalogues, {len(faults)} faults")
    return 1 if faults else 0


def catalogue_owners(package: Path) -> list[Path]:
    """The folders that own a catalogue, the deepest first."""
    owners = {path.parent for path in package.rglob("locale") if path.is_dir()}
    for pattern in ALWAYS:
        owners |= {path for path in package.glob(pattern) if (path / "__init__.py").exists()}
    return sorted(owners, key=lambda path: (-len(path.parts), path))


def collect(package: Path, owners: list[Path]) -> tuple[dict[Path, list[Text]], list[Fault]]:
    """All texts of the sources by the folder that owns them, and the calls that cannot be translated."""
    texts: dict[Path, list[Text]] = {owner: [] for owner in sorted(owners)}
    faults: list[Fault] = []
    for path in sorted(package.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or SOURCES_LEFT_OUT & set(
            path.relative_to(package).parts
        ):
            continue
        if path.suffix != ".py" and "templates" not in path.parts:
            continue
        if path.relative_to(package).as_posix() in PASSES_TEXTS_ON:
            continue
        read = python_texts if path.suffix == ".py" else template_texts
        owner = next((folder for folder in owners if path.is_relative_to(folder)), None)
        for found in read(path, path.read_text(encoding="utf-8")):
            if isinstance(found, Fault):
                faults.append(found)
            elif owner is None:
                faults.append(Fault(path, found.line, "no catalogue owns this text"))
            else:
                texts[owner].append(found)
    return {owner: found for owner, found in texts.items() if found}, faults


def python_texts(path: Path, source: str) -> Iterator[Text | Fault]:
    """The texts of a Python file: calls of names that were imported from Django's translation."""
    tree = ast.parse(source)
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in CALLS}
    for node in ast.walk(tree):
        called = call_name(node, names)
        if isinstance(node, ast.Call) and called:
            strings = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
            yield one_text(path, node.lineno, called, strings)


def call_name(node: ast.AST, names: dict[str, str]) -> str | None:
    """The gettext function that a call means, whatever it was imported as."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return names.get(node.func.id)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        is_module = node.func.value.id == "translation"
        return node.func.attr if is_module and node.func.attr in CALLS else None
    return None


def template_texts(path: Path, source: str) -> Iterator[Text | Fault]:
    """The texts of a page template."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    for node in tree.find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name in CALLS:
            strings = [a.value if isinstance(a, nodes.Const) else None for a in node.args]
            yield one_text(path, node.lineno, node.node.name, strings)


def one_text(path: Path, line: int, called: str, arguments: Sequence[object]) -> Text | Fault:
    """What one call asks to translate, or why that cannot be done."""
    count, has_context = CALLS[called]
    strings = arguments[:count]
    if len(strings) < count or not all(isinstance(item, str) and item for item in strings):
        return Fault(
            path, line, f"{called}() takes plain texts: no variable, f-string, format() or + inside it"
        )
    words = [str(item) for item in strings]
    context = words.pop(0) if has_context else None
    return Text(path, line, context, tuple(words))


def extract(texts: dict[Path, list[Text]]) -> None:
    """Write one template for translators per catalogue."""
    folder = ROOT / ".cache" / "messages"
    folder.mkdir(parents=True, exist_ok=True)
    for owner, found in texts.items():
        target = folder / (".".join(owner.relative_to(PACKAGE).parts) + ".pot")
        target.write_text(serialise(merge(Catalog(), found), language=""), encoding="utf-8")
        print(f"{target.relative_to(ROOT)}: {len({text.key for text in found})} texts")


def update(texts: dict[Path, list[Text]]) -> None:
    """Bring every catalogue to what the sources say, keeping the translations of what stays."""
    for owner, found in texts.items():
        for language in LANGUAGES:
            path = catalogue_path(owner, language)
            merged = merge(read_catalogue(path, language), found)
            written = serialise(merged, language)
            if not path.exists() or path.read_text(encoding="utf-8") != written:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(written, encoding="utf-8")
            empty = sum(1 for message in merged if message.id and not is_complete(message))
            print(f"{path.relative_to(ROOT)}: {len(merged)} texts, {empty} to translate")


def compile_catalogues(owners: Iterable[Path]) -> None:
    """Make every .mo that is older than its .po; whole or not at all, since the product may be running."""
    for owner in owners:
        for language in LANGUAGES:
            source = catalogue_path(owner, language)
            target, unfinished = source.with_suffix(".mo"), source.with_suffix(".mo.new")
            if not source.exists() or (
                target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns
            ):
                continue
            with unfinished.open("wb") as file:
                write_mo(file, read_catalogue(source, language))
            unfinished.replace(target)


def merge(old: Catalog, found: list[Text]) -> Catalog:
    """A catalogue of exactly the found texts, in the order of the sources, with the old translations."""
    merged = Catalog(locale=old.locale, fuzzy=False)
    forms: dict[tuple[str | None, str], tuple[str, ...]] = {}
    for text in found:
        forms[text.key] = max(text.forms, forms.get(text.key, ()), key=len)
    for (context, first), words in forms.items():
        message = old.get(first, context=context)
        string = message.string if message is not None and not message.fuzzy else ""
        plural = len(words) > 1
        if plural != isinstance(string, (tuple, list)):
            string = ("",) * max(LANGUAGES.values()) if plural else ""
        comments = list(message.user_comments) if message is not None else []
        merged.add(words if plural else first, string, context=context, user_comments=comments)
    return merged


def serialise(catalog: Catalog, language: str) -> str:
    """The text of a catalogue: a header without dates, so that nothing changes when nothing changed."""
    lines = ["Project-Id-Version: Klientura", f"Language: {language}", "MIME-Version: 1.0"]
    lines += ["Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"]
    lines += [f"Plural-Forms: {PLURAL[language]}"] if language else []
    header = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines)
    body = io.BytesIO()
    write_po(body, catalog, omit_header=True, no_location=True, width=0, ignore_obsolete=True)
    return header + "\n" + body.getvalue().decode().strip("\n") + "\n"


def catalogue_path(owner: Path, language: str) -> Path:
    return owner / "locale" / language / "LC_MESSAGES" / "django.po"


def read_catalogue(path: Path, language: str) -> Catalog:
    """The catalogue of a file, an empty one when there is no file."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def check(texts: dict[Path, list[Text]]) -> list[Fault]:
    """Everything wrong with the catalogues of these texts."""
    faults = []
    for language, plurals in LANGUAGES.items():
        said: dict[tuple[str | None, str], tuple[object, Path]] = {}
        for owner, found in texts.items():
            path = catalogue_path(owner, language)
            catalog = read_catalogue(path, language)
            faults += check_catalogue(path, catalog, found, plurals)
            for message in catalog:
                key = (message.context, first_form(message))
                if message.id and said.setdefault(key, (message.string, path))[0] != message.string:
                    other = said[key][1].relative_to(ROOT)
                    faults.append(
                        Fault(
                            path,
                            message.lineno or 0,
                            f"“{key[1]}” is translated otherwise in {other}: add a context",
                        )
                    )
    return faults


def check_catalogue(path: Path, catalog: Catalog, found: Iterable[Text], plurals: int) -> list[Fault]:
    """What is missing, left over, doubtful or not exact in one catalogue."""
    faults = []
    wanted = {text.key: text for text in found}
    for key, text in wanted.items():
        if catalog.get(key[1], context=key[0]) is None:
            faults.append(
                Fault(text.path, text.line, f"“{key[1]}” is missing in {path.relative_to(ROOT)}: run update")
            )
    for message in catalog:
        if not message.id:
            continue
        key, line = (message.context, first_form(message)), message.lineno or 0
        if key not in wanted:
            faults.append(Fault(path, line, f"“{key[1]}” is in no source any more: run update"))
        elif message.fuzzy:
            faults.append(Fault(path, line, f"“{key[1]}” is marked fuzzy"))
        elif not is_complete(message):
            faults.append(Fault(path, line, f"“{key[1]}” has no translation"))
        else:
            faults += [Fault(path, line, what) for what in inexact(message, plurals)]
    faults += [Fault(path, 0, f"“{name}” is obsolete: run update") for name in obsolete_texts(catalog)]
    return faults


def obsolete_texts(catalog: Catalog) -> list[str]:
    """The texts that a catalogue keeps commented out."""
    return [str(key[0] if isinstance(key, tuple) else key) for key in catalog.obsolete]


def inexact(message: Message, plurals: int) -> list[str]:
    """How the translation does not fit: other placeholders, a wrong number of forms, other edges."""
    first = first_form(message)
    strings = list(message.string) if isinstance(message.string, (tuple, list)) else [str(message.string)]
    faults = []
    if isinstance(message.id, (tuple, list)) and len(strings) != plurals:
        faults.append(f"“{first}” needs {plurals} plural forms and has {len(strings)}")
    originals = list(message.id) if isinstance(message.id, (tuple, list)) else [first]
    wanted = set().union(*(placeholders(original) for original in originals))
    for text in strings:
        if placeholders(text) != wanted:
            faults.append(
                f"“{first}” has the placeholders {sorted(wanted)}, its translation {sorted(placeholders(text))}"
            )
        if (text[:1].isspace(), text[-1:].isspace()) != (first[:1].isspace(), first[-1:].isspace()):
            faults.append(
                f"“{first}” begins or ends with a space and its translation does not, or the reverse"
            )
    return faults


def placeholders(text: str) -> set[str]:
    """The names that are filled in: of `{name}` and of `%(name)s`."""
    names = {"%" + (match[1] or match[2]) for match in PERCENT.finditer(text)}
    try:
        names |= {
            "{" + name + "}"
            for _text, name, _spec, _conversion in string.Formatter().parse(text)
            if name is not None
        }
    except ValueError:
        names.add("{?}")  # a brace that stands alone
    return names


def first_form(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, (tuple, list)) else message.id)


def is_complete(message: Message) -> bool:
    """Has every form of it a translation?"""
    strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(strings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
