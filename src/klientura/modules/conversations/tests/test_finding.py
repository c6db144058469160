"""Letters are found by words, and the page of mail shows what has come meanwhile."""

import pytest
from django.db import connection

from klientura.kernel.testing.company import Company, found_company
from klientura.modules.conversations.models import Mailbox, Thread
from klientura.modules.conversations.queries import threads
from klientura.modules.conversations.queries.threads import threads_of
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def box(company: Company) -> Mailbox:
    made, inbox = mailbox(company.users["employee"])
    arrive(
        made, inbox,
        letter(1, '"Пётр Ильин" <petr@nasos-torg.ru>', subject="Счёт № 15-А", text="Пришлите насосы ЦНС-60 до пятницы"),
        letter(2, "anna@else.ru", subject="Приглашение", text="Ждём на выставке"),
        letter(3, "we@our.ru", "boss@plant.ru", subject="Отчёт", text="Готов"),
    )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("text", "found"),
    [("счет", ["Счёт № 15-А"]), ("насосами", ["Счёт № 15-А"]), ("ильин пятн", ["Счёт № 15-А"]), ("nasos-torg.ru", ["Счёт № 15-А"]),
     ("15-А", ["Счёт № 15-А"]), ("petr@nasos", ["Счёт № 15-А"]), ("выставка", ["Приглашение"]), ("boss@plant.ru", ["Отчёт"]), ("насос выставка", []),
     ("':*&|!(", ["Отчёт", "Приглашение", "Счёт № 15-А"][:0]), ("цнс 60", ["Счёт № 15-А"]), ("\\", [])],
)  # fmt: skip
def test_letters_are_found_by_their_words(box: Mailbox, text: str, found: list[str]) -> None:
    assert [t.subject for t in threads_of(box, "all", text=text).rows] == found


def test_the_search_takes_the_index(box: Mailbox) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain " + threads._SAYING, ["счет:*", box.pk, 10])
        assert "mail_letter_words" in "\n".join(row[0] for row in cursor.fetchall())


def test_nobody_searches_the_mailboxes_of_others(company: Company, box: Mailbox) -> None:
    page = company.client("employee").get(f"/mail?mailbox={box.pk}&q=насосы").content.decode()
    assert "Счёт № 15-А" in page
    assert "Приглашение" not in page
    for who in ("colleague", "administrator"):
        assert (
            "Счёт № 15-А" not in company.client(who).get(f"/mail?mailbox={box.pk}&q=насосы").content.decode()
        )


def test_what_comes_into_the_open_conversation_is_offered_and_not_taken_for_read(
    company: Company, box: Mailbox
) -> None:
    client, thread = company.client("employee"), Thread.objects.get(subject="Счёт № 15-А")
    client.get(f"/mail?thread={thread.pk}")
    url = f"/mail?mailbox={box.pk}&beside={thread.pk}"
    assert f'href="/mail?thread={thread.pk}"' not in client.get(url).content.decode()
    from klientura.modules.conversations.models import Folder

    arrive(box, Folder.objects.get(mailbox=box), letter(4, "petr@nasos-torg.ru", answers=1))
    page = client.get(url).content.decode()
    assert f'href="/mail?thread={thread.pk}"' in page
    thread.refresh_from_db()
    assert thread.unread == 1
    foreign = company.client("colleague").get(url).content.decode()
    assert f'href="/mail?thread={thread.pk}"' not in foreign
