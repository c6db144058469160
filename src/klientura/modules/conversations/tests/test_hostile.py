"""Whatever is sent to the pages of mail is answered in words, never by an error of ours."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from klientura.kernel.testing.company import Company, found_company
from klientura.modules.conversations.models import Outgoing, Template, Thread
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db
STRANGE = (
    "", "\x00", "a\x00b", "\ud800", "'\"><script>", "9" * 30, "-1", "½", "٣", "a" * 100_000, "\u202e", ";;;,,,", '"', "<", "a@", '"a" <',
    "{person.", "%00", "\r\nBcc: x@y.ru", "2026-13-45T99:99", "0001-01-01T00:00", "9999-12-31T23:59",
)  # fmt: skip
FIELDS = (
    "mailbox", "draft", "version", "to", "cc", "bcc", "subject", "html", "files", "answered", "about", "manner", "when", "send_at", "name",
    "party", "opportunity", "again", "shared", "quoting",
)  # fmt: skip
ASKED = ("q", "mailbox", "thread", "show", "after", "beside", "sent", "about", "to", "all")


@pytest.mark.parametrize("value", STRANGE, ids=range(len(STRANGE)))
def test_nothing_breaks(value: str) -> None:
    company: Company = found_company()
    box, inbox = mailbox(company.users["administrator"], smtp_host="smtp.our.ru")
    [number] = arrive(box, inbox, letter(1))
    client, thread = company.client("administrator"), Thread.objects.get()
    draft = Outgoing.objects.create(mailbox=box, author=company.users["administrator"])
    template = Template.objects.create(name="x", html="{person.first_name}")
    base = {
        "mailbox": str(box.pk),
        "to": "a@b.ru",
        "html": "x",
        "subject": "y",
        "name": "z",
        "when": "at",
        "send_at": "2099-01-01T10:00",
    }
    posted = ("drafts", "send", "files", "templates/new", "templates/preview", f"templates/{template.pk}", f"templates/{template.pk}/fill",
              f"threads/{thread.pk}/bind", f"mailboxes/{box.pk}/signature", f"outgoing/{draft.pk}/undo", f"outgoing/{draft.pk}/settle")  # fmt: skip
    for path in posted:
        assert post(client, path, {**base, **dict.fromkeys(FIELDS, value)}) < 500, path
    for field in FIELDS:
        assert post(client, "send", {**base, field: value}) < 500, field
    for path in ("", "/new", "/people", f"/letters/{number}/reply", f"/drafts/{draft.pk}"):
        for query in ({"q": value}, dict.fromkeys(ASKED, value)):
            asked = urlencode(query, errors="surrogatepass")
            assert client.get(f"/mail{path}?{asked}").status_code < 500, path


def post(client: Client, path: str, form: dict[str, str]) -> int:
    """The status of a form with signs that no browser sends."""
    body = urlencode(form, errors="surrogatepass")
    return client.post(f"/mail/{path}", body, content_type="application/x-www-form-urlencoded").status_code
