"""From what somebody typed to a predicate: exact pieces first, then another keyboard layout or alphabet, then typos."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, members_of, readable, readable_parts
from klientura.kernel.objects.shape import Shape
from klientura.kernel.search.vocabulary import MOST, Vocabulary, is_word
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.expressions import like
from klientura.kernel.store.filters import Tree
from klientura.kit.text import search_variants, words

MAX_WORDS = 6
MAX_LENGTH = 200
PHONE_DIGITS = 5
BEGINNING = "*"  # marks a word of which only the beginning is meant
MANY = 12_000
FEW = 200  # so many hits are passed on by their numbers, and the search is not run again


class Understood(NamedTuple):
    """How a search was understood: its predicate, and the words used instead of the typed ones, if any."""

    predicate: Predicate
    instead: str | None
    empty: bool = False


def understand(
    actor: Actor, shape: Shape, text: str, *, repair: bool = True, vocabulary: Vocabulary | None = None
) -> Understood | None:
    """Find the reading of a search text that gives records; None for a text without letters and digits.

    With `repair=False` only the text as it was typed is tried. `empty` says that no reading finds anything.
    Searches of one text among several objects share their `vocabulary`.
    """
    vocabulary = vocabulary or Vocabulary()
    text = text[:MAX_LENGTH].replace("\x00", "")
    typed = words(text)[:MAX_WORDS]
    if not typed:
        return None
    known = vocabulary.expand(typed)
    if found := _read(actor, shape, text, typed, known):
        return Understood(found, None)
    if repair:
        others = {v: words(v)[:MAX_WORDS] for v in search_variants(text)[1:]}
        known |= vocabulary.expand(t for own in others.values() for t in own)
        for reading, own in _promising(actor, shape, others, known).items():
            if found := _read(actor, shape, reading, own, known):
                return Understood(found, reading)
        for own in (typed, *others.values()):
            if repaired := _repaired(actor, shape, own, known, vocabulary):
                return repaired
    return Understood(Predicate(sql.SQL("false")), None, empty=True)


def with_whole_words(actor: Actor, shape: Shape, tokens: Sequence[str], tree: Tree | None) -> list[int]:
    """Some of the reader's records that hold just these words, and not only words which begin so."""
    if not tokens:
        return []
    matching = _pieces(actor, shape, "", [[token] for token in tokens[:MAX_WORDS]])
    ids, _total = _first(shape, matching, conditions(actor, shape, tree=tree))
    return ids


class Hits(NamedTuple):
    """What a reading finds: a predicate over `r` that leaves none out, and the reader's first FEW or so by their numbers."""

    predicate: Predicate
    first: list[int]


def _promising(
    actor: Actor, shape: Shape, readings: Mapping[str, list[str]], known: Mapping[str, list[str]]
) -> Mapping[str, list[str]]:
    """Without the readings of which a word occurs nowhere, unless a line may hold the text as a whole.

    One look at the lines for all of them is cheaper than a probe for each.
    """
    unknown = {r for r, own in readings.items() if any(known.get(t) == [] for t in own)}
    needles = [f"%{like(n)}%" for r in sorted(unknown) if (n := _needle(r))]
    open_parts = readable_parts(actor, shape)
    lines = [p for p in shape.parts.values() if p.search and p.key in open_parts] if needles else []
    if lines:
        # A query for each needle, with a limit far off: LIKE ANY of a list is not served by the index, and for one
        # row the planner would rather read the table.
        each = [
            sql.SQL("(select 1 from {} where search_text like %s limit {})").format(
                sql.Identifier(p.table), sql.Literal(MANY)
            )
            for p in lines
            for _needle in needles
        ]
        text = sql.SQL("select count(*) from ({}) q").format(sql.SQL(" union all ").join(each))
        with connection.cursor() as cursor:
            cursor.execute(text, needles * len(lines))
            if cursor.fetchone()[0]:
                unknown = set()
    return {r: own for r, own in readings.items() if own and r not in unknown}


def _read(
    actor: Actor, shape: Shape, text: str, tokens: Sequence[str], known: Mapping[str, list[str]]
) -> Predicate | None:
    """One reading: every token in some word of the record, or the whole text in one of its lines."""
    whole = _needle(text)
    if not whole and any(known.get(t) == [] for t in tokens):
        return None  # a word that occurs nowhere: nothing to look for
    groups = [_words_of(t, known) for t in tokens]
    direct = None if whole else _own_text(actor, shape, groups, cheaply=True)
    hits = _probe(actor, shape, _pieces(actor, shape, whole, groups), direct)
    return hits.predicate if hits else None


def _words_of(token: str, known: Mapping[str, list[str]]) -> Sequence[str]:
    """The words that a token stands for; a piece of too many words, or of none we keep, stands for their beginnings."""
    found = known.get(token)
    if found is None or len(found) > MOST:
        return (f"{token}{BEGINNING}",)
    return found or (token,)


def _repaired(
    actor: Actor,
    shape: Shape,
    tokens: Sequence[str],
    known: Mapping[str, list[str]],
    vocabulary: Vocabulary,
) -> Understood | None:
    """Replace words that occur nowhere (a single word: that finds nothing here) by their nearest neighbours."""
    alternatives = [
        vocabulary.neighbours(t) if known.get(t) == [] or len(tokens) == 1 else _words_of(t, known)
        for t in tokens
    ]
    if not tokens or not all(alternatives):
        return None
    direct = _own_text(actor, shape, alternatives, cheaply=True)
    hits = _probe(actor, shape, _pieces(actor, shape, "", alternatives), direct)
    if hits is None:
        return None
    return Understood(hits.predicate, _seen_words(actor, shape, alternatives, hits.first))


def _seen_words(actor: Actor, shape: Shape, alternatives: Sequence[Sequence[str]], ids: Sequence[int]) -> str:
    """The nearest words that stand in records of the reader: the vocabulary also holds those of everybody else."""
    if all(len(group) == 1 for group in alternatives):
        return " ".join(group[0].rstrip(BEGINNING) for group in alternatives)
    text = "k_fold(r.title)" if _by_title_only(actor, shape) else "r.search_text"
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select {} from {} r where r.id = any(%s)").format(
                sql.SQL(text), sql.Identifier(shape.table)
            ),
            [list(ids)],
        )
        seen = {word for (one,) in cursor.fetchall() for word in words(one)}
    return " ".join(
        next((word for word in group if word in seen), group[0]).rstrip(BEGINNING) for group in alternatives
    )


def _by_title_only(actor: Actor, shape: Shape) -> bool:
    """Who may not see all searched fields finds by the title only."""
    return not {*shape.spec.search, *shape.spec.title} <= set(readable(actor, shape))


def _tsquery(groups: Sequence[Sequence[str]]) -> str:
    """(a | b) & (c:*) in the syntax of tsquery; tokens hold letters and digits only, quoting keeps it so."""
    return " & ".join(
        "("
        + " | ".join(
            "'" + w.rstrip(BEGINNING).replace("'", "") + "'" + (":*" if w.endswith(BEGINNING) else "")
            for w in group
        )
        + ")"
        for group in groups
    )


def _own_text(
    actor: Actor, shape: Shape, groups: Sequence[Sequence[str]], *, cheaply: bool = False
) -> Predicate:
    """One word of every group in the record's own text.

    Each kind of a shared table is told by itself, in the very words of its partial index: only so is the index used.
    `cheaply` is for a way that passes many records: those without the letters of the words are left before the dear test.
    """
    pieces: list[sql.Composable] = []
    params: list[Any] = []
    for kind in members_of(shape) or (shape,):
        tests: list[sql.Composable] = [sql.SQL("r.deleted_at is null")]
        tests += [
            sql.SQL("r.{} = {}").format(sql.Identifier(c), sql.Literal(v)) for c, v in kind.constants.items()
        ]
        tests.append(sql.SQL("k_vector(r.search_text) @@ %s::tsquery"))
        params.append(_tsquery(groups))
        if cheaply:
            for group in groups:
                # Not LIKE: of that the planner thinks it knows how rare it is, and would count the rareness twice.
                letters = [sql.SQL("strpos(r.search_text, %s) > 0")] * len(group)
                tests.append(sql.SQL("({})").format(sql.SQL(" or ").join(letters)))
                params += [w.rstrip(BEGINNING) for w in group]
        if _by_title_only(actor, kind):
            tests += [sql.SQL("k_fold(r.title) like any(%s)")] * len(groups)
            params += [[f"%{like(w.rstrip(BEGINNING))}%" for w in group] for group in groups]
        pieces.append(sql.SQL("(") + sql.SQL(" and ").join(tests) + sql.SQL(")"))
    return Predicate(sql.SQL(" or ").join(pieces), tuple(params))


def _pieces(actor: Actor, shape: Shape, whole: str, groups: Sequence[Sequence[str]]) -> Predicate:
    """A SELECT of the ids: one word of every group in the record's text, or the whole in one of its lines.

    It knows nothing of rights; whoever uses it adds the reader's scope.
    """
    own, own_params = _own_text(actor, shape, groups)
    params: list[Any] = list(own_params)
    alternatives: list[sql.Composable] = []
    open_parts = readable_parts(actor, shape)
    for part in shape.parts.values():
        if whole and part.key in open_parts and part.search:
            alternatives.append(
                sql.SQL("select {parent} as id from {table} where search_text like %s").format(
                    parent=sql.Identifier(part.parent_column), table=sql.Identifier(part.table)
                )
            )
            params.append(f"%{like(whole)}%")
    inner = sql.SQL("select r.id from {} r where {}").format(sql.Identifier(shape.table), own)
    return Predicate(sql.SQL(" union ").join([inner, *alternatives]), tuple(params))


def _needle(text: str) -> str:
    """What to look for in lines: the digits of a phone, else the text of an address; plain words stay out of them."""
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= PHONE_DIGITS and not any(c.isalpha() for c in text):
        # 8 902 … and +7 902 … are one number: its last ten digits are searched.
        return digits[1:] if len(digits) == 11 and digits[0] in "78" else digits
    flat = " ".join(text.split()).lower()
    return flat if len(flat) >= 3 and (not is_word(flat) or flat.isascii()) and " " not in flat else ""


def _probe(actor: Actor, shape: Shape, matching: Predicate, direct: Predicate | None) -> Hits | None:
    """What a reading finds for this actor; None when it finds nothing.

    The matching ids are found first and by themselves (materialised): the planner knows little of how rare words are and
    would otherwise test every record in the reader's scope. A few hits are passed on as their numbers.
    Of what more than MANY records have the planner does know, so there `direct` is the cheaper way, and the reader's few
    are sought among all of them. No predicate leaves a hit out: exports and bulk acts go by it.
    """
    where = conditions(actor, shape)
    ids, total = _first(shape, matching, where)
    if len(ids) > FEW:
        many = direct is not None and _likely(matching) > MANY and _at_most(matching, MANY + 1) > MANY
    else:
        many = total > MANY
    all_of_them = Predicate(
        sql.SQL("r.id = any(array(with m as materialized ({}) select id from m))").format(matching.sql),
        matching.params,
    )
    found = direct if many and direct is not None else all_of_them
    if many and len(ids) <= FEW:
        where = conditions(actor, shape, more=[found])
        text = sql.SQL("select array(select r.id from {} r where {} limit {})").format(
            sql.Identifier(shape.table), where.sql, sql.Literal(FEW + 1)
        )
        ids = _one(text, where.params)
    if not ids:
        return None
    return Hits(Predicate(sql.SQL("r.id = any(%s)"), (ids,)) if len(ids) <= FEW else found, ids)


def _first(shape: Shape, matching: Predicate, where: Predicate) -> tuple[list[int], int]:
    """The reader's first hits among the first MANY of all; if they are few, also how many of all were looked through."""
    text = sql.SQL(
        "with m as materialized ({matching} limit {many}), f as materialized"
        " (select array(select r.id from m join {table} r on r.id = m.id where {where} limit {few}) as ids)"
        " select json_build_array(f.ids, case when cardinality(f.ids) < {few} then (select count(*) from m) end) from f"
    ).format(
        matching=matching.sql,
        many=sql.Literal(MANY + 1),
        table=sql.Identifier(shape.table),
        where=where.sql,
        few=sql.Literal(FEW + 1),
    )
    ids, total = _one(text, (*matching.params, *where.params))
    return ids, total or 0


def _likely(matching: Predicate) -> int:
    """How many records the planner expects."""
    plan = _one(sql.SQL("explain (format json) ") + matching.sql, matching.params)
    return int(plan[0]["Plan"]["Plan Rows"])


def _at_most(matching: Predicate, most: int) -> int:
    text = sql.SQL("select count(*) from ({} limit {}) q").format(matching.sql, sql.Literal(most))
    return int(_one(text, matching.params))


def _one(text: sql.Composable, params: Sequence[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchone()[0]
