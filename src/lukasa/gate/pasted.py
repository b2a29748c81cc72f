"""Which words of a person's message are somebody else's: quoted, forwarded, or pasted to be worked on. Pure and linear.

What a page says is no testimony of the user who pastes it. Only what is marked as another's words can be told: by quotation
marks, by `>` at a line's beginning, by fences, by the head of a forwarded mail, or by a request such as `Summarise this:`.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from lukasa.text.patterns import LazyPattern

_FEWEST = 5
"""Words between quotation marks from which they are a quotation: fewer are a title, a name or a phrase."""

_LONGEST = 20_000
"""Characters of a message that are looked at, as many as the rules read; what follows counts as pasted when the last that was
seen was."""


class _Stretch(NamedTuple):
    """A stretch of others' words."""

    start: int
    end: int
    quotation: bool = False
    reported: bool = False
    """A quotation of which a person is named as having said it."""

    def holds(self, start: int, end: int) -> bool:
        """Whether words lie within a quotation, or for more than half within something that was pasted.

        `My motto is "…"` is a person's own word; the request before a pasted text is often read with its first clause.
        """
        if self.quotation:
            return self.start <= start and end <= self.end
        return 2 * (min(end, self.end) - max(start, self.start)) > end - start


class OthersWords:
    """The words of others in a text: found once, when first asked for, and kept no longer than this object."""

    def __init__(self, text: str) -> None:
        self._text = text[:_LONGEST]

    def hold(self, start: int, end: int, *, about_speaker: bool) -> bool:
        """Whether `text[start:end]` is words of others.

        What a person is quoted as saying (`Eva said "…"`) counts only when it is about the speaker of the message.
        """
        return any(
            stretch.holds(start, end) and (about_speaker or not stretch.reported)
            for stretch in self._stretches
        )

    @cached_property
    def _stretches(self) -> tuple[_Stretch, ...]:
        text = self._text
        fences = [match.start() for match in _FENCE.finditer(text)]
        # An unclosed fence goes on to the end, and so does what follows a mail's head or a request that names a text.
        spans = [*zip(fences[::2], [*fences[1::2], len(text)], strict=False)]
        spans += [match.span() for match in _BEHIND.finditer(text)]
        marked = any(map(text.__contains__, _MARKS))
        heads = (pattern.search(text) for pattern in (_MAIL, _REQUEST, _SOURCE)) if marked else ()
        spans += [(match.end(), _LONGEST * 100) for match in heads if match]
        quotations = (match for match in _QUOTATION.finditer(text) if len(match.group().split()) >= _FEWEST)
        return (
            *(_Stretch(*span) for span in spans),
            *(_Stretch(*match.span(), quotation=True, reported=_is_told(match)) for match in quotations),
        )


def _is_told(quotation: re.Match[str]) -> bool:
    """Whether somebody is named as having said it."""
    start = quotation.start()
    return _SAID.search(quotation.string, max(0, start - 40), start) is not None


_MARKS = (":", "：", "\n", '"', "“", "--")
"""Of which a text has one that tells where the words of another begin."""

_FENCE = LazyPattern(
    r"(?m)^[ \t]{0,3}(?:```|~~~)|</?(?:document|page|article|web_?page|email|mail|html|body|text)\b[^<>]{0,80}>"
)
_BEHIND = LazyPattern(r"(?m)^[ \t]{0,8}>[^\n]*(?:\n[ \t]{0,8}>[^\n]*)*")
_MAIL = LazyPattern(
    r"(?mi)^[ \t]{0,8}(?:-{2,20} ?(?:original|forwarded) message ?-{2,20}|begin forwarded message:|on [^\n]{4,120} wrote:[ \t]*$"
    r"|(?:from|von|de): [^\n@]{0,80}@[^\n]{1,80}$|(?:subject|betreff|asunto|objet): )"
)
_TEXT = (
    r"(?:web ?page|page|web ?site|site|article|story|blog|post|thread|e-?mails?|mails?|newsletter|document|pdf|readme|"
    r"reviews?|advert|ad|letter|text|comment|recipe|transcript|file|paragraph|passage|report|messages?)"
)
_REQUEST = LazyPattern(
    r"(?i)(?:^|[.!?\n]\s?)(?:(?:please|can you|could you|would you|now|then|and|just|hey|hi|ok(?:ay)?),? ){0,3}"
    r"(?:(?:summari[sz]e|translate|proof-?read|paraphrase|rephrase|rewrite|shorten|simplify|classify|tl;?dr|fasse|übersetze|résume|traduis|"
    r"resume|traduce)\b|(?:explain|analy[sz]e|review|edit|correct|check|fix|read|extract|look at|what do you think of)\b(?! (?:this|that) out\b)"
    rf"(?=[^.!?:\n]{{0,40}}\b(?:this|these|that|following|below|{_TEXT})\b))"
    r"(?![^.!?:\n]{0,40}\bmy (?:own )?(?:bio|cv|r[ée]sum[ée]|intro\w*|profile|cover letter|essay|draft|answer|reply|post|note|text|message|story)\b)"
    r"[^.!?:\n]{0,80}(?::|\??\n)(?=\s{0,4}\S)"
)
_SOURCE = LazyPattern(
    rf"(?i)\b(?:(?:the|this|that|a|an|their|his|her|its|some) (?:[\w'’-]+ ){{0,3}}?{_TEXT} (?:[\w'’@.-]+ ){{0,4}}?(?:says|said|reads|states|goes)"
    rf"|here(?:'s|’s| is| are) (?:the|a|an|this|that|some) (?:[\w'’-]+ ){{0,4}}?{_TEXT}[^.!?:\n]{{0,40}}"
    rf"|(?:got|received|found|copied|pasted) (?:this|the|a|an) (?:[\w'’-]+ ){{0,3}}?{_TEXT}[^.!?:\n]{{0,40}}"
    r"|(?:copied|pasted) (?:this )?from [^.!?:\n]{1,60})(?:[:：](?=\s)|(?=\s?[\"“\n]))"
)
_QUOTATION = LazyPattern(
    "(?<!\\w)\"(?=\\S)[^\"]{12,}\"(?!\\w)|“[^“”]{12,}”|«[^«»]{12,}»|„[^„“”]{12,}[“”]|「[^「」]{6,}」|(?<!\\w)'(?=[A-Z])[^'\\n]{40,}'(?!\\w)"
)
_SAID = LazyPattern(
    rf"(?i)\b(?!{_TEXT}\b)[\w'’-]+,? (?:said|says|told (?:me|us)|tells me|wrote|writes|texted|asked|asks|replied|answered|shouted|joked)"
    r"(?: to me| me| that)?[,:]?\s{0,3}$"
)
