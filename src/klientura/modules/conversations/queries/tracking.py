"""Whether the opening of a letter may be tracked, and what is known of those that were."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from klientura.kernel.notify.mail import server
from klientura.modules.consents.queries.allowed import allowed
from klientura.modules.conversations.models import Mailbox, Outgoing, Tracked, TrackedLink
from klientura.modules.parties.queries.by_email import people_by_email

PURPOSE, CHANNEL = "tracking", "email"


@dataclass(frozen=True, slots=True)
class Tracking:
    """Whether a letter is tracked: with the address of the product when it is; else whose consent is missing, or that of the product."""

    wanted: bool
    site: str = ""
    without: tuple[str, ...] = ()

    @property
    def on(self) -> bool:
        """Whether it is tracked."""
        return self.wanted and bool(self.site) and not self.without


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of how a letter was read: openings, and each link with how often it was followed."""

    tracked: Tracked
    links: Sequence[TrackedLink]


def tracking_of(mailbox: Mailbox | None, addresses: Collection[str]) -> Tracking:
    """Whether a letter from a mailbox to some addresses may be tracked. At most four queries."""
    if mailbox is None or not mailbox.tracks:
        return Tracking(wanted=False)
    site = row.site if (row := server()) else ""
    return Tracking(wanted=True, site=site, without=without_consent(addresses))


def without_consent(addresses: Collection[str]) -> tuple[str, ...]:
    """Those of some addresses behind which not everybody has allowed it. What is only an organisation's own is nobody's data."""
    known = people_by_email(addresses)
    people = {number for whose in known.values() for number in whose.people}
    verdicts = allowed(PURPOSE, CHANNEL, people)
    return tuple(
        address
        for address in dict.fromkeys(addresses)
        if (whose := known.get(address)) is None
        or (not whose.people and not whose.organisations)
        or not all(verdicts[number].allowed for number in whose.people)
    )


def addresses_of(row: Outgoing) -> list[str]:
    """All to whom a letter goes."""
    return list(dict.fromkeys(a for _n, a in (*row.to, *row.cc, *row.bcc) if a))


def readings(letter_ids: Collection[int]) -> Mapping[int, Reading]:
    """What is known of how letters in threads were read; two queries."""
    rows = Tracked.objects.filter(outgoing__letter__in=letter_ids).select_related("outgoing").order_by("pk")
    found = {row.outgoing.letter_id: row for row in rows if row.outgoing.letter_id}
    links: dict[int, list[TrackedLink]] = {}
    for link in TrackedLink.objects.filter(tracked__in=found.values()).order_by("position"):
        links.setdefault(link.tracked_id, []).append(link)
    return {letter_id: Reading(row, links.get(row.pk, ())) for letter_id, row in found.items()}
