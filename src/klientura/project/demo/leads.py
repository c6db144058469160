"""Leads of the demo: twenty requests of several kinds, from several channels, at every point of their way."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.project.demo.team import Owner

MAKER: Final = SystemActor("demo")

# What they want, organisation, person, city, channel, source, amount in thousands, status.
LEADS: Final[dict[str, tuple[tuple[str, str, str, str, str, str, int, str], ...]]] = {
    "ru": (
        ("Нужен фрезерный станок с ЧПУ", "ООО «Уралдеталь»", "Семёнов Игорь Павлович", "Екатеринбург", "form", "Яндекс Директ", 2400, "new"),
        ("Стеллажи на склад 1200 м²", "ООО «Логопарк Восток»", "Дмитриева Ольга", "Казань", "form", "Сайт", 3100, "in_work"),
        ("Запрос цены на ленточные пилы", "АО «Металлоторг»", "Кузьмин Артём Олегович", "Челябинск", "mail", "Рассылка", 820, "qualified"),
        ("Перезвоните по поводу компрессора", "", "Рашид", "Уфа", "call", "2ГИС", 400, "new"),
        ("Коммерческое предложение на СОЖ", "ООО «Точмех»", "Белова Анна Викторовна", "Тула", "mail", "Сайт", 95, "in_work"),
        ("Хотят посмотреть станок в работе", "ООО «Каркас»", "Орлов Денис", "Самара", "event", "Выставка «Металлообработка»", 1500, "qualified"),
        ("Ремонт старого токарного станка", "ИП Гаврилов", "Гаврилов Степан Ильич", "Пермь", "call", "Рекомендация", 120, "unsuitable"),
        ("Тележки гидравлические, 12 штук", "ООО «Продбаза № 4»", "Лапина Вера", "Омск", "form", "Яндекс Директ", 370, "new"),
        ("Оснащение учебной мастерской", "Колледж машиностроения", "Захаров Михаил", "Нижний Новгород", "mail", "Госзакупки", 4800, "in_work"),
        ("Вопрос о доставке поддонов", "", "Елена", "Москва", "chat", "Сайт", 60, "unsuitable"),
        ("Дилерство в Сибири", "ООО «Сибинструмент»", "Пак Виктор", "Новосибирск", "event", "Выставка «Металлообработка»", 0, "qualified"),
        ("Масло индустриальное, 20 бочек", "ООО «Станкосервис»", "Жуков Роман Андреевич", "Липецк", "call", "Повторное обращение", 670, "in_work"),
        ("Сколько стоит сверлильный станок?", "", "", "Тверь", "chat", "Яндекс Директ", 190, "new"),
        ("Замена пильного парка", "АО «Трубный завод»", "Мельник Сергей Петрович", "Волжский", "mail", "Рекомендация", 5600, "qualified"),
        ("Фрезы и свёрла по договору", "ООО «Инженерия»", "Нестерова Юлия", "Калуга", "form", "Рассылка", 240, "in_work"),
        ("Аренда станка на три месяца", "ООО «Монолит-Юг»", "Тарасов Олег", "Краснодар", "form", "Яндекс Директ", 300, "unsuitable"),
        ("Список участников конференции: Агропром", "ООО «Агропром»", "Юдин Павел", "Воронеж", "import", "Конференция", 900, "new"),
        ("Список участников конференции: Деталь-М", "ООО «Деталь-М»", "Сорокина Инна", "Рязань", "import", "Конференция", 700, "new"),
        ("Заявка с площадки поставщиков", "ООО «Снабжение+»", "Фомин Илья", "Санкт-Петербург", "api", "Площадка B2B", 1300, "in_work"),
        ("Перчатки и расходники, постоянный заказ", "ООО «Литейщик»", "Громова Татьяна", "Магнитогорск", "hand", "Холодный звонок", 150, "new"),
    ),
    "en": (
        ("A CNC milling machine", "Urals Parts LLC", "Semenov Igor", "Yekaterinburg", "form", "Search ads", 2400, "new"),
        ("Racks for a 1,200 m² warehouse", "Logopark East", "Dmitrieva Olga", "Kazan", "form", "Web site", 3100, "in_work"),
        ("A price for band saws", "Metallotorg", "Kuzmin Artem", "Chelyabinsk", "mail", "Mailing", 820, "qualified"),
        ("Call back about a compressor", "", "Rashid", "Ufa", "call", "Maps", 400, "new"),
        ("An offer for coolant", "Tochmekh LLC", "Belova Anna", "Tula", "mail", "Web site", 95, "in_work"),
        ("Want to see a machine at work", "Karkas LLC", "Orlov Denis", "Samara", "event", "Trade fair", 1500, "qualified"),
        ("Repair of an old lathe", "Gavrilov", "Gavrilov Stepan", "Perm", "call", "Referral", 120, "unsuitable"),
        ("Twelve pallet trucks", "Food Base 4", "Lapina Vera", "Omsk", "form", "Search ads", 370, "new"),
        ("Equipment for a training workshop", "College of Engineering", "Zakharov Mikhail", "Nizhny Novgorod", "mail", "Tender", 4800, "in_work"),
        ("A question about pallets", "", "Elena", "Moscow", "chat", "Web site", 60, "unsuitable"),
        ("A dealership in Siberia", "Sibinstrument", "Pak Viktor", "Novosibirsk", "event", "Trade fair", 0, "qualified"),
        ("Twenty barrels of oil", "Stankoservis", "Zhukov Roman", "Lipetsk", "call", "Came again", 670, "in_work"),
        ("How much is a drill press?", "", "", "Tver", "chat", "Search ads", 190, "new"),
        ("New saws for the whole plant", "Pipe Works", "Melnik Sergey", "Volzhsky", "mail", "Referral", 5600, "qualified"),
        ("Cutters and drills by contract", "Engineering LLC", "Nesterova Yulia", "Kaluga", "form", "Mailing", 240, "in_work"),
        ("A machine to rent for three months", "Monolith South", "Tarasov Oleg", "Krasnodar", "form", "Search ads", 300, "unsuitable"),
        ("Conference list: Agroprom", "Agroprom", "Yudin Pavel", "Voronezh", "import", "Conference", 900, "new"),
        ("Conference list: Detail-M", "Detail-M", "Sorokina Inna", "Ryazan", "import", "Conference", 700, "new"),
        ("A request from a marketplace", "Supply Plus", "Fomin Ilya", "Saint Petersburg", "api", "Marketplace", 1300, "in_work"),
        ("Gloves and consumables, regularly", "Foundry LLC", "Gromova Tatiana", "Magnitogorsk", "hand", "Cold call", 150, "new"),
    ),
}  # fmt: skip
REASONS: Final = ("not_ours", "spam", "elsewhere")
DECIDERS: Final = {
    "ru": ("Главный инженер", "Директор", "Закупки"),
    "en": ("The chief engineer", "The director", "Purchasing"),
}
USED: Final = {
    "ru": ("Станок 1994 года", "Покупают у другого поставщика"),
    "en": ("A machine of 1994", "Buy from another supplier"),
}


def write_leads(owners: Sequence[Owner], operation_id: int, *, language: str, now: dt.datetime) -> int:
    """Write the leads as a part of the operation of the demo; return how many."""
    tongue = "ru" if language == "ru" else "en"
    rows = [_lead(number, told, tongue, owners, now) for number, told in enumerate(LEADS[tongue])]
    return len(write.create_many(MAKER, shape_of("lead"), rows, operation_id=operation_id))


def _lead(
    number: int,
    told: tuple[str, str, str, str, str, str, int, str],
    tongue: str,
    owners: Sequence[Owner],
    now: dt.datetime,
) -> dict[str, Any]:
    name, company, person, city, channel, source, thousands, status = told
    row: dict[str, Any] = {
        "name": name, "company_name": company or None, "person_name": person or None, "city": city, "channel": channel,
        "source": source, "amount": str(thousands * 1000) if thousands else None, "status": status,
        "phone": f"+7 9{10 + number} 555-{10 + number:02d}-{90 - number:02d}",
        "email": f"lead{number + 1}@example.org" if number % 3 else None,
        "owner": owners[number % len(owners)].user_id,
    }  # fmt: skip
    if channel == "form":
        row |= {"utm_source": "yandex", "utm_medium": "cpc", "utm_campaign": f"machines-{number % 3 + 1}"}
    if status in {"in_work", "qualified"}:
        row |= {
            "budget_known": ("set", "planned")[number % 2],
            "decision_maker": DECIDERS[tongue][number % 3],
        }
    if status == "qualified":
        row |= {
            "needed_by": (now.date() + dt.timedelta(days=20 + number * 3)).isoformat(),
            "used_now": USED[tongue][number % 2],
        }
    if status == "unsuitable":
        row["unsuitable_reason"] = REASONS[number % 3]
    return row
