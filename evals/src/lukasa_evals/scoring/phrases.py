"""How English says that something is not known: patterns over one clause, in lower case, with straight apostrophes."""

from __future__ import annotations

import re
from typing import Final

_ADVERBS: Final = r"(?:(?:\w+ly|yet|ever|even|just|really|anywhere|been|in\s+fact)\s+){0,3}"
_NOT: Final = r"(?:\b(?:not|never)|n't)"
_DO_NOT: Final = r"(?:\b(?:do|does|did|can|could|would)\s+not\b|\b(?:do|does|did|ca|could|would)n'?t\b|\bcannot\b|\bnever\b)"
_NEWS: Final = r"""
    \b(?:\w+\s+){0,2}
    (?:information|info|mentions?|records?|indications?|references?|evidence|details?|data|answers?|context|memory|
       memories|notes?(?!\s+of\b)|statements?|clues?|hints?|knowledge|recollection|discussion)\b(?!\s+cards?\b)
"""
_SOURCE: Final = r"""
    \b(?:conversations?|dialogues?|chats?|transcripts?|context|text|notes?|memory|memories|records?|information|
       passages?|excerpts?|messages?|sessions?|data|facts|details|logs?)\b
"""
_SOURCES: Final = rf"{_SOURCE}(?:\s+\w+){{0,6}}?"
_ASIDE: Final = r"\s*(?:$|[,:])"
_ASKS: Final = r"\s+(?:who|whom|whose|what|when|where|which|why|how|whether|if|exactly|specifically|anything|so\b|it\b|that\b)"

_NOBODY_KNOWS: Final = rf"""
    \b(?:i|we)\s+{_ADVERBS}{_DO_NOT}\s+{_ADVERBS}(?:know|tell|say|determine|find|answer|see|recall|remember|be\s+sure)\b
  | \b(?:i|we)\s+{_DO_NOT}\s+{_ADVERBS}have\s+(?:any|that|this|the|enough|sufficient|an?)\s+{_NEWS}
  | \b(?:i|we)\s+(?:have|see|find|found|know|recall)\s+(?:nothing\b|no\s+(?:idea|clue)\b|no\s+{_NEWS})
  | \b(?:i'm|i\s+am|we're|we\s+are)\s+(?:\w+ly\s+)?(?:not\s+(?:\w+ly\s+)?(?:sure|certain|aware|able|told)|unable|unsure)\b
  | ^(?:not\s+(?:\w+ly\s+)?(?:sure|certain)|unsure|uncertain|dunno|no\s+idea|no\s+clue|(?:don't|do\s+not|can't|cannot)\s+(?:know|say|tell|recall))\b
"""
"""Who answers does not know."""

_NOTHING_THERE: Final = rf"""
    \bthere(?:\s+(?:is|are|was|were)|'s|\s+seems\s+to\s+be)(?:\s+no|\s+not\s+(?:any|enough|an?)|n't\s+(?:any|enough|an?)|\s+insufficient)
        \s+{_NEWS}
  | \b(?:there\s+(?:is|was)|there's)\s+nothing(?:\s+(?:about|on|in\s+the|that|to\s+\w+|said|mentioned|known|recorded)\b|{_ASIDE})
  | ^(?:\w+,?\s+)?(?:no|not\s+enough|insufficient)\s+{_NEWS}
  | {_SOURCES}\s+(?:lacks?|says?\s+nothing|(?:is|are)\s+silent|(?:contains?|includes?|provides?|gives?|makes?|has|have|holds?)\s+no\b)
  | {_SOURCES}\s+{_DO_NOT}\s+{_ADVERBS}
        (?:contain|include|reveal|show|provide|give|cover|describe|address|discuss|record|offer|answer|explain|suggest|have)\b
  | {_NEWS}(?:\s+\w+){{0,4}}?\s+(?:is|are|was|were)
        (?:\s+{_ADVERBS}(?:missing|lacking|absent|unavailable|insufficient)
         |(?:\s+not|n't)\s+{_ADVERBS}(?:available|enough|there|given|known|found|included))\b
"""
"""What one would know it from says nothing of it, or is not there."""

_NOT_SAID: Final = rf"""
    {_NOT}\s+{_ADVERBS}(?:mentioned|specified|stated|discussed|recorded|indicated|disclosed|described|revealed|documented|
        addressed|covered|provided|detailed)\b
  | {_DO_NOT}\s+{_ADVERBS}(?:mention|specify|state|indicate|disclose|clarify)\b
  | {_DO_NOT}\s+(?:think|believe)\s+(?:\w+\s+){{1,3}}?{_ADVERBS}(?:mentioned|specified|stated|discussed|said)\b
  | \bnever\s+(?:mentions|specifies|states|says|tells){_ASIDE}
  | {_DO_NOT}\s+{_ADVERBS}(?:say|said|tell|told)(?:{_ASIDE}|(?:\s+us|\s+me)?{_ASKS})
  | \b(?:it|that|this|which|answer|date|name|reason|number)(?:\s+(?:is|was)|'s)?\s*{_NOT}\s+{_ADVERBS}
        (?:known|given|available|said|told|clear)(?:{_ASIDE}|\s+(?:from|in|by|here)\b|{_ASKS})
  | {_NOT}\s+{_ADVERBS}known(?:{_ASIDE}|{_ASKS})
  | ^(?:not|never)\s+{_ADVERBS}(?:known|given|available|said|told|clear|found|applicable)\b
  | \b(?:nobody|no\s+one|nothing|none\s+of\s+(?:the\s+|them\s*)?\w*)\s+(?:\w+ly\s+)?(?:is\s+|was\s+)?(?:known|says?|said|mentions?|mentioned|recorded)\b
"""
"""It was not said."""

_CANNOT_BE_KNOWN: Final = rf"""
    \b(?:cannot|can\s+not|can't|could\s+not|couldn't)\s+{_ADVERBS}be\s+{_ADVERBS}
        (?:determined|answered|known|inferred|established|deduced|ascertained|said|verified|confirmed)\b
  | \b(?:impossible|not\s+possible|no\s+way)\s+(?:to|of)\s+(?:say|tell|know|knowing|telling|determine|answer)\b
  | \b(?:hard|difficult)\s+to\s+(?:say|tell|know|determine|answer)(?:{_ASIDE}|\s+from\b|{_ASKS})
  | (?:^|\b(?:is|are|was|were|remains?|as|still)\s+|'s\s+)(?:still\s+|currently\s+)?
        (?:unknown|unclear|unspecified|undetermined|undisclosed|unanswerable)(?:{_ASIDE}|\s+(?:from|based|in\s+the)\b|{_ASKS})
  | ^(?:n/?a|none\s+(?:mentioned|given|known|specified|stated))$
"""
"""It cannot be found out."""

UNKNOWN: Final = re.compile(f"{_NOBODY_KNOWS}|{_NOTHING_THERE}|{_NOT_SAID}|{_CANNOT_BE_KNOWN}", re.VERBOSE)
"""The clause says that something is not known."""

UNSURE: Final = re.compile(
    r"\b(?:not\s+(?:\w+ly\s+)?(?:sure|certain)|unsure|uncertain|for\s+(?:sure|certain))\b"
)
"""It says so only by half: an answer may follow."""

GUESS: Final = re.compile(
    r"""
    ^(?:\w+\s+){0,2}?(?:probably|likely|perhaps|maybe|possibly|presumably|apparently)\b
  | \b(?:i\s+(?:would\s+)?(?:think|believe|guess|assume|suppose)|i'd\s+(?:say|guess)|my\s+(?:best\s+)?guess|the\s+answer\s+is)\b
  | \b(?:seems?|appears?)\s+(?:to\s+be|that)\b
    """,
    re.VERBOSE,
)
"""The clause answers, with reservations."""

CONTRAST: Final = re.compile(
    r"^(?:but|however|though|although|yet|still|so|therefore|nevertheless|instead)\b,?\s*"
)
"""The clause stands against the one before it, or follows from it."""

CONCESSION: Final = re.compile(r"^(?:although|though|even\s+though|while|whereas|even\s+if)\s")
"""The clause gives way to the next."""

COURTESY: Final = re.compile(
    rf"""
    ^(?:(?:no|sorry|hmm+|well|\w+ly|i'm\s+sorry|i\s+am\s+sorry|apologies|i\s+apologi[sz]e)\b[\s,]*)+$
  | ^(?:based\s+on|according\s+to|from|in|given|as\s+far\s+as)\s+(?:\w+\s+){{0,4}}?{_SOURCE}(?:\s+\w+){{0,2}}$
    """,
    re.VERBOSE,
)
"""The clause is courtesy, or says where was looked."""

OFFER: Final = re.compile(
    r"\b(?:let\s+me\s+know|please|feel\s+free|happy\s+to|(?:could|would)\s+you|if\s+you|you\s+(?:could|may|can|might)|i\s+can\s+(?:look|help))\b"
)
"""The clause says what could be done about it."""
