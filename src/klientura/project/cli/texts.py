"""Every message of the command line: code → (English, Russian). First what happened, then what to do."""

from .texts_more import PEOPLE_AND_DEMO

TEXTS: dict[str, tuple[str, str]] = {
    # help
    "help": (
        "Klientura, a CRM with its own database.",
        "Klientura — CRM с собственной базой данных.",
    ),
    "help_command": ("COMMAND", "КОМАНДА"),
    "help_run": ("start the product", "запустить программу"),
    "help_doctor": (
        "check this machine and say what to do",
        "проверить компьютер и подсказать, что сделать",
    ),
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
    # run
    "starting": ("Klientura is starting. Data: {path}", "Klientura запускается. Данные: {path}"),
    "ready": (
        "Klientura is ready: {address}  (to stop it, press Ctrl-C)",
        "Klientura готова: {address}  (остановить — Ctrl-C)",
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
    "stopped": ("Klientura has stopped.", "Klientura остановлена."),
    "warning": ("Warning: {text}", "Внимание: {text}"),
    "migrated": ("The database is up to date.", "База приведена к текущей версии."),
    # refusals of the data directory
    "already_running": (
        (
            "The data directory {path} is in use by another Klientura (process {holder}). "
            "Stop it first, or choose another directory with --data."
        ),
        (
            "Каталог данных {path} занят другой запущенной Klientura (процесс {holder}). "
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
    # refusals of the database server
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
            "Запустите Klientura обычным пользователем или разместите её там, где её могут читать все."
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
    # problems that the check of a server finds
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
    # refusals of the processes
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
    # doctor
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
        "Klientura сейчас работает (процесс {holder})",
    ),
    # import and export
    "help_import": ("bring a table into the base", "загрузить таблицу в базу"),
    "help_import_file": ("CSV, XLSX, XLS, ODS or vCard file", "файл CSV, XLSX, XLS, ODS или vCard"),
    "help_import_object": (
        "what the rows are: organisation, person, opportunity… (default: by the columns)",
        "что в строках: organisation, person, opportunity… (по умолчанию — по столбцам)",
    ),
    "help_import_dry_run": ("only say what would happen", "только показать, что получится"),
    "help_import_encoding": (
        "encoding of the file (default: recognised)",
        "кодировка файла (по умолчанию определяется сама)",
    ),
    "help_import_column": (
        "where a column goes, e.g. «Город=city»; an empty path leaves it out; may be repeated",
        "куда идёт столбец, например «Город=city»; пустой путь — пропустить; можно повторять",
    ),
    "help_import_match": (
        "fields by which records are the same, e.g. inn,kpp; may be repeated, in order of weight",
        "по каким полям записи совпадают, например inn,kpp; можно повторять, по убыванию важности",
    ),
    "help_import_on_match": (
        "what to do with a record that exists: update, skip, create a new one",
        "что делать с имеющейся записью: обновить, пропустить, создать новую",
    ),
    "help_import_overwrite": (
        "overwrite what found records have (default: fill only what is empty)",
        "перезаписывать значения найденных записей (по умолчанию заполняется только пустое)",
    ),
    "help_import_bad_values": (
        "an unreadable value: to the note, or reject the row",
        "нечитаемое значение: в примечание или отклонить строку",
    ),
    "help_import_user": (
        "act with the rights of this user (default: of the product itself)",
        "действовать с правами этого пользователя (по умолчанию — самой программы)",
    ),
    "import_mapping": ("{object}: where the columns go", "{object}: куда идут столбцы"),
    "import_match": ("The same record is known by: {keys}", "Совпадение записей: {keys}"),
    "import_would": (
        "Checked, nothing written. Rows: {rows}",
        "Проверено, ничего не записано. Строк: {rows}",
    ),
    "import_did": ("Imported. Rows: {rows}", "Загружено. Строк: {rows}"),
    "import_created": ("new", "новых"),
    "import_updated": ("updated", "обновлено"),
    "import_unchanged": ("unchanged", "без изменений"),
    "import_merged": ("joined with another row", "объединено с другой строкой"),
    "import_skipped": ("left out", "пропущено"),
    "import_rejected": ("rejected", "отклонено"),
    "import_with_remarks": ("with remarks", "с замечаниями"),
    "import_row": ("row {row}, {column}", "строка {row}, {column}"),
    "import_more": ("…and {count} more remarks.", "…и ещё замечаний: {count}."),
    "import_rejected_file": (
        "Rejected rows with the reasons: {path}. Correct them and import the file.",
        "Отклонённые строки с причинами: {path}. Исправьте их и загрузите файл снова.",
    ),
    "import_operation": (
        "The import can be taken back on the page Import (operation {number}).",
        "Загрузку можно отменить на странице «Импорт» (операция {number}).",
    ),
    "help_export": ("write a list to a file", "выгрузить список в файл"),
    "help_export_object": ("what to write: organisation, person…", "что выгрузить: organisation, person…"),
    "help_export_to": ("file to write, .csv or .xlsx", "куда записать, .csv или .xlsx"),
    "help_export_filter": (
        'conditions, e.g. {{"field": "city", "op": "eq", "value": "Казань"}}',
        'условия, например {{"field": "city", "op": "eq", "value": "Казань"}}',
    ),
    "help_export_search": ("words to search for", "искать слова"),
    "help_export_sort": (
        "field to sort by, with - in front: descending",
        "поле сортировки, с «-» — по убыванию",
    ),
    "help_export_columns": (
        "fields to write (default: those of the list)",
        "какие поля (по умолчанию — как в списке)",
    ),
    "help_export_encoding": ("encoding of a CSV file", "кодировка файла CSV"),
    "exported": ("Records: {count}. File: {path}", "Записей: {count}. Файл: {path}"),
    "export_suffix": (
        "{path}: the name must end in .csv or .xlsx.",
        "{path}: имя должно оканчиваться на .csv или .xlsx.",
    ),
    "filter_not_json": (
        'The filter is not understood. Write it as {{"field": "city", "op": "eq", "value": "Казань"}}.',
        'Условие не понято. Напишите его так: {{"field": "city", "op": "eq", "value": "Казань"}}.',
    ),
    "file_missing": ("There is no file {path}.", "Нет файла {path}."),
    "file_not_writable": ("Cannot write {path}: {reason}.", "Не удалось записать {path}: {reason}."),
    "object_unknown": (
        "There is nothing called {key} to import into. Try organisation, person or opportunity.",
        "Загружать в {key} нельзя: такого объекта нет. Укажите organisation, person или opportunity.",
    ),
    "column_unknown": ("There is no column «{title}» in the file.", "В файле нет столбца «{title}»."),
    "user_unknown": ("There is no active user {email}.", "Нет активного пользователя {email}."),
    "refused": ("{text}", "{text}"),
    **PEOPLE_AND_DEMO,
}
