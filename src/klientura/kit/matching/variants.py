"""Short and foreign forms of given names. Facts only; the full form comes first."""

from functools import cache, lru_cache

from klientura.kit.matching.sounds import sound
from klientura.kit.text import fold, transliterate_variants

# A short form may stand in several lines: Саша is Александр and Александра.
_NAMES = """
александр саша сашка саня санек шура алекс александер alex alexander alec sasha
александра саша сашенька шура саня алекс аля alexandra sasha alex sandra
алексей леша леха алеша алексий aleksey alexey alexei
альберт алик albert al
анастасия настя настасья ася стася nastya anastasia
анатолий толя толик anatoly
ангелина геля лина
андрей андрюша дрон andrew andy
анна аня нюра анюта анечка ann anne anna annie
антон тоша антоха anton tony
антонина тоня
арсений сеня арсентий
артем тема артемий артемка
артур arthur art
богдан бодя
борис боря boris
вадим вадик дима
валентин валя валик
валентина валя
валерий валера валерка
валерия лера валера
варвара варя barbara
василий вася василь
василиса вася
вера верочка
вероника ника veronica
виктор витя витек victor vic
виктория вика виктория victoria vicky
виталий виталя виталик
владимир вова володя влад вовка vladimir
владислав влад владик слава
всеволод сева
вячеслав слава славик
галина галя
геннадий гена генка
георгий жора гоша гера егор george
григорий гриша gregory greg
данила данил даниил даня daniel dan danny данила
дарья даша дарина darya daria
денис дениска ден dennis denis
диана дина diana
дмитрий дима митя димка димон дмитрии dmitry dmitri
евгений женя женек eugene gene
евгения женя eugenia
егор гоша жора
екатерина катя катерина катюша kate katherine catherine kathy katie cathy
елена лена леночка helen elena helena
елизавета лиза лизавета elizabeth liz beth betty eliza lisa
ефим фима
жанна jeanne
зинаида зина
иван ваня ванька иоанн ivan
игорь игорек гарик igor
илья илюша илюха ilya
инна инночка
иннокентий кеша
иосиф ося joseph joe
ирина ира ириша irene
кирилл кир кирюша cyril
константин костя kostya constantine
кристина кристя christina chris tina
ксения ксюша оксана аксинья xenia
лариса лара
леонид леня leonid leo
лидия лида lydia
любовь люба
людмила люда мила люся
максим макс maxim max
маргарита рита margaret maggie meg peggy
марина мариша marina
мария маша маруся марья маня mary maria marie
матвей мотя matthew matt
михаил миша мишка michael mike mick mikhail
надежда надя
наталья наталия ната наташа natalia natalie
никита никитос ник
николай коля колян никола nicholas nick nikolay nikolai
нина нинель
оксана ксюша ксения
олег олежка oleg
олеся леся
ольга оля olga
павел паша пашка paul
петр петя петруша peter pete pyotr
полина поля
раиса рая
роман рома roman
руслан русик
светлана света лана svetlana
семен сема simon
сергей сережа серега serge sergey sergei
софья софия соня sophia sofia sophie
станислав стас слава
степан степа stephen steven steve stefan
тамара тома
татьяна таня tatiana tanya
тимофей тима timothy tim
ульяна уля
федор федя theodore
эдуард эдик edward ed eddie ted
юлия юля julia julie
юрий юра yuri yury
яков яша jacob jack
ярослав слава ярик
william bill will billy willy liam
robert bob rob bobby
richard dick rick rich
james jim jimmy jamie
john jack johnny jon
charles charlie chuck
thomas tom tommy
christopher chris
benjamin ben
samuel sam
samantha sam
joshua josh
jessica jess
rebecca becky
jennifer jenny jen
susan sue suzanne
patricia pat patty
patrick pat
deborah debbie deb
"""


@cache
def _by_form() -> dict[str, tuple[str, ...]]:
    """Each form as it is written, in either script, with the sounds of the full names it stands for.

    By spelling and not by sound: Олег sounds like Alec, and is no Александр.
    """
    forms: dict[str, list[str]] = {}
    for line in _NAMES.strip().splitlines():
        names = [fold(name) for name in line.split()]
        for form in dict.fromkeys(spelling for name in names for spelling in (name, *_latin(name))):
            forms.setdefault(form, []).append(sound(names[0]))
    return {form: tuple(dict.fromkeys(full)) for form, full in forms.items()}


def _latin(name: str) -> set[str]:
    return set() if name.isascii() else transliterate_variants(name)


@lru_cache(maxsize=50_000)
def full_forms(name: str) -> tuple[str, ...]:
    """Return the sounds of the full names a given name may stand for; its own sound when it is not a known form."""
    known = _by_form().get(fold(name))
    key = sound(name)
    return known or ((key,) if key else ())


def is_known_form(name: str) -> bool:
    """Whether this is a given name whose other forms are known."""
    return fold(name) in _by_form()
