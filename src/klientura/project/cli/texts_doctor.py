"""What `klientura doctor` finds: code → (English, Russian)."""

DOCTOR: dict[str, tuple[str, str]] = {
    "help_doctor": (
        "check this machine and say what to do",
        "проверить компьютер и подсказать, что сделать",
    ),
    "doctor_fine": ("Everything is in order.", "Всё в порядке."),
    "doctor_broken": ("Not in order: {count}. See above.", "Требует внимания: {count}. См. выше."),
    "doctor_python": ("Python {version}", "Python {version}"),
    "doctor_python_old": (
        "Python {version} is too old: install 3.12 or newer.",
        "Python {version} устарел: установите 3.12 или новее.",
    ),
    "doctor_postgres": ("PostgreSQL {version}: {path}", "PostgreSQL {version}: {path}"),
    "doctor_external": ("The server is named in DATABASE_URL", "Сервер указан в DATABASE_URL"),
    "doctor_data": ("Data directory {path}, free: {free} GB", "Каталог данных {path}, свободно {free} ГБ"),
    "doctor_data_new": (
        "Data directory {path} will be made at the first start, free: {free} GB",
        "Каталог данных {path} появится при первом запуске, свободно {free} ГБ",
    ),
    "doctor_data_open": (
        "Other users may read {path}. Close it: chmod 700 {path}",
        "Каталог {path} открыт другим пользователям. Закройте его: chmod 700 {path}",
    ),
    "doctor_disk_full": (
        "Only {free} GB are free in {path}. Make room: at least 1 GB.",
        "В {path} свободно всего {free} ГБ. Освободите место: нужен хотя бы 1 ГБ.",
    ),
    "doctor_server": ("The database is fit", "База данных пригодна"),
    "doctor_migrations_done": ("The tables are up to date", "Таблицы соответствуют версии программы"),
    "doctor_migrations_pending": (
        "The tables are to be brought up to date ({count} migrations); klientura run does it by itself.",
        "Таблицы требуют обновления (миграций: {count}); klientura run сделает это сама.",
    ),
    "doctor_assets": ("Styles and scripts of the pages are in place", "Стили и сценарии страниц на месте"),
    "doctor_assets_missing": (
        (
            "Styles and scripts of the pages are missing. From a checkout: python3 dev.py run; "
            "otherwise install the package again."
        ),
        "Нет стилей и сценариев страниц. Из исходников: python3 dev.py run; иначе установите пакет заново.",
    ),
    "doctor_port": ("Port {port} is free", "Порт {port} свободен"),
    "doctor_running": (
        "Klientura runs now (process {holder})",
        "Клиентура сейчас работает (процесс {holder})",
    ),
}
