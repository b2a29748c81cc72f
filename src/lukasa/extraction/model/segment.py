"""What a model reads in one call: stretches of a session that do not tear an exchange apart. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from lukasa.domain.turn import Turn
from lukasa.policy import DistilPolicy


def segments(turns: Sequence[Turn], policy: DistilPolicy) -> list[list[Turn]]:
    """Cut the turns of a session into stretches of about equal length, none much longer than `policy.segment`.

    A stretch begins where somebody speaks up, not where somebody answers. One turn that is longer is a stretch of its own.
    """
    sizes = [size(turn, policy) for turn in turns]
    most = policy.segment * (1 + policy.overhang)
    aim = sum(sizes) / max(1, ceil(sum(sizes) / most))
    cut: list[list[Turn]] = []
    held = 0
    for place, turn in enumerate(turns):
        full = held + sizes[place] / 2 > aim and (_opens(turns, place) or held + sizes[place] > most)
        if cut and not full:
            cut[-1].append(turn)
            held += sizes[place]
        else:
            cut.append([turn])
            held = sizes[place]
    return cut


def pairs(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Put messages together two by two (paper §1.1): any two consecutive ones, whoever speaks."""
    return [list(turns[place : place + 2]) for place in range(0, len(turns), 2)]


def size(turn: Turn, policy: DistilPolicy) -> int:
    """Return how many characters of a turn are shown."""
    return min(len(turn.text), policy.longest_turn)


def _opens(turns: Sequence[Turn], place: int) -> bool:
    """Tell whether a turn begins an exchange: it answers no question, and is not the assistant's."""
    return turns[place].role != "assistant" and not turns[place - 1].text.rstrip().endswith("?")
