"""What people write about deals, calls and tasks, in Russian and in English."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of one language. `talks`: kind of interaction → subjects."""

    company: str
    teams: tuple[str, str, str, str]
    positions: tuple[str, ...]
    deals: tuple[str, ...]
    sources: tuple[str, ...]
    talks: dict[str, tuple[str, ...]]
    results: tuple[str, ...]
    bodies: tuple[str, ...]
    tasks: tuple[str, ...]
    done: tuple[str, ...]
    loss_notes: tuple[str, ...]
    notes: tuple[str, ...]


RUSSIAN = Phrases(
    company="Демо-компания",
    teams=("Отдел продаж", "Продажи: Москва", "Продажи: регионы", "Сервис"),
    positions=(
        "Генеральный директор", "Коммерческий директор", "Директор по закупкам", "Главный инженер", "Финансовый директор",
        "Начальник отдела снабжения", "Менеджер по закупкам", "Главный бухгалтер", "Технический директор", "Офис-менеджер",
        "Специалист по тендерам", "Руководитель проекта", "Заместитель директора", "Инженер", "Экономист", "Логист",
    ),
    deals=(
        "Поставка оборудования", "Годовой договор обслуживания", "Модернизация линии", "Пробная партия", "Расходные материалы на квартал",
        "Пусконаладка", "Расширение склада", "Замена устаревших станков", "Обучение персонала", "Поставка запчастей", "Продление договора",
        "Комплексное оснащение цеха", "Аудит и проект", "Доставка и монтаж", "Рамочный договор", "Дополнительное соглашение",
    ),
    sources=("Сайт", "Выставка", "Рекомендация", "Холодный звонок", "Тендерная площадка", "Повторное обращение"),
    talks={
        "call": ("Уточнили объём и сроки", "Обсудили условия поставки", "Первый разговор", "Спросили о решении по предложению",
                 "Договорились о встрече", "Ответили на вопросы по договору", "Напомнили об оплате", "Не дозвонились, перезвонить"),
        "meeting": ("Встреча в офисе клиента", "Показ образцов", "Переговоры о цене", "Осмотр площадки", "Видеовстреча с инженерами"),
        "email": ("Коммерческое предложение", "Спецификация и чертежи", "Проект договора", "Счёт на оплату", "Ответ на запрос цен",
                  "Закрывающие документы"),
        "chat": ("Уточнение по заявке", "Прислали фотографии", "Согласовали время отгрузки"),
    },
    results=("Ждут предложение до пятницы", "Готовы взять пробную партию", "Думают, вернутся через неделю", "Просят скидку 5 %",
             "Согласовали спецификацию", "Передали в бухгалтерию", "Решает директор, он в отпуске", "Сравнивают с другим поставщиком"),
    bodies=("Подробно прошли по составу поставки. Важнее всего срок: запуск в начале квартала.",
            "Бюджет утверждён, закупка идёт через тендерный комитет. Нужны три сопоставимых предложения.",
            "Прежний поставщик срывает сроки, поэтому ищут замену. Цена не главное.",
            "Просят рассрочку на два платежа и доставку до склада."),
    tasks=("Отправить коммерческое предложение", "Перезвонить по решению", "Подготовить договор", "Согласовать скидку", "Выставить счёт",
           "Назначить встречу", "Уточнить реквизиты", "Напомнить об оплате", "Прислать образцы", "Спросить отзыв"),
    done=("Сделано", "Отправлено, получение подтвердили", "Перенесли на следующий месяц", "Договорились"),
    loss_notes=("Взяли дешевле у местного поставщика.", "Проект заморожен до следующего года.", "Три недели не отвечают.",
                "Не устроил срок изготовления."),
    notes=("Звонить после 11 по местному времени.", "Просят письма дублировать в мессенджер.", "Платят в срок.", "Оплата только после поставки."),
)  # fmt: skip

ENGLISH = Phrases(
    company="Demo company",
    teams=("Sales department", "Sales: Moscow", "Sales: regions", "Service"),
    positions=(
        "Chief executive", "Commercial director", "Head of purchasing", "Chief engineer", "Finance director", "Head of supply",
        "Purchasing manager", "Chief accountant", "Technical director", "Office manager", "Tender specialist", "Project manager",
        "Deputy director", "Engineer", "Economist", "Logistics specialist",
    ),
    deals=(
        "Supply of equipment", "Yearly maintenance contract", "Modernisation of a line", "Trial batch", "Consumables for a quarter",
        "Commissioning", "Extension of the warehouse", "Replacement of old machines", "Training of staff", "Supply of spare parts",
        "Renewal of the contract", "Equipping a workshop", "Audit and design", "Delivery and installation", "Framework agreement",
        "Additional agreement",
    ),
    sources=("Web site", "Trade fair", "Recommendation", "Cold call", "Tender platform", "Returning client"),
    talks={
        "call": ("Cleared up quantity and dates", "Talked about terms of delivery", "First talk", "Asked about the decision",
                 "Agreed to meet", "Answered questions about the contract", "Reminded of the payment", "No answer, call again"),
        "meeting": ("Meeting at the client's office", "Samples shown", "Talks about the price", "Look at the site",
                    "Video meeting with engineers"),
        "email": ("Our offer", "Specification and drawings", "Draft of the contract", "Invoice", "Answer to the request for prices",
                  "Closing documents"),
        "chat": ("Detail of the request", "Photos came", "Agreed on the time of shipment"),
    },
    results=("They expect the offer by Friday", "Ready to take a trial batch", "Thinking, back in a week", "Ask for 5 % off",
             "Agreed on the specification", "Handed to accounting", "The director decides and is on leave", "Comparing with another supplier"),
    bodies=("Went through the list of goods in detail. Time matters most: they start early in the quarter.",
            "The budget is approved; a tender committee buys. Three comparable offers are needed.",
            "The present supplier is always late, so they look for another. Price is not the main thing.",
            "They ask for payment in two parts and delivery to the warehouse."),
    tasks=("Send the offer", "Call about the decision", "Prepare the contract", "Agree on the discount", "Send the invoice",
           "Arrange a meeting", "Check the requisites", "Remind of the payment", "Send samples", "Ask for feedback"),
    done=("Done", "Sent, they have it", "Moved to the next month", "Agreed"),
    loss_notes=("Bought cheaper from a local supplier.", "The project is frozen until next year.", "No answer for three weeks.",
                "The time of manufacture did not suit them."),
    notes=("Call after 11 local time.", "Wants letters repeated in the messenger.", "Pays on time.", "Pays only after delivery."),
)  # fmt: skip


def phrases_of(language: str) -> Phrases:
    """The texts of a language; English for every language but Russian."""
    return RUSSIAN if language.startswith("ru") else ENGLISH
