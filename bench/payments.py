"""A bank statement of ten thousand payments posted over a hundred thousand invoices; and whether what it allocates is right.

python -m bench.payments [--scale 0.01] [--data DIR] [--payments 10000] [--invoices 100000]

The truth is made first, then the papers from it: most pay one invoice or two, the others are traps (the number of another year,
another company or another client, an INN of two clients, a contract's number, a part of the sum, money without a number, the
same invoice twice). Everything stays in the base.
"""

import datetime as dt
import random
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bench import base
from bench.figures import Figure, finish

CLIENTS, HOLDINGS = 4_000, 200
TRAPS: Final = (
    "other_year", "other_company", "other_client", "holding", "contract", "part", "no_number", "twice", "tax_invoice", "wrong_day",
)  # fmt: skip
HEAD: Final = "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nРасчСчет={account}\nСекцияРасчСчет\nРасчСчет={account}\nКонецРасчСчет\n"
PAPER: Final = (
    "СекцияДокумент=Платежное поручение\nНомер={number}\nДата={day:%d.%m.%Y}\nСумма={amount}\nПлательщикСчет=40702810900000{payer:06}\n"
    "Плательщик1=Замер {payer}\nПлательщикИНН={inn}\nПолучательСчет={account}\nДатаПоступило={day:%d.%m.%Y}\n"
    "НазначениеПлатежа={purpose}\nКонецДокумента\n"
)
DAY: Final = dt.date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice of the base."""

    id: int
    party: int
    inn: str
    number: str
    day: dt.date
    amount: Decimal


def main() -> int:
    parser = base.arguments(__doc__)
    parser.set_defaults(scale=0.01)
    parser.add_argument("--payments", type=int, default=10_000)
    parser.add_argument("--invoices", type=int, default=100_000)
    options = parser.parse_args()
    with base.database(options):
        account, bills = _make(options.invoices)
        text, truth = _statement(account, bills, options.payments)
        began = time.monotonic()
        taken = _post(text.encode("cp1251"))
        spent = time.monotonic() - began
        right, wrong = _judge(taken, truth)
        figures = [
            Figure(
                f"statement of {options.payments:,} payments over {options.invoices:,} invoices, posted",
                spent,
                "s",
                10,
            ),
            Figure(
                "share of sure matches that are wrong",
                wrong / max(1, right + wrong),
                "×",
                0,
                f"{wrong} of {right + wrong}",
            ),
            Figure("share of the payable that was matched", right / max(1, sum(map(bool, truth))), "×"),
        ]
    return finish("payments", figures, options.scale)


def _make(number: int) -> tuple[str, dict[str, list[Bill]]]:
    """Clients and invoices of three years of numbers; answers our account and the invoices of the main company by kind."""
    from django.db import connection

    from klientura.kernel.objects.registry import shape_of
    from klientura.kernel.store import write

    actor, stamp = base.actor(), time.time_ns() % 10**9
    account = f"40702810{stamp:012}"
    line = {"bic": "044525225", "account": account}
    with connection.cursor() as cursor:
        main, other = (
            write.create(actor, shape_of("own_company"), {"name": f"Замер {stamp} {n}"}) for n in range(2)
        )
        cursor.execute(
            "insert into own_account (company_id, position, bic, account) values (%s, 0, %s, %s)",
            [main, line["bic"], account],
        )
        inns = [f"{stamp % 1000:03}{n:07}" for n in range(CLIENTS)]
        parties = write.create_many(
            actor, shape_of("organisation"), [{"name": f"Замер {n}"} for n in range(CLIENTS + HOLDINGS)]
        )
        cursor.execute(
            "update party p set inn = v.inn from unnest(%s::bigint[], %s::text[]) v(id, inn) where p.id = v.id",
            [parties, [*inns, *inns[:HOLDINGS]]],
        )
        cursor.execute(
            "insert into invoice (uid, title, created_at, updated_at, version, search_text, number, company_id, party_id, status,"
            "  issued_on, due_on, currency, tax_mode, amount, tax_total, paid)"
            " select gen_random_uuid(), '', now(), now(), 1, '', (n / 3 + 1)::text,"
            "  case when n %% 3 = 2 then %(other)s else %(main)s end,"
            "  (%(parties)s::bigint[])[1 + (n / 3 * 7919) %% %(clients)s], 'issued',"
            "  make_date(case when n %% 3 = 0 then 2025 else 2026 end, 1 + (n / 3) %% 11, 1 + (n / 3) %% 28), '2026-12-01', 'RUB', 'included',"
            "  1000 + (n * 37) %% 90000 + 0.01 * (n %% 100), 0, 0 from generate_series(0, %(number)s - 1) n",
            {"main": main, "other": other, "parties": parties, "clients": CLIENTS, "number": number},
        )
        cursor.execute("analyze invoice, party")
        cursor.execute(
            "select i.id, i.party_id, p.inn, i.number, i.issued_on, i.amount, i.company_id = %s from invoice i join party p on p.id = i.party_id"
            " where i.company_id = any(%s) order by i.id",
            [main, [main, other]],
        )
        bills: dict[str, list[Bill]] = {"2025": [], "2026": [], "other": []}
        for *rest, ours in cursor.fetchall():
            bill = Bill(*rest)
            bills[str(bill.day.year) if ours else "other"].append(bill)
    return account, bills


def _statement(account: str, bills: dict[str, list[Bill]], number: int) -> tuple[str, list[set[int]]]:
    """The text of a statement, and for each of its papers the invoices that it surely pays (none: nothing may be allocated)."""
    rng = random.Random(7)
    free = [b for b in bills["2026"] if not _shared(b)]
    rng.shuffle(free)
    shared = [b for b in bills["2026"] if _shared(b)]
    of_client: dict[int, list[Bill]] = {}
    for bill in free:
        of_client.setdefault(bill.party, []).append(bill)
    pieces, truth, used = [HEAD.format(account=account)], list[set[int]](), set[int]()

    def take() -> Bill:
        while True:
            bill = free.pop()
            if bill.id not in used:
                used.add(bill.id)
                return bill

    for place in range(number):
        bill, trap = take(), TRAPS[place % len(TRAPS)] if rng.random() < 0.3 else ""
        amount, purpose, inn, paid = (
            bill.amount,
            f"Оплата по счету № {bill.number} от {bill.day:%d.%m.%Y}",
            bill.inn,
            {bill.id},
        )
        mate = next((b for b in of_client[bill.party] if b.id not in used), None)
        if not trap and mate is not None and rng.random() < 0.15:
            used.add(mate.id)
            amount += mate.amount
            purpose = f"Опл. сч. {bill.number} от {bill.day:%d.%m.%Y}, сч. {mate.number} от {mate.day:%d.%m.%Y}, в т.ч. НДС 22%"
            paid = {bill.id, mate.id}
        if trap:
            paid = set()
            purpose, amount, inn = _trap(trap, bill, shared, rng, purpose)
        if trap == "twice":
            paid = {bill.id}
            _write(pieces, truth, account, place + number, amount, inn, purpose, paid)
            paid = set()
        _write(pieces, truth, account, place, amount, inn, purpose, paid)
    return "".join(pieces) + "КонецФайла\n", truth


def _write(
    pieces: list[str],
    truth: list[set[int]],
    account: str,
    number: int,
    amount: Decimal,
    inn: str,
    purpose: str,
    paid: set[int],
) -> None:
    payer = int(inn[-6:])
    pieces.append(
        PAPER.format(
            number=number, day=DAY, amount=amount, payer=payer, inn=inn, account=account, purpose=purpose
        )
    )
    truth.append(paid)


def _shared(bill: Bill) -> bool:
    """Whether two clients have this INN."""
    return int(bill.inn[3:]) < HOLDINGS


def _trap(
    kind: str, bill: Bill, shared: list[Bill], rng: random.Random, purpose: str
) -> tuple[str, Decimal, str]:
    other = rng.choice(shared)
    traps = {
        "other_year": (
            f"Оплата по счету № {bill.number}",
            bill.amount,
            bill.inn,
        ),  # there is one of 2025 as well
        "other_company": (f"Оплата по счету № {bill.number} от 31.12.2026", bill.amount, bill.inn),
        "other_client": (purpose, bill.amount, f"{bill.inn[:3]}9{bill.inn[4:]}"),
        "holding": (f"Оплата по счету № {other.number} от {other.day:%d.%m.%Y}", other.amount, other.inn),
        "contract": (f"Оплата по договору № {bill.number} от {bill.day:%d.%m.%Y}", bill.amount, bill.inn),
        "part": (purpose, bill.amount - 1, bill.inn),
        "no_number": ("Оплата за материалы, без НДС", bill.amount, bill.inn),
        "twice": (purpose, bill.amount, bill.inn),
        "tax_invoice": (f"По счет-фактуре № {bill.number} от {bill.day:%d.%m.%Y}", bill.amount, bill.inn),
        "wrong_day": (f"Счет {bill.number} от {bill.day.replace(year=2025):%d.%m.%Y}", bill.amount, bill.inn),
    }
    return traps[kind]


def _post(raw: bytes) -> int:
    """Take the statement in and post it, as the page and the job do."""
    from klientura.kernel.access.models import User
    from klientura.kernel.access.sessions import at_work
    from klientura.kernel.jobs import service
    from klientura.modules.payments.services import posting, statements

    with at_work(User.objects.get(email=base.EMAIL).pk) as actor:
        taken = statements.take_in(actor, "bench.txt", raw)
        job = service.run_inline(posting.post(actor, taken.pk, queue=False))
    if job.state != "done":
        raise RuntimeError(job.message)
    return taken.pk


def _judge(statement_id: int, truth: list[set[int]]) -> tuple[int, int]:
    """How many payments were allocated as they are meant, and how many otherwise."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select p.id, array_agg(a.invoice_id) filter (where a.id is not null) from payment p"
            " left join payment_allocation a on a.payment_id = p.id where p.statement = %s group by p.id order by p.id",
            [statement_id],
        )
        rows = [set(found or ()) for _number, found in cursor.fetchall()]
    right = sum(1 for found, meant in zip(rows, truth, strict=True) if found and found == meant)
    wrong = sum(1 for found, meant in zip(rows, truth, strict=True) if found and found != meant)
    return right, wrong


if __name__ == "__main__":
    sys.exit(main())
