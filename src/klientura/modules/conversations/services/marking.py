"""What readers do to letters: reading them."""

from django.db import transaction

from klientura.modules.conversations.models import Letter, Thread


@transaction.atomic
def mark_read(thread: Thread) -> bool:
    """Note that a thread was read; the mail server is told with the next reading. Whether anything was unread."""
    if not thread.unread:
        return False
    Letter.objects.filter(thread=thread, seen=False).update(seen=True, tell_seen=True)
    Thread.objects.filter(pk=thread.pk).update(unread=0)
    thread.unread = 0
    return True
