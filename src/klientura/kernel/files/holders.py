"""Tables beside those of records that hold files: the sweeping leaves what they hold."""

_holders: set[tuple[str, str]] = set()


def register_holder(table: str, column: str) -> None:
    """Say that a column holds numbers of files. One file each, not a list."""
    _holders.add((table, column))


def holders() -> frozenset[tuple[str, str]]:
    """The tables and columns that hold files beside the records."""
    return frozenset(_holders)
