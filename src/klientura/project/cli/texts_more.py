"""Messages of the commands demo, user and token: code → (English, Russian)."""

PEOPLE_AND_DEMO: dict[str, tuple[str, str]] = {
    # demo
    "help_demo": ("put made-up data into the base", "заполнить базу вымышленными данными"),
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
    "help_demo_remove": ("take the demo data out", "убрать демонстрационные данные"),
    "demo_running": (
        "Demo data are being written or removed at this moment. Wait until that ends.",
        "Демонстрационные данные сейчас записывает или убирает другой процесс. Дождитесь окончания.",
    ),
    "demo_there": (
        "There are demo data in this base already. Take them out first: klientura demo --remove",
        "В базе уже есть демонстрационные данные. Сначала уберите их: klientura demo --remove",
    ),
    "demo_absent": ("There are no demo data in this base.", "Демонстрационных данных в базе нет."),
    "demo_progress": ("{percent} %, {seconds} s", "{percent} %, {seconds} с"),
    "demo_passwords": (
        "These are sign-in names and passwords of the demo's users. They are shown only now.",
        "Это имена для входа и пароли демонстрационных пользователей. Больше они не показываются.",
    ),
    "demo_done": ("Records: {count}, in {seconds} s.", "Записей: {count}, за {seconds} с."),
    "demo_removed": (
        "Taken out: {count}. Left because somebody changed them since: {kept}.",
        "Убрано записей: {count}. Оставлено изменённых после загрузки: {kept}.",
    ),
    # user, token
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
    "help_user_name": ("first and last name", "имя и фамилия"),
    "help_user_role": ("role", "роль"),
    "help_user_team": ("team, by its name", "команда, по названию"),
    "help_token": ("print an API token of a user", "выдать пользователю ключ API"),
    "help_token_name": ("what the token is for (default: CLI)", "для чего ключ (по умолчанию CLI)"),
    "help_token_days": ("days until it ends (default: never)", "срок в днях (по умолчанию бессрочный)"),
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
    "team_missing": ("There is no team «{name}».", "Нет команды «{name}»."),
    "token_days": ("--days is a number from 1 to 3650.", "--days — число от 1 до 3650."),
}
