"""Filter trees as data: what they ask and what they name, wherever it stands, without carrying them out."""

from collections.abc import Iterator, Mapping
from typing import Any


def fields_of(object_key: str, tree: Any) -> Iterator[tuple[str, str]]:
    """The fields that a filter names, each with its object."""
    if isinstance(tree, list):
        for each in tree:
            yield from fields_of(object_key, each)
    elif isinstance(tree, Mapping):
        if isinstance(tree.get("field"), str):
            yield object_key, tree["field"]
        for joint in ("and", "or", "not"):
            yield from fields_of(object_key, tree.get(joint))
        if isinstance(tree.get("related"), str):
            other, _dot, link = tree["related"].partition(".")
            yield other, "subject_id" if link == "subject" else link
            yield from fields_of(other, tree.get("filter"))


def conditions_of(tree: Any) -> Iterator[Mapping[str, Any]]:
    """All conditions of a tree, those on related records included."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        elif isinstance(node, Mapping):
            joined = [node[k] for k in ("and", "or", "not") if k in node]
            if node and not joined:
                yield node
            nodes += [*joined, node.get("filter")]


def sets_of(tree: Any) -> list[int]:
    """The numbers of the sets that a tree names, each once."""
    found = (n.get("segment") for n in conditions_of(tree))
    return list(dict.fromkeys(n for n in found if isinstance(n, int) and not isinstance(n, bool)))


def leaves(tree: Any) -> Iterator[Mapping[str, Any]]:
    """The conditions of a filter tree."""
    if not isinstance(tree, Mapping) or not tree:
        return
    for joint in ("and", "or"):
        if joint in tree:
            for child in tree[joint]:
                yield from leaves(child)
            return
    if "not" in tree:
        yield from leaves(tree["not"])
        return
    yield tree


def fields_in(tree: Any) -> set[str]:
    """The fields of the record itself that a filter asks about."""
    return {leaf["field"] for leaf in leaves(tree) if isinstance(leaf.get("field"), str)}
