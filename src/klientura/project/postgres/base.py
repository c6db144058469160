"""Django's PostgreSQL with two savings that every request feels.

A connection that was kept is looked at instead of asked: one that the server has closed has something to read. And a
statement that says it will come again in the very same words is planned once per connection, not each time (a page of
a list with eight references is planned for longer than it is read).
"""

import select
from importlib import import_module
from typing import Any

from psycopg import ClientCursor, pq

base: Any = import_module("django.db.backends.postgresql.base")
"""As it is: its stubs leave out what a backend is made of."""

REPEATS_BEFORE_PLAN = 3
"""So often a statement that may come again must have come, before its plan is kept."""


PLANS_KEPT = 50
"""On one connection; the plan of a wide list takes some hundred kilobytes."""


class RepeatedCursor(base.ServerBindingCursor):  # type: ignore[misc]
    """A cursor for statements that come again in the very same words.

    The values stand in the text, as everywhere in Django; so a kept plan was made for these very values.
    """

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run one statement."""
        if params is not None:
            query = ClientCursor(self.connection).mogrify(query, params)
        return super().execute(query)


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """The connection of a thread."""

    def get_connection_params(self) -> dict[str, Any]:
        """As Django's, whose own cursors never keep a plan; ours does."""
        return {**super().get_connection_params(), "prepare_threshold": REPEATS_BEFORE_PLAN}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that keeps no more plans than are worth their memory."""
        made = super().get_new_connection(conn_params)
        made.prepared_max = PLANS_KEPT
        return made

    def repeated_cursor(self) -> Any:
        """A cursor for a statement that many requests send alike."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = RepeatedCursor(self.connection)
        return self._prepare_cursor(cursor)

    def is_usable(self) -> bool:
        """Whether a kept connection still stands. Nothing is expected from a server at rest, so what can be read is bad news."""
        raw = None if self.connection is None else self.connection.pgconn
        if raw is None or raw.status != pq.ConnStatus.OK:
            return False
        if not hasattr(select, "poll"):
            return bool(super().is_usable())
        waiting = select.poll()
        waiting.register(raw.socket, select.POLLIN | select.POLLERR | select.POLLHUP)
        return bool(super().is_usable()) if waiting.poll(0) else True
