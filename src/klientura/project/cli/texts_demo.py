"""Messages of the command demo: code → (English, Russian)."""

DEMO: dict[str, tuple[str, str]] = {
    "help_demo": ("put made-up data into the database", "заполнить базу вымышленными данными"),
    "help_demo_organisations": ("organisations (default: 200)", "число организаций (по умолчанию 200)"),
    "help_demo_people": (
        "people (default: two for each organisation)",
        "число людей (по умолчанию по два на организацию)",
    ),
    "help_demo_deals": (
        "deals (default: three for four organisations)",
        "число сделок (по умолчанию три на четыре организации)",
    ),
    "help_demo_interactions": (
        "calls, meetings, letters (default: two for each deal)",
        "число звонков, встреч и писем (по умолчанию по два на сделку)",
    ),
    "help_demo_seed": (
        "the same number gives the same data (default: 1)",
        "одно и то же число даёт одни и те же данные (по умолчанию 1)",
    ),
    "help_demo_user": (
        "whose operation it shall be (default: the product's own)",
        "от чьего имени (по умолчанию от имени программы)",
    ),
    "help_demo_remove": ("remove the demo data", "убрать демонстрационные данные"),
    "demo_running": (
        "Demo data are being written or removed at this moment. Wait until that ends.",
        "Демонстрационные данные сейчас записывает или убирает другой процесс. Дождитесь окончания.",
    ),
    "demo_there": (
        "This database already holds demo data. Remove them first: klientura demo --remove",
        "В базе уже есть демонстрационные данные. Сначала уберите их: klientura demo --remove",
    ),
    "demo_absent": ("This database holds no demo data.", "Демонстрационных данных в базе нет."),
    "demo_progress": ("{percent} %, {seconds} s", "{percent} %, {seconds} с"),
    "demo_passwords": (
        "These are sign-in names and passwords of the demo's users. They are shown only now.",
        "Это имена для входа и пароли демонстрационных пользователей. Больше они не показываются.",
    ),
    "demo_done": ("Records: {count}, in {seconds} s.", "Записей: {count}, за {seconds} с."),
    "demo_removed": (
        "Removed records: {count}. Left because somebody worked with them since: {kept}.",
        "Убрано записей: {count}. Оставлено тех, с которыми успели поработать: {kept}.",
    ),
}
