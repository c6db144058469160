"""Tables of mail. None of them is a kind of record: who may read a letter is answered in `queries.access`."""

from klientura.modules.conversations.models.letters import (
    Letter,
    LetterFact,
    LetterFile,
    LetterPlace,
    LetterReference,
    Thread,
)
from klientura.modules.conversations.models.mailboxes import Folder, Mailbox
from klientura.modules.conversations.models.outgoing import Outgoing, OutgoingFile, Signature
from klientura.modules.conversations.models.templates import Template
from klientura.modules.conversations.models.tracking import Tracked, TrackedLink

__all__ = [
    "Folder",
    "Letter",
    "LetterFact",
    "LetterFile",
    "LetterPlace",
    "LetterReference",
    "Mailbox",
    "Outgoing",
    "OutgoingFile",
    "Signature",
    "Template",
    "Thread",
    "Tracked",
    "TrackedLink",
]
