"""What people call the columns of their files, in Russian and English. Data only; matched without case and signs."""

from collections.abc import Mapping

# Path → headers. A path counts only where the object has it; the first object path that knows a header wins.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "legal_form": ("форма", "опф", "организационно-правовая форма", "правовая форма", "form", "legal form"),
    "full_name": ("полное наименование", "полное название", "юридическое название", "full legal name", "legal name"),
    "inn": ("инн", "inn", "tax id", "vat number", "tin", "инн/кпп", "инн организации", "инн контрагента"),
    "kpp": ("кпп", "kpp"),
    "ogrn": ("огрн", "огрнип", "ogrn"),
    "industry": ("отрасль", "сфера деятельности", "вид деятельности", "industry", "sector"),
    "turnover": ("оборот", "выручка", "годовой оборот", "оборот руб", "turnover", "revenue", "annual revenue"),
    "employees": ("число сотрудников", "количество сотрудников", "сотрудников", "штат", "employees", "headcount"),
    "status": ("статус", "статус клиента", "status"),
    "importance": ("важность", "приоритет", "importance"),
    "roles": ("тип", "тип контрагента", "тип отношений", "роль", "type", "relation types"),
    "source": ("источник", "рекламный источник", "откуда узнали", "source", "lead source"),
    "first_contact_on": (
        "дата первого контакта", "первый контакт", "дата знакомства", "клиент с", "first contact", "customer since",
    ),
    "birthday": ("дата рождения", "день рождения", "др", "birthday", "date of birth", "birth date"),
    "gender": ("пол", "gender", "sex"),
    "salutation": ("обращение", "salutation"),
    "last_name": ("фамилия", "last name", "surname", "family name"),
    "first_name": ("имя", "first name", "given name"),
    "middle_name": ("отчество", "middle name", "patronymic"),
    "whole_name": (
        "фио", "ф.и.о.", "фамилия имя отчество", "контактное лицо", "контакт", "имя фамилия",
        "фио контактного лица", "имя контактного лица", "контактные лица", "полное имя", "сотрудник",
        "full name", "full_name", "contact name", "contact", "contact person",
    ),
    "position": ("должность", "должность контактного лица", "position", "job title", "title"),
    "owner": ("менеджер", "ответственный", "ответственный менеджер", "куратор", "manager", "owner", "account manager"),
    "city": ("город", "населенный пункт", "город/населенный пункт", "city", "town"),
    "note": ("примечание", "примечания", "комментарий", "комментарии", "заметка", "заметки", "note", "notes", "comment", "comments"),
    "website": ("сайт", "веб-сайт", "web-сайт", "www", "site", "sites", "website", "web site", "url"),
    "amount": ("сумма", "сумма сделки", "бюджет", "amount", "value", "deal value", "budget"),
    "stage": ("этап", "стадия", "этап сделки", "stage"),
    "pipeline": ("воронка", "воронка продаж", "pipeline"),
    "close_date": ("дата закрытия", "ожидаемая дата", "планируемая дата", "close date", "expected close"),
    "party": ("клиент", "контрагент", "компания", "организация", "client", "customer", "company", "account"),
    "due_at": ("срок", "крайний срок", "выполнить до", "due", "due date", "deadline"),
    "description": ("описание", "description"),
}  # fmt: skip
CONTACTS: Mapping[str, tuple[str, ...]] = {
    "contact_points[phone]": (
        "телефон", "телефоны", "тел", "рабочий телефон", "номер телефона", "контактный телефон", "контактные телефоны", "телефон контактного лица",
        "phone", "phones", "telephone",
        "phone number", "main phone", "work phone",
    ),
    "contact_points[mobile]": ("мобильный", "мобильный телефон", "сотовый", "моб", "моб тел", "mobile", "cell", "mobile phone"),
    "contact_points[fax]": ("факс", "fax"),
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
    "bank_accounts[].bic": ("бик", "бик банка", "bic"),
    "bank_accounts[].account": ("расчетный счет", "р/с", "рс", "р/счет", "account number", "bank account"),
    "bank_accounts[].correspondent": ("корреспондентский счет", "к/с", "корр счет", "correspondent account"),
    "bank_accounts[].bank": ("банк", "наименование банка", "bank"),
}  # fmt: skip
NAMES: Mapping[str, tuple[str, ...]] = {
    "organisation": (
        "организация", "наименование", "название", "наименование организации", "название организации", "компания",
        "контрагент", "клиент", "юридическое лицо", "краткое наименование", "наименование контрагента", "фирма",
        "место работы", "company", "company name", "organisation", "organization", "account name", "account", "client",
        "customer", "name", "employer",
    ),
    "opportunity": ("сделка", "название сделки", "название", "наименование", "deal", "deal name", "opportunity", "name"),
    "task": ("задача", "название", "тема", "task", "subject", "name"),
}  # fmt: skip
