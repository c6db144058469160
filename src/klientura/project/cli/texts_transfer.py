"""Messages of the commands import and export: code → (English, Russian)."""

TRANSFER: dict[str, tuple[str, str]] = {
    "help_import": ("import a table", "импортировать таблицу"),
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
        "where a column goes, e.g. “Город=city”; an empty path leaves it out; may be repeated",
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
    "import_match": ("Records are the same by: {keys}", "Записи совпадают по полям: {keys}"),
    "import_would": (
        "Checked, nothing written. Rows: {rows}",
        "Проверено, ничего не записано. Строк: {rows}",
    ),
    "import_did": ("Imported. Rows: {rows}", "Импорт выполнен. Строк: {rows}"),
    "import_created": ("new", "новых"),
    "import_updated": ("updated", "обновлено"),
    "import_unchanged": ("unchanged", "без изменений"),
    "import_merged": ("joined with another row", "объединено с другой строкой"),
    "import_skipped": ("left out", "пропущено"),
    "import_rejected": ("rejected", "отклонено"),
    "import_with_remarks": ("with remarks", "с замечаниями"),
    "import_row": ("row {row}", "строка {row}"),
    "import_made": (
        "{object}: {created} new, {updated} updated",
        "{object}: новых — {created}, обновлено — {updated}",
    ),
    "import_and": (" and ", " и "),
    "import_column_left_out": ("left out", "не импортируется"),
    "import_no_match": (
        "No field tells which records are the same: each row becomes a new one.",
        "Совпадающие записи искать не по чему: каждая строка станет новой записью.",
    ),
    "help_import_rejected": (
        "file for the rejected rows (default: beside the given file; none with --dry-run)",
        "куда записать отклонённые строки (по умолчанию рядом с файлом; с --dry-run — никуда)",
    ),
    "import_more": ("…and {count} more remarks.", "…и ещё замечаний: {count}."),
    "import_rejected_file": (
        "Rejected rows with the reasons: {path}. Correct them and import that file.",
        "Отклонённые строки с причинами: {path}. Исправьте их и импортируйте этот файл.",
    ),
    "import_operation": (
        "The import can be undone on the page Import (operation {number}).",
        "Импорт можно отменить на странице «Импорт» (операция {number}).",
    ),
    "help_export": ("export a list to a file", "экспортировать список в файл"),
    "help_export_object": (
        "what to write: organisation, person…",
        "что экспортировать: organisation, person…",
    ),
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
        'The filter could not be read. Write it as {{"field": "city", "op": "eq", "value": "Казань"}}.',
        'Не удалось разобрать условие. Напишите его так: {{"field": "city", "op": "eq", "value": "Казань"}}.',
    ),
    "file_missing": ("There is no file {path}.", "Нет файла {path}."),
    "file_not_writable": ("Cannot write {path}: {reason}.", "Не удалось записать {path}: {reason}."),
    "object_unknown": (
        "Nothing called {key} can be imported. Try organisation, person or opportunity.",
        "Импортировать {key} нельзя: такого объекта нет. Укажите organisation, person или opportunity.",
    ),
    "column_unknown": ("There is no column “{title}” in the file.", "В файле нет столбца «{title}»."),
}
