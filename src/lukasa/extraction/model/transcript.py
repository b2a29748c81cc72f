"""How a conversation is cut and shown to a model, and how what it quotes is found again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import ceil

from lukasa.domain.turn import Turn
from lukasa.policy import ExtractionPolicy
from lukasa.text.rendering import day, speaker, weekday

_UNSPACED = "[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
"""Letters of Thai, Lao, Khmer, Chinese and Japanese."""

_NO_MARKS = str.maketrans("[]:", "();")


# --- what is read in one call ----------------------------------------------------------------------------------------


def segments(turns: Sequence[Turn], policy: ExtractionPolicy) -> list[list[Turn]]:
    """Cut the turns of a session into segments of about equal length, none much longer than `policy.segment`.

    A segment begins with a new exchange, not with an answer. One turn that is longer is a segment of its own.
    """
    sizes = [min(len(turn.text), policy.longest_turn) for turn in turns]
    most = policy.segment * (1 + policy.overhang)
    aim = sum(sizes) / max(1, ceil(sum(sizes) / most))
    cut: list[list[Turn]] = []
    length = 0
    for index, (turn, size) in enumerate(zip(turns, sizes, strict=True)):
        full = length + size / 2 > aim and (_opens(turns, index) or length + size > most)
        if cut and not full:
            cut[-1].append(turn)
            length += size
        else:
            cut.append([turn])
            length = size
    return cut


def pairs(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Put any two consecutive messages together, whoever speaks (paper §1.1)."""
    return [list(turns[start : start + 2]) for start in range(0, len(turns), 2)]


def _opens(turns: Sequence[Turn], index: int) -> bool:
    """Whether a turn begins an exchange: it answers no question, and is not the assistant's."""
    return turns[index].role != "assistant" and not turns[index - 1].text.rstrip().endswith("?")


# --- how it is shown -------------------------------------------------------------------------------------------------


def numbered(turns: Sequence[Turn], longest: int) -> str:
    """Return the turns a line each, numbered from 1, under the day and hour on which they were said."""
    return "\n".join(_lines(turns, longest, numbers=True))


def plain(turns: Sequence[Turn], longest: int) -> str:
    """Return the turns without numbers: they are there for understanding only, and cannot be cited."""
    return "\n".join(_lines(turns, longest, numbers=False))


def one_line(text: str) -> str:
    """Return a text on one line, in which nothing looks like the tags that enclose it."""
    return re.sub(r"<(/?\s*[A-Za-z_]+\s*)>", r"‹\1›", " ".join(text.split()))


def _lines(turns: Sequence[Turn], longest: int, *, numbers: bool) -> Iterator[str]:
    heading = ""
    for number, turn in enumerate(turns, start=1):
        moment = f"({weekday(turn.at)} {day(turn.at)}, {turn.at.hour:02}:{turn.at.minute:02})"
        if moment != heading:
            heading = moment
            yield heading
        mark = f"[{number}] " if numbers else ""
        # A name must not look like a number, or like another line.
        name = one_line(speaker(turn)).translate(_NO_MARKS)
        yield f"{mark}{name}: {one_line(turn.text[:longest])}"


# --- where a quotation stands ----------------------------------------------------------------------------------------


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Return where a quotation stands in a text, whatever a model did to spaces, quotation marks and case.

    A quotation with `…` in it is looked for by its parts, in order; the span reaches from the first to the last.
    """
    start = end = -1
    for part in re.split(r"…|\.\.\.", quote):
        words = re.findall(r"[^\W_]+", part)
        if not words:
            continue
        match = _pattern(words).search(text, max(end, 0))
        if match is None:
            return None
        start = match.start() if start < 0 else start
        end = match.end()
    return None if start < 0 else (start, end)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for these words in a row, with anything but words between them.

    It begins and ends at the edge of a word, where the script has spaces that show it.
    """
    begin = "" if re.match(_UNSPACED, words[0][0]) else r"(?<!\w)"
    end = "" if re.match(_UNSPACED, words[-1][-1]) else r"(?!\w)"
    return re.compile(begin + r"[\W_]+".join(map(re.escape, words)) + end, re.IGNORECASE)
