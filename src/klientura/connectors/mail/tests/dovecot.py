"""A real mail server for tests: Dovecot with a configuration of its own, on a free port of this machine."""

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "секретно"
PROGRAMS = ("/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot")
CONFIGURATION = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
listen = 127.0.0.1
mail_location = maildir:{root}/mail/%u
first_valid_uid = 1
mail_fsync = never
{users}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = create
  }}
}}
"""


def program() -> str | None:
    """The server's program; on Debian it comes with `apt install dovecot-imapd`."""
    return shutil.which("dovecot") or next((p for p in PROGRAMS if Path(p).exists()), None)


@dataclass(frozen=True)
class MailServer:
    """A running server: any user name is good, with one password."""

    root: Path
    port: int

    def client(self, user: str) -> imaplib.IMAP4:
        """A connection as a user's own program makes it."""
        made = imaplib.IMAP4("127.0.0.1", self.port)
        made.authenticate("PLAIN", lambda _said: f"\0{user}\0{PASSWORD}".encode())
        return made

    def put(self, user: str, letters: Iterable[bytes], folder: str = "INBOX", flags: str = "") -> None:
        """Lay letters into a folder."""
        made = self.client(user)
        for raw in letters:
            said = made.append(folder, flags, "", raw)
            if said[0] != "OK":  # a folder that another connection holds at this moment
                time.sleep(1)
                said = made.append(folder, flags, "", raw)
            assert said[0] == "OK", said
        made.logout()

    def forget(self, user: str, folder: str = "INBOX") -> None:
        """Have the server number the letters of a folder anew, under another UIDVALIDITY."""
        place = self.root / "mail" / user / ("" if folder == "INBOX" else f".{folder}")
        for each in place.glob("dovecot*"):
            each.unlink()
        time.sleep(1.1)  # the new number is the time in seconds


@contextmanager
def running(root: Path) -> Iterator[MailServer]:
    """Start the server below a directory, and stop it in the end."""
    found = program()
    assert found
    port = free_port()
    is_root = os.getuid() == 0
    account = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.getuid())
    (root / "mail").mkdir(parents=True)
    users = (
        ""
        if is_root
        else f"default_internal_user = {account.pw_name}\ndefault_login_user = {account.pw_name}"
    )
    configuration = root / "dovecot.conf"
    configuration.write_text(
        CONFIGURATION.format(
            root=root, users=users, password=PASSWORD, uid=account.pw_uid, gid=account.pw_gid, port=port
        )
    )
    if is_root:
        os.chown(root / "mail", account.pw_uid, account.pw_gid)
        for each in (root, *root.parents):
            if each.stat().st_uid == 0 and each != Path("/") and each.stat().st_mode & 0o1 == 0:
                each.chmod(each.stat().st_mode | 0o11)
    process = subprocess.Popen([found, "-F", "-c", str(configuration)])
    try:
        _wait(port, process)
        yield MailServer(root, port)
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _time in range(100):
        assert process.poll() is None, "Dovecot does not start"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("Dovecot does not answer")
