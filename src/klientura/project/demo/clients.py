"""Organisations and people of one block."""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from klientura.project.demo import names, requisites
from klientura.project.demo.moments import DAY
from klientura.project.demo.phrases import Phrases
from klientura.project.demo.places import Place, places
from klientura.project.demo.records import Row, header, points
from klientura.project.demo.team import Owner, make_latin

STREETS = (
    "ул. Ленина", "пр. Мира", "ул. Гагарина", "ул. Советская", "Промышленная ул.", "Заводская ул.", "ул. Кирова", "Садовая ул.",
    "ул. Победы", "Набережная ул.",
)  # fmt: skip
SHORT_NUMBERS = 1000


@dataclass(slots=True)
class Block:
    """Records that are written together. `people_of`: organisation's place in the block → its people."""

    rng: Random
    now: dt.datetime
    phrases: Phrases
    owners: tuple[Owner, ...]
    operation_id: int
    organisations: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    people_of: list[list[Row]] = field(default_factory=list)
    points: list[Row] = field(default_factory=list)
    addresses: list[Row] = field(default_factory=list)
    deals: list[Row] = field(default_factory=list)
    interactions: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)


def _phone(rng: Random, place: Place) -> str:
    code = place.city.area_code
    local = 10 - len(code)
    return f"+7{code}{rng.randrange(2 * 10 ** (local - 1), 8 * 10 ** (local - 1))}"


def add_organisations(block: Block, ids: list[int], first: int, total: int) -> None:
    """Add organisations number `first` and on, of `total`: those with higher numbers came to us later."""
    where, weights = places()
    industries = list(names.INDUSTRIES)
    for number, record_id in enumerate(ids, start=first):
        rng = block.rng
        [place] = rng.choices(where, cum_weights=weights)
        age = 365 * 3 * (1 - (number + rng.random()) / total) + 1
        block.organisations.append(
            _organisation(block, record_id, number, place, rng.choice(industries), block.now - DAY * age)
        )
        block.people_of.append([])


def _organisation(
    block: Block, record_id: int, number: int, place: Place, industry: str, created: dt.datetime
) -> Row:
    rng = block.rng
    name = names.organisation_name(rng, industry)
    form = rng.choice(names.FORMS)
    is_trader = form == "ip"
    year = rng.randrange(2003, created.year + 1)
    if is_trader:
        person = names.person_name(rng)
        name = f"{person.last} {person.first[0]}. {person.middle[0]}."
        full_name = f"Индивидуальный предприниматель {person.last} {person.first} {person.middle}"
        inn, ogrn = (
            requisites.trader_inn(place.code, number), requisites.trader_ogrn(place.code, max(year, 2004), number)
        )  # fmt: skip
    else:
        full_name = f"{names.FORM_NAMES[form]} «{name.replace('«', '').replace('»', '')}»"
        inn, ogrn = (
            requisites.company_inn(place.code, number), requisites.company_ogrn(place.code, year, number)
        )  # fmt: skip
    slug = "-".join("".join(c if c.isalnum() else " " for c in make_latin(name)).split())
    domain = (
        f"{slug}{number + 1}.example"
        if number >= SHORT_NUMBERS
        else f"{slug}-{place.code}{number + 1}.example"
    )
    phone, email = _phone(rng, place), f"{rng.choice(('info', 'office', 'sales', 'zakaz'))}@{domain}"
    site = f"https://{domain}"
    block.points += points(record_id, [("phone", phone), ("email", email), ("site", site)])
    block.addresses.append(
        {"position": 0, "party_id": record_id, "kind": "legal", "region": place.city.region, "city": place.city.name,
         "street": f"{rng.choice(STREETS)}, {rng.randrange(1, 180)}"}
    )  # fmt: skip
    size = rng.lognormvariate(3.4, 1.2)
    return header(record_id, rng.choice(block.owners), created, block.operation_id) | {
        "kind": "organisation", "roles": ["client"] if rng.random() < 0.9 else [rng.choice(("supplier", "partner", "dealer"))],
        "status": "new", "importance": rng.choices(("high", "medium", "low"), (1, 3, 4))[0], "is_active": True, "phone": phone,
        "email": email, "city": place.city.name, "place": place.spot(number) if number % 12 else None,
        "source": rng.choice(block.phrases.sources), "first_contact_on": created.date(),
        "note": rng.choice(block.phrases.notes) if rng.random() < 0.2 else None, "name": name, "full_name": full_name,
        "legal_form": form, "inn": inn, "kpp": None if is_trader else requisites.kpp(inn), "ogrn": ogrn, "industry": industry,
        "funding": "commercial", "website": site, "turnover": round(size * rng.uniform(1.5, 6)) * 1_000_000,
        "employees": max(1, round(size)),
    }  # fmt: skip


def add_people(block: Block, ids: list[int]) -> None:
    """Add people; most work for an organisation of the block, and the first of each is its primary contact."""
    rng = block.rng
    for record_id in ids:
        place = int(len(block.organisations) * rng.random() ** 1.3)
        employer = block.organisations[place] if rng.random() < 0.93 else None
        row = _person(block, record_id, employer)
        block.people.append(row)
        if employer is not None:
            if not block.people_of[place]:
                employer["primary_contact_id"] = record_id
            block.people_of[place].append(row)


def _person(block: Block, record_id: int, employer: Row | None) -> Row:
    rng = block.rng
    name = names.person_name(rng)
    mobile = f"+79{rng.randrange(10**9):09d}"
    domain = employer["email"].partition("@")[2] if employer else "mail.example"
    tail = "" if employer else str(rng.randrange(10**6))
    email = f"{make_latin(name.first[0])}.{make_latin(name.last)}{tail}@{domain}"
    if employer:
        owner, created = Owner(employer["owner_id"], employer["team_id"]), employer["created_at"]
        created = min(block.now, created + DAY * rng.random() * 20)
    else:
        owner, created = rng.choice(block.owners), block.now - DAY * (rng.random() * 1000 + 1)
    block.points += points(record_id, [("mobile", mobile), ("email", email)])
    return header(record_id, owner, created, block.operation_id) | {
        "kind": "person", "is_active": True, "phone": mobile, "email": email,
        "city": employer["city"] if employer else None,
        "place": employer["place"] if employer and record_id % 2 else None, "last_name": name.last, "first_name": name.first,
        "middle_name": name.middle, "gender": name.gender,
        "birthday": dt.date(rng.randrange(1960, 2002), rng.randrange(1, 13), rng.randrange(1, 29)) if rng.random() < 0.4 else None,
        "employer_id": employer["id"] if employer else None,
        "position": rng.choice(block.phrases.positions) if employer else None,
        "decision_role": rng.choice(("decides", "influences", "influences", "uses")) if employer else None,
    }  # fmt: skip
