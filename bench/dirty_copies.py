"""The same client typed in again: what goes wrong on the way, and what must stay for a human to see it."""

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random

from bench.dirty_words import (
    EAR,
    EMPTY,
    HABITS,
    KEYS,
    LOOKALIKE,
    MAIL,
    MISSPELT,
    NAME_COLUMNS,
    NICKS,
    PLACEHOLDERS,
    ROLES,
    ROWS,
    SHORT_CITY,
    SHORT_NAMES,
    TO_CYRILLIC,
    Client,
    Row,
    landline,
    latin,
    mobile,
    national,
    split_form,
    write_address,
    write_name,
    write_phone,
)
from klientura.project.demo import names
from klientura.project.demo.places import places


def worn(rng: Random, one: Client) -> Client:
    """Leave fields empty or filled with nothing, as in life; what alone tells a client from another stays."""
    for column, share in EMPTY[one.row["kind"]].items():
        if column not in one.keep and rng.random() * 100 < share:
            one.row[column] = ""
    for column, values in PLACEHOLDERS.items():
        wanted = column in EMPTY[one.row["kind"]] and column not in one.keep
        if wanted and rng.random() < (0.03 if column in {"phone", "email"} else 0.01):
            one.row[column] = rng.choice(values)
    one.grade = 2.0 if not one.is_person or len(one.row["middle_name"]) > 3 else 1.0
    return one


def typo(rng: Random, text: str) -> str:
    """One slip of the hand inside a word: a neighbouring key, a letter dropped, doubled or swapped; digits stay."""
    spots = [m.start() for m in re.finditer(r"(?<=[^\W\d_])[^\W\d_](?=[^\W\d_])", text)]
    if not spots:
        return text
    at = rng.choice(spots)
    letter, following = text[at].lower(), text[at + 1]
    row = next((r for r in ROWS if letter in r), letter)
    near = rng.choice(row[max(0, row.find(letter) - 1) : row.find(letter) + 2].replace(letter, "") or letter)
    if rng.random() < 0.25:
        return text[:at] + following + letter + text[at + 2 :]
    return text[:at] + rng.choice((near, near, "", letter * 2)) + text[at + 1 :]


def by_ear(rng: Random, text: str) -> str:
    """The text as somebody heard it."""
    fits = [(old, new) for old, new in EAR if old in text[1:]]
    old, new = rng.choice(fits) if fits else ("", "")
    return text[:1] + text[1:].replace(old, new, 1) if old else typo(rng, text)


def lookalike_letter(rng: Random, text: str) -> str:
    """The text with some Latin letters that look like its Cyrillic ones."""
    return "".join(c.translate(LOOKALIKE) if rng.random() < 0.5 else c for c in text)


def respell(rng: Random, text: str, how: str) -> str:
    """A field spelt in one of the ways that do not depend on its meaning."""
    if how == "latin":
        return latin(text, rng.choice(HABITS))
    if how == "case":
        return rng.choice((str.upper, str.lower, str.lower, " {} ".format))(text)
    ways: dict[str, Callable[[Random, str], str]] = {
        "typo": typo,
        "ear": by_ear,
        "lookalike": lookalike_letter,
    }
    return text.translate(KEYS) if how == "layout" else ways[how](rng, text)


def person_name(rng: Random, one: Client) -> None:
    """Write a person's name as somebody else would; `grade` falls with what is lost."""
    row, kin = one.row, bool(one.keep & {"first_name"})
    ways = {"typo": 22, "ear": 7, "yo": 8, "latin": 8, "lookalike": 4, "layout": 3, "case": 9, "swapped": 7, "whole": 12,
            "initials": 0 if kin else 10, "short": 10, "no_middle": 16, "maiden": 0 if kin else 5, "half": 5,
            "first_only": 0 if kin else 2}  # fmt: skip
    for how in rng.choices(tuple(ways), tuple(ways.values()), k=rng.choices((0, 1, 2), (12, 60, 28))[0]):
        if how in {"typo", "ear", "lookalike"}:
            column = rng.choice(("last_name", "last_name", "first_name", "middle_name"))
            row[column] = respell(rng, row[column], how)
            one.grade -= 0.25 if how != "lookalike" else 0
        elif how in {"latin", "layout", "case"}:
            habit = rng.random()  # one for all parts of the name
            row |= {c: respell(Random(habit), row[c], how) for c in NAME_COLUMNS if row[c]}
            one.grade -= 0.75 if how == "layout" else 0.25 if how == "latin" else 0
        else:
            retold(rng, one, how)
    one.grade = max(one.grade, 0.0)


def retold(rng: Random, one: Client, how: str) -> None:
    """Change what is said of the name: parts left out, moved or replaced."""
    row = one.row
    last, first, middle = (row[c] for c in NAME_COLUMNS)
    if how == "yo":
        row |= {c: row[c].replace("ё", "е") for c in NAME_COLUMNS}
    elif how == "swapped":
        row |= {"last_name": first, "first_name": last}
    elif how == "whole" and last and first:
        whole = rng.choice(
            (
                f"{last} {first} {middle}",
                f"{last} {first} {middle}",
                f"{first} {middle} {last}",
                f"{first} {last}",
            )
        )
        row |= dict.fromkeys(NAME_COLUMNS, "") | {rng.choice(("last_name", "first_name")): whole.strip()}
        one.grade = min(one.grade, 2.0 if middle and middle in whole else 1.0)
    elif how == "initials" and len(first) > 2:
        row |= {"first_name": f"{first[0]}.", "middle_name": f"{middle[0]}." if middle else ""}
        if rng.random() < 0.4:
            row |= {
                "last_name": f"{last} {row['first_name']}{row['middle_name']}",
                "first_name": "",
                "middle_name": "",
            }
        one.grade = min(one.grade, 0.5)
    elif how == "short" and first in SHORT_NAMES:
        row |= {
            "first_name": rng.choice(SHORT_NAMES[first].split()),
            "middle_name": middle if rng.random() < 0.2 else "",
        }
        one.grade = min(one.grade, 1.0)
    elif how in {"no_middle", "first_only"}:
        row |= {"middle_name": ""} | ({"last_name": ""} if how == "first_only" else {})
        one.grade = min(one.grade, 1.0 if how == "no_middle" else 0.0)
    elif how == "maiden" and last.endswith(("ва", "на", "ая")):
        row["last_name"] = names.feminine(rng.choice(names.SURNAMES))
        one.grade = min(one.grade, 0.5)
    elif how == "half" and "-" in last:
        row["last_name"] = rng.choice(last.split("-"))
        one.grade = min(one.grade, 1.0)


def organisation_name(rng: Random, one: Client) -> None:
    """Write an organisation's name as somebody else would."""
    form, core = split_form(one.row["name"])
    how = rng.choices(
        ("form", "typo", "ear", "latin", "lookalike", "layout", "case", "trading", "same"),
        (48, 12, 3, 6, 4, 2, 5, 8, 12),
    )[0]
    if how == "trading" and form != "МБОУ" and not one.keep:
        one.row["name"], one.grade = one.trading, 0.0
        return
    if how != "same":
        rest = core if how in {"form", "trading"} else respell(rng, core, how)
        known = form or rng.choice(("ООО", "ООО", "", "ЗАО"))
        one.row["name"] = rest if not known or how == "layout" else write_name(rng, known, rest)
        one.grade = {"layout": 1.25, "latin": 1.5, "typo": 1.75, "ear": 1.75}.get(how, 2.0)


def strayed(rng: Random, one: Client, original: Client) -> None:
    """A store of the client typed as another client: its own town and phone, the INN and KPP of the client."""
    town = rng.choices(places()[0], cum_weights=places()[1])[0]
    one.row |= {c: original.row[c] for c in ("tax_number", "branch_code")}
    one.row |= {
        "city": town.city.name,
        "phone": write_phone(rng, landline(rng, town)),
        "postcode": "",
        "address": "",
    }
    one.row["name"] += rng.choice((" склад", f" (склад {town.city.name})", f", {town.city.name}"))


def phones(rng: Random, one: Client) -> None:
    """The phone in another format, a new one, both, with an extension, without the code, mistyped or missing."""
    known = [
        p for p in one.row["phone"].split("|") if len(national(p)) == 10 and p not in PLACEHOLDERS["phone"]
    ]
    if not known:
        return
    digits, code = national(known[0]), one.place.city.area_code
    fresh = write_phone(rng, mobile(rng))
    how = rng.choices(
        ("format", "same", "new", "both", "missing", "added", "mistyped", "local"),
        (46, 12, 9, 8, 11, 6, 3, 5),
    )[0]
    if how == "mistyped":
        at = rng.randrange(4, 10)
        digits = digits[:at] + str((int(digits[at]) + rng.randrange(1, 10)) % 10) + digits[at + 1 :]
    again = write_phone(rng, digits)
    if how == "both":
        again = "|".join(rng.sample((again, fresh), 2))
    elif how == "local" and digits.startswith(code):
        again = re.sub(r"(?<=\d)(?=(?:\d\d){1,2}$)", "-", digits[len(code) :])
    elif how == "added":
        within = rng.choice((" доб. ", " доб.", ", вн. ", " ext. ", " #")) + str(rng.randrange(100, 999))
        again += (
            within
            if digits.startswith(code) or not one.is_person
            else rng.choice((" (жена)", " WhatsApp", " личный"))
        )
    one.row["phone"] = {"same": one.row["phone"], "new": fresh, "missing": ""}.get(how, again)


def emails(rng: Random, one: Client) -> None:
    """The e-mail as an alias, at another domain, misspelt, another one, or missing."""
    local, at, domain = one.row["email"].partition("@")
    if not at or one.row["email"] in PLACEHOLDERS["email"]:
        return
    how = rng.choices(
        ("same", "missing", "alias", "domain", "misspelt", "new", "both"), (46, 27, 7, 5, 6, 5, 4)
    )[0]
    if how == "missing":
        one.row["email"] = ""
    elif how == "alias":
        one.row["email"] = rng.choice(
            (
                f"{local}+crm@{domain}",
                f"{local}@{domain}".upper(),
                f" {local}@{domain}",
                f"<{local}@{domain}>",
            )
        )
    elif how == "domain":
        one.row["email"] = f"{local}@{rng.choice([d for d in MAIL if d != domain])}"
    elif how == "misspelt":
        wrong = MISSPELT.get(domain, (domain.replace(".ru", ".ry"), domain.replace(".ru", ",ru")))
        one.row["email"] = rng.choice(
            (f"{local}@{rng.choice(wrong)}", f"{local} @{domain}", f"{local.translate(TO_CYRILLIC)}@{domain}")
        )
    elif how in {"new", "both"} and one.is_person:
        other = f"{rng.choice(NICKS)}{rng.randrange(1000, 99999)}@{rng.choice(MAIL)}"
        one.row["email"] = other if how == "new" else f"{one.row['email']}|{other}"


def other_fields(rng: Random, one: Client) -> None:
    """Birthday, city, address, employer, requisites and site as another manager leaves them."""
    row = one.row
    if row["birthday"]:
        year, month, day = row["birthday"].split("-")
        slips = (
            row["birthday"],
            "",
            f"{year}-{day}-{month}" if int(day) <= 12 else "",
            f"{int(year) - 1}-{month}-{day}",
        )
        row["birthday"] = rng.choices(slips, (58, 32, 7, 3))[0]
    if row["city"]:
        town = row["city"]
        row["city"] = rng.choice(
            ("", town, town, town, *SHORT_CITY.get(town, (f"г. {town}", f"г {town}", town.upper())))
        )
    if row["address"] and row["address"] not in PLACEHOLDERS["address"]:
        again = write_address(rng, one.home, one.place.city.name)
        row["address"] = rng.choices(("", row["address"], again), (30, 10, 60))[0]
    row["postcode"] = row["postcode"] if rng.random() < 0.5 else ""
    if row["employer"]:
        form, core = split_form(row["employer"])
        row["employer"] = rng.choices(
            ("", write_name(rng, form or "ООО", core), row["employer"]), (30, 40, 30)
        )[0]
    row["site"] = (
        rng.choice((row["site"], "", f"http://{row['site'].removeprefix('https://').removeprefix('www.')}/"))
        if row["site"]
        else ""
    )
    inn = row["tax_number"]
    if inn.isdigit() and len(inn) in {10, 12}:
        at = rng.randrange(3, len(inn) - 1)
        wrong = inn[:at] + inn[at + 1] + inn[at] + inn[at + 2 :]
        joint = f"{inn}/{row['branch_code']}" if row["branch_code"] else inn
        row["tax_number"] = rng.choices(
            (inn, "", inn.lstrip("0"), wrong, joint, f"{inn}.0", f"ИНН {inn}"), (60, 24, 6, 3, 3, 1, 3)
        )[0]
    row["branch_code"] = row["branch_code"] if rng.random() < 0.6 and row["tax_number"] else ""
    if rng.random() < 0.3:  # from a form of the site or from a call: a name and a contact, hardly more
        row |= dict.fromkeys(("postcode", "address", "birthday", "tax_number", "branch_code", "site"), "")
        row["city"] = row["city"] if rng.random() < 0.5 else ""


def known(row: Row, column: str) -> set[str]:
    """What a human takes from a column: the values without the manner of writing, placeholders left out."""
    values = [v.strip() for v in row[column].split("|") if v and v not in PLACEHOLDERS.get(column, ())]
    if column == "phone":
        return {national(v) for v in values}
    if column == "tax_number":
        return {re.sub(r"\D", "", re.split(r"[/.]", v)[0]).lstrip("0") for v in values}
    if column == "email":
        return {re.sub(r"\+crm|[<> ]", "", v.lower()).replace(",", ".").replace("с", "c") for v in values}
    if column in {"address", "employer", "site"}:
        return {
            split_form(v)[1]
            .lower()
            .removeprefix("https://")
            .removeprefix("http://")
            .strip("/")
            .removeprefix("www.")
            for v in values
        }
    return set(values)


WEIGHTS = {
    "phone": 2.0,
    "email": 2.0,
    "birthday": 2.0,
    "tax_number": 3.0,
    "site": 1.5,
    "employer": 1.0,
    "branch_code": 1.0,
}


def nearly(column: str, left: set[str], right: set[str]) -> float:
    """What two different values of a column say: days turned round, a local number, one mailbox name, a slip in an INN."""
    if column == "birthday":
        return 1.0 if {f"{v[:4]}-{v[8:]}-{v[5:7]}" for v in left} & right else -1.0
    if column == "phone":
        pairs = [(s, t) for s in left for t in right]
        return (
            1.0
            if any(4 < min(len(s), len(t)) < 8 and (t.endswith(s) or s.endswith(t)) for s, t in pairs)
            else 0.0
        )
    if column == "email":
        one, two = ({v.split("@")[0] for v in values} for values in (left, right))
        return 1.5 if (one & two).difference(ROLES) else 0.0
    if column == "tax_number":
        return 0.0 if {tuple(sorted(v)) for v in left} & {tuple(sorted(v)) for v in right} else -5.0
    return -5.0 if column == "branch_code" else 0.0


def likeness(one: Client, two: Client) -> float:
    """What speaks for one client in two records, as a careful human would add it up; see `enough`."""
    a, b = one.row, two.row
    total = min(one.grade, two.grade) - (0.25 if one.grade < 1 and two.grade < 1 else 0)
    for column, weight in WEIGHTS.items():
        left, right = known(a, column), known(b, column)
        if left and right:
            worth = weight if left & right else nearly(column, left, right)
            total += min(worth, 0.5) if column in one.shared and column != "tax_number" else worth
    numbers = [re.findall(r"\d+", r["address"]) for r in (a, b)]
    total += 1.0 if numbers[0] and numbers[0] == numbers[1] and "address" not in one.shared else 0.0
    return total + (0.5 if a["city"] and a["city"][-3:].lower() == b["city"][-3:].lower() else 0.0)


def enough(one: Client, two: Client) -> bool:
    """Whether a careful human would join the two, and by more than what relatives share."""
    return likeness(one, two) >= (3.0 if one.is_person else 4.0)


def copy_of(rng: Random, original: Client, others: Sequence[Client]) -> Client:
    """Another record of the client, as another manager, a form or an import left it; it resembles all the others."""
    for _ in range(60):
        one = deepcopy(original)
        phones(rng, one)
        emails(rng, one)
        other_fields(rng, one)
        (person_name if one.is_person else organisation_name)(rng, one)
        if original.row["branch_code"] and not original.keep and rng.random() < 0.06:
            strayed(rng, one, original)
        stays = ("birthday", "tax_number", "branch_code")
        one.row |= {c: original.row[c] for c in stays if c in one.keep}
        if one.row != original.row and all(enough(one, other) for other in others):
            return one
    one = deepcopy(original)
    name = "last_name" if one.is_person else "name"
    one.row |= {name: one.row[name].upper(), "postcode": ""}
    return one


def with_copies(rng: Random, clients: Sequence[Client], share: float) -> list[Client]:
    """The records of the clients: the share of them that has copies is drawn from those a human could recognise."""
    able = [i for i, c in enumerate(clients) if enough(c, c)]
    chosen = set(rng.sample(able, min(len(able), round(share * len(clients)))))
    records: list[Client] = []
    for number, one in enumerate(clients):
        one.row["truth"] = f"{one.row['kind'][0]}{number + 1}"
        group = [one]
        for _ in range(rng.choices((1, 2, 3), (76, 18, 6))[0] if number in chosen else 0):
            group.append(copy_of(rng, one, group))
        records += group
    return records
