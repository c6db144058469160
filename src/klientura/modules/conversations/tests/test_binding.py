"""Letters find their clients, are told once, and are shown to nobody who may not read them."""

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Row
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.conversations.models import Letter, LetterFact, Mailbox, Thread
from klientura.modules.conversations.queries.access import (
    may_answer,
    open_letter,
    open_mailboxes,
    open_thread,
)
from klientura.modules.conversations.services.binding import (
    bind_thread,
    keep_private,
    open_mailbox_to_clients,
)
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def told() -> list[Row]:
    return read.page(ACTOR, shape_of("interaction"), sort="at", limit=50).rows


def client(email: str = "petr@client.ru", **more: object) -> tuple[int, int]:
    """An organisation and the person there who has the address."""
    organisation = write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка", **more})
    person = write.create(
        ACTOR, shape_of("person"), {"last_name": "Ильин", "employer": organisation, "email": email}
    )
    return organisation, person


@pytest.fixture
def company() -> Company:
    return found_company()


def test_a_letter_of_a_client_is_told_on_the_timeline(company: Company) -> None:
    organisation, person = client()
    box, inbox = mailbox(company.users["employee"])
    arrive(
        box,
        inbox,
        letter(1, '"Пётр" <Petr@Client.ru>'),
        letter(2, "we@our.ru", "petr@client.ru", 1),
        letter(3, "who@else.ru"),
    )
    rows = told()
    assert [(r["direction"], r["party"].id, r["person"].id, r["body"].strip()) for r in rows] == [
        ("incoming", organisation, person, "Письмо 1"),
        ("outgoing", organisation, person, "Письмо 2"),
    ]
    assert {r["owner"].id for r in rows} == {company.users["employee"].pk}
    assert Thread.objects.get(letters=2).party_id == organisation
    page = company.client("administrator").get(f"/organisation/{organisation}").content.decode()
    assert "Письмо 1" in page


def test_an_answer_from_an_unknown_address_belongs_to_the_thread(company: Company) -> None:
    organisation, _person = client()
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1))
    arrive(box, inbox, letter(2, "petr@home.ru", answers=1))
    assert [r["party"].id for r in told()] == [organisation] * 2


def test_the_same_letter_in_two_mailboxes_is_told_once(company: Company) -> None:
    client()
    box, inbox = mailbox(company.users["employee"])
    other, other_inbox = mailbox(company.users["colleague"], "other@our.ru")
    arrive(box, inbox, letter(1))
    arrive(other, other_inbox, letter(1))
    assert len(told()) == 1
    keep_private(Thread.objects.get(mailbox=box), is_private=True)
    assert len(told()) == 1, "the other mailbox still tells it"
    keep_private(Thread.objects.get(mailbox=other), is_private=True)
    assert told() == []


def test_an_address_of_two_clients_is_nobodys(company: Company) -> None:
    client()
    client()
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1))
    assert told() == []


def test_colleagues_are_no_clients(company: Company) -> None:
    client("colleague@example.org")
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1, "colleague@example.org"))
    assert told() == []


def test_machines_and_spam_are_no_contact(company: Company) -> None:
    client()
    box, inbox = mailbox(company.users["employee"])
    automatic = letter(1)
    automatic["Auto-Submitted"] = "auto-replied"
    arrive(box, inbox, automatic)
    inbox.role = "junk"
    arrive(box, inbox, letter(2))
    assert told() == []
    assert Letter.objects.count() == 2


def test_a_thread_bound_by_hand_takes_its_letters_along(company: Company) -> None:
    first, _person = client()
    second = write.create(ACTOR, shape_of("organisation"), {"name": "Василёк"})
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1))
    thread = Thread.objects.get()
    bind_thread(thread, party_id=second, person_id=None, subject_object="organisation", subject_id=first)
    arrive(box, inbox, letter(2, answers=1))
    assert [(r["party"].id, r["subject_id"]) for r in told()] == [(second, first)] * 2
    bind_thread(thread, party_id=None, person_id=None, subject_object=None, subject_id=None)
    assert told() == []


def readers(company: Company, number: int) -> set[str]:
    """Who of the company may open a letter."""
    found = set()
    for who in ("administrator", "manager", "employee", "colleague", "outsider", "observer"):
        try:
            open_letter(company.actor(who), number)
        except NotFound:
            continue
        found.add(who)
    return found


def test_letters_are_open_to_those_who_see_the_client(company: Company) -> None:
    """Employees see what they own, managers what is below them, administrators and observers all clients."""
    client(owner=company.users["colleague"].pk)
    box, inbox = mailbox(company.users["employee"])
    arrive(box, inbox, letter(1), letter(2, "stranger@else.ru"))
    bound, unbound = Letter.objects.order_by("at").values_list("pk", flat=True)
    seen = readers(company, bound)
    shape = shape_of("organisation")
    for who in ("administrator", "manager", "colleague", "outsider", "observer"):
        sees = read.count(company.actor(who), shape).number > 0
        assert (who in seen) == sees, who
    assert "employee" in seen
    assert readers(company, unbound) == {"employee"}


def test_private_letters_are_their_owners_alone(company: Company) -> None:
    client()
    box, inbox = mailbox(company.users["employee"])
    [number] = arrive(box, inbox, letter(1))
    keep_private(Thread.objects.get(), is_private=True)
    assert readers(company, number) == {"employee"}
    assert told() == []
    arrive(box, inbox, letter(2, answers=1))
    assert told() == []
    keep_private(Thread.objects.get(), is_private=False)
    assert len(told()) == 2
    assert "administrator" in readers(company, number)


def test_a_closed_mailbox_tells_nothing(company: Company) -> None:
    client()
    box, inbox = mailbox(company.users["employee"], open_to_clients=False)
    [number] = arrive(box, inbox, letter(1))
    assert told() == []
    assert readers(company, number) == {"employee"}
    open_mailbox_to_clients(box, is_open=True)
    assert len(told()) == 1
    open_mailbox_to_clients(Mailbox.objects.get(), is_open=False)
    assert (told(), LetterFact.objects.count(), readers(company, number)) == ([], 0, {"employee"})


@pytest.mark.parametrize("field", ["body", "subject", "person", "direction"])
def test_a_hidden_field_of_interactions_hides_the_letter(company: Company, field: str) -> None:
    client()
    box, inbox = mailbox(company.users["employee"])
    [number] = arrive(box, inbox, letter(1))
    assert "observer" in readers(company, number)
    company.hide("observer", "interaction", field)
    assert "observer" not in readers(company, number)


def test_mailboxes_are_open_to_those_they_name(company: Company) -> None:
    ids = {who: user.pk for who, user in company.users.items()}
    box, inbox = mailbox(None, readers=[ids["manager"]], answerers=[ids["employee"]])
    arrive(box, inbox, letter(1))
    thread = Thread.objects.get()
    for who in ("administrator", "manager", "employee", "colleague", "observer"):
        actor = company.actor(who)
        assert open_mailboxes(actor).exists() == (who in {"manager", "employee"})
        assert may_answer(actor, box) == (who == "employee")
        if who not in {"manager", "employee"}:
            with pytest.raises(NotFound):
                open_thread(actor, thread.pk)
    assert not open_mailboxes(ACTOR).exists()
