"""Which stretches of a message are said in the message's own voice. Pure and linear.

A user pastes mails, quotes reviews, has texts translated and plays roles, and the client writes into the message as well. What is
said there is said by somebody else, or by nobody. In doubt a stretch is left out: the turn itself stays and is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from lukasa.domain.turn import Turn
from lukasa.text.patterns import LazyPattern
from lukasa.text.sentences import Span

LONGEST = 6000
"""Characters of a message that are read: what is longer was mostly not typed."""

_LONGEST_PARAGRAPH = 1500
"""Characters of a paragraph that somebody types; a longer one was pasted."""

_MOST_LABELS = 2
"""Lines such as `Name: …` from which a text is a transcript or a form."""


def own_stretches(turn: Turn, previous: Turn | None = None) -> list[Span]:
    """Return the stretches of a turn that its speaker says, in order; none of them lies within a quotation or a paste."""
    text = turn.text[:LONGEST]
    lower = text.lower()
    if _FICTION.search(lower) or (
        previous is not None and _ACTION.match(previous.text, 0, _LONGEST_PARAGRAPH)
    ):
        return []
    # What was pasted, and goes on to the end.
    pasted = [match.start() for pattern in _marked(_TO_THE_END, lower) if (match := pattern.search(text))]
    end = min([len(text), *pasted])
    if text.count(":") > _MOST_LABELS < len(_LABELLED.compiled.findall(text, 0, end)):
        return []
    others = (match for pattern in _marked(_OTHERS, lower) for match in pattern.finditer(text, 0, end))
    cuts = sorted(match.span() for match in others)
    stretches, start = [], 0
    for first, after in (*cuts, (end, end)):
        if start < first <= start + _LONGEST_PARAGRAPH:
            stretches.append((start, first))
        start = max(start, after)
    return stretches


_Marked: TypeAlias = tuple[Sequence[str], LazyPattern]
"""A pattern, and the marks of which a text must have one: most have none, and need no closer look."""


def _marked(patterns: Iterable[_Marked], lower: str) -> list[LazyPattern]:
    return [pattern for marks, pattern in patterns if any(map(lower.__contains__, marks))]


_FICTION = LazyPattern(
    r"""(?x) \b(?: role[ -]?play\w* | (?:let['’]?s|let\ us)\ (?:play|pretend|imagine) | pretend | imagine\ (?:that|you|i|a)\b
    | (?:act|behave|respond|answer|speak|talk)\ (?:as|like)\ (?:a|an|the|if|though|me|my)\b | you\ are\ (?:now\ )?(?:a|an|the)\ \w+
    | (?:^|[.!?]\s)be\ (?:the|my|a|an)\b | (?:play|stay\ in|break)\ (?:the\ )?(?:role|part|character) | in[- ]character | fiction\w* | fan[- ]?fic\w*
    | first[- ]person | in\ the\ (?:voice|style|role|character|person)\ of | from\ the\ (?:perspective|point\ of\ view|view)\ of
    | (?:short|bedtime|love|horror)\ stor(?:y|ies) | (?:write|tell|compose|draft|generate|give|make|continue|finish)\ (?:\w+\ ){0,4}
      (?:story|tale|poem|song|lyrics|rap|rhyme|haiku|limerick|scene|script|dialogue|monologue|novel|chapter|joke|skit|screenplay|sonnet|toast|bio)\b
    | (?:my|the|a|this|main|her|his)\ (?:protagonist|narrator|villain|heroine|character|persona|npc)\b | hypothetical\w* | for\ this\ exercise | let['’]?s\ say
    | lorem\ ipsum | rhyme\ for | (?:continued|resumed)\ from\ a\ previous\ conversation )
    | ^\s*\*[^*\n]{3,200}\*(?!\*) | <system[- ]reminder> """
)
"""A message with one of these may tell of people who do not exist."""

_ACTION = LazyPattern(r"\s*\*[^*\n]{3,200}\*(?!\*)")
"""`*leans on the bar*`: somebody plays a part."""

_TEXT = (
    r"(?:text|e-?mails?|mails?|letter|message|paragraph|passage|sentences?|article|post|review|essay|story|transcript|summary|abstract|"
    r"bio|cv|resume|résumé|cover\ letter|description|caption|tweet|comment|note|paper|document|report|poem|code|lines?|chat|thread|reply|answer)"
)
_TO_THE_END: tuple[_Marked, ...] = (
    # "Translate this: …", "Here is what my tenant wrote:", "The customer said: …": it goes on to the end.
    (":：", LazyPattern(
        r"""(?ix) \b(?: translat\w+ | proof-?read\w* | summari[sz]e | paraphrase | rephrase | rewrite | reword | polish | shorten | correct\ (?:the|my|this)
        | fix\ (?:the|my|this) | improve | edit | convert | classify | analy[sz]e | explain | grade | score | tl;?dr | subject | review | feedback | reply\ to | respond\ to
        | answer\ to | write | draft | compose | cover\ letter | say\ what | says? | said | wrote | writes | written | texted | posted | replied | asks? | asked | states? | reads | goes
        | here['’]?s | here\ (?:is|are) | following | below | this\ is\ (?:from|what|how|the|a) | from\ (?:a|an|the|my|somebody|someone)\b | example | sample | quote[ds]?
        | context | prompt | input | output | original ) \b [^:\n]{0,120} [:：] (?=\s*\S)"""
    )),
    ("\n", LazyPattern(rf"(?ix) \b(?:this|the|following|my|below|his|her|their) \s (?:\w+\s){{0,3}}{_TEXT} [^.!?\n]{{0,60}} [.!?]? \s* \n (?=\s*\S)")),
    (":-", LazyPattern(r"(?mi)^[ \t]{0,8}(?:-{2,20} ?(?:original|forwarded) message|begin forwarded message:|on [^\n]{4,120} wrote:|(?:from|subject): )")),
    (":", LazyPattern(r"(?i):[ \t]*\n")),
    (",:#[", LazyPattern(r"(?mi)^[ \t]{0,8}(?:(?:dear|hi|hello|hey) \w+(?: \w+)?,[ \t]*$|q: |a: |title:|#{1,6} |\[\d\d?[:./]\d\d?)")),
)  # fmt: skip
_TITLE = r"(?!(?:I|I['’]\w+|My|We|Our)\b)(?:[A-Z0-9][\w&'’./-]{0,20}:?)(?: (?:[A-Z0-9][\w&'’./-]{0,20}:?,?|&|[-–]|of|the|an?|and|or|in|for|to|on|at|with|by|from|vs\.?)){0,8}"
"""`"Walk for Hunger"`, `"The Power"`: the name of something, and nobody's words."""

_OTHERS: tuple[_Marked, ...] = (
    ("\n", LazyPattern(r"\n\s{0,8}\n")),
    ("`~", LazyPattern(r"(?ms)^[ \t]{0,3}(?:```|~~~).*?(?:^[ \t]{0,3}(?:```|~~~)|\Z)")),
    (">", LazyPattern(r"(?m)^[ \t]{0,8}>[^\n]*")),
    ("|", LazyPattern(r"(?m)^[ \t]{0,8}\|[^\n]*")),
    ("`", LazyPattern(r"`[^`\n]{1,400}`")),
    ('"“«„「', LazyPattern(rf"(?<!\w)\"(?!{_TITLE}\")[^\"]{{1,3000}}(?:\"|\Z)|“(?!{_TITLE}”)[^”]{{1,3000}}(?:”|\Z)|«[^»]{{1,3000}}(?:»|\Z)|„[^“”]{{1,3000}}(?:[“”]|\Z)|「[^」]{{1,3000}}(?:」|\Z)")),
    ("'‘", LazyPattern(rf"(?<!\w)['‘](?=[A-Z])(?!{_TITLE}['’](?!\w))[^'’\n]{{1,400}}(?:['’](?:\w[^'’\n]{{0,400}}['’])?)(?!\w)")),
    ("<", LazyPattern(r"<[a-zA-Z][\w-]{1,40}[^<>]{0,80}>[^<]{0,3000}(?:</[\w-]{1,40}>|\Z)")),
    (("e.g.", "for example", "for instance", "such as"), LazyPattern(r"(?i)\b(?:e\.g\.|for example|for instance|such as)[^.!?\n]{0,300}")),
)  # fmt: skip
"""Gaps between paragraphs, fences, quoted lines, tables, code, quotations, tagged blocks, examples."""

_LABELLED = LazyPattern(r"(?m)^[ \t]{0,8}[A-Z][\w .'-]{0,30}:[ \t]")
