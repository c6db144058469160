"""What people call the columns of their client lists, in Russian and English. Data only; compared without case and signs.

The order tells: of two paths that know a title, the first takes it.
"""

from collections.abc import Mapping
from typing import Final

_BOTH: Final[Mapping[str, tuple[str, ...]]] = {
    "contact_points[phone]": (
        "телефон", "телефоны", "тел", "рабочий телефон", "номер телефона", "контактный телефон", "контактные телефоны", "телефон контактного лица",
        "phone", "phones", "telephone",
        "phone number", "main phone", "work phone",
    ),
    "contact_points[mobile]": ("мобильный", "мобильный телефон", "сотовый", "моб", "моб тел", "mobile", "cell", "mobile phone"),
    "contact_points[fax]": ("факс", "fax"),
    "tags": ("теги", "тэги", "метки", "ярлыки", "tags", "labels"),
    "contact_points[email]": (
        "e-mail", "email", "e mail", "электронная почта", "почта", "эл почта", "адрес электронной почты", "почта контактного лица",
        "mail", "emails",
        "e-mail address", "email address", "main e-mail",
    ),
    "contact_points[site]": ("сайт", "сайты", "site", "sites", "website", "web site", "url"),
    "contact_points[telegram]": ("telegram", "телеграм", "телеграмм", "тг"),
    "contact_points[whatsapp]": ("whatsapp", "ватсап", "вотсап"),
    "contact_points[vk]": ("vk", "вк", "вконтакте"),
    "contact_points[max]": ("max", "макс"),
    "addresses[legal].street": ("юридический адрес", "юр адрес", "адрес регистрации", "legal address"),
    "addresses[actual].street": ("адрес", "фактический адрес", "улица", "факт адрес", "address", "street"),
    "addresses[delivery].street": ("адрес доставки", "delivery address", "shipping address"),
    "addresses[postal].street": ("почтовый адрес", "postal address", "mailing address"),
    "addresses[actual].postcode": ("индекс", "почтовый индекс", "postcode", "zip", "postal code", "zip code"),
    "addresses[actual].region": ("регион", "область", "край", "region", "state"),
    "status": ("статус", "статус клиента", "status"),
    "importance": ("важность", "приоритет", "importance"),
    "roles": ("тип", "тип контрагента", "тип отношений", "роль", "type", "relation types"),
    "source": ("источник", "рекламный источник", "откуда узнали", "source", "lead source"),
    "first_contact_on": (
        "дата первого контакта", "первый контакт", "дата знакомства", "клиент с", "first contact", "customer since",
    ),
    "city": ("город", "населенный пункт", "город/населенный пункт", "city", "town"),
    "note": ("примечание", "примечания", "комментарий", "комментарии", "заметка", "заметки", "note", "notes", "comment", "comments"),
}  # fmt: skip
ORGANISATION: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        "организация", "наименование", "название", "наименование организации", "название организации", "компания",
        "контрагент", "клиент", "юридическое лицо", "краткое наименование", "наименование контрагента", "фирма",
        "место работы", "company", "company name", "organisation", "organization", "account name", "account", "client",
        "customer", "name", "employer",
    ),
    **_BOTH,
    "bank_accounts[].bic": ("бик", "бик банка", "bic"),
    "bank_accounts[].account": ("расчетный счет", "р/с", "рс", "р/счет", "account number", "bank account"),
    "bank_accounts[].correspondent": ("корреспондентский счет", "к/с", "корр счет", "correspondent account"),
    "bank_accounts[].bank": ("банк", "наименование банка", "bank"),
    "legal_form": ("форма", "опф", "организационно-правовая форма", "правовая форма", "form", "legal form"),
    "full_name": ("полное наименование", "полное название", "юридическое название", "full legal name", "legal name"),
    "inn": ("инн", "inn", "tax id", "vat number", "tin", "инн/кпп", "инн организации", "инн контрагента"),
    "kpp": ("кпп", "kpp"),
    "ogrn": ("огрн", "огрнип", "ogrn"),
    "industry": ("отрасль", "сфера деятельности", "вид деятельности", "industry", "sector"),
    "turnover": ("оборот", "выручка", "годовой оборот", "оборот руб", "turnover", "revenue", "annual revenue"),
    "employees": ("число сотрудников", "количество сотрудников", "сотрудников", "штат", "employees", "headcount"),
    "website": ("сайт", "веб-сайт", "web-сайт", "www", "site", "sites", "website", "web site", "url"),
}  # fmt: skip
PERSON: Final[Mapping[str, tuple[str, ...]]] = {
    **_BOTH,
    "whole_name": (
        "фио", "ф.и.о.", "фамилия имя отчество", "контактное лицо", "контакт", "имя фамилия",
        "фио контактного лица", "имя контактного лица", "контактные лица", "полное имя", "сотрудник",
        "full name", "full_name", "contact name", "contact", "contact person",
    ),
    "last_name": ("фамилия", "last name", "surname", "family name"),
    "first_name": ("имя", "first name", "given name"),
    "middle_name": ("отчество", "middle name", "patronymic"),
    "position": ("должность", "должность контактного лица", "position", "job title", "title"),
    "birthday": ("дата рождения", "день рождения", "др", "birthday", "date of birth", "birth date"),
    "gender": ("пол", "gender", "sex"),
    "salutation": ("обращение", "salutation"),
}  # fmt: skip
# What an address book calls its own (the columns of a vCard); the organisation stands beside the person.
PERSON_VCARD: Final[Mapping[str, str]] = {
    "full_name": "whole_name", "last_name": "last_name", "first_name": "first_name", "middle_name": "middle_name",
    "organisation": "organisation.name", "position": "position", "phones": "contact_points[phone]",
    "emails": "contact_points[email]", "sites": "contact_points[site]", "address": "addresses[actual].street",
    "birthday": "birthday", "note": "note",
}  # fmt: skip
