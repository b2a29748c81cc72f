"""Whether a text tells its reader what to do, and whether it speaks of the user. Pure; linear in the length of the text.

This is the second line, and a thin one: it knows plain wordings and obvious disguises, and does not try to read what a
disguise hides. The first line is authority (`judge`): only the user is believed about preferences, plans, who he is and
how things are to be done, however it is worded.
"""

from __future__ import annotations

import unicodedata

from lukasa.domain.turn import Source, Turn
from lukasa.text.analysis import fold
from lukasa.text.patterns import LazyPattern
from lukasa.text.sentences import sentences

_LONGEST = 4000
"""Characters of a text that are searched: a longer one is a page, not an instruction."""

_LONGEST_TURN = 20_000
"""Characters of a turn that are searched, as many as the rules read."""


def is_testimony(turn: Turn) -> bool:
    """Whether a person speaks here, now or in what was imported."""
    return turn.role == "user" and turn.origin in {"user", "import"}


def instructions_in(turn: Turn) -> list[Source]:
    """Return the sentences that tell the reader what to do, in a turn that is no person's own."""
    if is_testimony(turn):
        return []
    return [
        Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker)
        for start, end in sentences(turn.text[:_LONGEST_TURN])
        if _IMPERATIVE.search(_plain(turn.text[start:end])) or instructs(turn.text[start:end])
    ]


def instructs(text: str) -> bool:
    """Whether a text gives an assistant an instruction, forges the frame of one, or is disguised."""
    plain = _plain(text)
    return bool(_INSTRUCTION.search(plain) or _DISGUISE.search(plain))


def addresses(text: str) -> bool:
    """Whether a text speaks to its reader: it uses the second person, or orders something.

    A recipe does so too; it is no instruction to an assistant, but states nothing about the world either.
    """
    return _SECOND_PERSON.search(_plain(text)) is not None or any(
        _IMPERATIVE.search(_plain(text[start:end])) for start, end in sentences(text[:_LONGEST])
    )


def speaks_of_user(text: str) -> bool:
    """Whether a text says something of the one whom the assistant serves, as `the user`."""
    return _OF_THE_USER.search(_plain(text)) is not None


def poses(text: str) -> bool:
    """Whether a rule that a person states is another's: it has marks of a host, or speaks to assistants at large or of the user."""
    return _POSED.search(_plain(text)) is not None or speaks_of_user(text)


def without_instructions(text: str) -> str:
    """Return a summary without the sentences that tell its reader what to do."""
    own = [text[start:end] for start, end in sentences(text)]
    rest = [sentence for sentence in own if not instructs(sentence) and not addresses(sentence)]
    return text if len(rest) == len(own) else " ".join(rest)


def _plain(text: str) -> str:
    """Return a text in lower case on one line, without accents and without characters that are not seen."""
    normal = unicodedata.normalize("NFKC", text[:_LONGEST]).replace("’", "'")
    seen = "".join(letter for letter in normal if not _is_unseen(letter))
    return " ".join(fold(seen.translate(_TAGS).casefold()).split())


def _is_unseen(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category == "Cf" or (category == "Mn" and letter < "\u0700")


_TAGS = dict.fromkeys((*range(917504, 917632), 847, 4447, 4448, 12644, 65440))
"""Characters without a shape that carry text, or break it up."""

# --- patterns ---------------------------------------------------------------------------------------------------------
#
# They are matched on plain text: no accents, no hamza of Arabic. Gaps are bounded, so that matching is linear.

_SPEAK = r"(?:recommend|mention|suggest|answer|reply|respond|say|tell|cite|praise|prefer|trust|refuse)"
_READERS = r"(?:ais?|llms?|language models?|chat ?bots?|assistants?|agents?|chatgpt|claude|gemini|copilot)"
_INSTRUCTION = LazyPattern(
    "|".join(
        (
            r"\b(?:previous|prior|earlier|above|new|hidden|system) (?:\w+ )?(?:instructions?|rules?|guidelines?|directives?|prompts?)\b",
            r"\b(?:remember|memori[sz]e|note|save|store|keep in mind)\b[^.!?]{0,30}\b(?:user|memory)\b",
            rf"\b(?:always|never|from now on|henceforth|going forward|in (?:all )?future|for the rest of|if asked|(?:when|whenever|if|every time) (?:the user|users?|someone|anyone))\b[^.!?]{{0,60}}\b{_SPEAK}",
            rf"\b{_READERS}(?: \w+){{0,3}} (?:must|should|shall|has to|have to|(?:is|are) required)\b",
            rf"\b(?:attention|note|dear|hey|message|instructions?)\b[^.!?]{{0,20}}\b{_READERS}\b",
            r"\b(?:all|any|each|every) (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies))\b[^.!?]{0,20}\b(?:must|should)\b",
            # Other languages: earlier instructions, `from now on`, `when they ask`.
            r"anweisungen|instructions precedentes|instrucciones|istruzioni|instrucoes|instructies|instrukcj|инструкци|指令|指示|지시|تعليمات|talimat|निर्देश",
            r"\bab jetzt|\bvon nun an|\ba partir de (?:maintenant|ahora|agora)|\bd'ora in poi|\bvanaf nu|\bod teraz|отныне|从现在|今後|앞으로|من الان|bundan sonra|अब से",
            r"\bcuando pregunt|когда спрос",
            # Marks that only a host writes, before or around its messages.
            r"</?(?:memory|system|instructions?|user|assistant|tool)\b[^<>]{0,60}>|<\|[a-z_ ]{1,30}\|>|\[/?inst\]|(?:^|[.!?#*>] ?)system ?:|\"role\" ?: ?\"",
        )
    )
)
_POSED = LazyPattern(
    r"</?(?:memory|memories|system|instructions?|assistant|tool)\b[^<>]{0,60}>|<\|[a-z_ ]{1,30}\|>|\[/?inst\]|\"role\" ?: ?\"|(?:^|[.!?#*>] ?)system ?:|\b(?:previous|prior|earlier|hidden|system) (?:\w+ )?(?:instructions?|prompts?)\b"
    r"|\b(?:ais|llms|language models|chat ?bots|assistants|agents|ai (?:assistant|agent|model|system)s?)\b"
)
_DISGUISE = LazyPattern(
    r"(?<![a-z\d+])(?=[a-z+]*\d)[a-z\d+]{24,}"  # base64 or hexadecimal
    r"|%20\w+%20|&lt;/?\w|(?:&#x?\w{2,5};){3}"
    r"|(?<!\w)(?!(?:[a-g][ *_-])+[a-g](?!\w))(?:[^\W\d][ *_-]){2,60}[^\W\d](?!\w)"  # letters apart, no notes
    r"|[a-z][а-яіѕјԁοανικρτυε]|[а-яіѕјԁοανικρτυε][a-z]"  # look-alikes of other scripts
    r"|[a-z][013457]{1,3}[a-z].{0,40}[a-z][013457]{1,3}[a-z]"  # digits for letters
)
_SECOND_PERSON = LazyPattern(
    r"(?<!\w)(?:you|your|yours|yourself|you're|you've|you'll|du|dich|dir|dein\w{0,2}|euch|euer|eure\w?|ihnen|tu|te|toi|ton|tes|vous|votre|vos|usted|ustedes|debes|"
    r"contigo|voce|voces|jij|jou|jouw|uw|ty|ciebie|tobie|twoj\w*|ты|тебя|тебе|твой|твоя|вы|вас|вам|ваш\w*|sen|sana|senin|siz|sizin)(?!\w)|你|您|あなた|ください|下さい|なさい|당신|하세요|십시오|انت|اپ|आप|तुम"
)
_IMPERATIVE = LazyPattern(
    r"^[\W\d]*(?:(?:please|kindly|quietly|silently|simply|just|now|then|first|next|finally|also|so|and|but|never|always|do not|don't|bitte|por favor|per favore) )*"
    r"(?:accept|access|act|add|adopt|advise|allow|answer|append|apply|approve|ask|assume|attach|avoid|bake|be|beat|begin|believe|book|boil|bring|browse|build|buy|call|change|check|choose|"
    r"cite|claim|clean|clear|click|close|collect|come|commit|compare|complete|conceal|configure|confirm|connect|consider|contact|continue|convince|cook|copy|count|cover|create|cut|delete|deliver|"
    r"describe|direct|disable|discard|disclose|discover|discuss|do|download|drain|drink|drop|dry|eat|email|e-mail|enable|end|enjoy|ensure|enter|erase|execute|expect|explain|export|favou?r|fetch|"
    r"fill|find|finish|fix|fold|follow|forget|forward|fry|get|give|go|grant|guess|handle|heat|help|hide|hold|ignore|imagine|import|include|increase|inform|insert|inspect|install|invite|join|keep|"
    r"know|label|launch|learn|leave|let|lie|lift|limit|link|list|listen|load|log|look|lower|make|mark|memori[sz]e|mention|mix|move|name|never|note|notice|notify|obey|open|order|output|pass|"
    r"paste|pay|peel|pick|place|point|pour|praise|prefer|preheat|prepare|present|press|pretend|print|promote|propose|publish|pull|push|put|raise|rank|rate|read|recall|recommend|record|redirect|"
    r"reduce|refer|regard|refuse|register|reject|release|remember|remind|remove|rename|repeat|replace|reply|report|request|reset|respond|restart|return|reveal|review|rinse|roll|run|save|say|scroll|"
    r"search|see|select|sell|send|serve|set|share|show|sign|skip|slice|sprinkle|start|stay|steer|stir|stop|store|submit|suggest|summari[sz]e|support|swap|switch|take|talk|tell|think|touch|"
    r"transfer|treat|trust|try|turn|type|unlock|update|upgrade|upload|use|verify|view|visit|wait|walk|warm up|warn|wash|watch|wear|whisk|work|write) "
    r"(?!(?:is|was|are|were|has|had|have|of|in the \w+ (?:is|was)|and \w+ (?:are|were))\b)\w"
)
_OF_THE_USER = LazyPattern(
    r"\b(?:the|your|this) (?:end )?user(?:'s)?\b(?! (?:interface|manual|menu|guide|group|input|id)\b)(?:,| \w)|"
    r"\b(?:der|dem|den|des) (?:be)?nutzer\w*|\bl'utilisateur\b|\b(?:el|al|del) usuario\b|\b(?:l'|all'|dell')utente\b|"
    r"\b(?:o|ao|do) (?:usuario|utilizador)\b|\bde gebruiker\b|\buzytkownik\w*|пользовател|用户|用戶|ユーザー|사용자|المستخدم|उपयोगकर्ता|\bkullanici\w*"
)
"""Words about the one whom the assistant serves."""
