"""Conversations find their clients later, are bound by hand, and follow when clients become one and part again."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.events.outbox import deliver
from klientura.kernel.history.undo import undo
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.conversations.models import Outgoing, Thread
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


@pytest.fixture
def company() -> Company:
    return found_company()


def told() -> list[int | None]:
    """Of which clients the timelines tell."""
    rows = read.page(ACTOR, shape_of("interaction"), sort="at", limit=50).rows
    return [row["party"].id if row["party"] else None for row in rows]


def test_a_client_who_comes_later_finds_the_letters_that_were_there(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1), letter(2, answers=1), letter(3, "other@else.ru"))
    assert told() == []
    person = write.create(ACTOR, shape_of("person"), {"last_name": "Ильин", "email": "petr@client.ru"})
    deliver()
    assert told() == [person, person]
    deliver()
    assert told() == [person, person]


def test_an_address_that_is_added_later_finds_them_too(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    person = write.create(ACTOR, shape_of("person"), {"last_name": "Ильин"})
    deliver()
    arrive(box, inbox, letter(1))
    write.update(ACTOR, shape_of("person"), person, {"first_name": "Пётр"})
    deliver()
    assert told() == []
    write.update(ACTOR, shape_of("person"), person, {"email": "petr@client.ru"})
    deliver()
    assert told() == [person]
    assert Thread.objects.get().party_id == person


def test_what_was_bound_by_hand_stays(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1))
    Thread.objects.update(bound_by_hand=True)
    write.create(ACTOR, shape_of("person"), {"last_name": "Ильин", "email": "petr@client.ru"})
    deliver()
    assert told() == []
    assert Thread.objects.get().party_id is None


def test_a_conversation_is_bound_by_hand_and_unbound(company: Company) -> None:
    company.grant("employee", "organisation", "read", "all")
    company.grant("employee", "opportunity", "read", "all")
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1))
    thread = Thread.objects.get()
    client = company.client("employee")
    party = write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка"})
    assert client.get(f"/mail?thread={thread.pk}").status_code == 200
    client.post(f"/mail/threads/{thread.pk}/bind", {"party": party})
    assert told() == [party]
    assert "Ромашка" in client.get(f"/mail?thread={thread.pk}").content.decode()
    client.post(f"/mail/threads/{thread.pk}/bind", {"party": ""})
    assert told() == []
    assert client.post(f"/mail/threads/{thread.pk}/bind", {"party": "99999"}).status_code == 404


@pytest.mark.parametrize("who", ["colleague", "administrator", "manager"])
def test_who_does_not_write_from_a_mailbox_binds_nothing(company: Company, who: str) -> None:
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1))
    party = write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка"})
    url = f"/mail/threads/{Thread.objects.get().pk}/bind"
    assert company.client(who).post(url, {"party": party}).status_code == 404
    box.owner, box.readers = None, [company.users[who].pk]
    box.save()
    assert company.client(who).post(url, {"party": party}).status_code == 403
    assert told() == []


def test_nothing_is_bound_to_a_client_that_is_closed(company: Company) -> None:
    company.grant("employee", "organisation", "read", "own")
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1))
    values = {"name": "Чужая", "owner": company.users["colleague"].pk}
    party = write.create(ACTOR, shape_of("organisation"), values)
    url = f"/mail/threads/{Thread.objects.get().pk}/bind"
    assert company.client("employee").post(url, {"party": party}).status_code == 404
    assert Thread.objects.get().party_id is None


def test_conversations_follow_a_merge_and_come_back(company: Company) -> None:
    box, inbox = mailbox(company.users["employee"])
    shape, boss = shape_of("person"), company.actor("administrator")
    gone = write.create(ACTOR, shape, {"last_name": "Ильин", "email": "petr@client.ru"})
    kept = write.create(ACTOR, shape, {"last_name": "Ильин", "first_name": "Пётр"})
    arrive(box, inbox, letter(1))
    waiting = Outgoing.objects.create(
        mailbox=box, author=company.users["employee"], party_id=gone, person_id=gone
    )
    operation = merge(boss, shape, kept, [gone]).operation_id
    assert Thread.objects.get().party_id == kept
    waiting.refresh_from_db()
    assert (waiting.party_id, waiting.person_id) == (kept, kept)
    arrive(box, inbox, letter(2, answers=1))
    undo(boss, operation)
    assert Thread.objects.get().party_id == gone
    waiting.refresh_from_db()
    assert (waiting.party_id, waiting.person_id, waiting.moves) == (gone, gone, [])


def test_a_card_leads_to_a_letter_for_those_who_can_write(company: Company) -> None:
    party = write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка"})
    client = company.client("administrator")
    way = f"/mail/new?about=organisation-{party}"
    assert way not in client.get(f"/organisation/{party}").content.decode()
    mailbox(company.users["administrator"], smtp_host="smtp.our.ru")
    assert way in client.get(f"/organisation/{party}").content.decode()
