"""What the store's tests put into it, and what they then expect."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from lukasa.domain.change import AddTurn, Applied, Change
from lukasa.domain.document import Document, Fields, Scored
from lukasa.domain.embedding import Embedding, TokenVectors
from lukasa.domain.filter import Filter, matches, parse
from lukasa.domain.journal import Cause
from lukasa.domain.query import DocumentQuery, LexicalQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.ports.store import Store
from lukasa.testing.conformance.filters import METADATA

ALICE = Partition("acme", "alice")
BOB = Partition("acme", "bob")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CAUSE = Cause(verb="remember", at=NOON)
LATER = Cause(
    verb="forget", at=datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=2))), reason="was asked to"
)

LOOK_ALIKES = {
    "a prefix": (Partition("a", "u"), Partition("a_", "u")),
    "a percent sign": (Partition("a", "u"), Partition("a%", "u")),
    "an underscore for a letter": (Partition("ab", "u"), Partition("a_", "u")),
    "a star": (Partition("*", "u"), Partition("a", "u")),
    "a separator": (Partition("a", "b|c"), Partition("a|b", "c")),
    "a slash": (Partition("a", "b/c"), Partition("a/b", "c")),
    "a dot": (Partition("1", "2.coffee"), Partition("1.2", "coffee")),
    "upper case": (Partition("a", "u"), Partition("A", "U")),
    "accents composed and not": (Partition("caf\u00e9", "u"), Partition("cafe\u0301", "u")),
    "an accent or none": (Partition("café", "u"), Partition("cafe", "u")),
    "a Cyrillic a": (Partition("a", "u"), Partition("\u0430", "u")),
    "a full-width letter": (Partition("a", "u"), Partition("\uff41", "u")),
    "a zero-width space": (Partition("a", "u"), Partition("a\u200b", "u")),
    "a trailing space": (Partition("a", "u"), Partition("a ", "u")),
    "a line break": (Partition("a", "u"), Partition("a\n", "u")),
    "quotes": (Partition('a"', "u"), Partition("a'", "u")),
    "SQL": (Partition("a", "u"), Partition("a' OR '1'='1", "u")),
    "SQL that drops": (Partition("a", "u"), Partition('"; DROP TABLE turns; --', "u")),
    "numbers": (Partition("1", "u"), Partition("01", "u")),
    "numbers and exponents": (Partition("1e3", "u"), Partition("1000", "u")),
    "the word null": (Partition("null", "u"), Partition("NULL", "u")),
    "tenant and user exchanged": (Partition("a", "b"), Partition("b", "a")),
    "10 KB and a letter": (Partition("x" * 10_240, "u"), Partition("x" * 10_240 + "y", "u")),
    "emoji with joiners": (Partition("👩‍👩‍👧", "u"), Partition("👩‍👩‍👦", "u")),
    "right to left": (Partition("\u202ea", "u"), Partition("a", "u")),
}

TERMS = {
    "capitals": "Coffee",
    "an accent": "café",
    "a combining accent": "cafe\u0301",
    "Chinese": "里斯",
    "emoji": "👩‍👩‍👧",
    "a plus sign": "c++",
    "a dash": "gpt-4o",
    "an address": "ana@example.org",
    "a quote": 'say"so',
    "a percent sign": "100%25",
    "a tilde and a number": "coffee~2",
    "an operator": "NEAR",
    "a star": "cof*",
    "a space": "two words",
    "NUL": "a\0b",
    "a line break": "a\nb",
    "1,000 letters": "x" * 1_000,
    "40,000 letters": "y" * 40_000,
    "nothing": "",
}


def turn(name: str = "t1", **fields: Any) -> Turn:
    """Return a turn of which only the name matters, but for *fields*."""
    made = Turn(id=name, role="user", text=f"text of {name}", at=NOON, recorded_at=NOON)
    return replace(made, **fields)


def add(name: str = "t1", terms: Sequence[str] = ("word",), **fields: Any) -> AddTurn:
    """Return the change that stores such a turn under these terms."""
    return AddTurn(turn=turn(name, **fields), document=Document(id=name, kind="turn", passages=[terms]))


def embedding(first: float = 1.0, *, tokens: int | None = 2) -> Embedding:
    """Return a small embedding; *first* tells it from others."""
    codes = None if tokens is None else TokenVectors(bytes(range(3 * tokens)), 3)
    return Embedding(struct.pack("<hb", int(first), 5), codes)


def embedded(name: str, fingerprint: str, first: float = 1.0) -> AddTurn:
    """Return the change that stores a turn with vectors."""
    document = Document(
        id=name, kind="turn", passages=[("word",)], embeddings=[embedding(first)], fingerprint=fingerprint
    )
    return AddTurn(turn=turn(name), document=document)


def ids(found: Sequence[Turn] | Sequence[Scored]) -> list[str]:
    return [each.id for each in found]


async def fill(store: Store, *changes: Change, partition: Partition = ALICE) -> Applied:
    return await store.apply(partition, changes, cause=CAUSE)


async def search(store: Store, *terms: str, partition: Partition = ALICE, **query: Any) -> list[Scored]:
    return await store.lexical(partition, replace(LexicalQuery(terms=terms), **query))


async def select(store: Store, given: Mapping[str, object] | Filter) -> set[str]:
    wanted = parse(given)
    assert wanted is not None
    return await store.select(ALICE, DocumentQuery(filter=wanted))


def expected(changes: Sequence[AddTurn], wanted: Filter) -> set[str]:
    """Return the ids that the reference evaluator lets pass."""
    return {change.turn.id for change in changes if matches(wanted, fields_of(change.turn))}


def fields_of(given: Turn) -> Fields:
    return Fields(
        id=given.id,
        kind="turn",
        at=given.at,
        session=given.session,
        agent=given.agent,
        speaker=given.speaker,
        role=given.role,
        origin=given.origin,
        text=given.text,
        metadata=given.metadata,
    )


def bm25(documents: Mapping[str, Sequence[str]], terms: Iterable[str]) -> dict[str, float]:
    """Return the scores that the port promises, by id: written from the formula, not from any store."""
    average = sum(map(len, documents.values())) / len(documents)
    scores: dict[str, float] = {}
    for name, words in documents.items():
        for term in terms:
            holders = sum(term in others for others in documents.values())
            count = Counter(words)[term]
            if count:
                idf = math.log(1 + (len(documents) - holders + 0.5) / (holders + 0.5))
                share = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(words) / average))
                scores[name] = scores.get(name, 0.0) + idf * share
    return scores


def labelled() -> list[AddTurn]:
    """Return turns that differ in every field, with metadata of every type."""
    made = []
    for place, metadata in enumerate(METADATA):
        made.append(
            add(
                f"t{place}",
                at=NOON + timedelta(hours=place),
                session=(None, "s1", "S1", "s%")[place % 4],
                agent=(None, "", "planner")[place % 3],
                speaker=("Ana", "ana", None, "Ána", "O'Brien")[place % 5],
                role=("user", "assistant", "system", "tool")[place % 4],
                origin=("user", "web", "import")[place % 3],
                text=("I moved to Lisbon", "100% _sure_ *", "", "里斯本", 'O\'Brien said "no"')[place % 5],
                metadata=metadata,
            )
        )
    return made


async def everything(store: Store) -> tuple[object, ...]:
    """Return all that can be seen of Alice's partition, and the counts of the whole store."""
    return (
        await store.turns(ALICE, TurnQuery(include_retired=True)),
        await store.delta(ALICE, fingerprint="f", since=0),
        await store.delta(ALICE, fingerprint="g", since=0),
        await search(store, "word", "rare"),
        await store.journal(ALICE),
        replace(await store.stats(), bytes=0),
    )
