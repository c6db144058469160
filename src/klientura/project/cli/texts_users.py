"""Messages of the commands user and token: code → (English, Russian)."""

USERS: dict[str, tuple[str, str]] = {
    "user_unknown": ("There is no active user {email}.", "Нет активного пользователя {email}."),
    "help_user": ("add and manage users", "добавить пользователей и управлять ими"),
    "help_user_deed": ("WHAT", "ДЕЙСТВИЕ"),
    "help_user_add": ("add a user", "добавить пользователя"),
    "help_user_list": (
        "print all users: e-mail, name, role, team, state",
        "вывести всех пользователей: почта, имя, роль, команда, состояние",
    ),
    "help_user_password": ("give a user a new password", "задать пользователю новый пароль"),
    "help_user_disable": ("shut a user out", "закрыть пользователю вход"),
    "help_user_enable": ("let a user in again", "снова открыть пользователю вход"),
    "help_user_email": ("e-mail of the user", "почта пользователя"),
    "help_user_name": (
        "first and last name (default: asked for, else the part of the e-mail before @)",
        "имя и фамилия (по умолчанию спросим, иначе начало адреса до @)",
    ),
    "help_user_role": ("role (default: employee)", "роль (по умолчанию employee — сотрудник)"),
    "help_user_team": ("team, by its name", "команда, по названию"),
    "help_user_piped": (
        "read the password from standard input (its first line)",
        "взять пароль со стандартного ввода (первая строка)",
    ),
    "user_no_password": (
        "Standard input holds no password. Nothing was changed.",
        "На стандартном вводе нет пароля. Ничего не изменено.",
    ),
    "help_token": ("print an API token of a user", "выдать токен API пользователя"),
    "help_token_name": ("what the token is for (default: CLI)", "для чего токен (по умолчанию CLI)"),
    "help_token_days": ("days until it ends (default: never)", "срок в днях (по умолчанию бессрочный)"),
    "user_ask_name": ("First and last name (empty: {name}): ", "Имя и фамилия (пусто — {name}): "),
    "user_ask": ("Password (empty: make one up): ", "Пароль (пусто — придумать): "),
    "user_ask_again": ("Once more: ", "Ещё раз: "),
    "user_differ": (
        "The two passwords differ. Nothing was changed.",
        "Пароли не совпали. Ничего не изменено.",
    ),
    "user_added": ("Added: {email}", "Пользователь добавлен: {email}"),
    "user_password": (
        "Password of {email} (shown only now): {password}",
        "Пароль для {email} (больше не показывается): {password}",
    ),
    "user_password_set": ("The password of {email} is changed.", "Пароль для {email} изменён."),
    "user_disabled": ("{email} cannot sign in any more.", "Вход для {email} закрыт."),
    "user_enabled": ("{email} can sign in again.", "Вход для {email} снова открыт."),
    "user_shut_out": ("shut out", "вход закрыт"),
    "user_missing": (
        "There is no user {email}. All of them: klientura user list",
        "Нет пользователя {email}. Весь список: klientura user list",
    ),
    "team_missing": ("There is no team “{name}”.", "Нет команды «{name}»."),
    "token_days": ("--days is a number from 1 to 3650.", "--days — число от 1 до 3650."),
}
