"""What is told of an entity → the entity. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.domain.attribute import ALIAS, DISTINCT, RENAMED
from lukasa.domain.graph import Entity
from lukasa.graph.triples import Key, Told

_LINE = 120
"""Characters of a gist."""

_OF_NAMES = frozenset({ALIAS, DISTINCT, RENAMED})


def portrait(id: str, type_: str, written: Sequence[str], *, told: Sequence[Told], keys: set[Key]) -> Entity:
    """Return an entity with these names and their keys, of which this is told."""
    name = _preferred(written, told, keys) or written[0]
    times = [source.at for each in told for source in each.sources]
    return Entity(
        id=id,
        name=name,
        type=type_,
        gist=_gist(told, keys),
        aliases=tuple(each for each in written if each != name),
        facts=tuple(each.id for each in sorted(told, key=lambda each: each.place)),
        mentions=sum(each.evidence for each in told),
        first_seen=min(times, default=None),
        last_seen=max(times, default=None),
    )


def _preferred(written: Sequence[str], told: Sequence[Told], keys: set[Key]) -> str | None:
    """Return the name that was given last, if one was and still is its name."""
    given = [each for each in told if each.attribute == RENAMED and _stands(each) and each.value_key in keys]
    last = max(given, key=lambda each: (_last(each), each.place), default=None)
    return last.value if last is not None and last.value in written else None


def _gist(told: Sequence[Told], keys: set[Key]) -> str:
    """Return what is most often said of it, of several the last; what it is told to do or be before what others do with it."""
    found = [each for each in told if _stands(each) and each.attribute not in _OF_NAMES]
    best = max(
        found,
        key=lambda each: (each.subject_key in keys, each.evidence, _last(each), each.place),
        default=None,
    )
    line = " ".join(best.text.split()) if best is not None else ""
    return line if len(line) <= _LINE else f"{line[: _LINE - 1].rstrip()}…"


def _stands(told: Told) -> bool:
    return told.status == "current" and not told.negated


def _last(told: Told) -> float:
    """Return when it was last said."""
    return max((source.at.timestamp() for source in told.sources), default=0.0)
