"""What tells dates in other languages apart from the text around them; `dateparser` knows what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tongue:
    """How one language says when. All words are in lower case; lists are separated by spaces."""

    code: str
    months: str
    near: str
    """Days counted from today."""

    weekdays: str
    on: str
    """What stands before a weekday that is one day, not every week; a pattern."""

    ago: str
    """A pattern with places for `count` and `unit`."""

    units: Mapping[str, str]
    """Words, separated by spaces, for each unit of the calendar."""

    numbers: Mapping[str, int]
    of: str = r"\s+"
    """Between a day, its month and its year; a pattern."""

    signs: str = ""
    """Small words of the language: a doubtful word needs one of them beside it."""

    not_near: str = "(?!)"
    """Where a word of `near` is another word, as in `la mañana`; a pattern."""

    doubtful: str = ""
    """Words that other languages have with another meaning."""


TONGUES = (
    Tongue(
        code="es",
        months="enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre",
        near="ayer anteayer antier hoy mañana",
        not_near=r"(?:la|una|cada|esta)\s+mañana",
        weekdays="lunes martes miércoles miercoles jueves viernes sábado sabado domingo",
        on="el|este",
        ago=r"hace\s+{count}\s+{unit}",
        units={
            "day": "día días dia dias",
            "week": "semana semanas",
            "month": "mes meses",
            "year": "año años",
        },
        numbers={"un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "diez": 10},
        of=r"\s+(?:de|del)\s+",
    ),
    Tongue(
        code="fr",
        months="janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre",
        near="hier avant-hier aujourd'hui aujourd’hui demain après-demain",
        weekdays="lundi mardi mercredi jeudi vendredi samedi dimanche",
        on="ce|dès|depuis|nous|suis|arrivé|arrivée",
        ago=r"il\s+y\s+a\s+{count}\s+{unit}",
        units={"day": "jour jours", "week": "semaine semaines", "month": "mois", "year": "an ans"},
        numbers={"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "dix": 10},
        signs="je j nous vous il elle ils elles le la les un une est et ai avons été à du des c ma mon sa son",
        doubtful="hier mars mai il",
    ),
    Tongue(
        code="de",
        months="januar jänner februar märz april mai juni juli august september oktober november dezember",
        near="gestern vorgestern heute morgen übermorgen",
        not_near=r"(?:heute|gestern|guten|am|jeden)\s+morgen|(?-i:Morgen)",
        weekdays="montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag",
        on="am|letzten|vergangenen|diesen|nächsten|kommenden",
        ago=r"vor\s+{count}\s+{unit}",
        units={"day": "tag tagen", "week": "woche wochen", "month": "monat monaten", "year": "jahr jahren"},
        numbers={"einem": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "zehn": 10},
        of=r"\.?\s+",
        signs="ich wir er sie es und ist der die das ein eine nicht bin war wird ins im zum mit haben habe hat",
        doubtful="morgen",
    ),
    Tongue(
        code="it",
        months="gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        near="ieri oggi domani",
        weekdays="lunedì martedì mercoledì giovedì venerdì sabato domenica",
        on="questo|questa|scorso|scorsa",
        ago=r"{count}\s+{unit}\s+fa",
        units={
            "day": "giorno giorni",
            "week": "settimana settimane",
            "month": "mese mesi",
            "year": "anno anni",
        },
        numbers={"un": 1, "una": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "dieci": 10},
    ),
    Tongue(
        code="pt",
        months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        near="ontem anteontem hoje amanhã",
        weekdays="segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        on="na|no|esta|este",
        ago=r"(?:há\s+{count}\s+{unit}|{count}\s+{unit}\s+atrás)",
        units={"day": "dia dias", "week": "semana semanas", "month": "mês meses", "year": "ano anos"},
        numbers={"um": 1, "uma": 1, "dois": 2, "duas": 2, "três": 3, "quatro": 4, "cinco": 5, "dez": 10},
        of=r"\s+de\s+",
    ),
    Tongue(
        code="nl",
        months="januari februari maart april mei juni juli augustus september oktober november december",
        near="gisteren eergisteren vandaag morgen overmorgen",
        not_near=r"(?:elke|goede|de)\s+morgen|(?-i:Morgen)",
        weekdays="maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        on="op|afgelopen|deze|komende|volgende",
        ago=r"{count}\s+{unit}\s+geleden",
        units={"day": "dag dagen", "week": "week weken", "month": "maand maanden", "year": "jaar"},
        numbers={"een": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "tien": 10},
        signs="ik we wij hij ze het een de van naar heb is was ga gaan zijn niet met mijn",
        doubtful="morgen",
    ),
    Tongue(
        code="ru",
        months="января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        near="вчера позавчера сегодня завтра послезавтра",
        weekdays="понедельник вторник среду четверг пятницу субботу воскресенье",
        on="в|во|эту|этот",
        ago=r"{count}\s+{unit}\s+назад",
        units={
            "day": "день дня дней",
            "week": "неделю недели недель",
            "month": "месяц месяца месяцев",
            "year": "год года лет",
        },
        numbers={
            "один": 1,
            "одну": 1,
            "два": 2,
            "две": 2,
            "три": 3,
            "четыре": 4,
            "пять": 5,
            "шесть": 6,
            "десять": 10,
        },
    ),
    Tongue(
        code="pl",
        months="stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        near="wczoraj przedwczoraj dzisiaj dziś jutro pojutrze",
        weekdays="poniedziałek wtorek środę czwartek piątek sobotę niedzielę",
        on="w|we",
        ago=r"{count}\s+{unit}\s+temu",
        units={
            "day": "dzień dni",
            "week": "tydzień tygodnie tygodni",
            "month": "miesiąc miesiące",
            "year": "rok lata lat",
        },
        numbers={"jeden": 1, "dwa": 2, "trzy": 3, "cztery": 4, "pięć": 5},
    ),
    Tongue(
        code="uk",
        months="січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        near="вчора позавчора сьогодні завтра післязавтра",
        weekdays="понеділок вівторок середу четвер п'ятницю суботу неділю",
        on="в|у",
        ago=r"{count}\s+{unit}\s+тому",
        units={
            "day": "день дні днів",
            "week": "тиждень тижні тижнів",
            "month": "місяць місяці",
            "year": "рік роки років",
        },
        numbers={"один": 1, "два": 2, "три": 3, "чотири": 4},
        signs="я ми ти він вона і та є було буде на з до",
        doubtful="завтра четвер",
    ),
    Tongue(
        code="tr",
        months="ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        near="dün bugün yarın",
        weekdays="pazartesi salı çarşamba perşembe cuma cumartesi",
        on="geçen|bu",
        ago=r"{count}\s+{unit}\s+önce",
        units={"day": "gün", "week": "hafta", "month": "ay", "year": "yıl"},
        numbers={"bir": 1, "iki": 2, "üç": 3, "dört": 4, "beş": 5},
    ),
    Tongue(
        code="sv",
        months="januari februari mars april maj juni juli augusti september oktober november december",
        near="igår idag imorgon",
        weekdays="måndag måndags tisdag onsdag torsdag fredag lördag söndag",
        on="på",
        ago=r"för\s+{count}\s+{unit}\s+sedan",
        units={"day": "dag dagar", "week": "vecka veckor", "month": "månad månader", "year": "år"},
        numbers={"en": 1, "ett": 1, "två": 2, "tre": 3, "fyra": 4, "fem": 5},
        signs="jag vi han hon det en ett och är var den på med som inte till",
        doubtful="mars januari februari juni juli oktober",
    ),
)
"""Languages that put spaces between words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Script:
    """How a language without spaces says when."""

    code: str
    near: str
    """Days counted from today, as one pattern."""

    ago: str
    """A pattern with places for `count` and `unit`."""

    units: Mapping[str, str]
    numbers: Mapping[str, int]
    year: str = "年"
    month: str = "月"
    day: str = "日"


SCRIPTS = (
    Script(
        code="ja",
        near="一昨日|昨日|今日|明日|明後日|きのう|おととい",
        ago="{count}{unit}前",
        units={"day": "日", "week": "週間", "month": "か月 ヶ月 カ月", "year": "年"},
        numbers={"一": 1, "二": 2, "三": 3},
    ),
    Script(
        code="zh",
        near="前天|昨天|今天|明天|后天|後天",
        ago="{count}{unit}(?:以)?前",
        units={"day": "天", "week": "周 个星期", "month": "个月", "year": "年"},
        numbers={"一": 1, "两": 2, "二": 2, "三": 3},
    ),
    Script(
        code="ko",
        near="그저께|어제|오늘|내일|모레",
        ago=r"{count}\s*{unit}\s*전",
        units={"day": "일", "week": "주", "month": "개월", "year": "년"},
        numbers={"한": 1},
        year="년",
        month="월",
        day="일",
    ),
)
