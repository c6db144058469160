"""The dirty base is the same for a seed, and what it says of its duplicates is true."""

import csv
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from bench import dirty_base
from bench.dirty_copies import known
from bench.dirty_words import COLUMNS, PLACEHOLDERS, Row
from klientura.kit.requisites import BadRequisite, check_inn, check_kpp

PEOPLE, ORGANISATIONS, SHARE = 1500, 500, 0.15


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return dirty_base.make(PEOPLE, ORGANISATIONS, 1, SHARE)


@pytest.fixture(scope="module")
def clients(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["truth"]].append(row)
    return found


def is_valid_inn(text: str) -> bool:
    try:
        return check_inn(text) == text
    except BadRequisite:
        return False


def test_a_seed_gives_one_base(rows):
    assert dirty_base.make(PEOPLE, ORGANISATIONS, 1, SHARE) == rows
    assert dirty_base.make(PEOPLE, ORGANISATIONS, 2, SHARE) != rows


def test_the_file_has_exactly_the_columns(tmp_path: Path, capsys):
    out = tmp_path / "out.csv"
    dirty_base.main([str(out), "--people", "60", "--organisations", "20", "--seed", "3"])
    with out.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        read = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    assert len({r["truth"] for r in read}) == 80
    assert all(None not in r and None not in r.values() and not r["identifier"] for r in read)
    assert "of 80 clients" in capsys.readouterr().out


def test_a_truth_is_of_one_kind_and_has_at_most_three_copies(clients):
    assert Counter(k[0] for k in clients) == {"p": PEOPLE, "o": ORGANISATIONS}
    for records in clients.values():
        assert 1 <= len(records) <= 4
        assert len({r["kind"] for r in records}) == 1
        assert len({tuple(r.values()) for r in records}) == len(records)


@pytest.mark.parametrize(("kind", "number"), [("p", PEOPLE), ("o", ORGANISATIONS)])
def test_the_share_of_duplicates_is_as_asked(clients, kind, number):
    copied = [k for k, v in clients.items() if k[0] == kind and len(v) > 1]
    assert len(copied) == round(SHARE * number)


def test_clients_without_copies_have_valid_numbers(clients):
    clean = [v[0] for v in clients.values() if len(v) == 1]
    numbers = [r["tax_number"] for r in clean if r["tax_number"]]
    real = [n for n in numbers if n not in PLACEHOLDERS["tax_number"]]
    assert len(real) > 0.9 * len(numbers) > 100
    assert all(is_valid_inn(n) for n in real)
    assert all(check_kpp(r["branch_code"]) for r in clean if r["branch_code"])


def test_only_sole_proprietors_have_twelve_digits(rows):
    found = [
        r
        for r in rows
        if r["kind"] == "organisation" and is_valid_inn(r["tax_number"]) and "ООО" in r["name"]
    ]
    assert len(found) > 100
    assert {len(r["tax_number"]) for r in found} == {10}


def test_one_inn_with_one_kpp_is_one_client(rows):
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        if is_valid_inn(row["tax_number"]) and row["branch_code"]:
            owners[row["tax_number"], row["branch_code"]].add(row["truth"])
    assert {k: v for k, v in owners.items() if len(v) > 1} == {}


def test_there_are_clients_that_must_not_be_joined(rows):
    phones, names, inns = (
        Counter[str](),
        defaultdict[tuple[str, ...], set[str]](set),
        defaultdict[str, set[str]](set),
    )
    for row in rows:
        phones[row["phone"]] += 1
        if row["kind"] == "person" and row["middle_name"]:
            names[row["last_name"], row["first_name"], row["middle_name"]].add(row["truth"])
        if row["branch_code"] and row["tax_number"]:
            inns[row["tax_number"]].add(row["truth"])
    assert any(phones[p] > 2 for p in PLACEHOLDERS["phone"])
    assert sum(len(v) > 1 for v in names.values()) > 10
    assert sum(len(v) > 1 for v in inns.values()) > 3


def test_records_of_a_client_agree_in_something_beside_the_name(clients):
    columns = (
        "phone",
        "email",
        "birthday",
        "tax_number",
        "branch_code",
        "site",
        "address",
        "employer",
        "city",
    )
    for records in clients.values():
        for one, two in combinations(records, 2):
            assert any(_alike(one, two, c) for c in columns), (one, two)


def _alike(one: Row, two: Row, column: str) -> bool:
    if not (one[column] and two[column]):
        return False
    if column in {"birthday", "tax_number"}:
        return sorted(filter(str.isdigit, one[column])) == sorted(filter(str.isdigit, two[column])) or bool(
            known(one, column) & known(two, column)
        )
    if column == "address":
        return [*filter(str.isdigit, one[column])] == [*filter(str.isdigit, two[column])]
    if column == "phone":
        left, right = (max(known(r, column), key=len, default="") for r in (one, two))
        return left[-5:] == right[-5:] or bool(known(one, column) & known(two, column))
    if column == "email":
        return one[column].strip(" <").lower()[:4] == two[column].strip(" <").lower()[:4]
    return bool(known(one, column) & known(two, column)) or one[column][-3:] == two[column][-3:]


def test_an_empty_base_has_a_header_only(tmp_path: Path):
    out = tmp_path / "out.csv"
    dirty_base.main([str(out), "--people", "0", "--organisations", "0"])
    assert out.read_text(encoding="utf-8").strip() == ",".join(COLUMNS)


def test_no_share_means_no_copies():
    made = dirty_base.make(100, 50, 1, 0)
    assert len(made) == len({r["truth"] for r in made}) == 150
