"""What is no statement of a person's life but is handed on all the same: instructions, and shared photos."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from lukasa.domain.claim import Claim
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.text.rendering import speaker
from lukasa.text.sentences import sentences


def instructions(turn: Turn) -> Iterator[Claim]:
    """Give the sentences of a turn that is no person's which read like an instruction: the gate keeps them apart."""
    for start, end in sentences(turn.text):
        if _imperative().search(turn.text, start, end):
            text = " ".join(turn.text[start:end].split())
            yield _claim(turn, start, end, subject="assistant", text=text, confidence=0.5)


def rule_of_user(turn: Turn, start: int, end: int) -> Claim | None:
    """Return a rule that a person gives the assistant: "Always answer in French"."""
    found = _rule().match(turn.text, start, end)
    if found is None:
        return None
    text = " ".join(turn.text[start:end].split()).rstrip(" .!")
    text = text[:1].lower() + text[1:]
    name = speaker(turn)
    return replace(
        _claim(turn, start, end, subject=name, text=f"{name} asks: {text}", confidence=0.8), value=text
    )


def photos(turn: Turn, start: int, end: int) -> Iterator[Claim]:
    """Give what the photos show that a sentence shares."""
    name = speaker(turn)
    for found in _photo().finditer(turn.text, start, end):
        first, after = found.span("what")
        source = Source(turn=turn.id, start=first, end=after, at=turn.at, speaker=turn.speaker)
        what = _medium().sub("", found["what"].strip(" ."))
        yield Claim(
            subject=name, text=f"{name} shared a photo of {what}", kind="event", source=source, quote=found["what"],
            resolved=(name,), confidence=0.7,
        )  # fmt: skip


def _claim(turn: Turn, start: int, end: int, *, subject: str, text: str, confidence: float) -> Claim:
    return Claim(
        subject=subject,
        text=text,
        kind="procedure",
        source=Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker),
        quote=turn.text[start:end],
        attribute="should",
        value=text,
        resolved=(speaker(turn),) if subject != "assistant" else (),
        confidence=confidence,
    )


@cache
def _photo() -> re.Pattern[str]:
    return re.compile(r"\[shares a photo(?: of|:)\s*(?P<what>[^\[\]]{2,400})\]", re.IGNORECASE)


@cache
def _medium() -> re.Pattern[str]:
    return re.compile(
        r"^(?:there is )?(?:an?|the) (?:close[- ]up )?(?:photo|photograph|photography|picture|image|shot|snapshot|pic) of (?=\S)",
        re.IGNORECASE,
    )


@cache
def _rule() -> re.Pattern[str]:
    """Return rules for whoever answers; advice to a friend ("never give up") has none of these verbs."""
    act = r"(?:answer|reply|respond|write|call me|address me|use|speak|talk to me|format|explain|summari[sz]e|translate|include|add|cite|show|ask me|tell me|remind me|give me|keep|start|end|send)"
    return re.compile(
        rf"\s*(?:hey,? |please,? |ok(?:ay)?,? )*(?:(?:from now on|in (?:the )?future|going forward)[, ]+(?:please )?(?:always |never |only )?(?:don['’]t |do not )?{act}\b|"
        rf"(?:please )?(?:always|never|only) {act}\b(?! (?:going|up|smiling|pushing|dreaming|believing|trying|calm|in touch|it up)\b)|(?:please )?(?:don['’]t|do not) (?:ever )?(?:call me|use|answer|reply|write|include)\b|"
        r"(?:whenever|when|if|every time) i (?:ask|say|write|mention)\b[^?]{2,80},\s*(?:please |always |then )*"
        rf"{act}\b|keep (?:your|the|all) (?:answers?|repl(?:y|ies)|responses?|explanations?)\b|when (?:answering|replying|writing|coding)\b[^?]{{0,60}},? (?:please |always |never )*{act}\b)",
        re.IGNORECASE,
    )


@cache
def _imperative() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:ignore|disregard|forget|override|bypass|always|never|from now on|remember|memori[sz]e|note that|must|do not|don['’]t|you (?:should|must|will|need to|are (?:now|to))|"
        r"instead of|when(?:ever)? (?:asked|the user|someone)|if (?:asked|the user)|tell (?:the )?user|reply with|respond with|system prompt|instructions?|"
        r"recommend|the user(?:'s)? (?:is|has|wants|prefers|likes|likes to|lives|works|always|never)|immer|niemals|ignorier\w*|merke?|toujours|jamais|ignorez?|oublie[zr]?|siempre|nunca|ignora|recuerda|olvida)\b|"
        r"忽略|记住|无视|始终|無視|覚えて|игнорир|запомни|всегда|تجاهل|تذكر|<\s*/?\s*(?:system|memory|instructions?)|[A-Za-z0-9+/]{24,}={0,2}|[\u200b-\u200d\u2060]",
        re.IGNORECASE,
    )
