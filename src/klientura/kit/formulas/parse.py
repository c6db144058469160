"""From the text of a formula to its tree. What is not written here does not exist: no attributes, no names but fields."""

import ast
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from klientura.kit.formulas.tree import Call, Constant, Field, Kind, Node

MAX_LENGTH = 2000
MAX_NODES = 300
MAX_DEPTH = 40


class BadFormula(Exception):
    """A formula is refused: `code` says why, `what` names the part of it that is meant."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(f"{code}: {what}" if what else code)
        self.code = code
        self.what = what


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives. `takes` repeats its last kind up to `most` arguments; «same» stands for one kind
    of all, «ordered» for numbers or days."""

    takes: tuple[str, ...]
    gives: str
    least: int
    most: int


FUNCTIONS: Final[Mapping[str, Signature]] = {
    "round": Signature(("number", "number"), "number", 1, 2),
    "abs": Signature(("number",), "number", 1, 1),
    "min": Signature(("ordered",), "same", 2, 20),
    "max": Signature(("ordered",), "same", 2, 20),
    "ifempty": Signature(("same",), "same", 2, 20),
    "empty": Signature(("any",), "boolean", 1, 1),
    "concat": Signature(("text",), "text", 2, 20),
    "len": Signature(("text",), "number", 1, 1),
    "upper": Signature(("text",), "text", 1, 1),
    "lower": Signature(("text",), "text", 1, 1),
    "left": Signature(("text", "number"), "text", 2, 2),
    "right": Signature(("text", "number"), "text", 2, 2),
    "contains": Signature(("text", "text"), "boolean", 2, 2),
    "year": Signature(("date",), "number", 1, 1),
    "month": Signature(("date",), "number", 1, 1),
    "day": Signature(("date",), "number", 1, 1),
    "days": Signature(("date", "date"), "number", 2, 2),
    "addmonths": Signature(("date", "number"), "date", 2, 2),
}
_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide",
}  # fmt: skip
_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "lte", ast.Gt: "gt", ast.GtE: "gte",
}  # fmt: skip


def parse(text: str, fields: Mapping[str, Kind]) -> Node:
    """Parse a formula over fields of these kinds. Raises BadFormula.

    Fields stand by their keys; numbers, 'texts', + - * / comparisons, and, or, not, `a if condition else b` or
    if(condition, a, b), and the functions of FUNCTIONS.
    """
    if not text.strip():
        raise BadFormula("empty")
    if len(text) > MAX_LENGTH:
        raise BadFormula("too_long")
    try:
        # «if» is a word of Python's own, which a function cannot be called.
        with warnings.catch_warnings(action="ignore"):  # of Python's own about odd numbers and escapes
            tree = ast.parse(_with_function_if(text.strip()), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadFormula("syntax", getattr(error, "text", "") or "") from error
    if sum(1 for _node in ast.walk(tree)) > MAX_NODES:
        raise BadFormula("too_long")
    return _Reader(fields).read(tree.body, 0)


def _with_function_if(text: str) -> str:
    made, quote, place = [], "", 0
    while place < len(text):
        letter = text[place]
        if quote:
            quote = "" if letter == quote and text[place - 1] != "\\" else quote
        elif letter in "'\"":
            quote = letter
        elif text[place : place + 2].lower() == "if" and _stands_alone(text, place):
            made.append("if_")
            place += 2
            continue
        made.append(letter)
        place += 1
    return "".join(made)


def _stands_alone(text: str, place: int) -> bool:
    before = text[place - 1] if place else " "
    return (
        not (before.isalnum() or before == "_")
        and text[place + 2 :].lstrip()[:1] == "("
        and not _after_value(text, place)
    )


def _after_value(text: str, place: int) -> bool:
    """Whether a value stands in front of the «if»: then it is `a if (b) else c`."""
    before = text[:place].rstrip()[-1:]
    return before.isalnum() or before in {"_", ")", "'", '"'}


class _Reader:
    """Reads the nodes that a formula may have, and refuses all others."""

    def __init__(self, fields: Mapping[str, Kind]) -> None:
        self.fields = fields

    def read(self, node: ast.expr, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise BadFormula("too_deep")
        reader: Callable[[ast.expr, int], Node] | None = getattr(
            self, f"_{type(node).__name__.lower()}", None
        )
        if reader is None:
            raise BadFormula("not_allowed", ast.unparse(node)[:60])
        return reader(node, depth + 1)

    def _constant(self, node: ast.Constant, _depth: int) -> Node:
        value = node.value
        if isinstance(value, bool):
            return Constant(value, "boolean")
        if isinstance(value, int) or (isinstance(value, float) and abs(value) < 1e15):
            written = str(value) if isinstance(value, int) else repr(value)
            if len(written) > 30 or "e" in written:
                raise BadFormula("number", written[:30])
            return Constant(written, "number")
        if isinstance(value, str) and "\x00" not in value:
            return Constant(value, "text")
        raise BadFormula("not_allowed", ast.unparse(node)[:60])

    def _name(self, node: ast.Name, _depth: int) -> Node:
        if node.id in {"true", "false"} and node.id not in self.fields:
            return Constant(node.id == "true", "boolean")
        if node.id not in self.fields:
            raise BadFormula("no_field", node.id[:60])
        return Field(node.id, self.fields[node.id])

    def _binop(self, node: ast.BinOp, depth: int) -> Node:
        name = _ARITHMETIC.get(type(node.op))
        if name is None:
            raise BadFormula("not_allowed", ast.unparse(node)[:60])
        left, right = self.read(node.left, depth), self.read(node.right, depth)
        kinds = (left.kind, right.kind)
        if kinds == ("number", "number"):
            return Call(name, (left, right), "number")
        if name == "add" and kinds == ("text", "text"):
            return Call("concat", (left, right), "text")
        if name in {"add", "subtract"} and kinds == ("date", "number"):
            return Call(f"{name}_days", (left, right), "date")
        if name == "subtract" and kinds == ("date", "date"):
            return Call("days", (left, right), "number")
        raise BadFormula("kinds", ast.unparse(node)[:60])

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Node:
        inner = self.read(node.operand, depth)
        if isinstance(node.op, ast.USub) and inner.kind == "number":
            return Call("negate", (inner,), "number")
        if isinstance(node.op, ast.Not) and inner.kind == "boolean":
            return Call("not", (inner,), "boolean")
        raise BadFormula("kinds", ast.unparse(node)[:60])

    def _boolop(self, node: ast.BoolOp, depth: int) -> Node:
        parts = tuple(self.read(value, depth) for value in node.values)
        if any(p.kind != "boolean" for p in parts):
            raise BadFormula("kinds", ast.unparse(node)[:60])
        return Call("and" if isinstance(node.op, ast.And) else "or", parts, "boolean")

    def _compare(self, node: ast.Compare, depth: int) -> Node:
        name = _COMPARISONS.get(type(node.ops[0]))
        if len(node.ops) != 1 or name is None:
            raise BadFormula("not_allowed", ast.unparse(node)[:60])
        left, right = self.read(node.left, depth), self.read(node.comparators[0], depth)
        if left.kind != right.kind or left.kind == "other":
            raise BadFormula("kinds", ast.unparse(node)[:60])
        if left.kind in {"boolean", "text"} and name not in {"eq", "ne"}:
            raise BadFormula("kinds", ast.unparse(node)[:60])
        return Call(name, (left, right), "boolean")

    def _ifexp(self, node: ast.IfExp, depth: int) -> Node:
        return self._choice([node.test, node.body, node.orelse], ast.unparse(node), depth)

    def _choice(self, parts: Sequence[ast.expr], written: str, depth: int) -> Node:
        test, yes, no = (self.read(part, depth) for part in parts)
        if test.kind != "boolean" or yes.kind != no.kind or yes.kind == "other":
            raise BadFormula("kinds", written[:60])
        return Call("if", (test, yes, no), yes.kind)

    def _call(self, node: ast.Call, depth: int) -> Node:
        written = ast.unparse(node)[:60].replace("if_(", "if(")
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise BadFormula("not_allowed", written)
        name = node.func.id.lower()
        if name == "if_":
            if len(node.args) != 3:
                raise BadFormula("arguments", written)
            return self._choice(node.args, written, depth)
        signature = FUNCTIONS.get(name)
        if signature is None:
            raise BadFormula("no_function", node.func.id[:60])
        if not signature.least <= len(node.args) <= signature.most:
            raise BadFormula("arguments", written)
        arguments = tuple(self.read(a, depth) for a in node.args)
        return Call(name, arguments, self._given(signature, arguments, written))

    @staticmethod
    def _given(signature: Signature, arguments: Sequence[Node], written: str) -> Kind:
        """The kind of the result; refuses arguments of the wrong kind."""
        for number, argument in enumerate(arguments):
            wanted = signature.takes[min(number, len(signature.takes) - 1)]
            if wanted in {"same", "ordered"}:
                first = arguments[0].kind
                if first == "other" or (wanted == "ordered" and first not in {"number", "date"}):
                    raise BadFormula("kinds", written)
                wanted = first
            if wanted not in {"any", argument.kind}:
                raise BadFormula("kinds", written)
        return arguments[0].kind if signature.gives == "same" else signature.gives  # type: ignore[return-value]
