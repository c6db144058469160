"""Statements that come again in the very same words: the database plans them once per connection."""

from typing import Any, cast

from django.db import connection


def cursor_for_repeated() -> Any:
    """A cursor for a statement that many requests send alike: the first page of a list, who asks."""
    return cast("Any", connection).repeated_cursor()  # `project.postgres.base.DatabaseWrapper`
