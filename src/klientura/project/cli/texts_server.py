"""Refusals and problems of the database server and of the processes: code → (English, Russian)."""

SERVER: dict[str, tuple[str, str]] = {
    "postgres_not_found": (
        (
            "No PostgreSQL server was found. Install PostgreSQL {oldest} or newer "
            "(Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql@18), "
            "or name a server in DATABASE_URL."
        ),
        (
            "Сервер PostgreSQL не найден. Установите PostgreSQL {oldest} или новее "
            "(Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql@18) "
            "или укажите сервер в DATABASE_URL."
        ),
    ),
    "postgres_too_old": (
        "PostgreSQL {version} in {path} is too old: {oldest} or newer is needed.",
        "PostgreSQL {version} в {path} устарел: нужна версия {oldest} или новее.",
    ),
    "postgres_other_major": (
        (
            "The data was made by PostgreSQL {needed}, and only {version} was found ({path}). "
            "Install PostgreSQL {needed}, or name its programs' directory in KLIENTURA_POSTGRES_BIN."
        ),
        (
            "Данные созданы PostgreSQL {needed}, а найдена только версия {version} ({path}). "
            "Установите PostgreSQL {needed} или укажите каталог его программ в KLIENTURA_POSTGRES_BIN."
        ),
    ),
    "postgres_not_runnable": (
        (
            "PostgreSQL does not run as root, and {path} cannot be run as another user here. "
            "Start Klientura as an ordinary user, or put it where every user may read it."
        ),
        (
            "PostgreSQL не работает от имени root, а запустить {path} от имени другого не удалось. "
            "Запустите Клиентуру обычным пользователем или разместите её там, где её могут читать все."
        ),
    ),
    "initdb_failed": (
        "The database in {path} could not be created:\n{log}",
        "Не удалось создать базу в {path}:\n{log}",
    ),
    "postgres_did_not_start": (
        "The database server did not start. Its output ({path}):\n{log}",
        "Сервер базы данных не запустился. Его сообщения ({path}):\n{log}",
    ),
    "database_unreachable": (
        "The database does not answer: {reason}\nCheck DATABASE_URL and that the server runs.",
        "База данных не отвечает: {reason}\nПроверьте DATABASE_URL и работу сервера.",
    ),
    "server_too_old": (
        "The server is PostgreSQL {version}: {oldest} or newer is needed. Upgrade it.",
        "На сервере PostgreSQL {version}, нужна версия {oldest} или новее. Обновите сервер.",
    ),
    "server_encoding": (
        "The database has the encoding {encoding}. Create it anew with ENCODING 'UTF8'.",
        "Кодировка базы — {encoding}. Создайте базу заново с ENCODING 'UTF8'.",
    ),
    "server_ctype": (
        (
            "The database does not know Cyrillic letters (its LC_CTYPE is C), so search would find nothing. "
            "Create it anew with LC_CTYPE 'C.UTF-8' or 'ru_RU.UTF-8', from template0."
        ),
        (
            "База не различает букв кириллицы (LC_CTYPE = C), и поиск ничего не найдёт. "
            "Создайте базу заново из template0 с LC_CTYPE 'C.UTF-8' или 'ru_RU.UTF-8'."
        ),
    ),
    "extension_unavailable": (
        "The server lacks the extension {extension}. Install the package postgresql-contrib.",
        "На сервере нет расширения {extension}. Установите пакет postgresql-contrib.",
    ),
    "extension_not_creatable": (
        "The role may not create {extension}. A superuser has to run: CREATE EXTENSION {extension};",
        (
            "У роли нет права создать расширение {extension}. "
            "Пусть администратор базы выполнит: CREATE EXTENSION {extension};"
        ),
    ),
    "schema_not_writable": (
        (
            "The role {user} may not write to the schema klientura of the database {database}. Grant it: "
            'GRANT CREATE ON DATABASE "{database}" TO "{user}";'
        ),
        (
            "Роль {user} не может писать в схему klientura базы {database}. Дайте ей право: "
            'GRANT CREATE ON DATABASE "{database}" TO "{user}";'
        ),
    ),
    "server_no_checksums": (
        (
            "Data checksums are off, so damage by a disk stays unnoticed. "
            "Stop the server and run pg_checksums --enable."
        ),
        (
            "Контрольные суммы страниц выключены: порча данных диском останется незамеченной. "
            "Остановите сервер и выполните pg_checksums --enable."
        ),
    ),
    "server_minor_old": (
        "PostgreSQL {version} has known holes. Update it to {newer} or newer.",
        "В PostgreSQL {version} есть известные уязвимости. Обновите его до {newer} или новее.",
    ),
    "port_busy": (
        "The port {port} of {host} is busy. Choose another one with --port.",
        "Порт {port} на {host} занят. Укажите другой: --port.",
    ),
    "address_unusable": (
        "Cannot listen on {host}, port {port}: {reason}. Check --host and --port.",
        "Нельзя занять адрес {host}, порт {port}: {reason}. Проверьте --host и --port.",
    ),
    "schema_failed": (
        "The database could not be brought up to date. The end of {path}:\n{log}",
        "Не удалось привести базу к текущей версии. Конец журнала {path}:\n{log}",
    ),
    "web_keeps_dying": (
        "The web server stops again and again. The end of {path}:\n{log}",
        "Веб-сервер раз за разом останавливается. Конец журнала {path}:\n{log}",
    ),
    "worker_keeps_dying": (
        "The process of background jobs stops again and again. The end of {path}:\n{log}",
        "Процесс фоновых заданий раз за разом останавливается. Конец журнала {path}:\n{log}",
    ),
    "web_does_not_answer": (
        "The web server has started and does not answer. The end of {path}:\n{log}",
        "Веб-сервер запущен, но не отвечает. Конец журнала {path}:\n{log}",
    ),
}
