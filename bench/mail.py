"""How fast the first load of a mailbox is: letters per second from a real Dovecot, stored, threaded and bound to clients.

    python -m bench.mail [--letters 20000] [--profile]

Starts a database and a Dovecot of its own in temporary directories. Needs `apt install dovecot-imapd`. Half of the letters
have a page as well as a text, every tenth a file, two of three answer another one; half of the senders are clients of the
base. In the end a new letter is timed from the moment the server has it until it is stored (IDLE), and a search by words.
"""

import argparse
import itertools
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure, finish

FULL = 20_000
CLIENTS = 1_000
SYLLABLES = [
    "на",
    "со",
    "вет",
    "за",
    "каз",
    "по",
    "став",
    "ка",
    "це",
    "дог",
    "овор",
    "ли",
    "мет",
    "ро",
    "гра",
]
WORDS = ["".join(word) for word in itertools.product(SYLLABLES, repeat=3)]
"""As many words as people use in letters, the first ones often."""
WEIGHTS = list(itertools.accumulate(1 / (n + 1) for n in range(len(WORDS))))
PATIENCE = 30


def letter(number: int, chance: random.Random) -> bytes:
    """A letter as clients write them."""
    import datetime as dt

    made = EmailMessage()
    sender = number % (CLIENTS * 2)
    made["From"] = f"Клиент {sender} <u{sender}@client{sender % 300}.ru>"
    made["To"] = "box@our.ru"
    made["Subject"] = " ".join(chance.choices(WORDS, cum_weights=WEIGHTS, k=5)).capitalize()
    made["Message-ID"] = f"<{number}@bench.ru>"
    made["Date"] = format_datetime(dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=7 * number))
    if number % 3:
        made["In-Reply-To"] = made["References"] = f"<{number - number % 3}@bench.ru>"
    text = "\n\n".join(" ".join(chance.choices(WORDS, cum_weights=WEIGHTS, k=40)) for _ in range(5))
    made.set_content(text)
    if number % 2:
        made.add_alternative(
            "".join(f"<p style='color:#333'>{part}</p>" for part in text.split("\n\n")), subtype="html"
        )
    if number % 10 == 0:
        made.add_attachment(
            chance.randbytes(20_000), maintype="application", subtype="pdf", filename=f"Счёт {number}.pdf"
        )
    return made.as_bytes()


def fill(root: Path, letters: int) -> None:
    """Lay the letters where Dovecot finds them: IMAP APPEND would take longer than what is measured."""
    chance = random.Random(1)
    folder = root / "mail" / "box"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number in range(letters):
        (folder / "cur" / f"{1_700_000_000 + number}.M{number}P1.bench:2,").write_bytes(
            letter(number, chance)
        )
    if os.getuid() == 0:
        shutil.chown(root / "mail", "nobody", "nogroup")
        for path in folder.rglob("*"):
            shutil.chown(path, "nobody", "nogroup")
        shutil.chown(folder, "nobody", "nogroup")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--letters", type=int, default=FULL)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="klientura-bench-", dir="/tmp"))
    try:
        figures = measure(folder, arguments.letters, arguments.profile)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return finish("mail", figures, arguments.letters / FULL)


def measure(folder: Path, letters: int, profiled: bool) -> list[Figure]:
    """The first load, what the next one costs, how soon a new letter is here, a search."""
    from klientura.project.cli.django_ready import with_django

    with with_django(folder / "data", "bench"):
        from klientura.connectors.mail.reading import read_mailbox
        from klientura.connectors.mail.tests import dovecot
        from klientura.modules.conversations.models import Folder, Letter, LetterFact, Mailbox
        from klientura.modules.conversations.queries.threads import threads_of
        from klientura.modules.conversations.services.secrets import keep_password

        clients()
        root = folder / "dovecot"
        (root / "mail").mkdir(parents=True)
        fill(root, letters)
        shutil.move(root / "mail", folder / "kept")
        with dovecot.running(root) as server:
            shutil.rmtree(root / "mail")
            shutil.move(folder / "kept", root / "mail")
            box = Mailbox(
                address="box@our.ru",
                username="box",
                imap_host="127.0.0.1",
                imap_port=server.port,
                imap_security="none",
            )
            keep_password(box, dovecot.PASSWORD)
            box.save()
            if profiled:
                import cProfile
                import pstats

                profile = cProfile.Profile()
                profile.runcall(read_mailbox, box.pk)
                pstats.Stats(profile).sort_stats("tottime").print_stats(35)
                return []
            seconds = timed(lambda: read_mailbox(box.pk))
            there = Letter.objects.count()
            if there != letters:
                sys.exit(f"unexpected: {there} letters, {Folder.objects.values()}")
            again = timed(lambda: read_mailbox(box.pk))
            search = timed(lambda: threads_of(box, "all", text=f"{WORDS[40]} {WORDS[90]}"))
            soon = arrival(server, box.pk, letters)
        print(f"{letters / seconds:.0f} letters/s, {LetterFact.objects.count()} bound to clients")
        return [
            Figure("first load, seconds a thousand letters", seconds / letters * 1000, "s", 1000 / 300, f"{letters / seconds:.0f} letters/s"),
            Figure("a reading when there is nothing new", again, "s", 1),
            Figure("a new letter, heard by IDLE and stored", soon, "s", 5),
            Figure("a search by two words", search * 1000, "ms", 200),
        ]  # fmt: skip


def clients() -> None:
    """People of the base who write half of the letters."""
    from klientura.kernel.access.actor import SystemActor
    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import write

    values = [{"last_name": f"Клиент {n}", "email": f"u{n}@client{n % 300}.ru"} for n in range(CLIENTS)]
    write.create_many(SystemActor("bench"), shape_of("person"), values)


def arrival(server: object, mailbox_id: int, number: int) -> float:
    """How long it takes from the moment the server has a new letter until it is stored, as the worker does it."""
    import importlib

    from klientura.connectors.mail.reading import read_mailbox
    from klientura.connectors.mail.tests.dovecot import MailServer
    from klientura.modules.conversations.models import Letter

    assert isinstance(server, MailServer)
    watching: Any = importlib.import_module("klientura.connectors.mail.watching")
    asked: list[int] = []
    original, watching.ask_to_read = watching.ask_to_read, asked.append
    listening = watching.Listening(look_every=0.2)
    listening.begin()
    try:
        time.sleep(3)
        server.put("box", [letter(number + 1, random.Random(2))])
        begun = time.perf_counter()
        while not Letter.objects.filter(message_id=f"{number + 1}@bench.ru").exists():
            if asked:
                asked.clear()
                read_mailbox(mailbox_id)
            if time.perf_counter() - begun > PATIENCE:
                sys.exit("the new letter does not come")
            time.sleep(0.02)
        return time.perf_counter() - begun
    finally:
        listening.stop()
        watching.ask_to_read = original


def timed(work: Callable[[], object]) -> float:
    """Seconds of some work."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
