"""Realistic samples for the living page of components: one card, its timeline, and filters."""

from klientura.kernel.ui.gallery_data import STAGES, Data

FACTS: list[Data] = [
    {
        "title": "Основное",
        "facts": [
            {
                "name": "g_stage",
                "label": "Этап",
                "value": {"kind": "stage", "text": "Согласование договора", "hue": "violet"},
            },
            {
                "name": "g_amount",
                "label": "Сумма",
                "value": {"kind": "money", "text": "4 860 000,00 ₽"},
                "edit_url": "/ui/part/fact-edit?name=g_amount",
            },
            {
                "name": "g_owner",
                "label": "Ответственный",
                "value": {"kind": "user", "text": "Анна Верещагина"},
                "edit_url": "/ui/part/fact-edit?name=g_owner",
            },
            {
                "name": "g_due",
                "label": "Ожидаемая дата закрытия",
                "value": {"kind": "date", "text": "15 декабря 2026"},
                "edit_url": "/ui/part/fact-edit?name=g_due",
            },
        ],
    },
    {
        "title": "Связь",
        "facts": [
            {"name": "g_phone", "label": "Телефон", "value": {"kind": "phone", "text": "+7 495 123-45-67"}},
            {
                "name": "g_mail",
                "label": "Электронная почта",
                "value": {"kind": "email", "text": "snab@vereskstroy.ru"},
                "edit_url": "/ui/part/fact-edit?name=g_mail",
            },
            {"name": "g_site", "label": "Сайт", "value": None, "edit_url": "/ui/part/fact-edit?name=g_site"},
            {
                "name": "g_tags",
                "label": "Метки",
                "value": {
                    "kind": "badges",
                    "items": [{"text": "Опт", "hue": "teal"}, {"text": "Важный", "hue": "pink"}],
                },
            },
        ],
    },
]

TIMELINE: list[Data] = [
    {
        "label": "Сегодня",
        "items": [
            {
                "kind": "note",
                "who": "Анна Верещагина",
                "text": "закрепила заметку",
                "time": "11:42",
                "iso": "2026-11-21T11:42",
                "body": "Договор смотрит юрист заказчика. Звонить после 15:00, спросить про порядок приёмки.",
                "pinned": True,
                "actions": [{"label": "Ответить", "icon": "corner-down-left"}],
            },
            {
                "kind": "change",
                "who": "Пётр Ёлкин",
                "text": "изменил 2 поля",
                "time": "10:05",
                "iso": "2026-11-21T10:05",
                "changes": [
                    {"label": "Сумма", "old": "4 500 000,00 ₽", "new": "4 860 000,00 ₽"},
                    {"label": "Скидка", "old": None, "new": "7,5 %"},
                ],
            },
            {
                "kind": "stage",
                "who": "Правило «Договор отправлен»",
                "text": "сменило этап",
                "time": "09:58",
                "iso": "2026-11-21T09:58",
                "why_url": "/ui/part/why",
                "changes": [
                    {"label": "Этап", "old": "Коммерческое предложение", "new": "Согласование договора"}
                ],
            },
        ],
    },
    {
        "label": "19 ноября, четверг",
        "items": [
            {
                "kind": "call",
                "who": "Анна Верещагина",
                "text": "говорила с Игорем Самойловым, 6 мин",
                "time": "16:20",
                "iso": "2026-11-19T16:20",
                "body": "Цена устраивает, просят отсрочку 30 дней.",
            },
            {
                "kind": "task",
                "who": "Анна Верещагина",
                "text": "выполнила задачу «Отправить спецификацию»",
                "time": "12:00",
                "iso": "2026-11-19T12:00",
                "done": True,
            },
            {
                "kind": "email",
                "who": "Игорь Самойлов",
                "text": "Re: спецификация на арматуру",
                "url": "#mail",
                "time": "09:14",
                "iso": "2026-11-19T09:14",
            },
        ],
    },
]

PARTIES: list[Data] = [
    {
        "id": 7,
        "title": "ООО «ВерескСтрой»",
        "sub": "ИНН 7708123452 · Москва",
        "icon": "building-2",
        "selected": True,
    },
    {
        "id": 8,
        "title": "АО «Невская строительная компания»",
        "sub": "ИНН 7801234567 · Санкт-Петербург",
        "icon": "building-2",
    },
    {"id": 9, "title": "Самойлов Игорь Петрович", "sub": "Снабженец · ООО «ВерескСтрой»", "icon": "user"},
]
USERS: list[Data] = [
    {"id": 1, "title": "Анна Верещагина", "sub": "Отдел продаж", "user": True},
    {"id": 2, "title": "Пётр Ёлкин", "sub": "Отдел продаж", "user": True},
    {"id": 3, "title": "Ольга Константинопольская-Шереметьева", "sub": "Работа с партнёрами", "user": True},
]

_TEXT_OPS: list[Data] = [
    {"op": "contains", "label": "содержит", "value": "text"},
    {"op": "eq", "label": "равно", "value": "text"},
    {"op": "empty", "label": "не заполнено", "value": "none"},
]
FILTER_FIELDS: list[Data] = [
    {"key": "title", "label": "Название", "type": "text", "ops": _TEXT_OPS},
    {
        "key": "stage",
        "label": "Этап",
        "type": "select",
        "options": STAGES,
        "ops": [
            {"op": "in", "label": "один из", "value": "options"},
            {"op": "ne", "label": "кроме", "value": "option"},
        ],
    },
    {
        "key": "amount",
        "label": "Сумма",
        "type": "money",
        "ops": [
            {"op": "gte", "label": "от", "value": "number"},
            {"op": "between", "label": "между", "value": "range"},
        ],
    },
    {
        "key": "due",
        "label": "Ожидаемая дата",
        "type": "date",
        "ops": [
            {
                "op": "within",
                "label": "в пределах",
                "value": "relative",
                "options": [
                    {"value": "this_week", "label": "этой недели"},
                    {"value": "next_30_days", "label": "следующих 30 дней"},
                ],
            },
            {"op": "lt", "label": "раньше", "value": "date"},
        ],
    },
    {
        "key": "party",
        "label": "Клиент",
        "type": "ref",
        "ref_url": "/ui/part/options",
        "ops": [{"op": "eq", "label": "это", "value": "ref"}],
    },
]
FILTER: Data = {
    "and": [
        {"field": "stage", "op": "in", "value": ["offer", "contract"]},
        {"field": "amount", "op": "gte", "value": 300000},
        {
            "or": [
                {"field": "title", "op": "contains", "value": "арматура"},
                {"field": "due", "op": "within", "value": "next_30_days"},
            ]
        },
    ]
}
