"""Clients of the dirty base as they are in life, and those who look alike and are others."""

import re
from collections.abc import Sequence
from datetime import date
from random import Random

from bench.dirty_words import (
    COLUMNS,
    FATHERS,
    FORMS,
    HABITS,
    MAIL,
    NICKS,
    ROLES,
    STREETS,
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
from klientura.project.demo import names, requisites
from klientura.project.demo.places import Place, places


def new_client(rng: Random, kind: str, place: Place | None = None) -> Client:
    """A client of a city, with an address and no name yet."""
    where, weights = places()
    place = place or rng.choices(where, cum_weights=weights)[0]
    home = (rng.choice(STREETS), rng.randrange(1, 160), rng.randrange(1, 200) if rng.random() < 0.8 else 0)
    row = dict.fromkeys(COLUMNS, "") | {
        "kind": kind,
        "city": place.city.name,
        "address": write_address(rng, home, place.city.name),
    }
    row["postcode"] = f"{1 + int(place.code) % 6}{place.code}{rng.randrange(1000):03d}"
    return Client(row, place, home)


def born(rng: Random, first: int = 1950, last: int = 2004) -> str:
    """A birthday."""
    return date(rng.randrange(first, last), rng.randrange(1, 13), rng.randrange(1, 29)).isoformat()


def mailbox(rng: Random, row: Row, domain: str) -> str:
    """An address made of the name, or of a nickname at a public service."""
    last, first = (re.sub(r"\W", "", latin(row[c], HABITS[1]).lower()) for c in ("last_name", "first_name"))
    year, number = row["birthday"][2:4], rng.randrange(10, 1000)
    if domain not in MAIL:
        return f"{rng.choice((f'{first[0]}.{last}', last, f'{last}.{first[0]}', f'{last}_{first[:1]}{number}'))}@{domain}"
    return rng.choice((
        f"{last}.{first}{number}", f"{first}_{last}{year}", f"{last}{first[0]}{number}", f"{rng.choice(NICKS)}{last}{year}",
        f"{rng.choice(NICKS)}-{rng.choice(NICKS)}{number}", f"{first}{last}{number}", f"{first[0]}{last}{number}",
    )) + f"@{domain}"  # fmt: skip


def person(rng: Random, firms: Sequence[Client], number: int = 0) -> Client:
    """A person; nearly half of them known through their work, some by the firm's phone and e-mail only."""
    firm = rng.choice(firms) if firms and rng.random() < 0.45 else None
    one = new_client(rng, "person", firm.place if firm else None)
    name, family = names.person_name(rng), names.SURNAMES[int(len(names.SURNAMES) * rng.random() ** 1.6)]
    last = names.feminine(family) if name.gender == "female" else family
    if name.gender == "female" and rng.random() < 0.03:
        last += f"-{names.feminine(rng.choice(names.SURNAMES))}"
    one.row |= {
        "last_name": last,
        "first_name": name.first,
        "middle_name": name.middle.replace("Михаил", "Михайл"),
        "birthday": born(rng),
    }
    if rng.random() < 0.65:
        one.row |= {c: one.row[c].replace("ё", "е") for c in ("last_name", "first_name", "middle_name")}
    one.row["phone"] = write_phone(rng, mobile(rng), plain=0.6)
    one.row["email"] = mailbox(rng, one.row, rng.choice(MAIL))
    if rng.random() < 0.08:
        one.row["tax_number"] = requisites.trader_inn(one.place.code, 3_000_000 + number)
    if firm:
        at_work(rng, one, firm)
    elif rng.random() < 0.12:
        one.row["phone"] += (
            f"|{write_phone(rng, mobile(rng) if rng.random() < 0.6 else landline(rng, one.place))}"
        )
    return one


def at_work(rng: Random, one: Client, firm: Client) -> None:
    """Let a person be known at the firm: its switchboard and office@ are many people's."""
    one.row |= {"employer": firm.row["name"], "city": firm.row["city"]}
    if firm.row["phone"] and rng.random() < 0.28:
        one.row["phone"] = write_phone(rng, national(firm.row["phone"]), plain=0.6)
        one.row["phone"] += f" доб. {rng.randrange(100, 999)}" if rng.random() < 0.4 else ""
        one.shared.add("phone")
    if "@" in firm.row["email"] and rng.random() < 0.7:
        own = rng.random() < 0.75
        domain = firm.row["email"].partition("@")[2]
        one.row["email"] = mailbox(rng, one.row, domain) if own else firm.row["email"]
        one.shared |= set() if own else {"email"}


def relative(rng: Random, one: Client, *, columns: Sequence[str]) -> Client:
    """Another person who has some of the columns in common with the first."""
    other = person(rng, ())
    other.home, other.place = one.home, one.place
    other.row |= {c: one.row[c] for c in columns} | {"tax_number": ""}
    for each in (one, other):
        each.shared |= set(columns)
        each.keep |= {"last_name", "first_name", "middle_name"}
    return other


def agree(rng: Random, *people: Client, years: int = 0) -> None:
    """Let mailboxes bear the people's own names and, if asked, ages be so near."""
    for one in people:
        if years:
            one.row["birthday"] = born(
                rng, *(int(people[0].row["birthday"][:4]) + d for d in (-years, years + 1))
            )
        if "@" in one.row["email"] and "email" not in one.shared:
            one.row["email"] = mailbox(rng, one.row, one.row["email"].partition("@")[2])


def couple(rng: Random, one: Client, _firms: Sequence[Client]) -> list[Client]:
    """Spouses with one phone and, mostly, one e-mail."""
    other = relative(
        rng, one, columns=("phone", "email", "city", "postcode", "address")[:: rng.choice((1, 1, 2))]
    )
    hers = one.row["middle_name"].endswith("на")
    while other.row["middle_name"].endswith("на") == hers:
        name = names.person_name(rng)
        other.row |= {"first_name": name.first, "middle_name": name.middle}
    base = one.row["last_name"].partition("-")[0]
    other.row["last_name"] = (
        re.sub(r"(?<=[вн])а$", "", base).replace("ская", "ский") if hers else names.feminine(base)
    )
    agree(rng, one, other, years=5)
    return [one, other]


def twins(rng: Random, one: Client, _firms: Sequence[Client]) -> list[Client]:
    """Twins, and brothers or sisters with other birthdays, on their parents' phone."""
    common = ("last_name", "middle_name", "phone", "city", "postcode", "address", "birthday")
    other = relative(rng, one, columns=common[: rng.choice((6, 7, 7))])
    hers = one.row["middle_name"].endswith("на")
    name = names.person_name(rng)
    first = one.row["first_name"]
    while (name.gender == "female") != hers or name.first.replace("ё", "е") == first.replace("ё", "е"):
        name = names.person_name(rng)
    other.row["first_name"] = name.first
    agree(rng, one, other, years=0 if "birthday" in other.shared else 8)
    return [one, other]


def father_and_son(rng: Random, one: Client, _firms: Sequence[Client]) -> list[Client]:
    """One surname, the same initials (now and then the whole name), one home phone and address."""
    one.row["last_name"] = rng.choice(names.SURNAMES)
    one.row["phone"] = write_phone(rng, landline(rng, one.place), plain=0.5)
    son = relative(rng, one, columns=("last_name", "phone", "city", "postcode", "address"))
    first, middle = rng.choice(FATHERS).split("/")
    kin = [entry.split("/") for entry in FATHERS if entry[0] == first[0]]
    one.row |= {"first_name": first, "middle_name": rng.choice(kin)[1], "birthday": born(rng, 1950, 1970)}
    son.row |= {"first_name": rng.choice(kin)[0], "middle_name": middle, "birthday": born(rng, 1978, 2000)}
    for each in (one, son):
        each.keep |= {"birthday"}
    agree(rng, one, son)
    return [one, son]


def namesakes(rng: Random, one: Client, firms: Sequence[Client]) -> list[Client]:
    """Two or three people of one full name and nothing else in common."""
    others = [person(rng, firms) for _ in range(rng.choice((1, 1, 2)))]
    for other in others:
        other.row |= {c: one.row[c] for c in ("last_name", "first_name", "middle_name")}
    agree(rng, *others)
    for each in (one, *others):
        each.keep |= {"birthday", "phone"}
    return [one, *others]


def assisted(rng: Random, one: Client, firms: Sequence[Client]) -> list[Client]:
    """Clients who are all reached through one assistant."""
    served = [one, *(person(rng, firms) for _ in range(rng.randrange(2, 8)))]
    for each in served:
        each.row["phone"] = one.row["phone"]
        each.shared.add("phone")
    return served


def organisation(rng: Random, number: int, place: Place | None = None) -> Client:
    """An organisation with valid requisites and a site of its own."""
    one = new_client(rng, "organisation", place)
    form = rng.choices(tuple(FORMS), (60, 7, 1, 2, 3, 22, 5))[0]
    if form == "ИП":
        core = " ".join(names.person_name(rng)[:3])
    elif form == "МБОУ":
        core = f"{rng.choice(('СОШ', 'Гимназия', 'Лицей', 'Школа'))} № {rng.randrange(1, 120)}"
    else:
        core = names.organisation_name(rng, rng.choice(tuple(names.INDUSTRIES)))
        core = core.replace("«", "").replace("»", "") if rng.random() < 0.8 else rng.choice(names.BRANDS)
    rename(rng, one, form, core)
    make_inn = requisites.trader_inn if form == "ИП" else requisites.company_inn
    one.row["tax_number"] = make_inn(one.place.code, number)
    one.row["branch_code"] = "" if form == "ИП" else requisites.kpp(one.row["tax_number"])
    digits = mobile(rng) if form == "ИП" or rng.random() < 0.25 else landline(rng, one.place)
    one.row["phone"] = write_phone(rng, digits, plain=0.6) + (
        f" доб. {rng.randrange(10, 400)}" if rng.random() < 0.05 else ""
    )
    put_on_the_web(rng, one, form, core, number)
    one.trading = (
        f"{rng.choice(('Магазин', 'ТД', 'Компания', 'Салон', 'Группа', 'Склад'))} {rng.choice(names.BRANDS)}"
    )
    return one


def put_on_the_web(rng: Random, one: Client, form: str, core: str, number: int) -> None:
    """Give an organisation an e-mail and, mostly, a site after its name."""
    slug = "".join(c for c in latin(core, HABITS[1]).lower() if c.isalnum())[:18]
    domain = f"{slug}{rng.choice(('', '-', 'group'))}{number}.ru".replace("-.", ".")
    free, no_site = form == "ИП" or rng.random() < 0.15, form == "ИП" and rng.random() < 0.7
    one.row["email"] = f"{slug}{number}@{rng.choice(MAIL)}" if free else f"{rng.choice(ROLES)}@{domain}"
    one.row["site"] = "" if no_site else rng.choice((domain, f"www.{domain}", f"https://{domain}"))


def rename(rng: Random, one: Client, form: str, core: str) -> None:
    """Give an organisation a name as a rather tidy manager writes it."""
    one.row["name"] = write_name(rng, form, core, tidy=rng.random() < 0.85)


SHAPES = {  # how often, whether all are in one town, what they have in common
    "holding": (3, False, ("phone", "email", "site")), "town": (4, False, ()), "branch": (4, False, ("site",)),
    "sequel": (2, False, ()), "next door": (2, True, ("phone",)), "owner": (2, True, ("phone", "email")),
    "successor": (2, True, ("phone", "email", "city", "address", "postcode", "site")), "accountant": (2, True, ("phone",)),
}  # fmt: skip


def lookalikes(rng: Random, one: Client, number: int) -> list[Client]:
    """An organisation with those that must not be joined to it: holding, namesake, branch, sequel, successor, owner's firms."""
    shape = rng.choices(tuple(SHAPES), [weight for weight, _near, _columns in SHAPES.values()])[0]
    form, core = split_form(one.row["name"])
    if not form or form in {"ИП", "МБОУ"}:
        shape = "accountant"
    _weight, near, columns = SHAPES[shape]
    group = [one]
    for step in range(1, rng.choice((2, 2, 3, 4))):
        other = organisation(rng, number + step, one.place if near else None)
        if shape not in {"owner", "accountant"}:
            called, town = core, other.place.city.name
            if shape == "holding":
                word = rng.choice(names.INDUSTRIES[rng.choice(tuple(names.INDUSTRIES))][1])
                called = f"{core.replace('-', ' ').split()[0]}-{word}"
                called = called if called != core else f"УК {core}"
            elif shape in {"sequel", "next door"}:
                called += rng.choice((f"-{step + 1}", f" {step + 1}", (" Плюс", " Групп", "-М")[step - 1]))
            rename(rng, other, form, called)
            put_on_the_web(rng, other, form, called, number + step)
            inn = requisites.company_inn(other.place.code, number + step)
            other.row |= {"tax_number": inn, "branch_code": requisites.kpp(inn)}
            if shape == "branch":
                inn = one.row["tax_number"]
                other.row |= {"tax_number": inn, "branch_code": f"{other.place.code}{inn[2:4]}4300{step}"}
                other.row["name"] += rng.choice(("", f" филиал в г. {town}", f" ({town})"))
        other.home = one.home if "address" in columns else other.home
        other.row |= {c: one.row[c] for c in columns}
        for each in (one, other):
            each.shared |= {*columns, "tax_number"} if shape == "branch" else set(columns)
            each.keep |= {"tax_number", "branch_code"}
        group.append(other)
    return group
