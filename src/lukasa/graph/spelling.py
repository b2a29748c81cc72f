"""Names that may be one name with a slip of the pen. Pure.

Never enough by itself: "Maria" and "Mario", "Jon" and "John" are two people (`likeness` asks for more).
"""

from __future__ import annotations

from lukasa.graph.triples import Key

_LETTERS = 5
"""Letters of the shorter word from which a slip is told from another name: "Jon" and "Jan" differ by as much."""


def slipped(one: Key, other: Key) -> bool:
    """Tell whether two names differ by one letter, or two that changed places, inside one long word.

    First and last letters agree: those are rarely mistyped, and the last tells Maria from Mario.
    """
    if len(one) != len(other):
        return False
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(differing) == 1 and _one_slip(*differing[0])


def _one_slip(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if (
        len(shorter) < _LETTERS
        or len(longer) - len(shorter) > 1
        or (one[0], one[-1]) != (other[0], other[-1])
    ):
        return False
    start = next(
        (place for place, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter)
    )
    if len(shorter) < len(longer):
        return shorter[start:] == longer[start + 1 :]
    return (
        shorter[start + 1 :] == longer[start + 1 :]
        or (shorter[start : start + 2] == longer[start : start + 2][::-1] and shorter[start + 2 :] == longer[start + 2 :])
    )  # fmt: skip
