"""Reading `1CClientBankExchange`, the text format in which Russian banks give out statements (versions 1.01 to 1.03)."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from klientura.kit.bank.papers import (
    BadStatement,
    BadValue,
    Paper,
    Statement,
    Trouble,
    read_amount,
    read_date,
)

MARK: Final = "1CClientBankExchange"
CODE_PAGES: Final = ("utf-8-sig", "cp1251", "cp866")
WORDS: Final = ("Кодировка=", "ВерсияФормата=", "СекцияДокумент=", "СекцияРасчСчет")
ACCOUNT_SECTION, DOCUMENT_SECTION = "СекцияРасчСчет", "СекцияДокумент"
ENDS: Final = {"КонецДокумента", "КонецРасчСчет", "КонецФайла"}
LONGEST: Final = {"number": 40, "name": 255, "inn": 12, "kpp": 9, "account": 34, "bic": 11, "purpose": 2000}


class _Section(NamedTuple):
    """Keys and values between a beginning and an end."""

    kind: str
    line: int
    values: Mapping[str, str]
    whole: bool


def is_client_bank(raw: bytes) -> bool:
    """Whether a file says of itself that it is of this format."""
    return MARK.encode() in raw[:200]


def decode(raw: bytes) -> str:
    """The text of a statement, in the encoding in which its own words can be read; what it says of it may be wrong."""
    for name in CODE_PAGES:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if any(word in text for word in WORDS):
            return text
    text = raw.decode("cp1251", "replace")
    if any(word in text for word in WORDS):
        return text
    raise BadStatement("not_a_statement")


def read_client_bank(raw: bytes) -> Statement:
    """A statement with every paper that can be read; the others stand among its troubles with their lines.

    Raises BadStatement for a file of another kind, or one that names no account.
    """
    if not is_client_bank(raw):
        raise BadStatement("empty" if not raw.strip() else "not_a_statement")
    sections = list(_sections(decode(raw)))
    accounts = list(
        dict.fromkeys(
            account
            for section in sections
            if section.kind in {"", ACCOUNT_SECTION}
            and (account := _digits(section.values.get("РасчСчет", "")))
        )
    )
    if not accounts:
        raise BadStatement("no_account")
    made = Statement(tuple(accounts))
    for section in sections:
        if section.kind == DOCUMENT_SECTION:
            _take(section, made)
        elif section.kind in {"", ACCOUNT_SECTION}:
            _widen(section, made)
    return made


def _sections(text: str) -> Iterator[_Section]:
    """The head of the file (kind «»), its accounts and its documents, in their order."""
    kind, begun, values = "", 1, dict[str, str]()
    for line, raw in enumerate(text.splitlines(), start=1):
        key, sign, value = raw.strip().strip("\ufeff\x1a").partition("=")
        key = key.strip()
        if key in {DOCUMENT_SECTION, ACCOUNT_SECTION}:
            yield _Section(kind, begun, values, whole=kind != DOCUMENT_SECTION)
            kind, begun, values = key, line, {}
        elif key in ENDS:
            yield _Section(kind, begun, values, whole=True)
            kind, begun, values = "end", line, {}
        elif sign and key:
            # A purpose that was broken into lines goes on in НазначениеПлатежа1, 2, …
            values.setdefault(key, value.strip())
            values.setdefault(f"@{key}", str(line))
    yield _Section(kind, begun, values, whole=kind != DOCUMENT_SECTION)


def _widen(section: _Section, made: Statement) -> None:
    """The days of a statement reach from the first of its sections to the last."""
    for key in ("ДатаНачала", "ДатаКонца"):
        try:
            day = read_date(section.values[key])
        except (KeyError, BadValue):
            continue
        made.first = min(made.first or day, day)
        made.last = max(made.last or day, day)


def _take(section: _Section, made: Statement) -> None:
    values = section.values

    def trouble(code: str, key: str, detail: str = "") -> None:
        line = int(values.get(f"@{key}", section.line))
        made.troubles.append(Trouble(line, code, (detail or values.get(key, ""))[:120]))

    if not section.whole:
        trouble("cut_off", "")
        return
    payer, receiver = (_account(values, side) for side in ("Плательщик", "Получатель"))
    ours = set(made.accounts)
    if payer in ours and receiver in ours:
        trouble("between", "Номер")
        return
    if payer not in ours and receiver not in ours:
        trouble("account", "Номер", f"{payer} → {receiver}")
        return
    incoming = receiver in ours
    try:
        day = read_date(values.get("Дата", ""))
        amount = read_amount(values.get("Сумма", ""))
        paid_on = _moved(values.get("ДатаПоступило" if incoming else "ДатаСписано", ""), day)
    except BadValue as bad:
        trouble(str(bad), "Сумма" if str(bad) == "amount" else "Дата")
        return
    side = "Плательщик" if incoming else "Получатель"
    made.papers.append(
        Paper(
            section.line, receiver if incoming else payer, values.get("Номер", "")[: LONGEST["number"]], day, paid_on, amount,
            "in" if incoming else "out",
            other_name=_name(values, side),
            other_inn=_digits(values.get(f"{side}ИНН", ""))[: LONGEST["inn"]],
            other_kpp=values.get(f"{side}КПП", "")[: LONGEST["kpp"]],
            other_account=(payer if incoming else receiver)[: LONGEST["account"]],
            other_bic=values.get(f"{side}БИК", "")[: LONGEST["bic"]],
            purpose=_purpose(values),
        )
    )  # fmt: skip


def _moved(text: str, day: dt.date) -> dt.date:
    """When the money moved; a paper that does not say so moved it on its own day."""
    return read_date(text) if text else day


def _account(values: Mapping[str, str], side: str) -> str:
    return _digits(values.get(f"{side}Счет", "") or values.get(f"{side}РасчСчет", ""))


def _name(values: Mapping[str, str], side: str) -> str:
    """The short field holds the bare name; the long one begins with «ИНН …» in many banks."""
    name = values.get(f"{side}1", "") or values.get(side, "")
    if name.upper().startswith("ИНН"):
        words = name.split(maxsplit=2)
        name = words[2] if len(words) == 3 and words[1].isdigit() else name
    return name[: LONGEST["name"]]


def _purpose(values: Mapping[str, str]) -> str:
    whole = values.get("НазначениеПлатежа", "")
    rest = [v for n in range(1, 7) if (v := values.get(f"НазначениеПлатежа{n}", ""))]
    text = whole or " ".join(rest)
    return text.replace("\x00", "")[: LONGEST["purpose"]]


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")
