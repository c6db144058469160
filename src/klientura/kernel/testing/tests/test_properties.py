"""Whatever is sent as a filter, a cursor or a body: understood, or refused as a bad request."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.api import bodies
from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.registry import FIELD_TYPES
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.store import cursors
from klientura.kernel.store.filters import MAX_DEPTH, compile_filter
from klientura.kernel.store.operators import Context

ACTOR = SystemActor("properties")
KEYS = sorted({k for s in all_shapes().values() for k in s.fields})
OPERATORS = sorted({o for t in FIELD_TYPES.values() for o in t.operators})
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
LINKS = sorted(
    f"{s.key}.{k}" for s in all_shapes().values() for k, f in s.fields.items() if f.type.key == "reference"
)
counts = st.fixed_dictionaries({"op": st.sampled_from(["eq", "gte", "in"]) | values, "value": values})
leaves = st.fixed_dictionaries(
    {"field": st.sampled_from(KEYS) | scalars}, optional={"op": st.sampled_from(OPERATORS) | values, "value": values, "x": values}
)  # fmt: skip
trees = st.recursive(
    leaves | values,
    lambda inner: (
        st.fixed_dictionaries({"and": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"or": st.lists(inner, max_size=3) | inner})
        | st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries(
            {"related": st.sampled_from(LINKS) | scalars},
            optional={
                "filter": inner,
                "quantifier": st.sampled_from(["any", "none"]) | values,
                "count": counts | values,
            },
        )
    ),
    max_leaves=10,
)
many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(tree=trees, key=st.sampled_from(sorted(all_shapes())))
def test_a_filter_is_compiled_or_refused(tree: Any, key: str) -> None:
    try:
        made = compile_filter(tree, Context(ACTOR, shape_of(key).fields, shape=shape_of(key)))
    except BadRequest as refused:
        assert refused.code == "filter"
        assert str(refused.message)
    else:
        assert made is None or isinstance(made, Predicate)


def test_a_filter_that_nests_too_deeply_is_refused() -> None:
    tree: Any = {"field": "id", "op": "eq", "value": 1}
    for _level in range(MAX_DEPTH + 2):
        tree = {"not": tree}
    with pytest.raises(BadRequest):
        compile_filter(tree, Context(ACTOR, shape_of("organisation").fields))


def sortable() -> list[FieldShape]:
    return [f for s in all_shapes().values() for f in s.fields.values() if f.sortable]


@many
@given(
    field=st.sampled_from(sortable()), raw=values, number=st.integers() | values, sort=st.text(max_size=10)
)
def test_a_forged_cursor_is_read_or_refused(field: FieldShape, raw: Any, number: Any, sort: str) -> None:
    try:
        packed = base64.urlsafe_b64encode(orjson.dumps([sort, raw, number])).rstrip(b"=").decode()
    except TypeError:  # an integer beyond 64 bits
        return
    try:
        position = cursors.decode(packed, sort, field)
    except BadRequest as refused:
        assert refused.code == "cursor"
    else:
        assert 0 < position.record_id < 2**63


@many
@given(field=st.sampled_from(sortable()), text=st.text(max_size=60))
def test_a_garbled_cursor_is_refused(field: FieldShape, text: str) -> None:
    with pytest.raises(BadRequest):
        cursors.decode(text, field.key, field)


@many
@given(
    text=st.text(alphabet=st.characters(min_codepoint=1, exclude_categories=["Cs"]), min_size=1, max_size=500)
)
def test_our_own_cursors_are_read_back(text: str) -> None:
    field = shape_of("organisation").fields["title"]
    packed = cursors.encode("title", field, cursors.Position(text, 7))
    assert cursors.decode(packed, "title", field) == cursors.Position(text, 7)


def test_the_cursor_of_the_longest_title_is_read_back() -> None:
    field = shape_of("organisation").fields["title"]
    longest = "😀" * (field.params.max_length or 0)
    packed = cursors.encode("-title", field, cursors.Position(longest, 2**62))
    assert cursors.decode(packed, "-title", field).value == longest


@many
@given(value=values)
def test_json_comes_back_as_it_was(value: Any) -> None:
    try:
        written = orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits
        return
    assert bodies.loads(written) == value


@many
@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_json_or_a_bad_request(raw: bytes) -> None:
    try:
        bodies.loads(raw)
    except BadRequest as refused:
        assert refused.code == "json"


@pytest.mark.parametrize(
    "raw",
    [
        '{"a":1,"a":2}',
        "NaN",
        "-Infinity",
        "1e400",
        "[-1e999]",
        '"\\ud800"',
        "[" * 30 + "]" * 30,
        "[" * 100_000,
    ],
)
def test_what_json_does_not_allow_is_refused(raw: str) -> None:
    with pytest.raises(BadRequest):
        bodies.loads(raw)
