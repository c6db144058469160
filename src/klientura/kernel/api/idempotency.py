"""Idempotency-Key: a request that is sent again is answered again, and carried out once."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api.models import RememberedAnswer
from klientura.kernel.errors import BadRequest, KernelError
from klientura.kernel.settings.installation import current

KEPT_FOR = timedelta(hours=24)
KEPT_HEADERS = ("ETag", "Location", "Content-Type")


class KeyReused(KernelError):
    """The same key came with another request."""

    status = 422
    code = "idempotency_key_reused"
    default_message = _("This Idempotency-Key was used for another request.")


def once(request: HttpRequest, actor: Actor, run: Callable[[], HttpResponse]) -> HttpResponse:
    """Carry a request out once per Idempotency-Key and user; repetitions get the first answer.

    A repetition after a change of the user's rights is told that it was carried out, without the record's values: they
    may be closed by now. The answer is remembered in the transaction of the act itself, so a crash leaves neither or both; a parallel
    repetition waits for the first. Refusals are not remembered: after mending it the same key may be used.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return run()
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise BadRequest(_("An Idempotency-Key has 1 to 255 printable characters."), code="idempotency_key")
    fingerprint = hashlib.sha256(
        b"\0".join([(request.method or "").encode(), request.get_full_path().encode(), request.body])
    ).hexdigest()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, %s))", [key, actor.user_id or 0]
            )
        known = RememberedAnswer.objects.filter(user_id=actor.user_id or 0, key=key).first()
        if known is not None and known.created_at > timezone.now() - KEPT_FOR:
            if known.fingerprint != fingerprint:
                raise KeyReused
            return _again(known, actor)
        response = run()
        if response.status_code < 400:
            RememberedAnswer.objects.update_or_create(
                user_id=actor.user_id or 0,
                key=key,
                defaults={
                    "fingerprint": fingerprint,
                    "status": response.status_code,
                    "body": response.content,
                    "headers": {h: response[h] for h in KEPT_HEADERS if h in response},
                    "rights": _rights_of(actor),
                    "created_at": timezone.now(),
                },
            )
        return response


def _rights_of(actor: Actor) -> str:
    """What tells whether the user sees the same as before."""
    return f"{current().access_version}/{actor.role}/{actor.team_id or 0}"


def _again(known: RememberedAnswer, actor: Actor) -> HttpResponse:
    same = known.rights == _rights_of(actor)
    response = HttpResponse(bytes(known.body or b"") if same else b"{}", status=known.status or 200)
    for name, value in known.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def forget_old_answers() -> int:
    """Drop answers that need not be repeated any more; return how many."""
    gone, _kinds = RememberedAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return gone
