"""Hearing of new letters at once: a connection to each mailbox waits for the server to tell of them (IDLE).

The threads live in the worker's process and only ask for mailboxes to be read; what they miss the clock makes good.
"""

import logging
import threading
from dataclasses import dataclass, field
from typing import Final

from django.db import connection
from django.db.utils import DatabaseError

from klientura.connectors.mail import imap
from klientura.connectors.mail.tasks import ask_to_read
from klientura.modules.conversations.models import Mailbox

log = logging.getLogger("klientura.mail")
LOOK_EVERY: Final = 20.0
"""Seconds between two looks at which mailboxes there are."""
IDLE: Final = 60.0
"""Seconds of one IDLE: how long it takes at most to notice that we shall stop or a mailbox was changed."""
MOST: Final = 200
"""Mailboxes that are listened to by one process; the rest are read by the clock."""
MAY_BE_HEARD: Final = ("new", "loading", "well")


@dataclass
class Ear:
    """One thread that listens to one mailbox, as it was set up then."""

    mailbox_id: int
    version: int
    over: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start listening."""
        self.thread = threading.Thread(target=self._listen, name=f"mailbox-{self.mailbox_id}", daemon=True)
        self.thread.start()

    @property
    def is_deaf(self) -> bool:
        """Whether the thread has ended."""
        return self.thread is None or not self.thread.is_alive()

    def _listen(self) -> None:
        try:
            mailbox = Mailbox.objects.get(pk=self.mailbox_id)
            connection.close()  # not kept while nothing is heard
            with imap.connected(mailbox) as server:
                if "IDLE" not in imap.capabilities(server):
                    self.over.wait()  # read by the clock alone
                    return
                server.folder.set("INBOX", readonly=True)
                while not self.over.is_set():
                    heard = server.idle.wait(timeout=IDLE)
                    if any(b"EXISTS" in line or b"EXPUNGE" in line or b"FETCH" in line for line in heard):
                        ask_to_read(self.mailbox_id)
                        connection.close()
        except (imap.Refused, *imap.TROUBLE, DatabaseError, Mailbox.DoesNotExist) as trouble:
            log.info("listening to mailbox %s broke off: %s", self.mailbox_id, trouble)
        finally:
            connection.close()


class Listening:
    """All ears of this process, and the thread that keeps them: new ones for new mailboxes, again after a break."""

    def __init__(self, look_every: float = LOOK_EVERY) -> None:
        self.ears: dict[int, Ear] = {}
        self.over = threading.Event()
        self.look_every = look_every
        self._thread = threading.Thread(target=self._keep, name="mailboxes", daemon=True)

    def begin(self) -> None:
        """Start."""
        self._thread.start()

    def stop(self) -> None:
        """Have all threads end; they are not waited for, since they may sit in a socket for a while."""
        self.over.set()
        for ear in self.ears.values():
            ear.over.set()

    def _keep(self) -> None:
        while not self.over.is_set():
            try:
                self.look()
            except DatabaseError as broken:
                log.warning("mailboxes cannot be looked up: %s", broken)
            finally:
                connection.close()
            self.over.wait(self.look_every)

    def look(self) -> None:
        """Begin to listen to what may be listened to and is not; stop where a mailbox is gone or was changed."""
        rows = Mailbox.objects.filter(active=True, state__in=MAY_BE_HEARD).order_by("pk")
        wanted = dict(rows.values_list("pk", "version")[:MOST])
        for mailbox_id, ear in list(self.ears.items()):
            if wanted.get(mailbox_id) != ear.version or ear.is_deaf:
                ear.over.set()
                del self.ears[mailbox_id]
        for mailbox_id, version in wanted.items():
            if mailbox_id not in self.ears:
                self.ears[mailbox_id] = Ear(mailbox_id, version)
                self.ears[mailbox_id].begin()
