"""What the tests of the pages share: a user at a browser, a file on its way."""

from collections.abc import Mapping
from io import BytesIO

from django.test import Client

from klientura.kernel.access.models import User
from klientura.kernel.jobs import service
from klientura.kernel.jobs.models import Job
from klientura.kernel.transfer.models import Import
from klientura.kernel.transfer.tests.support import actor


def sign_in(role: str = "administrator", language: str = "en", **more: str) -> Client:
    """A browser at which a new user has signed in."""
    who = actor(role, **more)
    user = User.objects.get(pk=who.user_id or 0)
    user.language = language
    user.save()
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, content: bytes, name: str = "clients.csv") -> Import:
    """Bring a file."""
    stream = BytesIO(content)
    stream.name = name
    response = client.post("/imports/new", {"file": stream, "object": ""})
    assert response.status_code == 302, response.content.decode()[-3000:]
    return Import.objects.latest("id")


def form_of(record: Import) -> dict[str, object]:
    """The page of the columns as it would be sent untouched."""
    plan = record.plan or {}
    columns = {f"column-{n}": path for n, path in enumerate(plan["columns"])}
    return {
        **columns,
        "match": [",".join(k) for k in plan["match"]],
        "on_match": "update",
        "fill": "empty",
        "bad_values": "note",
    }


def work() -> None:
    """What the worker would do."""
    for job in Job.objects.filter(state="queued"):
        service.execute(job.pk)


def bring_by_pages(client: Client, text: str, name: str, more: Mapping[str, object] | None = None) -> Import:
    """A file goes the whole way."""
    record = upload(client, text.encode(), name)
    assert client.post(f"/imports/{record.pk}/map", {**form_of(record), **(more or {})}).status_code == 302
    work()
    assert client.post(f"/imports/{record.pk}/check").status_code == 302
    work()
    record.refresh_from_db()
    return record
