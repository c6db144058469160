"""Names of organisations: legal form, quotation marks, and the key by which duplicates are found."""

import re
from functools import lru_cache

from klientura.kit.text import fold

# The short form with the other ways of writing it, folded.
_FORMS: dict[str, tuple[str, ...]] = {
    "ООО": ("о.о.о.", "ooo", "общество с ограниченной ответственностью", "o.o.o."),
    "АО": ("a.o.", "ao", "акционерное общество"),
    "ПАО": ("pao", "публичное акционерное общество"),
    "НАО": ("непубличное акционерное общество",),
    "ЗАО": ("zao", "закрытое акционерное общество"),
    "ОАО": ("oao", "открытое акционерное общество"),
    "ИП": ("и.п.", "индивидуальный предприниматель"),
    "КФХ": ("к(ф)х", "крестьянское (фермерское) хозяйство", "крестьянское фермерское хозяйство"),
    "НКО": ("некоммерческая организация",),
    "АНО": ("автономная некоммерческая организация",),
    "ФГУП": ("федеральное государственное унитарное предприятие",),
    "ГУП": ("государственное унитарное предприятие",),
    "МУП": ("муниципальное унитарное предприятие",),
    "ФГБУ": ("федеральное государственное бюджетное учреждение",),
    "ФГАУ": ("федеральное государственное автономное учреждение",),
    "ФГКУ": ("федеральное государственное казенное учреждение",),
    "ФКУ": ("федеральное казенное учреждение",),
    "ГБУ": ("государственное бюджетное учреждение",),
    "ГАУ": ("государственное автономное учреждение",),
    "ГКУ": ("государственное казенное учреждение",),
    "МБУ": ("муниципальное бюджетное учреждение",),
    "МАУ": ("муниципальное автономное учреждение",),
    "МКУ": ("муниципальное казенное учреждение",),
    "ГБУЗ": ("государственное бюджетное учреждение здравоохранения",),
    "ГБОУ": ("государственное бюджетное общеобразовательное учреждение",),
    "МБОУ": ("муниципальное бюджетное общеобразовательное учреждение",),
    "МАОУ": ("муниципальное автономное общеобразовательное учреждение",),
    "МБДОУ": ("муниципальное бюджетное дошкольное образовательное учреждение",),
    "ТСЖ": ("товарищество собственников жилья",),
    "ТСН": ("товарищество собственников недвижимости",),
    "СНТ": ("садоводческое некоммерческое товарищество",),
    "ЖСК": ("жилищно-строительный кооператив",),
    "ГСК": ("гаражно-строительный кооператив",),
    "СПК": ("сельскохозяйственный производственный кооператив",),
    "ТОО": ("товарищество с ограниченной ответственностью",),
    "ОДО": ("общество с дополнительной ответственностью",),
    "ЧП": ("частное предприятие",),
    "LLC": ("l.l.c.", "limited liability company"),
    "Ltd": ("ltd.", "limited"),
    "GmbH": (),
    "Inc": ("inc.", "incorporated"),
    "Corp": ("corp.", "corporation"),
    "JSC": ("joint stock company",),
    "PJSC": (),
    "PLC": (),
    "LLP": (),
    "AG": (),
    "S.A.": ("sa",),
    "S.r.l.": ("srl",),
    "B.V.": ("bv",),
}
_CANONICAL = {fold(spelling): form for form, others in _FORMS.items() for spelling in (form, *others)}
_ANY_FORM = "|".join(re.escape(spelling) for spelling in sorted(_CANONICAL, key=len, reverse=True))
_AT_START = re.compile(rf"(?:{_ANY_FORM})(?![^\W_])[\s,.]*")
_AT_END = re.compile(rf"[\s,]*(?<![^\W_])(?:{_ANY_FORM})\.?$")
_LONGEST_FORM = max(map(len, _CANONICAL)) + 3
_FORM_WORD = re.compile(_ANY_FORM)
_QUOTE = re.compile("[\"“”„‟«»″]|''")
_OPENING_AFTER = re.compile(r"[\s(\[«„\-–—/]")
_NOT_KEY = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]+")
_TO_CYRILLIC = str.maketrans("abcehkmoptxy", "авсенкмортху")
_CYRILLIC = re.compile(r"[а-я]")
_LATIN = re.compile(r"[a-z]")


@lru_cache(maxsize=4096)
def split_legal_form(text: str) -> tuple[str | None, str]:
    """Return the short legal form (None when there is none) and the name without it and its outer quotes.

    «Альфа», ООО and ООО "Альфа" both give ("ООО", "Альфа"). A text that is nothing but a form stays a name.
    """
    name = " ".join(text.split())
    folded = _fold_in_place(name)
    if found := _AT_START.match(folded):
        rest = name[found.end() :]
    elif found := _AT_END.search(folded, max(0, len(folded) - _LONGEST_FORM)):
        rest = name[: found.start()]
    else:
        return None, _without_outer_quotes(normal_quotes(name))
    form = _FORM_WORD.search(found.group())
    bare = _without_outer_quotes(normal_quotes(rest.strip(" ,")))
    if form is None or not any(map(str.isalnum, bare)):
        return None, _without_outer_quotes(normal_quotes(name))
    return _CANONICAL[form.group()], bare


def _fold_in_place(text: str) -> str:
    """In lower case with ё as е, every letter in its old position."""
    folded = text.lower()
    if len(folded) != len(text):  # a letter that has no small form of one letter stays as it is
        folded = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return folded.replace("ё", "е")


def normal_quotes(text: str) -> str:
    """Return the text with outer quotation marks « » and inner „ “; a missing closing mark is added."""
    if not _QUOTE.search(text):
        return text
    pieces: list[str] = []
    depth = 0
    position = 0
    before = ""
    for found in _QUOTE.finditer(text):
        if found.start() > position:
            pieces.append(text[position : found.start()])
            before = text[found.start() - 1]
        at_start = not before or bool(_OPENING_AFTER.match(before))
        opens = found.group() in "«„" or (found.group() != "»" and at_start and found.end() < len(text))
        if depth and found.group() == "“":
            # Inside quotation marks “ is the German and Russian closing mark, not the English opening one.
            opens = False
        if opens:
            before = "«" if depth == 0 else "„"
            depth += 1
            pieces.append(before)
        elif depth:
            depth -= 1
            before = "»" if depth == 0 else "“"
            pieces.append(before)
        position = found.end()
    pieces.append(text[position:])
    while depth:
        depth -= 1
        pieces.append("»" if depth == 0 else "“")
    return "".join(pieces)


def _without_outer_quotes(name: str) -> str:
    if name.startswith("«") and name.endswith("»") and name.count("«") == 1:
        name = normal_quotes(name[1:-1].replace("„", "«").replace("“", "»"))
    return name.strip()


def name_key(text: str) -> str:
    """Return the key under which two spellings of one organisation's name meet.

    Legal form, case, ё, quotes, hyphens, spaces and Latin letters inside Russian words make no difference.
    """
    _, bare = split_legal_form(text)
    folded = fold(bare)
    key = _NOT_KEY.sub("", _WORD.sub(lambda word: _one_script(word.group()), folded))
    return key or _NOT_KEY.sub("", fold(text))


def _one_script(word: str) -> str:
    return word.translate(_TO_CYRILLIC) if _CYRILLIC.search(word) and _LATIN.search(word) else word


_QUOTING = ("{}", "«{}»", '"{}"')
_USUAL = ("ООО", "АО", "ПАО", "ЗАО", "ОАО", "ИП")


def spellings(text: str) -> tuple[str, ...]:
    """The folded ways in which an organisation's name usually stands in a base: with each usual legal form or none, quoted or not.

    All have the `name_key` of the text, so that an index over folded names finds by them what a person would call the same.
    """
    form, bare = split_legal_form(text)
    forms = dict.fromkeys((*((form,) if form else ()), *_USUAL))
    found: dict[str, None] = {}
    for quoted in (mark.format(bare) for mark in _QUOTING):
        found[fold(quoted)] = None
        for each in forms:
            long = _long_form(each)
            found |= dict.fromkeys(
                fold(way)
                for way in (f"{each} {quoted}", f"{quoted}, {each}", f"{long} {quoted}" if long else "")
                if way
            )
    return tuple(found)


def _long_form(form: str) -> str:
    """A Russian legal form in full: the first of its spellings that is more than one word; empty where there is none."""
    return next((way for way in _FORMS.get(form, ()) if " " in way and _CYRILLIC.search(way)), "")


def short_name(text: str) -> str:
    """«ООО «Ромашка»»: the short legal form and the name in its quotation marks; a person's name has none."""
    form, bare = split_legal_form(text)
    if form is None:
        return normal_quotes(" ".join(text.split()))
    if form in {"ИП", "КФХ", "ЧП"} or not _long_form(form):
        return f"{form} {bare}"
    return f"{form} {normal_quotes(f'«{bare}»')}"


def full_name(text: str) -> str | None:
    """«Общество с ограниченной ответственностью «Ромашка»»; None where the legal form is not known in full."""
    form, bare = split_legal_form(text)
    long = _long_form(form) if form else ""
    if not form or not long:
        return None
    name = bare if form in {"ИП", "КФХ", "ЧП"} else normal_quotes(f"«{bare}»")
    return f"{long[0].upper()}{long[1:]} {name}"
