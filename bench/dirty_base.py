"""A believable dirty Russian client base whose duplicates are known, to judge any duplicate finder.

    python -m bench.dirty_base OUT.csv [--people 20000] [--organisations 5000] [--seed 1] [--share 0.15]

So many clients are made, and `share` of them have one to three extra records: records of one `truth` are one
client in life. Values of one column are split by «|». A copy is kept only if a careful human could tell it from
that record and from every other copy of the client (`likeness`), with nothing but the two records before them;
numbers that relatives, colleagues or a holding share count for little there. What is one client and what is not:

- A branch has its own KPP and is a client of its own; one typed again with the same INN and KPP is a duplicate.
- A successor (same name, phone and address, another INN after re-registration) is another client: debts,
  contracts and closing documents belong to a legal person, so a CRM may link the two but must not merge them.
- A sole proprietor and a natural person are two records of different kinds, never one client here.
- A damaged INN (a digit mistyped, a leading zero eaten by Excel) with name and contacts agreeing is a duplicate.
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bench.dirty_clients import (
    assisted,
    couple,
    father_and_son,
    lookalikes,
    namesakes,
    organisation,
    person,
    twins,
)
from bench.dirty_copies import with_copies, worn
from bench.dirty_words import COLUMNS, NAME_COLUMNS, Client, Row, split_form


def make(people: int, organisations: int, seed: int, share: float) -> list[Row]:
    """All rows of the base, in no order."""
    rng = Random(seed)
    firms: list[Client] = []
    while len(firms) < organisations:
        one = organisation(rng, len(firms))
        firms += lookalikes(rng, one, len(firms)) if rng.random() < 0.12 else [one]
    del firms[organisations:]
    groups = (None, couple, twins, father_and_son, namesakes, assisted)
    clients: list[Client] = []
    while len(clients) < people:
        one, group = person(rng, firms, len(clients)), rng.choices(groups, (918, 24, 12, 12, 22, 4))[0]
        clients += group(rng, one, firms) if group else [one]
    del clients[people:]
    for trader in rng.sample(
        [f for f in firms if split_form(f.row["name"])[0] == "ИП"], organisations // 100
    ):
        if clients and (whole := rng.choice(clients).row)["middle_name"]:
            trader.row["name"] = "ИП " + " ".join(
                whole[c] for c in NAME_COLUMNS
            )  # a namesake, not the person
    records = [
        *with_copies(rng, [worn(rng, c) for c in clients], share),
        *with_copies(rng, [worn(rng, f) for f in firms], share),
    ]
    rng.shuffle(records)
    return [r.row for r in records]


def main(argv: Sequence[str] | None = None) -> None:
    """Write the base and say how much of what it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    for option, default in (("--people", 20_000), ("--organisations", 5_000), ("--seed", 1)):
        parser.add_argument(option, type=int, default=default)
    parser.add_argument(
        "--share", type=float, default=0.15, help="share of the clients that have extra records"
    )
    options = parser.parse_args(argv)
    rows = make(options.people, options.organisations, options.seed, options.share)
    with options.out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} records of {len({r['truth'] for r in rows})} clients: {options.out}")


if __name__ == "__main__":
    main()
