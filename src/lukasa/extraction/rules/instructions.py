"""What is no statement of a person's life but is handed on all the same: instructions, and shared photos."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lukasa.domain.claim import Claim
from lukasa.domain.source import Source
from lukasa.domain.turn import Turn
from lukasa.text.rendering import speaker


def rule_of_user(turn: Turn, start: int, end: int) -> Claim | None:
    """Return a rule that a person gives the assistant: "Always answer in French"."""
    found = _rule().match(turn.text, start, end)
    if found is None:
        return None
    text = " ".join(turn.text[start:end].split()).rstrip(" .!")
    text = text[:1].lower() + text[1:]
    name = speaker(turn)
    return Claim(
        subject=name,
        text=f"{name} asks: {text}",
        kind="procedure",
        source=Source(turn=turn.id, start=start, end=end, at=turn.at, speaker=turn.speaker),
        quote=turn.text[start:end],
        attribute="should",
        value=text,
        resolved=(name,),
        confidence=0.8,
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
