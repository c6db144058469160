"""A machine that speaks WebDAV to the product, request by request."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from klientura.kernel.access.sessions import issue_device_password
from klientura.kernel.testing.company import Company

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nN:{last};{first};;;\r\nFN:{last} {first}\r\n{more}END:VCARD\r\n"

SYNC = (
    '<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop>'
    "</sync-collection>"
)


@dataclass
class Machine:
    """A device of a user."""

    user_id: int
    login: str
    password: str

    def ask(self, method: str, path: str, body: str = "", *, kind: str = "text/xml", **headers: str) -> Any:
        """One request; `path` stands below the user's own collections unless it begins with a slash."""
        said = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
        where = path if path.startswith("/") else f"/dav/{self.user_id}/{path}"
        return Client(raise_request_exception=False).generic(
            method, where, body.encode(), content_type=kind,
            headers={"Authorization": f"Basic {said}", **{k.replace("_", "-"): v for k, v in headers.items()}},
        )  # fmt: skip

    def names(self, book: str) -> dict[str, str]:
        """The names and marks of a collection."""
        body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        text = self.ask("PROPFIND", f"{book}/", body, depth="1").content.decode()
        found = re.findall(r"<href>([^<]+)</href>.*?<getetag>([^<]+)</getetag>", text, re.DOTALL)
        return {href.rsplit("/", 1)[1]: mark for href, mark in found if not href.endswith("/")}

    def text(self, book: str, name: str) -> str:
        """The text of one record, unfolded."""
        return str(self.ask("GET", f"{book}/{name}").content.decode()).replace("\r\n ", "")

    def put(self, book: str, name: str, text: str, **headers: str) -> int:
        """Send a record."""
        kind = "text/vcard" if book in {"people", "organisations"} else "text/calendar"
        return int(self.ask("PUT", f"{book}/{name}", text, kind=kind, **headers).status_code)

    def sync(self, book: str, token: str = "") -> tuple[str, set[str], set[str]]:
        """The new token, the names that changed and those that are gone."""
        answer = self.ask("REPORT", f"{book}/", SYNC.format(token=token))
        assert answer.status_code == 207, answer.content
        text = answer.content.decode()
        changed, gone = set[str](), set[str]()
        for part in re.findall(r"<response>(.*?)</response>", text, re.DOTALL):
            name = re.findall(r"<href>([^<]+)</href>", part)[0].rsplit("/", 1)[1]
            (gone if "404" in part else changed).add(name)
        return re.findall(r"<sync-token>([^<]+)</sync-token>", text)[0], changed, gone


def machine(company: Company, who: str) -> Machine:
    """A device that a user has connected."""
    user = company.users[who]
    return Machine(user.pk, user.email, issue_device_password(user, "Телефон"))
