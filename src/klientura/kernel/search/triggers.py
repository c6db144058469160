"""Title, search text and vocabulary, kept by triggers generated from the Shapes, so that no writer can forget them."""

from collections.abc import Iterable, Iterator, Sequence

from psycopg import sql

from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.store.changes import statement_trigger

# k_vector is dear and not inlined, so that the planner goes by its index and never computes it for every row.
# Each stands by itself: while an index is built, functions of our schema are not on the search path.
FUNCTIONS = """
create or replace function k_fold(text) returns text language sql immutable parallel safe strict
  as $$ select lower(translate(normalize($1, nfkc), 'Ёё', 'Ее')) $$;
create or replace function k_phone(text) returns text language sql immutable parallel safe strict
  as $$ select regexp_replace(regexp_replace($1, '(доб|ext|x).*$', '', 'i'), '[^0-9]', '', 'g') $$;
create or replace function k_vector(text) returns tsvector language plpgsql immutable parallel safe strict cost 1000
  as $$ begin return (select array_to_tsvector(coalesce(array_agg(distinct left(w, 60)), '{}'))
     from regexp_split_to_table(left($1, 20000), '[^[:alnum:]]+') w where w <> ''); end $$;
create or replace function k_words(text) returns setof text language sql immutable parallel safe strict
  as $$ select w from regexp_split_to_table(left($1, 20000), '[^[:alnum:]]+') w
     where length(w) between 3 and 40 and w !~ '[0-9]' $$;
"""

_TEXT = """
create or replace function {function}() returns trigger language plpgsql as $$
begin
  {branches}
  return new;
end $$"""

_WORDS = """
create or replace function {function}() returns trigger language plpgsql {setting} as $$
begin
  insert into kernel_search_word (word)
  select distinct w.w from {rows}, k_words(n.search_text) w order by 1 on conflict do nothing;
  return null;
end $$"""

_NEW = "new_rows n"
_RENAMED = """(select n.search_text from new_rows n join old_rows o on o.id = n.id
    where n.search_text is distinct from o.search_text) n"""

_LINE_TEXT = """
create or replace function {function}() returns trigger language plpgsql as $$
begin
  new.search_text := {text};
  return new;
end $$"""


def record_statements(shapes: Sequence[Shape]) -> Iterator[sql.Composable]:
    """The statements for one table; `shapes` are the kinds of record that live in it."""
    table = shapes[0].table
    concrete = [s for s in shapes if s.constants] or list(shapes)
    columns = sorted({c for s in concrete for c in _columns(s, (*s.spec.title, *s.spec.search))})
    function = f"{table}_search_text"
    yield sql.SQL(_TEXT).format(function=sql.Identifier(function), branches=_branches(concrete))
    yield sql.SQL(
        "create or replace trigger search_text before insert or update of {} on {} for each row execute function {}()"
    ).format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table), sql.Identifier(function)
    )
    # Without enable_nestloop=off the join planned for one row is kept for bulk statements and never ends.
    for event, setting, rows in (("insert", "", _NEW), ("update", "set enable_nestloop = off", _RENAMED)):
        words = f"{table}_search_words_{event}"
        yield sql.SQL(_WORDS).format(
            function=sql.Identifier(words), setting=sql.SQL(setting), rows=sql.SQL(rows)
        )
        yield statement_trigger("search_words", table, event, words)


def line_statements(part: PartShape) -> Iterator[sql.Composable]:
    """The statements for the lines of a record that are searched with it."""
    if not part.search:
        return
    function = f"{part.table}_search_text"
    value = sql.SQL("concat_ws(' ', {})").format(
        sql.SQL(", ").join(
            sql.SQL("new.{}").format(sql.Identifier(part.fields[k].column)) for k in part.search
        )
    )
    text = sql.SQL("left(k_fold({}), 500)").format(value)
    if "kind" in part.fields and any(c.code == "phone" for c in part.fields["kind"].params.choices):
        text = sql.SQL(
            "case when new.kind in ('phone', 'mobile', 'fax') then k_phone({}) else {} end"
        ).format(value, text)
    yield sql.SQL(_LINE_TEXT).format(function=sql.Identifier(function), text=text)
    yield sql.SQL(
        "create or replace trigger search_text before insert or update on {} for each row execute function {}()"
    ).format(sql.Identifier(part.table), sql.Identifier(function))


def _columns(shape: Shape, keys: Iterable[str]) -> list[str]:
    return [shape.fields[k].column for k in keys]


def _joined(columns: Sequence[str]) -> sql.Composable:
    parts = [sql.SQL("nullif(btrim(new.{}::text), '')").format(sql.Identifier(c)) for c in columns]
    return sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(parts))


def _branches(shapes: Sequence[Shape]) -> sql.Composable:
    pieces: list[sql.Composable] = []
    for number, shape in enumerate(shapes):
        body = sql.SQL("new.title := left({}, 500); new.search_text := k_fold({});").format(
            _joined(_columns(shape, shape.spec.title)),
            _joined(_columns(shape, shape.spec.search or shape.spec.title)),
        )
        if not shape.constants:
            return body
        test = sql.SQL(" and ").join(
            sql.SQL("new.{} = {}").format(sql.Identifier(c), sql.Literal(v))
            for c, v in shape.constants.items()
        )
        word = sql.SQL("if") if number == 0 else sql.SQL("elsif")
        pieces.append(word + sql.SQL(" {} then {}").format(test, body))
    return sql.SQL(" ").join(pieces) + sql.SQL(" end if;")
