"""The extractor without a model: from turns to claims, clause by clause of what is said in the message's own voice.

It claims attributes, tastes, relatives and dated events of the speaker, and what ends them; nothing else. Precision comes before
recall: the turn itself stays, and carries what is not claimed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lukasa.domain.attribute import ATTRIBUTES
from lukasa.domain.claim import Claim, Scene
from lukasa.domain.turn import Turn
from lukasa.extraction.rules import claims as claim
from lukasa.extraction.rules.claims import Said
from lukasa.extraction.rules.endings import endings
from lukasa.extraction.rules.events import Clause, event, habit
from lukasa.extraction.rules.grammar import LISTS, STOP, Reading, alternatives, readings, tidy
from lukasa.extraction.rules.people import NAME, kin
from lukasa.extraction.rules.voice import own_stretches
from lukasa.gate.instructions import is_testimony
from lukasa.ports.extractor import ComputingExtractor
from lukasa.text.analysis import in_english
from lukasa.text.language_data import FUNCTION_WORDS
from lukasa.text.patterns import LazyPattern
from lukasa.text.sentences import sentences

RULES_VERSION = 9
"""Raise it with every change of which claims a turn gives: turns that an older version read are then known to be outdated."""

LONGEST_SENTENCE = 600
"""Characters of a sentence that are read: a longer one is no sentence that somebody says."""


@dataclass(frozen=True, slots=True)
class RulesExtractor(ComputingExtractor):
    """Reads turns by rules: no model, no network, the same claims every time; it never fails."""

    @property
    def name(self) -> str:
        return f"rules-{RULES_VERSION}"

    def extract(self, turn: Turn, scene: Scene) -> list[Claim]:
        """Return the claims of one turn."""
        return extract(turn, scene)


def extract(turn: Turn, scene: Scene) -> list[Claim]:
    """Return what the turn claims, in the order of its words; each attribute and value once."""
    if not is_testimony(turn):
        return []  # the gate lists what it instructs
    found: dict[tuple[object, ...], Claim] = {}
    for begin, stop in own_stretches(turn, scene.previous):
        for start, end in sentences(turn.text[begin:stop]):
            said = Said(
                turn,
                begin + start,
                min(begin + end, begin + start + LONGEST_SENTENCE),
                scene.zone or turn.at.tzinfo,
            )
            for each in _of_sentence(said, scene):
                content = each.text if each.attribute is None else ""
                found.setdefault((each.subject, each.attribute, each.value, each.negated, content), each)
    return list(found.values())


def _of_sentence(said: Said, scene: Scene) -> Iterator[Claim]:
    text = said.turn.text
    asks = _ASKS.match(text, said.end - 1, said.end + 1) is not None
    if _UNREAL.is_in(text[said.start : said.end]):
        return
    yield from _rule(said)
    yield from _called(said, scene)
    if "my" in text[said.start : said.end].lower():
        yield from _possessions(said, asks=asks)
    for person in kin(text, said.start, said.end):
        wrong = _NOT.match(text, person.end, said.end)
        yield claim.of_kin(said, person, corrects=wrong["wrong"] if wrong else None)
    yield from _replaced(said)
    for start in _clauses(said):
        if asks and said.clause_end(start) >= said.end - 1:
            continue
        past = _SINCE.search(text, max(said.start, start - _SIGHT), start)
        ending = None if past else next(endings(text, start, said.end), None)
        if ending is not None:
            yield claim.of_ending(said, ending)
        read = readings(text, start, said.end)
        if text[start].islower() and text[start : said.clause_end(start)].islower():
            read = map(_as_typed, readings(_NAMED.sub(_capitalised, text), start, said.end))
        own = [made for each in read for made in claim.of_reading(said, each, corrects=_corrects(said, each))]
        yield from own
        if not own and ending is None and said.times:
            yield from _happened(said, start)


def _happened(said: Said, start: int) -> Iterator[Claim]:
    """Yield what a clause says that the speaker does regularly, did on some day, or will do."""
    clause = Clause(said.turn.text, start, said.end, said.times, said.turn.at)
    if (again := habit(clause)) is not None:
        yield said.claim(again.fact, "does", again.value, (again.start, again.end))
    elif (happened := event(clause, lambda: said.times_in("future"))) is not None:
        past = happened.when.start is not None and happened.when.start <= clause.at
        if happened.planned != past:
            yield claim.of_event(said, happened)


def _as_typed(reading: Reading) -> Reading:
    """Return a reading of a clause without capitals with those of a name alone: nobody is "allergic to Cats"."""
    named = ATTRIBUTES[reading.attribute].value_type in {"person", "animal", "place", "organisation"}
    return reading if named else reading._replace(value=reading.value.lower(), fact=reading.fact.lower())


def _capitalised(match: re.Match[str]) -> str:
    """Return a name after "in", "from" or "called" with a capital, in a clause without any: "i live in pune"."""
    before, word = match.groups()
    return match[0] if word in FUNCTION_WORDS.words("en") else f"{before}{word.capitalize()}"


# --- clauses ---------------------------------------------------------------------------------------------------------


def _clauses(said: Said) -> Iterator[int]:
    """Yield where clauses begin that say something of the speaker: with "I" or "my", behind nothing that makes it another's word."""
    text = said.turn.text
    for match in _SUBJECT.finditer(text, said.start, said.end):
        before = text[max(said.start, match.start() - _SIGHT) : match.start()]
        if _OPENS.search(before) and not _IF.search(text, said.start, match.start()):
            yield match.start()


def _corrects(said: Said, reading: Reading) -> str | None:
    """Return the value that a clause says was wrong; empty when it corrects without naming one."""
    text = said.turn.text
    if match := _NOT.match(text, reading.end, said.end):
        return match["wrong"]
    return "" if _CORRECTION.search(text, max(said.start, reading.start - _SIGHT), reading.start) else None


def _replaced(said: Said) -> Iterator[Claim]:
    """Yield "Not Porto, Faro" and "I meant Faro, not Porto" for each attribute that may be meant.

    They say something only where the wrong value is known.
    """
    text = said.turn.text
    match = _NOT_BUT.match(text, said.start, said.end) or _BUT_NOT.match(text, said.start, said.end)
    if match is None:
        return
    words, wrong = " ".join(match.group().split()), match["wrong"]
    for name in _REPLACED:
        # Its text becomes that of the fact that it corrects.
        changes = {"corrects": wrong, "conditional": True}
        yield said.claim(f"says: {words}", name, match["right"], match.span(), **changes)


# --- what has a form of its own --------------------------------------------------------------------------------------


def _called(said: Said, scene: Scene) -> Iterator[Claim]:
    """Yield how the speaker is called, or the other one."""
    text = said.turn.text
    match = _CALL_ME.match(text, said.start, said.end) or _I_AM.match(text, said.start, said.end)
    if match and match["name"] not in LISTS.words("no_names") and not _NO_NAME.search(match["name"]):
        yield said.claim(f"is called {match['name']}", "name", match["name"], match.span())
    if not (scene.addressee and said.turn.speaker):
        return
    hail = _HAIL.match(text, said.start, said.end) or _VOCATIVE.match(text, said.start, said.end)
    if hail is not None and in_english(text):
        name, known = hail["name"], f"{scene.addressee} {said.name}".lower().split()
        if name not in LISTS.words("no_names") and not any(
            part.startswith(name.lower()) or name.lower().startswith(part) for part in known
        ):
            yield claim.of_alias(said, scene.addressee, name, hail.span("name"))


def _possessions(said: Said, *, asks: bool) -> Iterator[Claim]:
    """Yield the speaker's favourite, what ails them, and, where nothing is asked, what is theirs or costs so much.

    "Cold air is bad for my asthma", "my rent is 900 euros", "my 2018 Honda Civic".
    """
    text, start, end = said.turn.text, said.start, said.end
    found = (pattern.search(text, start, end) for pattern in (_FAVOURITE, _FAVOURED))
    match = next((match for match in found if match and not _POINTS.search(match["v"])), None)
    if match is not None and (value := tidy(match["v"])):
        name = f"favourite {' '.join(match['what'].lower().split())}"
        yield said.claim(f"has the {name} {value}", name, value, match.span())
    if match := _MY_CONDITION.search(text, start, end):
        value = match["v"].lower()
        yield said.claim(f"has {value}", "has_condition", value, match.span())
    if asks:
        return
    for match in _AMOUNT.finditer(text, start, end):
        what, value = match["what"].lower(), match["v"]
        words = f"{said.name}'s {what} {match['verb'].lower()} {value}"
        yield said.claim("", what, value, match.span(), text=words, cardinality="single")
    if match := _BY_YEAR.search(text, start, end):
        yield said.claim(f"has a {match['v']}", "owns", match["v"], match.span())


def _rule(said: Said) -> Iterator[Claim]:
    """Yield a rule that a person gives the assistant: "Always answer in French"."""
    match = _RULE.match(said.turn.text, said.start, said.end)
    if match is not None and said.end - said.start <= _LONGEST_RULE:
        text = " ".join(said.turn.text[said.start : said.end].split()).rstrip(" .!")
        text = text[:1].lower() + text[1:]
        yield said.claim(f"asks: {text}", "should", text, (said.start, said.end), confidence=0.8, valid=None)


_SIGHT = 40
"""Characters before a clause that tell whose word it is."""

_LONGEST_RULE = 240
_ASKS = LazyPattern(r".?\?")
_SUBJECT = LazyPattern(
    rf"(?<![\w'’-])(?:[Ii](?=['’]?(?:m|ve|d|ll)?\s)|[Mm]y(?=\s)|(?:Living|Based)(?= (?:in|near|outside)(?: [A-Z][\w'’-]+){{1,3}}\s*(?:[.;!]|$|,? (?:but|and|since|with|now|for|so|looking|working|need|[Ii]|[Ww]e)\b))|[Ww]e(?=(?:['’]re| are) (?:\w+ )?(?:married|engaged|divorced)\b|(?:['’]ve| have)?(?: both| just| recently| finally| currently)? (?:been living|lived?|moved|broke|got (?:divorced|married|engaged)|split|had to put|have an? [\w ]{{0,20}}(?:cat|dog|puppy|kitten))\b)|[Ss]ome(?:one|body)(?= stole my)|{NAME}(?= (?:and I|has|have|just|sadly|passed|died|was put|is no longer)\b))"
)
_OPENS = LazyPattern(
    r"(?:^\W*|[.,;:!?()\n…—–]\W*|\s-+\s*|[^\w\s,.;:'’\"?]\s*|(?:^|[\s,])(?:and|but|so|because|cause|cuz|since|although|though|while|now|also|plus|actually|well|btw|fyi|lol|haha|yeah|yep|yes|yup|no|nope|hi|hey|"
    r"hello|ok|okay|oh|sorry|correction|then|anyway|honestly|currently|today|yesterday|recently|personally|as|like|please|say|i meant(?: to say)?|guess what|turns out(?: that)?|by the way|unfortunately|luckily|sadly|finally|apart from that|"
    r"(?:last|this|next) \w+|(?:in|since|on) (?:\w+ )?\d{1,4}(?:st|nd|rd|th)?|\w+ ago|know|remember|mention(?:ed)?|(?:think|realized|realised|forgot|said|guess|glad|happy|proud|excited|sad)(?: to (?:say|report|tell you|announce))?(?: that)?(?<!you said)(?<!he said)(?<!y said)|fact(?: is)?(?: that)?)\s+)$",
    re.IGNORECASE,
)
_IF = LazyPattern(
    r"(?i)\b(?:if|unless|whether|in case|as though|would|wish|dream(?:ed|t|s)?|hope|he|she|they|who|someone|somebody|people|everyone)\b[^,.;:!?—–-]{0,80}$"
)
_UNREAL = LazyPattern(
    r"\b(?:imagine|pretend|suppose|supposing|assum(?:e|ing)|let['’]?s say|hypothetically|what if|just kidding|kidding|joking|jk|as a joke|in a parallel|in my dream|dreamt|if i (?:were|was|had)|(?:^|[.!?] )say,? (?:i|we|my)|in (?:the|my|our|this) (?:game|story|novel|campaign|dream|sims?)|someone (?:who|that)|my friend (?:says|said))\b"
)
_SINCE = LazyPattern(r"(?i)\bsince\s$")
"""Before what happened at some time that is not said: "five years since I graduated"."""

_NAMED = LazyPattern(r"\b((?:in|from|at|to|near|called|named|is|outside) )([a-z]{3,20})\b")
_NOT = LazyPattern(
    r"(?i),? (?:and )?not (?:in |at |from |as |for )?(?:an? |the )?(?P<wrong>(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+){0,2}|\d{1,3})"
)
_CORRECTION = LazyPattern(
    r"(?i)(?:^|[\s,;.!?—–-])(?:actually|correction|sorry|no|wait|i mean(?:t)?|i misspoke|to correct myself|i was wrong|my mistake)[,:;.!—–-]?\s*(?:but |and )?$"
)
_VALUE = r"(?-i:[A-Z])[\w'’-]+(?: (?-i:[A-Z])[\w'’-]+)?"
_NO_WAIT = r"(?:no|actually|sorry|correction|wait|oops)[,:;.!]? "
_NOT_BUT = LazyPattern(
    rf"(?i)(?:{_NO_WAIT})*(?:it['’]s |i meant |i said |that['’]s )?not (?P<wrong>{_VALUE})(?:,? but|,|;| [—–-]+)"
    rf" (?:it['’]s |i meant )?(?P<right>{_VALUE})\s*[.!]?$"
)
_BUT_NOT = LazyPattern(
    rf"(?i)(?:(?:{_NO_WAIT})+(?:it['’]s |i meant )?|it['’]s |i meant )(?P<right>{_VALUE}),? not (?P<wrong>{_VALUE})\s*[.!]?$"
)
_REPLACED = ("lives_in", "works_at", "name", "comes_from", "studies_at", "partner", "pet")

_CALL_ME = LazyPattern(
    rf"(?i)(?:(?:please|just|but|and|so|actually|oh|hi|hey|hello|btw|by the way|from now on)[,!]? )*(?:you can |you may |everyone |everybody |people |my friends |friends |they )?(?:just )?calls? me (?P<name>{NAME})(?=\s*(?:[.,!;)]|$| (?:from now|instead|please|now|going forward|for short|btw|and i)\b))"
)
_I_AM = LazyPattern(
    rf"(?i)(?:(?:hi|hello|hey)(?: there| all| everyone| everybody| [A-Z]\w+)?[,!.]? (?:it['’]s |this is )?)?(?:by the way,? |btw,? |oh,? )?(?:(?<=it['’]s )|(?<=this is )|i['’]?m |i am )(?P<name>{NAME})(?=\s*(?:[.!]|$|, (?:i['’]|and\b|an?\b|by\b|nice|the\b)| and i\b| here\b|, \d))"
)
_NO_NAME = LazyPattern(
    r"(?i)(?:ish|ese|ican|tian|lian|sian|uan|ccan|ist|olic|wish|slim|indu|ed|ing|ful)$|^(?:sorry|glad|happy|sure|fine|good|great|okay|back|here|not|so|very|just|done|lost|stuck|tired|busy|ready|bro|babe|girl|man|dude|buddy|everyone|love|guys|crazy|boss|king|queen|mom|mum|dad|daddy|mommy|single|married|vegan|aries|taurus|gemini|cancer|leo|virgo|libra|scorpio|capricorn|aquarius|pisces|greek|dutch|irish|french|swiss|danish|thai|czech|type|team|from|honey|sir|maam|dear|again|yes|all|both|friend|friends|sweetie|siri|alexa|claude|chatgpt|gpt|gemini|god|goodness|heavens|lord|much|so|that|this|it|the|ok|for)$"
)
_HAIL = LazyPattern(
    rf"(?i)(?:hi|hey|hello|thanks|thank you|thanks a lot|good morning|good evening|congrats|congratulations|happy birthday|bye|good night)(?: there)?,? (?P<name>{NAME})(?=\s*(?:[.,!?:)]|$))"
)
_VOCATIVE = LazyPattern(
    rf"(?:[A-Z][a-z'’]{{0,14}}|I['’]m)(?: (?:[a-z'’]{{1,14}}|I)){{0,5}}(?:, [a-z'’]{{1,14}}(?: [a-z'’]{{1,14}}){{0,4}})?, (?P<name>{NAME})\s*[!?]"
)
"""`That's great, Kate!`: a short exclamation or question with no other name in it."""

_WHAT = r"(?P<what>(?!one\b|thing\b|part\b|this\b|of\b|to\b|is\b|are\b)[a-z][\w'’-]{1,20}(?: (?!to\b|this\b|of\b|is\b|are\b|was\b|in\b|for\b|so\b|i\b|that\b|at\b)[\w'’-]{2,20}){0,2})"
_FAVOURITE = LazyPattern(
    rf"(?i)\bmy (?:all[- ]time |absolute |personal |current |new )?(?:favou?rite|fave) {_WHAT} (?:is|are|['’]s|has always been|will always be|has to be|would be|would have to be) (?:definitely |probably |always |called |still |actually |by far )?(?P<v>[\w](?:[^,.;:!?()\n]|(?!{STOP})\.){{1,60}}?)(?=\s*(?:[,;:!?()\n]|{STOP}|\.?$)|\s(?:because|since|but|so|and i|which|for|when|by far|right now|at the moment|with|from my|as)\b)"
)
_FAVOURED = LazyPattern(
    rf"(?:^|(?<=[.!?,;] ))(?P<v>(?:The |the )?[A-Z][\w'’&:.-]*(?: (?:of|the|and|in|to|[A-Z][\w'’&:.-]*)){{0,5}}) (?:is|are|has always been) (?:definitely |probably |still |one of )?my (?:all[- ]time |absolute |personal )?favou?rite {_WHAT}(?=\s*(?:[.,!;]|$))"
)
_POINTS = LazyPattern(
    r"(?i)\b(?:it|this|that|these|those|them|when|how|what|the one|to|your|probably|not|hard)\b"
)
_MY_CONDITION = LazyPattern(
    lambda: (
        rf"(?i)\bmy (?:severe |mild |chronic )?(?P<v>(?!(?-i:Cancer)|anxiety\b)(?:{alternatives('conditions')}))"
        r"(?![\w-]| (?:medication|test|screening|awareness|friend|patients?|class|research|paper|project|group|charity|ward|clinic|unit|study|lecture|book|article|thesis|talk|blog|essay)\b)"
    )
)
_AMOUNT = LazyPattern(
    r"(?i)\b(?<!of )(?<!in )my (?P<what>(?!favou?rite\b)[a-z][a-z'’-]{1,20}(?: (?!is\b|are\b|was\b|and\b|or\b|for\b|to\b)[a-z'’-]{2,20}){0,2})(?: (?:to|for|of) (?:the |my )?[a-z]{2,12})?"
    r" (?P<verb>is|costs|takes)(?: (?:currently|actually|now|only|just|usually))? (?P<v>(?:(?:about|around|roughly|approximately|another|nearly|almost|over) )?"
    r"(?:[$€£¥]\d(?:[\d,.]*\d)?k?|\d(?:[\d,.]*\d)?(?:\s?(?:%|k\b|km\b|kg\b|lbs?\b|cm\b|hours?\b|minutes?\b|mins?\b|days?\b|weeks?\b|euros?\b|dollars?\b|pounds?\b|yen\b|USD\b|EUR\b|GBP\b|miles\b)))(?: (?:a|per|each|every) (?:hour|day|week|month|year))?)(?=\s*(?:[.,;!)]|$)| (?:and|but|so|now|for)\b)"
)
_BY_YEAR = LazyPattern(
    lambda: (
        rf"\b[Mm]y (?:(?:trusty|own|current) )?(?P<v>(?:19[5-9]|20[0-3])\d (?i:{alternatives('makers')})(?: [A-Z\d][\w-]*){{0,3}})(?![\w-])"
    )
)
_ACT = r"(?:answer|reply|respond|write|call me|address me|use|speak|talk to me|format|explain|summari[sz]e|translate|include|add|cite|show|ask me|tell me|remind me|give me|keep|start|end|send)"
_RULE = LazyPattern(
    rf"(?i)\s*(?:hey,? |please,? |ok(?:ay)?,? )*(?:(?:from now on|in (?:the )?future|going forward)[, ]+(?:please )?(?:always |never |only )?(?:don['’]t |do not )?{_ACT}\b(?! me (?-i:[A-Z]))|"
    rf"(?:please )?(?:always|never) {_ACT}\b(?! (?:going|up|smiling|pushing|dreaming|believing|trying|calm|in touch|it up)\b)|(?:please )?(?:don['’]t|do not) (?:ever )?(?:call me|reply|answer) (?!it\b|this\b|that\b|yet\b)|"
    rf"keep (?:your|all) (?:answers?|repl(?:y|ies)|responses?|explanations?)\b|when (?:answering|replying|coding)\b[^?]{{0,60}},? (?:please |always |never )*{_ACT}\b)"
)
"""Rules for whoever answers; advice to a friend ("never give up") has none of these verbs."""
