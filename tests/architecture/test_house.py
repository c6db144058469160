"""Rules of the house that neither ruff nor import-linter sees."""

import ast
import re
from collections.abc import Iterable

from django.apps import apps
from django.db import models

from klientura.kernel.store.record import Line, Record
from tests.architecture.sources import PACKAGE, ROOT, Source, product, python_sources

MAX_LINES, MAX_TEST_LINES = 400, 500
MAX_FUNCTION = 60
STACK = (
    "analytics",
    "planning",
    "payments",
    "orders",
    "sales",
    "conversations",
    "documents",
    "catalog",
    "activities",
    "consents",
    "parties",
    "administration",
)  # as in pyproject.toml, the upper first
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "util", "helper"}
SIGNALS = {
    "pre_save",
    "post_save",
    "pre_delete",
    "post_delete",
    "m2m_changed",
    "pre_init",
    "post_init",
    "class_prepared",
}
WRITES = {
    "create",
    "save",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
LONG_DATA = {"kit/cities.py", "kit/given_names.py"}  # lists of names
# SQL put together by an f-string, and why nothing of a user can get into it.
BUILT_SQL = {
    "src/klientura/project/upgrade.py": "names of the schema and of extensions, from the code",
}  # fmt: skip


def places(found: Iterable[tuple[Source, ast.AST]]) -> list[str]:
    return [f"{source.name}:{getattr(node, 'lineno', 0)}" for source, node in found]


def record_models() -> dict[str, str]:
    """The models of records and lines, by name, with the module that owns each."""
    return {
        m.__name__: "/".join(m.__module__.split(".")[1:3])
        for m in apps.get_models()
        if issubclass(m, Record | Line)
    }


def test_files_are_short() -> None:
    sizes = [(s, s.text.count("\n")) for s in python_sources()]
    long = [f"{s.name}: {n}" for s, n in sizes if n > (MAX_TEST_LINES if s.is_test else MAX_LINES)]
    assert [x for x in long if not any(f"/{data}:" in x for data in LONG_DATA)] == []


def test_functions_are_short() -> None:
    functions = [
        (s, n, (n.end_lineno or 0) - n.lineno + 1)
        for s in product()
        for n in ast.walk(s.tree)
        if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert [f"{s.name}:{n.lineno} {n.name}: {size}" for s, n, size in functions if size > MAX_FUNCTION] == []


def test_nothing_is_left_to_do() -> None:
    mark = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
    assert [s.name for s in python_sources() if mark.search(s.text)] == []


def test_names_say_what_is_inside() -> None:
    paths = [p for p in PACKAGE.rglob("*") if p.suffix == ".py" or p.is_dir()]
    assert [p.relative_to(ROOT).as_posix() for p in paths if p.stem in FORBIDDEN_NAMES] == []


def test_nothing_points_at_the_machine_of_its_author() -> None:
    own = re.compile(r"(?<![\w/])/(?:work|home|Users)/")
    files = [
        *(s.path for s in product()),
        *(ROOT / "src").rglob("*.html"),
        *(ROOT / "frontend").rglob("*.ts"),
    ]
    assert [
        p.name for p in files if "node_modules" not in p.parts and own.search(p.read_text(encoding="utf-8"))
    ] == []


def test_models_are_imported_not_looked_up_by_name() -> None:
    found = [(s, n) for s in product() for n, name in s.calls() if name.endswith("apps.get_model")]
    assert places(found) == []


def test_there_are_no_model_signals() -> None:
    found = [
        (s, n)
        for s in product()
        for n in ast.walk(s.tree)
        if (isinstance(n, ast.Name) and n.id in SIGNALS)
        or (isinstance(n, ast.Attribute) and n.attr in SIGNALS)
    ]
    assert places(found) == []


def test_foreign_keys_point_down_the_stack() -> None:
    wrong = []
    for model in apps.get_models():
        owner = re.match(r"klientura\.modules\.(\w+)", model.__module__)
        for field in model._meta.get_fields():
            target = field.related_model if isinstance(field, models.ForeignKey) else None
            if target is None or isinstance(target, str):
                continue
            below = re.match(r"klientura\.modules\.(\w+)", target.__module__)
            if below and (owner is None or STACK.index(owner[1]) > STACK.index(below[1])):
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_foreign_keys_have_no_way_back_and_say_what_becomes_of_the_row() -> None:
    """A reverse accessor would let a lower module reach into an upper one."""
    keys = [
        f for m in apps.get_models() if m.__module__.startswith("klientura.") for f in m._meta.get_fields()
        if isinstance(f, models.ForeignKey)
    ]  # fmt: skip
    assert [str(f) for f in keys if f.remote_field.related_name != "+"] == []


def objects_of(source: Source) -> Iterable[tuple[ast.Attribute, str, str]]:
    """`Model.objects.method`: the node, the model's name and the method that ends the chain's first step."""
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute)
            and node.value.attr in {"objects", "_default_manager", "_base_manager"}
            and isinstance(node.value.value, ast.Name)
        ):
            yield node, node.value.value.id, node.attr


def test_records_are_read_raw_by_their_own_module_only() -> None:
    owners = record_models()
    found = [
        (s, n)
        for s in product()
        for n, name, _m in objects_of(s)
        if name in owners and owners[name] != s.module
    ]
    assert places(found) == []


def test_records_are_written_through_the_store_only() -> None:
    owners = record_models()
    found = [
        (s, n) for s in product() for n, name, method in objects_of(s) if name in owners and method in WRITES
    ]
    chained = [
        (s, n)
        for s in product()
        for n, name in s.calls()
        if (made := re.match(r"(\w+)\.objects\..*\.(\w+)$", name, re.DOTALL))
        and made[1] in owners
        and made[2] in WRITES
    ]
    assert places([*found, *chained]) == []


def test_sql_is_composed_not_formatted() -> None:
    """No f-string becomes SQL: `sql.SQL(f"…")` never, `execute(f"…")` only where it is listed with its reason."""
    composed, executed = [], []
    for s in product():
        for node, name in s.calls():
            first = node.args[0] if node.args else None
            is_formatted = isinstance(first, ast.JoinedStr) or (
                isinstance(first, ast.Call) and ast.unparse(first.func).endswith(".format") and isinstance(first.func, ast.Attribute)
                and isinstance(first.func.value, ast.Constant)
            )  # fmt: skip
            if is_formatted and name.endswith("sql.SQL"):
                composed.append((s, node))
            elif is_formatted and name.endswith(".execute"):
                executed.append((s, node))
    assert places(composed) == []
    assert [p for p in places(executed) if p.rpartition(":")[0] not in BUILT_SQL] == []
    assert BUILT_SQL.keys() <= {s.name for s, _node in executed}


def test_factories_are_of_objects_that_can_be_made() -> None:
    """That each of them makes valid records is what the conformance suite tries, object by object."""
    from klientura.kernel.testing.factories import creatable, factories

    assert factories()
    assert factories().keys() <= {s.key for s in creatable()}


def test_templates_take_from_their_own_module_or_from_below() -> None:
    """A page includes the kernel's components and its own parts, never another module's."""
    mention = re.compile(r"""(?:include|extends|import|from)\s+["']([a-z_]+)/""")
    wrong = []
    rooms = {p.name for p in (PACKAGE / "kernel").glob("**/templates/*") if p.is_dir()}
    for path in sorted((PACKAGE / "modules").rglob("templates/**/*.html")):
        own = path.relative_to(PACKAGE / "modules").parts[0]
        wrong += [
            f"{path.name}: {room}"
            for room in mention.findall(path.read_text(encoding="utf-8"))
            if room not in {own, *rooms}
        ]
    for path in sorted((PACKAGE / "kernel").rglob("templates/**/*.html")):
        wrong += [
            f"{path.name}: {room}"
            for room in mention.findall(path.read_text(encoding="utf-8"))
            if room not in rooms
        ]
    assert wrong == []
