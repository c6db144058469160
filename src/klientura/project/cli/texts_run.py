"""Messages of the whole, of the commands run and migrate, and of the data directory: code → (English, Russian)."""

RUN: dict[str, tuple[str, str]] = {
    "help": (
        "Klientura, a CRM with its own database.",
        "Клиентура — CRM с собственной базой данных.",
    ),
    "help_command": ("COMMAND", "КОМАНДА"),
    "help_run": ("start the product", "запустить программу"),
    "help_migrate": (
        "bring the tables of the database up to date",
        "привести таблицы базы к текущей версии",
    ),
    "help_data": (
        "data directory (default: {default})",
        "каталог данных (по умолчанию {default})",
    ),
    "help_host": (
        "network address to listen on (default: 127.0.0.1, this machine only)",
        "сетевой адрес (по умолчанию 127.0.0.1: доступ только с этого компьютера)",
    ),
    "help_port": (
        "port (default: the first free one from 8000 on)",
        "порт (по умолчанию первый свободный начиная с 8000)",
    ),
    "help_workers": (
        "processes that serve pages (default: {default})",
        "число процессов, отдающих страницы (по умолчанию {default})",
    ),
    "help_no_browser": ("do not open the browser", "не открывать браузер"),
    "starting": ("Klientura is starting. Data: {path}", "Клиентура запускается. Данные: {path}"),
    "ready": (
        "Klientura is ready: {address}  (to stop it, press Ctrl-C)",
        "Клиентура готова: {address}  (остановить — Ctrl-C)",
    ),
    "hosts_missing": (
        (
            "Other computers will be refused: name the addresses of this one in KLIENTURA_HOSTS, "
            "for example KLIENTURA_HOSTS=crm.example.org,192.168.1.10,127.0.0.1"
        ),
        (
            "Другие компьютеры получат отказ: перечислите свои адреса в сети в KLIENTURA_HOSTS, "
            "например KLIENTURA_HOSTS=crm.example.org,192.168.1.10,127.0.0.1"
        ),
    ),
    "stopped": ("Klientura has stopped.", "Клиентура остановлена."),
    "warning": ("Warning: {text}", "Внимание: {text}"),
    "migrated": ("The database is up to date.", "База приведена к текущей версии."),
    "already_running": (
        (
            "The data directory {path} is in use by another Klientura (process {holder}). "
            "Stop it first, or choose another directory with --data."
        ),
        (
            "Каталог данных {path} занят другой запущенной Клиентурой (процесс {holder}). "
            "Остановите её или укажите другой каталог: --data."
        ),
    ),
    "directory_foreign": (
        "{path} belongs to another user or is a link. Choose another directory with --data.",
        "{path} принадлежит другому пользователю или является ссылкой. Укажите другой каталог: --data.",
    ),
    "directory_not_writable": (
        "Cannot write to {path}: {reason}. Check rights and free space, or choose another with --data.",
        "Нет записи в {path}: {reason}. Проверьте права и место на диске или укажите другой: --data.",
    ),
    "refused": ("{text}", "{text}"),
}
