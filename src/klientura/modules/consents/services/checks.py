"""What must hold for consents and their texts. Set-based: called once per write, whatever its size."""

import datetime as dt
import ipaddress
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.fields.base import FieldProblem
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.days import company_zone
from klientura.kernel.settings.installation import current
from klientura.kit.formats import Language
from klientura.modules.consents.models import Consent, ConsentText

WORDS: Final = ("name", "purpose", "edition", "language", "text", "in_force_from")
USED: Final = _("People have consented to this text, so it stays as it is. Make a new edition of it.")
_ALONE: Final = "select pg_advisory_xact_lock(hashtext('consent_text_edition'), hashtext(one)) from unnest(%s::text[]) one"
_HELD: Final = "select * from consent_text where id = any(%s) order by id for share"
AHEAD: Final = dt.timedelta(minutes=5)
"""So far clocks of other systems may be ahead of ours."""


def ip(value: str) -> str:
    """An IP address as it is written."""
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError as bad:
        raise FieldProblem("ip", _("This is no IP address. It looks like 203.0.113.7.")) from bad


def before_write_text(batch: Batch, _actor: Any) -> None:
    """A text to which somebody has consented does not change any more; each edition of a purpose has its own number."""
    _number([d for d in batch if d.changed("purpose", "language", "edition")])
    changed = [d for d in batch if d.record_id and d.changed(*WORDS)]
    used = texts_in_use([d.record_id or 0 for d in changed])
    for draft in changed:
        if draft.record_id in used:
            for key in (k for k in WORDS if draft.changed(k)):
                draft.refuse(key, "in_use", USED)


def next_edition(purpose: str, language: str) -> int:
    """The number of the next text of a purpose, held for this transaction: nobody else gets it."""
    return max(_taken([(purpose, language)])[purpose, language], default=0) + 1


def _taken(wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[int, int]]:
    """The editions that texts of purposes and languages have, in the trash too: edition → text.

    Whoever writes texts of the same purpose and language at the same time waits for the end of this transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ALONE, [[f"{purpose}:{language}" for purpose, language in sorted(wanted)]])
    taken: dict[tuple[str, str], dict[int, int]] = {each: {} for each in wanted}
    found = ConsentText.objects.filter(purpose__in={purpose for purpose, _language in wanted}).order_by()
    for key, purpose, language, edition in found.values_list("pk", "purpose", "language", "edition"):
        taken.setdefault((purpose, language), {})[edition] = key
    return taken


def _number(drafts: Sequence[Draft]) -> None:
    """Give the next edition to a text that names none, and refuse a number that another text of the purpose has."""
    wanted = {(d.get("purpose"), d.get("language")) for d in drafts if d.get("purpose")}
    taken = _taken([*wanted]) if wanted else {}
    for draft in drafts:
        numbers = taken.get((draft.get("purpose"), draft.get("language")), {})
        edition = draft.get("edition")
        if edition is None:
            draft.values["edition"] = edition = max(numbers, default=0) + 1
        elif numbers.get(edition, draft.record_id) != draft.record_id:
            said = _(
                "This purpose has an edition {number} already. Leave the number empty, and it gets the next one."
            )
            draft.refuse("edition", "taken", str(said).format(number=edition))
            continue
        numbers[edition] = draft.record_id or 0


def before_trash_text(ids: Sequence[int], _actor: Any) -> None:
    """Nor does it go to the trash: it is a part of the proof."""
    if texts_in_use(ids):
        raise BadRequest(_("People have consented to this text, so it is kept."), code="in_use")


def texts_in_use(ids: Collection[int]) -> set[int]:
    """Those of some texts to which somebody has consented."""
    if not ids:
        return set()
    found = Consent.objects.filter(text_id__in=ids).order_by()
    return set(found.values_list("text_id", flat=True).distinct())


def before_write_consent(batch: Batch, _actor: Any) -> None:
    """A consent has its purpose, its moment and its words in order, and a state that follows from them."""
    now, zone = timezone.now(), company_zone()
    language: Language = "en" if current().language == "en" else "ru"
    wanted = {d.get("text") for d in batch if d.changed("text", "purpose", "given_at")} - {None}
    # Held, but for each other: whoever edits the words meanwhile waits, and then finds that they are in use.
    texts = {text.pk: text for text in ConsentText.objects.raw(_HELD, [sorted(wanted)])} if wanted else {}
    for draft in batch:
        if batch.creating and draft.get("given_at") is None:
            draft.values["given_at"] = now
        if draft.changed("text", "purpose", "given_at"):
            _by_its_text(draft, texts.get(draft.get("text")), zone)
        _in_order(draft, now, zone)
        draft.values["name"] = _name(batch.shape, draft, language)
        draft.values["status"] = standing(draft.get, now.astimezone(zone).date())


def _by_its_text(draft: Draft, text: ConsentText | None, zone: dt.tzinfo) -> None:
    """The purpose is that of the text; nobody has consented to words that were not there yet."""
    if text is not None:
        if not draft.get("purpose"):
            draft.values["purpose"] = text.purpose
        if draft.get("purpose") != text.purpose:
            draft.refuse("text", "purpose", _("This text is for another purpose."))
        given = draft.get("given_at")
        if given and text.in_force_from and given.astimezone(zone).date() < text.in_force_from:
            draft.refuse("text", "early", _("On the day of the consent this text was not in force yet."))
    if not draft.get("purpose"):
        draft.refuse("purpose", "required", _("Choose the purpose, or the text, which has one."))


def _in_order(draft: Draft, now: dt.datetime, zone: dt.tzinfo) -> None:
    given, until, withdrawn = draft.get("given_at"), draft.get("valid_until"), draft.get("withdrawn_at")
    if draft.changed("given_at") and given and given > now + AHEAD:
        draft.refuse("given_at", "future", _("A consent cannot be given in the future."))
    if given and until and draft.changed("given_at", "valid_until") and until < given.astimezone(zone).date():
        draft.refuse("valid_until", "order", _("The last day lies before the consent."))
    if draft.changed("withdrawn_at") and withdrawn:
        if withdrawn > now + AHEAD:
            draft.refuse("withdrawn_at", "future", _("A withdrawal counts from now or from earlier."))
        if given and withdrawn < given:
            draft.refuse("withdrawn_at", "order", _("It cannot be withdrawn before it was given."))


def standing(get: Any, today: dt.date) -> str:
    """What has become of a consent as of a day."""
    if get("withdrawn_at"):
        return "withdrawn"
    if get("replaced_by"):
        return "replaced"
    until = get("valid_until")
    return "expired" if until and until < today else "given"


def _name(shape: Shape, draft: Draft, language: Language) -> str:
    """What the consent is called: its purpose, and the channel unless it is every one."""
    words = {k: shape.fields[k].params.choices.by_code for k in ("purpose", "channel")}
    with translation.override(language):
        found = [words[k].get(draft.get(k)) for k in ("purpose", "channel") if draft.get(k) != "all"]
        return ": ".join(str(each.label) for each in found if each)[:200]
