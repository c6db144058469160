"""One demo at a time: the lock under which it is written and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import Delivered
from klientura.kernel.history.undo import Undone, undo
from klientura.kernel.store.models import Operation
from klientura.modules.administration.queries import find_demo
from klientura.project.demo.letters import remove_letters
from klientura.project.demo.team import shut_out_colleagues

TURN = 0x6B6C745F64656D6F
"""The advisory lock, the same in every process."""


@contextmanager
def writing_demo() -> Iterator[bool]:
    """Whether the turn is ours; False when another process writes or removes a demo at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [TURN])
        is_ours: bool = cursor.fetchone()[0]
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("select pg_advisory_unlock(%s)", [TURN])


def remove_demo(actor: Actor) -> Undone | None:
    """Take the demo back, which shuts its users out; None when there is none. Call it in one's turn.

    What was changed by hand since then stays (`kept`).
    """
    found = find_demo()
    if found is None:
        return None
    if found.state == "running":  # its writer died: nobody else can hold the turn
        found.state = "failed"
        found.save(update_fields=["state"])
    return undo(actor, found.pk)


def demo_taken_back(event: Delivered) -> None:
    """Shut the demo's users out and take its letters away when its records are taken back, from whichever door that was done."""
    if Operation.objects.filter(pk=event.operation_id or 0, undoes__kind="demo").exists():
        shut_out_colleagues()
        remove_letters()
