"""Given names used in Russia, to tell a first name from a surname. Facts only; the common ones."""

from functools import cache

from klientura.kit.text import fold, transliterate_variants

_MALE = """
абрам август авдей адам азамат азат айдар айрат алан александр алексей али алик алишер альберт альфред амир
анатолий андрей антон аристарх аркадий арман армен арнольд арсен арсений артем артемий артур архип аслан
афанасий ахмед ашот богдан борис боря бронислав булат вадим валентин валера валерий вальтер ваня василий
вася вахтанг вениамин веня виктор виталий витя влад владимир владислав владлен вова володя вольфганг
всеволод вячеслав гавриил ганс гарик гарри гена геннадий генрих георгий герман глеб гордей гоша григорий
гриша давид дамир даниил данил данила даниэль демид демьян денис джамал джеймс джон дима дмитрий дэвид
евгений евграф егор елисей емельян ефим ефрем жан женя жора захар зиновий зураб ибрагим иван игнат игнатий
игорь ильдар ильнур ильшат илья ильяс иннокентий иосиф ираклий исаак искандер ислам камиль карен карим карл
ким кирилл клим климент коля кондрат константин корней костя кузьма лаврентий лев леонид леонтий лука лёня
лёша магомед майкл макар максим максимилиан марат марк марко марсель мартин матвей мирон мирослав митрофан
михаил миша моисей мурад мурат мустафа назар наиль нариман натан никита никифор николай нурлан олег онуфрий
осип оскар остап павел парфен паша петр питер платон пол порфирий потап прохор равиль радик рамазан рамиль
расул рафаэль рафик рашид ренат ринат роберт родион роман ростислав руслан рустам савва савелий самвел
самуил саша святослав семен серафим сергей слава соломон спартак станислав степан стивен султан тагир тарас
тигран тимофей тимур тихон толя томас фазиль фарид федор федя феликс филипп фома хасан эдгар эдуард эльдар
эльмар эмиль эмин эрик эрнест юлиан юлий юра юрий юсуф яков ян ярослав
"""
_FEMALE = """
ада аделина аза аида айгуль аксинья алевтина александра алена алина алиса алла альбина альфия амина
анастасия ангелина анжела анжелика анита анна антонина анфиса аня ариадна арианна арина ася аурика белла
бэлла валентина валерия варвара василиса венера вера вероника вика виктория виолетта виталина влада
владислава галина галя гелена генриетта глафира гузель гульнара гюзель дана дарина дарья даша джейн диана
дина динара доминика ева евгения евдокия екатерина елена елизавета есения жанна зарема зарина земфира зина
зинаида злата зоя зульфия изабелла илона инга инесса инна иоланта ира ирина ирма ия камилла капитолина
карина каролина катарина катя кира клавдия клара кристина ксения ксюша лада лайма лариса лейла лена леся
лиана лидия лиза лилиана лилия лина лия лола лолита люба любовь люда людмила ляйсан майя малика мальвина
маргарита марианна марина мария марта марфа марьям матрена маша мила милана милена мира мирослава мэри
надежда надя наиля нана настя наталия наталья наташа нелли ника нина нонна нора нюра оксана олеся ольга оля
пелагея полина прасковья раиса регина рената римма роза роксана румия руслана руфина сабина сара света
светлана серафима снежана соня софия софья стелла стефания сусанна таисия тамара таня татьяна тереза тоня
ульяна фаина фатима фекла хадижа эвелина элеонора элизабет элина эльвира эльза эльмира эмилия эмма эрика
юлиана юлия юля юна ядвига яна ярослава
"""
_LATIN_ONLY_MALE = """
alex alexander alexei alexey andrew anthony anton arthur benjamin carlos charles christopher daniel david
dmitri dmitry edward eugene eugeny evgeny frank george hans henry igor ivan jack jacob jean john jose joseph
juan jurgen kenneth kirill klaus leonid lev louis luigi luke mark martin matthew max maxim michael mikhail
nicholas nikita oleg oliver oscar patrick paul peter philip pierre pyotr ralph richard robert roger samuel
sergei sergey simon stefan stephen steven thomas timothy victor vladimir walter william yuri yury
"""
_LATIN_ONLY_FEMALE = """
alexandra alice amanda angela anna anne barbara catherine christine claudia diana elizabeth emily emma
eugenia helen irene jane jennifer jessica julia julie karen kate katherine laura lidia linda lisa maria
marie mary michelle monika natalia natalie olga patricia rachel rebecca sabine sandra sarah sofia sophia
susan tatiana victoria yulia
"""


@cache
def _genders() -> dict[str, str | None]:
    genders: dict[str, str | None] = {}
    for names, gender in (
        (_MALE, "male"), (_FEMALE, "female"), (_LATIN_ONLY_MALE, "male"), (_LATIN_ONLY_FEMALE, "female"),
    ):  # fmt: skip
        for name in names.split():
            for spelling in _spellings(fold(name)):
                # Names of both genders (Саша, Женя) tell nothing about the gender.
                genders[spelling] = gender if genders.get(spelling, gender) == gender else None
    for name in ("саша", "женя", "слава", "валя", "паша"):
        genders[name] = None
    return genders


def _spellings(name: str) -> set[str]:
    spellings = {name}
    if not name.isascii():
        latin = transliterate_variants(name)
        spellings |= latin | {spelling.replace("ks", "x") for spelling in latin}
        spellings |= {f"{spelling[:-2]}y" for spelling in latin if spelling.endswith(("iy", "ii", "ij"))}
    return spellings


def is_given_name(folded: str) -> bool:
    """Tell whether a folded word, Russian or transliterated, is a known given name or a double one."""
    genders = _genders()
    return folded in genders or ("-" in folded and all(part in genders for part in folded.split("-")))


def gender_of_given_name(folded: str) -> str | None:
    """Return male or female for a folded known given name that only one gender bears, else None."""
    return _genders().get(folded.partition("-")[0])
