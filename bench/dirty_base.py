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
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from klientura.project.demo import names, requisites
from klientura.project.demo.places import Place, places

COLUMNS = (
    "kind", "last_name", "first_name", "middle_name", "name", "phone", "email", "tax_number", "branch_code", "birthday",
    "city", "postcode", "address", "employer", "identifier", "site", "truth",
)  # fmt: skip
type Row = dict[str, str]
NAME_COLUMNS = ("last_name", "first_name", "middle_name")


def _words(text: str) -> list[str]:
    return text.split()


PLACEHOLDERS = {
    "phone": ("000000", "1234567", "нет", "-", "+7 (000) 000-00-00", "89999999999", "88001234567"),
    "email": ("no@mail.ru", "test@test.ru", "нет", "-", "no@no.ru", "net@net.ru"),
    "tax_number": ("0000000000", "1111111111", "нет", "-"), "middle_name": ("-", "нет", "."),
    "birthday": ("1900-01-01", "1970-01-01"), "address": ("-", "нет", "уточнить"),
}  # fmt: skip
EMPTY = {
    "person": {"middle_name": 8, "phone": 6, "email": 18, "birthday": 30, "city": 8, "postcode": 28, "address": 22},
    "organisation": {"phone": 6, "email": 14, "tax_number": 11, "branch_code": 18, "city": 6, "postcode": 24,
                     "address": 14, "site": 32},
}  # fmt: skip
STREETS = _words("""
Ленина Советская Гагарина Кирова Мира Победы Пушкина Садовая Заводская Лесная Школьная Молодёжная Чехова Горького Набережная
Первомайская Октябрьская Строителей Комсомольская Фрунзе Калинина Маяковского Суворова Полевая Пролетарская Дзержинского
""")
MAIL = _words("mail.ru mail.ru mail.ru yandex.ru yandex.ru gmail.com gmail.com bk.ru list.ru rambler.ru")
ROLES = ("info", "office", "zakaz")
MISSPELT = {
    "mail.ru": ("mail.ri", "mai.ru", "maill.ru", "mail,ru", "mail.ry"), "yandex.ru": ("yandx.ru", "yndex.ru", "yandex.ri", "ya.ru"),
    "gmail.com": ("gmial.com", "gmail.ru", "gmai.com", "gmail.con", "gmail,com"), "rambler.ru": ("ramler.ru", "rambler.ri"),
}  # fmt: skip
NICKS = _words(
    "zvezda kotik master lucky volk sunny rybak shkiper malina dron motor natalka sneg tigra vesna boss"
)
SHORT_CITY = {
    "Москва": ("г. Москва", "МСК", "г.Москва", "Moscow"), "Санкт-Петербург": ("СПб", "С-Петербург", "Питер", "г. Санкт-Петербург"),
    "Екатеринбург": ("Екб", "г. Екатеринбург"), "Нижний Новгород": ("Н. Новгород", "Н.Новгород"),
    "Ростов-на-Дону": ("Ростов", "Ростов н/Д"), "Новосибирск": ("Нск", "г Новосибирск"),
}  # fmt: skip
FORMS = {
    "ООО": "Общество с ограниченной ответственностью", "АО": "Акционерное общество", "ПАО": "Публичное акционерное общество",
    "ЗАО": "Закрытое акционерное общество", "АНО": "Автономная некоммерческая организация", "ИП": "Индивидуальный предприниматель",
    "МБОУ": "Муниципальное бюджетное общеобразовательное учреждение",
}  # fmt: skip
SHORT_NAMES = {
    "Александр": "Саша Шура Саня", "Сергей": "Серёжа", "Дмитрий": "Дима Митя", "Алексей": "Лёша Алёша", "Евгений": "Женя",
    "Иван": "Ваня", "Михаил": "Миша", "Николай": "Коля", "Владимир": "Володя Вова", "Павел": "Паша", "Роман": "Рома",
    "Константин": "Костя", "Виктор": "Витя", "Юрий": "Юра", "Анатолий": "Толя", "Василий": "Вася", "Пётр": "Петя",
    "Борис": "Боря", "Геннадий": "Гена", "Вячеслав": "Слава", "Елена": "Лена Алёна", "Ольга": "Оля", "Наталья": "Наташа Наталия",
    "Анна": "Аня", "Екатерина": "Катя", "Мария": "Маша", "Ирина": "Ира", "Светлана": "Света", "Юлия": "Юля", "Татьяна": "Таня",
    "Анастасия": "Настя", "Дарья": "Даша", "Людмила": "Люда Мила", "Галина": "Галя", "Надежда": "Надя", "Виктория": "Вика",
    "Любовь": "Люба", "Валентина": "Валя", "Александра": "Саша", "Софья": "Соня София", "Маргарита": "Рита", "Ксения": "Ксюша",
}  # fmt: skip
FATHERS = _words("""
Александр/Александрович Алексей/Алексеевич Андрей/Андреевич Антон/Антонович Виктор/Викторович Владимир/Владимирович
Вадим/Вадимович Сергей/Сергеевич Степан/Степанович Иван/Иванович Игорь/Игоревич Илья/Ильич Денис/Денисович Дмитрий/Дмитриевич
Пётр/Петрович Павел/Павлович Роман/Романович Руслан/Русланович
""")
ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
KEYS = str.maketrans(
    "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~",
)
TO_CYRILLIC = str.maketrans("c", "с")
LOOKALIKE = str.maketrans("асеорхуАСЕОРХКМТНВ", "aceopxyACEOPXKMTHB")
EAR = (("нн", "н"), ("лл", "л"), ("сс", "с"), ("ья", "ия"), ("ия", "ья"), ("ье", "ие"), ("ю", "у"), ("ё", "о"), ("он", "ан"),
       ("ор", "ар"), ("ол", "ал"), ("ер", "ир"), ("тц", "ц"), ("дт", "т"), ("ст", "сст"), ("ев", "ив"))  # fmt: skip
ABC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
HABITS = tuple(dict(zip(ABC, spelling.split(","), strict=True)) for spelling in (
    "a,b,v,g,d,e,e,zh,z,i,i,k,l,m,n,o,p,r,s,t,u,f,kh,ts,ch,sh,shch,ie,y,,e,iu,ia",
    "a,b,v,g,d,e,yo,zh,z,i,y,k,l,m,n,o,p,r,s,t,u,f,h,ts,ch,sh,sch,,y,',e,yu,ya",
    "a,b,v,g,d,e,e,j,z,i,i,k,l,m,n,o,p,r,s,t,u,f,x,c,ch,sh,sh,,i,,e,u,ya",
))  # fmt: skip


@dataclass(slots=True)
class Client:
    """A record. `shared`: columns that others have too; `keep`: columns that alone tell it from somebody."""

    row: Row
    place: Place
    home: tuple[str, int, int]
    shared: set[str] = field(default_factory=set)
    keep: set[str] = field(default_factory=set)
    trading: str = ""
    grade: float = 2.0  # how much the name says

    @property
    def is_person(self) -> bool:
        """A natural person."""
        return self.row["kind"] == "person"


def latin(text: str, habit: dict[str, str]) -> str:
    """The text in Latin letters by a habit of spelling."""
    spelt = (habit.get(c.lower(), c) for c in text)
    return "".join(new.capitalize() if old.isupper() else new for old, new in zip(text, spelt, strict=True))


def national(phone: str) -> str:
    """The digits of a number without the country and the extension."""
    return re.sub(r"\D", "", re.split(r"доб|вн|ext|#|\(раб|;", phone)[0])[-10:]


def write_phone(rng: Random, digits: str, *, plain: float = 0.0) -> str:
    """The ten digits in somebody's habit."""
    a, b, c, d = digits[:3], digits[3:6], digits[6:8], digits[8:]
    if rng.random() < plain:
        return f"+7 {a} {b}-{c}-{d}"
    return rng.choice((
        f"+7 ({a}) {b}-{c}-{d}", f"8 ({a}) {b}-{c}-{d}", f"8{digits}", digits, f"+7{digits}", f"8-{a}-{b}-{c}-{d}", f"7{digits}",
        f"8 {a} {b} {c} {d}", f"+7({a}){b}{c}{d}", f"8({a}){b}-{c}-{d}", f"т. 8{digits}", f"+7 {a} {b} {c} {d}",
        f"8{digits} моб." if a[0] == "9" else f"8{a}{b}{c}{d}",
    ))  # fmt: skip


def landline(rng: Random, place: Place) -> str:
    """Ten digits of a number of the city."""
    code = place.city.area_code
    return f"{code}{rng.randrange(2 * 10 ** (9 - len(code)), 8 * 10 ** (9 - len(code)))}"


def mobile(rng: Random) -> str:
    """Ten digits of a mobile number."""
    return rng.choice(("90", "91", "92", "93", "95", "96", "98")) + f"{rng.randrange(10**8):08d}"


def write_address(rng: Random, home: tuple[str, int, int], city: str = "") -> str:
    """A street, a house and a flat (or office) in somebody's habit."""
    street, house, flat = home
    text = rng.choice((
        f"ул. {street}, д. {house}, кв. {flat}", f"ул. {street}, д. {house}, кв. {flat}", f"ул.{street} д.{house} кв.{flat}",
        f"{street} {house}-{flat}", f"улица {street}, дом {house}, квартира {flat}", f"{street} ул., {house}, {flat}",
        f"ул {street}, {house} - {flat}", f"{street}, {house}, кв {flat}",
    ))  # fmt: skip
    if not flat:
        text = re.sub(r"[,\s-]+(?:кв(?:артира)?[. ]*)?0$", "", text)
    return f"г. {city}, {text}" if city and rng.random() < 0.25 else text


def split_form(name: str) -> tuple[str, str]:
    """The short legal form («» if it is left out) and the rest without quotes."""
    for short, full in sorted(FORMS.items(), key=lambda form: -len(form[1])):
        name = re.sub(full, short, name, flags=re.IGNORECASE)
    form = next((f for f in FORMS if re.search(rf"(?<!\w){f}(?!\w)", name, re.IGNORECASE)), "")
    core = re.sub(rf"(?<!\w){form}(?!\w)", "", name, flags=re.IGNORECASE) if form else name
    return form, " ".join(re.sub(r"[«»\"“”„()']|,\s*$|^\s*,", " ", core).split())


def write_name(rng: Random, form: str, core: str, *, tidy: bool = False) -> str:
    """An organisation's name with its form written in somebody's habit."""
    if form == "ИП":
        last, *others = core.split()
        short = f"{last} {' '.join(f'{o[0]}.' for o in others)}"
        some = (
            f"ИП {core}",
            f"{form} {short}",
            f"{FORMS[form]} {core}",
            f"{core} ИП",
            f"{core} (ИП)",
            f"{short}, ИП",
        )
        return rng.choice(some[:2] if tidy else some)
    tidies = (f"{form} «{core}»", f'{form} "{core}"', f'{form} "{core}"', f"{form} {core}")
    return rng.choice(tidies if tidy else (
        *tidies, core, core, f"{core} {form}", f"{core}, {form}", f'"{core}"', f"{FORMS[form]} «{core}»", f"«{core}» {form}",
        f'{FORMS[form].upper()} "{core.upper()}"', f"{form}“{core}”", f"{form} ''{core}''", f"{form.lower()} {core.lower()}",
        f'{core} ({form})', f'{form}"{core}"',
    ))  # fmt: skip


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
