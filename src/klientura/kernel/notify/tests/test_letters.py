"""Letters through a real mail server: in the reader's language, judged when they are sent, never twice, when they are wished."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.notify import mail, posting, wishes
from klientura.kernel.notify.letters import letter, token_of
from klientura.kernel.notify.models import MailServer, Notification, Wish
from klientura.kernel.notify.naming import Named
from klientura.kernel.notify.sealing import opened, seal
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.notify.tests.smtp import Post, post_office
from klientura.kernel.notify.wording import Line
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company

SECRET = "sesame-42"
NOON = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)  # in Moscow


@pytest.fixture
def post(company: Company) -> Iterator[Post]:
    with post_office() as office:
        office.password = SECRET
        set_up(company, office)
        yield office


def set_up(company: Company, office: Post) -> None:
    mail.change(company.actor("administrator"), {
        "host": "localhost", "port": str(office.port), "security": "none", "username": "crm", "password": SECRET,
        "sender": "crm@example.org", "site": "https://crm.example.org/", "active": True,
    })  # fmt: skip


def put(
    company: Company, number: int, *, who: str = "employee", kind: str = "assigned", cause: str = "test"
) -> None:
    tell([Told(company.users[who].pk, kind, cause, NOON, "party", [number], company.users["manager"].pk)])


def states() -> list[str]:
    return [n.mail for n in Notification.objects.order_by("pk")]


def test_a_letter_comes_in_the_readers_language(company: Company, ours: int, post: Post) -> None:
    User.objects.filter(pk=company.users["employee"].pk).update(language="en")
    put(company, ours)
    assert posting.post(NOON) == 1
    letter = post.letters[0]
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        company.users["employee"].email, "crm@example.org", "You are the owner now: Ромашка",
    )  # fmt: skip
    assert f"https://crm.example.org/organisation/{ours}" in post.texts()[0]
    assert letter["List-Unsubscribe"].startswith("<https://crm.example.org/unsubscribe/")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    html = letter.get_body(("html",))
    assert html is not None
    assert f'href="https://crm.example.org/organisation/{ours}"' in html.get_content()
    assert post.signed_in == ["crm"]


def test_it_is_never_sent_twice(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    assert (posting.post(NOON), posting.post(NOON + dt.timedelta(minutes=5))) == (1, 0)
    assert (len(post.letters), states()) == (1, ["sent"])


def test_what_was_on_its_way_when_a_process_died_is_not_sent_again(
    company: Company, ours: int, post: Post
) -> None:
    put(company, ours)
    Notification.objects.update(mail="sending", mailed_at=NOON - dt.timedelta(hours=1))
    assert posting.post(NOON) == 0
    assert (post.letters, states()) == ([], ["sent"])


def test_several_things_make_one_letter(company: Company, ours: int, post: Post) -> None:
    for n in range(3):
        put(company, ours, cause=f"test:{n}")
    put(company, ours, who="manager")
    assert posting.post(NOON) == 2
    assert sorted(post.to()) == sorted(company.users[k].email for k in ("employee", "manager"))


def test_nothing_of_what_is_closed_by_then_is_sent(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    far = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    write.update(company.actor("administrator"), shape_of("organisation"), ours, far)
    assert posting.post(NOON) == 0
    assert (post.letters, states()) == ([], ["dropped"])


def test_what_was_read_meanwhile_needs_no_letter(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    Notification.objects.update(read_at=NOON)
    assert posting.post(NOON) == 0
    assert (post.letters, states()) == ([], ["dropped"])


def test_quiet_hours_hold_letters_back(company: Company, ours: int, post: Post) -> None:
    wishes.change(company.actor("employee"), {"quiet_from": "22:00", "quiet_until": "08:00"})
    put(company, ours)
    night = dt.datetime(2026, 11, 20, 23, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Moscow"))
    assert posting.post(night) == 0
    assert posting.post(night.replace(hour=6)) == 0
    assert posting.post(night.replace(hour=8, minute=0)) == 1


def test_the_digest_is_one_letter_a_day_at_its_time(company: Company, ours: int, post: Post) -> None:
    wishes.change(company.actor("employee"), {"digest_at": "18:00"})
    for n in range(3):
        put(company, ours, kind="commented", cause=f"comment:{n}")
    evening = dt.datetime(2026, 11, 20, 18, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Moscow"))
    assert posting.post(evening - dt.timedelta(hours=2)) == 0
    assert posting.post(evening) == 1
    put(company, ours, kind="commented", cause="comment:9")
    assert posting.post(evening + dt.timedelta(hours=1)) == 0
    assert posting.post(evening + dt.timedelta(days=1)) == 1
    assert len(post.letters) == 2


def test_the_digest_comes_by_the_readers_clock_and_late_when_nothing_ran_at_its_time(
    company: Company, ours: int, post: Post
) -> None:
    User.objects.filter(pk=company.users["employee"].pk).update(time_zone="Asia/Kamchatka")
    here = zoneinfo.ZoneInfo("Asia/Kamchatka")
    put(company, ours, kind="commented")  # at nine in the evening there
    assert posting.post(dt.datetime(2026, 11, 21, 8, 59, tzinfo=here)) == 0
    assert posting.post(dt.datetime(2026, 11, 22, 3, 0, tzinfo=here)) == 1, (
        "the worker was down over nine o'clock"
    )
    put(company, ours, kind="commented", cause="later")
    assert posting.post(dt.datetime(2026, 11, 22, 3, 1, tzinfo=here)) == 0
    assert posting.post(dt.datetime(2026, 11, 22, 9, 0, tzinfo=here)) == 1, (
        "the next one comes at its own time"
    )
    assert posting.post(dt.datetime(2026, 11, 22, 9, 1, tzinfo=here)) == 0


def test_a_digest_whose_process_died_is_not_sent_again_and_the_next_one_comes(
    company: Company, ours: int, post: Post
) -> None:
    put(company, ours, kind="commented")
    morning = NOON + dt.timedelta(days=1)
    Notification.objects.update(mail="sending", mailed_at=morning)
    Wish.objects.create(user=company.users["employee"], digest_on=morning.date())
    put(company, ours, kind="commented", cause="another")
    assert [posting.post(morning + dt.timedelta(hours=n)) for n in (0, 1, 12)] == [0, 0, 0]
    assert (posting.post(morning + dt.timedelta(days=1)), len(post.letters)) == (1, 1)


def test_the_digest_of_a_week_comes_on_its_day(company: Company, ours: int, post: Post) -> None:
    client = company.client("employee")
    assert (
        client.post(
            "/me/notifications", {"mail-commented": "digest", "digest_at": "09:00", "digest_day": "0"}
        ).status_code
        == 302
    )
    assert client.post("/me/notifications", {"digest_at": "09:00", "digest_day": "7"}).status_code == 422
    put(company, ours, kind="commented")  # on a Friday
    monday = dt.datetime(2026, 11, 23, 9, 0, tzinfo=zoneinfo.ZoneInfo("Europe/Moscow"))
    for early in (dt.timedelta(days=-2), dt.timedelta(days=-1), dt.timedelta(minutes=-1)):
        assert posting.post(monday + early) == 0
    assert posting.post(monday) == 1
    Notification.objects.filter(mail="sent").update(at=NOON)
    tell(
        [
            Told(
                company.users["employee"].pk,
                "commented",
                "next",
                monday + dt.timedelta(hours=1),
                "party",
                [ours],
            )
        ]
    )
    assert [posting.post(monday + dt.timedelta(days=n)) for n in (0, 1, 6)] == [0, 0, 0]
    assert posting.post(monday + dt.timedelta(days=8)) == 1, "a day late: nothing ran on Monday"


def test_a_server_that_fails_is_tried_again_later_each_time(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    post.broken = True
    assert posting.post(NOON) == 0
    assert states() == ["now"]
    row = mail.server()
    assert row is not None
    assert "out of order" in row.error
    post.broken = False
    assert posting.post(NOON + dt.timedelta(seconds=30)) == 0, "not due yet"
    assert posting.post(NOON + dt.timedelta(minutes=3)) == 1
    row = mail.server()
    assert row is not None
    assert row.error == ""


def test_after_many_times_it_is_given_up(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    post.broken = True
    for n in range(posting.MOST_ATTEMPTS + 2):
        posting.post(NOON + dt.timedelta(days=n))
    assert states() == ["dropped"]


def test_an_address_that_is_refused_stops_no_other(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    put(company, ours, who="manager")
    post.refuse = {company.users["employee"].email}
    assert posting.post(NOON) == 1
    assert post.to() == [company.users["manager"].email]
    assert sorted(states()) == ["dropped", "sent"]


def test_who_left_gets_nothing(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    User.objects.filter(pk=company.users["employee"].pk).update(is_active=False)
    assert posting.post(NOON) == 0
    assert states() == ["dropped"]


def test_without_a_server_nothing_waits_for_one(company: Company, ours: int) -> None:
    put(company, ours)
    assert states() == [""]
    assert posting.post(NOON) == 0


def test_the_password_is_sealed(company: Company, post: Post) -> None:
    row = MailServer.objects.get()
    assert SECRET not in row.password
    assert opened(row.password, mail.PURPOSE) == SECRET
    assert opened(seal("сезам-Ω" * 30, "p"), "p") == "сезам-Ω" * 30
    assert opened(row.password, "another purpose") is None
    assert opened(row.password[:-4] + "AAA=", mail.PURPOSE) is None
    assert opened("no base64 ☂", mail.PURPOSE) is None
    assert seal(SECRET, mail.PURPOSE) != row.password, "sealed anew each time"


def test_an_empty_password_keeps_the_one_that_is_there(company: Company, post: Post) -> None:
    before = MailServer.objects.get().password
    mail.change(company.actor("administrator"), {"password": "", "sender": "other@example.org"})
    assert MailServer.objects.get().password == before


@pytest.mark.parametrize(
    "values",
    [
        {"host": "не сервер"}, {"password": "сезам"}, {"port": "0"}, {"port": "x"}, {"security": "magic"}, {"sender": "x"},
        {"site": "javascript:alert(1)"},
    ],
)  # fmt: skip
def test_bad_settings_are_refused(company: Company, post: Post, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        mail.change(company.actor("administrator"), values)


def test_only_administrators_set_it_up(company: Company, post: Post) -> None:
    with pytest.raises(Denied):
        mail.change(company.actor("manager"), {"sender": "mine@example.org"})
    assert company.client("manager").get("/settings/mail").status_code == 403


def test_the_test_letter_says_what_the_server_said(company: Company, post: Post) -> None:
    browser = company.client("administrator")
    page = browser.post("/settings/mail/test")
    assert (page.status_code, post.to()) == (200, [company.users["administrator"].email])
    post.password = "other"
    page = browser.post("/settings/mail/test")
    assert page.status_code == 422
    assert "wrong password" in page.content.decode()
    assert SECRET not in page.content.decode()


def test_the_form_sets_the_server_up(company: Company) -> None:
    browser = company.client("administrator")
    given = {
        "host": "smtp.example.org", "port": "465", "security": "tls", "username": "u", "password": SECRET,
        "sender": "crm@example.org", "site": "https://crm.example.org", "active": "1",
    }  # fmt: skip
    assert browser.post("/settings/mail", given).status_code == 302
    page = browser.get("/settings/mail").content.decode()
    assert "smtp.example.org" in page
    assert SECRET not in page
    assert browser.post("/settings/mail", {**given, "version": "99"}).status_code == 409
    refused = browser.post("/settings/mail", {**given, "version": "1", "host": ""})
    assert refused.status_code == 422


def test_each_of_several_records_has_its_link_in_plain_text_too() -> None:
    named = tuple(Named(shape_of("organisation"), n, f"Клиент {n}") for n in (1, 2))
    line = Line(1, "changed", "pencil", NOON, read=False, open=True, text="Changed", records=named)
    made = letter(1, "Анна", [line], "https://crm.example.org", "en")
    for n in (1, 2):
        assert f"Клиент {n}: https://crm.example.org/organisation/{n}" in made.text
        assert f'href="https://crm.example.org/organisation/{n}"' in made.html


@pytest.mark.parametrize(
    ("site", "host", "said"),
    [
        ("", "localhost", "opens on this computer only"),
        ("http://127.0.0.1:8000", "127.0.0.1", "opens on this computer only"),
        ("http://localhost:8000", "testserver", "You have come by http://testserver"),
        ("https://crm.example.org", "localhost", ""),
        ("http://crm:8000/", "localhost", ""),  # within the company's own network
        ("", "testserver", ""),
    ],
)
def test_an_address_that_colleagues_cannot_open_is_told_of(
    company: Company, site: str, host: str, said: str
) -> None:
    User.objects.update(language="en")
    if site:
        given = {"host": "smtp.example.org", "sender": "crm@example.org", "site": site}
        mail.change(company.actor("administrator"), given)
    answer = company.client("administrator").get("/settings/mail", SERVER_NAME=host)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert (said in page, "opens on" in page) == (True, bool(said))


@pytest.mark.parametrize("who", ["administrator", "manager", "employee", "observer"])
def test_everybody_chooses_how_they_are_told(company: Company, who: str) -> None:
    browser = company.client(who)
    assert browser.get("/me/notifications").status_code == 200
    given = {
        "product-mentioned": "1",
        "mail-mentioned": "digest",
        "mail-changed": "now",
        "digest_at": "17:30",
    }
    assert browser.post("/me/notifications", given).status_code == 302
    wished = wishes.wishes_of(company.actor(who))
    assert wished.kinds["mentioned"] == (True, "digest", False)
    assert wished.kinds["changed"] == (False, "now", False)
    assert wished.digest_at == dt.time(17, 30)
    bad = browser.post("/me/notifications", {**given, "quiet_from": "22:00"})
    assert bad.status_code == 422
    assert browser.post("/me/notifications", {**given, "mail-mentioned": "hourly"}).status_code == 422


def test_programs_change_wishes(company: Company) -> None:
    api, place = company.api("observer"), "/api/v1/notifications/wishes"
    body = '{"kinds": {"changed": {"mail": "digest"}}, "quiet_from": "22:00", "quiet_until": "07:30"}'
    changed = api.patch(place, body, content_type="application/json").json()
    assert changed == api.get(place).json()
    assert changed["kinds"]["changed"] == {"product": True, "mail": "digest", "push": False}
    assert (changed["quiet_until"], changed["digest_at"]) == ("07:30", "09:00")
    body = '{"kinds": {"changed": {"product": false}, "assigned": {"push": false}}}'
    changed = api.patch(place, body, content_type="application/json").json()
    assert changed["kinds"]["changed"] == {"product": False, "mail": "digest", "push": False}, (
        "only what is named"
    )
    changed = api.patch(
        place, '{"kinds": {"assigned": {"mail": ""}}}', content_type="application/json"
    ).json()
    assert changed["kinds"]["assigned"] == {"product": True, "mail": "", "push": False}
    for bad, status in (
        ('{"x": 1}', 400),
        ('{"kinds": []}', 422),
        ('{"kinds": {"x": {}}}', 422),
        ('{"digest_at": "25:00"}', 422),
    ):
        assert api.patch(place, bad, content_type="application/json").status_code == status


def test_letters_end_by_the_address_in_each_of_them(company: Company, ours: int, post: Post) -> None:
    put(company, ours)
    posting.post(NOON)
    address = str(post.letters[0]["List-Unsubscribe"]).strip("<>").removeprefix("https://crm.example.org")
    stranger = Client(enforce_csrf_checks=True, raise_request_exception=False)
    assert company.users["employee"].email in stranger.get(address).content.decode()
    assert not Wish.objects.filter(kinds__mentioned__mail="").exists(), "asking changes nothing"
    assert stranger.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    put(company, ours, cause="another")
    assert posting.post(NOON + dt.timedelta(days=1)) == 0
    assert wishes.wishes_of(company.actor("employee")).kinds["assigned"] == (True, "", True)


@pytest.mark.parametrize("made_up", ["nothing", "abc:def", "forged", "gone"])
def test_a_made_up_address_ends_nothing(company: Company, made_up: str) -> None:
    forged = token_of(company.users["employee"].pk)[:-2] + "xx"
    token = {"forged": forged, "gone": token_of(999_999_999)}.get(made_up, made_up)
    assert Client(raise_request_exception=False).post(f"/unsubscribe/{token}").status_code == 404
    assert not Wish.objects.exists()


def test_quiet_hours_go_over_midnight() -> None:
    night = wishes.Wished({}, dt.time(22), dt.time(8), dt.time(9))
    day = wishes.Wished({}, dt.time(12), dt.time(13), dt.time(9))
    assert [night.is_quiet(dt.time(h)) for h in (21, 22, 0, 7, 8)] == [False, True, True, True, False]
    assert [day.is_quiet(dt.time(h)) for h in (11, 12, 13)] == [False, True, False]


def test_now_is_now_by_the_readers_clock() -> None:
    assert wishes.local_now(NOON, "Asia/Vladivostok").hour == 19
    assert wishes.local_now(NOON, "Nowhere/None").hour == 12
    assert timezone.is_aware(wishes.local_now(NOON, "Europe/Moscow"))
