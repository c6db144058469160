"""The words and habits of people who type clients in, and how they write a phone, an address, a name of a firm."""

import re
from dataclasses import dataclass, field
from random import Random

from klientura.project.demo.places import Place

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
