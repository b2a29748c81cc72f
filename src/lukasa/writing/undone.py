"""What is left of a fact when some of its versions are taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from lukasa.beliefs.edits import following, hidden
from lukasa.domain.fact import Fact
from lukasa.domain.fact_body import pack, packed_digest
from lukasa.domain.journal import JournalEntry
from lukasa.domain.turn import Source, Turn
from lukasa.errors import ConflictError, StaleError
from lukasa.writing.erase import in_other_words

_CONTENT = ("text", "value", "valid", "status", "superseded_by", "rivals")
"""What a later change may rest on."""

_COUNTED = frozenset({"id", "learned_at", "recorded_at", "revision", "seq", "sources", "evidence"})
_FIELDS = tuple(field.name for field in fields(Fact) if field.name not in _COUNTED)


def without(
    history: Sequence[Fact], entries: Sequence[JournalEntry], *, now: datetime, turns: Mapping[str, Turn]
) -> Fact | None:
    """Return the next version of a fact, as what remains says it without these entries; `None`: it is so already.

    Later changes stay: other sources, other words, hiding and showing. Raises `ConflictError` when one of them rests on
    what is undone, `StaleError` when the history is not the one that the entries are about. *turns*: those that remain
    and may be quoted.
    """
    undone = _undone(history, entries)
    if not undone:
        return None  # erased since
    last, start = history[-1], _start(history)
    own, recent = history[start:], [index - start for index in undone if index >= start]
    if recent and recent == list(range(recent[0], len(own))):
        if recent[0]:
            return replace(own[recent[0] - 1], revision=last.revision + 1, recorded_at=now)
        return hidden(last, now)
    added, sources = _sources(history, undone, start)
    base = own[recent[0] - 1] if recent and recent[0] else None
    if base is None and not _needed(last, added, sources):
        return None
    fact = replace(following(last, now), sources=sources, **_merged(own, recent, base))
    if sources != last.sources:
        fact = replace(fact, evidence=max(len(sources), last.evidence - _evidence(own, recent), 1))
    if sources and not last.sources:
        fact = replace(fact, retired_at=base.retired_at if base else None)
    gone = {source.turn for source in added} - {source.turn for source in sources}
    worded = _reworded(fact, history, gone, turns) if sources else fact
    if worded is None or (not sources and (last.sources or base is None)):
        worded = replace(worded or fact, retired_at=fact.retired_at or now)  # it rests on nothing
    return None if replace(worded, recorded_at=last.recorded_at) == last else worded


def _start(history: Sequence[Fact]) -> int:
    """Return the place of the version from which the fact was believed anew: hidden before, and on another's word since."""
    return max(
        (
            index
            for index, (before, after) in enumerate(pairwise(history), start=1)
            if before.retired_at is not None
            and after.retired_at is None
            and after.sources
            and not set(before.sources) & set(after.sources)
        ),
        default=0,
    )


def _undone(history: Sequence[Fact], entries: Sequence[JournalEntry]) -> list[int]:
    """Return the places of the versions that entries are about; one whose content was erased has none."""
    contents = {entry.content for entry in entries if entry.id == history[-1].id and entry.content}
    undone = [index for index, fact in enumerate(history) if packed_digest(pack(fact)) in contents]
    if len(undone) < len(contents):
        raise StaleError(f"the fact {history[-1].id!r} does not have the versions that were to be undone")
    return undone


def _sources(
    history: Sequence[Fact], undone: Sequence[int], start: int
) -> tuple[list[Source], tuple[Source, ...]]:
    """Return the sources that the undone versions added, and those of the last one without them."""
    added: list[Source] = []
    dropped: list[Source] = []
    for index in undone:
        before = () if index in {0, start} else history[index - 1].sources
        after = history[index].sources
        added += (source for source in after if source not in before)
        dropped += (source for source in before if source not in after)
    sources = history[-1].sources
    back = [source for source in dropped if source not in sources]
    left = [source for source in (*sources, *back) if source not in added or source in dropped]
    return added, tuple(sorted(left, key=lambda source: source.at) if back else left)


def _needed(last: Fact, added: Sequence[Source], left: Sequence[Source]) -> bool:
    """Whether a fact that an undone version made still says anything on its word."""
    if last.retired_at is not None and not left:
        return False
    return not added or any(source in last.sources for source in added)


def _evidence(history: Sequence[Fact], undone: Sequence[int]) -> int:
    """Return how often the undone versions had counted it as said."""
    return sum(history[index].evidence - (history[index - 1].evidence if index else 0) for index in undone)


def _merged(history: Sequence[Fact], undone: Sequence[int], base: Fact | None) -> dict[str, Any]:
    """Return the fields as they were before the undone versions (in *base*), where nothing else changed them."""
    if not undone:
        return {}
    end, last = history[undone[-1]], history[-1]
    others = [index for index in range(undone[0] + 1, len(history)) if index not in undone]
    between = _changed(history, [index for index in others if index < undone[-1]])
    own = _changed(history, undone) if base else set(_FIELDS)
    values: dict[str, Any] = {}
    for name in own:
        now = getattr(last, name)
        untouched = now == getattr(end, name) and name not in between
        if base is not None and (untouched or now == getattr(base, name)):
            values[name] = getattr(base, name)
        elif name in _CONTENT and not untouched and not _said_by_another(name, history, others, end):
            revision = next(history[index].revision for index in others if name in _changed(history, [index]))
            raise ConflictError(
                f"revision {revision} of the fact {last.id!r} rests on what was to be undone; undo the later change first"
            )
    return values


def _changed(history: Sequence[Fact], indexes: Iterable[int]) -> set[str]:
    return {
        name
        for index in indexes
        for name in _FIELDS
        if getattr(history[index], name) != getattr(history[index - 1], name)
    }


def _said_by_another(name: str, history: Sequence[Fact], others: Sequence[int], undone: Fact) -> bool:
    """Whether a turn of its own brought the words, or a longer validity: they rest on nobody else's."""
    if name == "valid":
        index = max((index for index in others if "valid" in _changed(history, [index])), default=0)
        return bool(set(history[index].sources) - set(history[index - 1].sources)) if index else False
    return name in {"text", "value"} and history[-1].worded_by not in {"", undone.worded_by}


def _reworded(fact: Fact, history: Sequence[Fact], gone: set[str], turns: Mapping[str, Turn]) -> Fact | None:
    """Return the fact in words of a source that remains; `None`: no turn is left to quote."""
    if fact.worded_by not in gone:
        return fact
    left = {source.turn for source in fact.sources}
    other = next((version for version in reversed(history) if version.worded_by in left), None)
    return in_other_words(fact, other, turns)
