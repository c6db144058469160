"""Realistic samples for the living page of components: lists, boards and fields of a building supplier."""

from typing import Any

type Data = dict[str, Any]

COLUMNS: list[Data] = [
    {"key": "title", "label": "Сделка", "sort_url": "?sort=title"},
    {"key": "party", "label": "Клиент", "sort_url": "?sort=party"},
    {"key": "stage", "label": "Этап"},
    {"key": "amount", "label": "Сумма", "align": "end", "sort_url": "?sort=amount", "sort": "desc"},
    {"key": "owner", "label": "Ответственный"},
    {"key": "next", "label": "Следующий шаг", "sort_url": "?sort=next"},
    {"key": "source", "label": "Источник", "phone": False},
]

_DEALS: list[tuple[str, str, tuple[str, str], str, str, Data | None, str]] = [
    (
        "Поставка арматуры А500С, 2-я очередь",
        "ООО «ВерескСтрой»",
        ("Согласование договора", "violet"),
        "4 860 000,00 ₽",
        "Анна Верещагина",
        {"kind": "date", "text": "сегодня, 15:00", "iso": "2026-11-21T15:00"},
        "Рекомендация",
    ),
    (
        "Фасадные кассеты для ЖК «Северный берег»",
        "АО «Невская строительная компания»",
        ("Коммерческое предложение", "blue"),
        "2 315 400,00 ₽",
        "Пётр Ёлкин",
        {"kind": "date", "text": "вчера", "iso": "2026-11-20", "overdue": True},
        "Выставка",
    ),
    (
        "Утеплитель, годовой контракт",
        "ИП Мухаметзянов Р. Ф.",
        ("Переговоры", "teal"),
        "1 904 250,50 ₽",
        "Ольга Константинопольская-Шереметьева",
        {"kind": "date", "text": "25 ноября", "iso": "2026-11-25"},
        "Сайт",
    ),
    (
        "Аренда опалубки на 6 месяцев",
        "ООО «Монолит-Юг»",
        ("Новая", "gray"),
        "640 000,00 ₽",
        "Анна Верещагина",
        None,
        "Звонок",
    ),
    (
        "Кровельные материалы, школа № 17",
        "Департамент образования г. Вологды",
        ("Ожидание оплаты", "orange"),
        "388 120,00 ₽",
        "Пётр Ёлкин",
        {"kind": "date", "text": "1 декабря", "iso": "2026-12-01"},
        "Тендер",
    ),
    (
        "Смеси сухие, пробная партия",
        "ООО «Домостроительный комбинат»",
        ("Выиграна", "green"),
        "97 300,00 ₽",
        "Ольга Константинопольская-Шереметьева",
        {"kind": "date", "text": "3 декабря", "iso": "2026-12-03"},
        "Сайт",
    ),
]

ROWS: list[Data] = [
    {
        "id": number,
        "title": title,
        "url": "#deal",
        "peek_url": f"/ui/part/peek?id={number}",
        "cells": [
            None,
            {"kind": "link", "text": party, "url": "#party"},
            {"kind": "stage", "text": stage[0], "hue": stage[1]},
            {"kind": "money", "text": amount},
            {"kind": "user", "text": owner},
            next_step,
            source,
        ],
    }
    for number, (title, party, stage, amount, owner, next_step, source) in enumerate(_DEALS, start=1)
]


def _card(number: int, title: str, sub: str, amount: str, owner: str, **more: Any) -> Data:
    link = {
        "url": "#deal",
        "peek_url": f"/ui/part/peek?id={number}",
        "move_url": f"/ui/part/move?id={number}",
    }
    return {
        "id": 100 + number,
        "title": title,
        "sub": sub,
        "amount": amount,
        "owner": owner,
        "version": 1,
        **link,
        **more,
    }


BOARD: list[Data] = [
    {
        "key": "new",
        "label": "Новая",
        "hue": "gray",
        "count": "2",
        "sum": "1 040 000 ₽",
        "cards": [
            _card(1, "Аренда опалубки на 6 месяцев", "ООО «Монолит-Юг»", "640 000 ₽", "Анна Верещагина"),
            _card(
                2,
                "Щебень гранитный 20–40, доставка самосвалами",
                "ООО «Карьер Плюс»",
                "400 000 ₽",
                "Пётр Ёлкин",
                badges=[{"text": "Срочно", "hue": "red"}],
            ),
        ],
    },
    {
        "key": "offer",
        "label": "Коммерческое предложение",
        "hue": "blue",
        "count": "2",
        "sum": "4 219 650,50 ₽",
        "cards": [
            _card(
                3,
                "Фасадные кассеты для ЖК «Северный берег»",
                "АО «Невская строительная компания»",
                "2 315 400 ₽",
                "Пётр Ёлкин",
                ageing={"text": "12 дней", "level": "warm"},
            ),
            _card(
                4,
                "Утеплитель, годовой контракт",
                "ИП Мухаметзянов Р. Ф.",
                "1 904 250,50 ₽",
                "Ольга Константинопольская",
                badges=[{"text": "Опт", "hue": "teal"}, {"text": "Отсрочка", "hue": "yellow"}],
            ),
        ],
    },
    {
        "key": "contract",
        "label": "Согласование договора",
        "hue": "violet",
        "count": "1",
        "sum": "4 860 000 ₽",
        "cards": [
            _card(
                5,
                "Поставка арматуры А500С, 2-я очередь",
                "ООО «ВерескСтрой»",
                "4 860 000 ₽",
                "Анна Верещагина",
                ageing={"text": "31 день", "level": "hot"},
            )
        ],
    },
    {"key": "won", "label": "Выиграна", "hue": "green", "count": "0", "sum": "", "cards": []},
]

STAGES: list[Data] = [{"value": c["key"], "label": c["label"], "hue": c["hue"]} for c in BOARD]

FIELDS: list[Data] = [
    {
        "type": "text",
        "name": "name",
        "label": "Название",
        "value": "ООО «ВерескСтрой»",
        "required": True,
        "wide": True,
    },
    {
        "type": "text",
        "name": "inn",
        "label": "ИНН",
        "value": "770812345",
        "error": "В ИНН организации 10 цифр, здесь 9.",
    },
    {
        "type": "select",
        "name": "stage",
        "label": "Этап",
        "value": "offer",
        "options": STAGES,
        "required": True,
    },
    {
        "type": "money",
        "name": "amount",
        "label": "Сумма",
        "value": "4 860 000,00",
        "currencies": ["RUB", "USD", "EUR", "CNY"],
        "currency": "RUB",
    },
    {"type": "number", "name": "discount", "label": "Скидка", "value": "7,5", "suffix": "%"},
    {"type": "email", "name": "email", "label": "Электронная почта", "value": "snab@vereskstroy.ru"},
    {
        "type": "phone",
        "name": "phone",
        "label": "Телефон",
        "value": "+7 495 123-45-67",
        "hint": "Можно с добавочным: доб. 204",
    },
    {"type": "url", "name": "site", "label": "Сайт", "placeholder": "vereskstroy.ru", "optional": True},
    {"type": "date", "name": "due", "label": "Ожидаемая дата", "value": "2026-12-15"},
    {"type": "datetime", "name": "call_at", "label": "Перезвонить", "value": "2026-11-24T10:30"},
    {
        "type": "ref",
        "name": "party",
        "label": "Клиент",
        "value": "7",
        "display": "ООО «ВерескСтрой»",
        "url": "/ui/part/options",
    },
    {
        "type": "user",
        "name": "owner",
        "label": "Ответственный",
        "value": "1",
        "display": "Анна Верещагина",
        "url": "/ui/part/options?users=1",
    },
    {"type": "text", "name": "number", "label": "Номер договора", "value": "Д-2026/0417", "readonly": True},
    {
        "type": "options",
        "name": "tags",
        "label": "Метки",
        "value": ["opt", "vip"],
        "wide": True,
        "options": [
            {"value": "opt", "label": "Опт", "hue": "teal"},
            {"value": "vip", "label": "Важный", "hue": "pink"},
            {"value": "tender", "label": "Тендер", "hue": "yellow"},
            {"value": "delay", "label": "Отсрочка платежа", "hue": "orange"},
        ],
    },
    {
        "type": "radio",
        "name": "kind",
        "label": "Кто это",
        "value": "org",
        "options": [{"value": "org", "label": "Организация"}, {"value": "person", "label": "Человек"}],
    },
    {"type": "switch", "name": "agree", "label": "Согласие на рассылку получено", "value": True},
    {
        "type": "bool",
        "name": "sms",
        "label": "Напоминать по SMS",
        "value": False,
        "hint": "За час до встречи",
    },
    {
        "type": "textarea",
        "name": "comment",
        "label": "Комментарий",
        "value": "Просят разбить поставку на две машины, въезд на объект с 8 до 11.",
        "wide": True,
    },
    {
        "type": "file",
        "name": "files",
        "label": "Файлы",
        "multiple": True,
        "wide": True,
        "max_text": "До 25 МБ каждый",
    },
]
