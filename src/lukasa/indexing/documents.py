"""Documents of any kind: their index entries, and the texts that encoders and full-text read of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lukasa.domain.document import Document, Traits
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.ports.store import Store
from lukasa.text.analysis import ANALYSIS_VERSION, analyse
from lukasa.text.rendering import document_text


async def document_texts(store: Store, partition: Partition, ids: Sequence[str]) -> dict[str, str]:
    """Return what is indexed of each document, by id: of a turn with its date and speaker, of a fact as it stands."""
    turns = await store.turns(partition, TurnQuery(ids=ids, include_retired=True))
    facts = await store.facts(partition, FactQuery(ids=ids, include_retired=True))
    return {turn.id: document_text(turn) for turn in turns} | {fact.id: fact.text for fact in facts}


async def said_texts(store: Store, partition: Partition, ids: Sequence[str]) -> dict[str, str]:
    """Return the bare text of each document, by id: what traits are counted in."""
    turns = await store.turns(partition, TurnQuery(ids=ids, include_retired=True))
    facts = await store.facts(partition, FactQuery(ids=ids, include_retired=True))
    return {turn.id: turn.text for turn in turns} | {fact.id: fact.text for fact in facts}


def fact_document(fact: Fact, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a fact."""
    return Document(
        id=fact.id,
        kind="fact",
        terms=analyse(fact.text),
        traits=traits(fact.text),
        analysis=ANALYSIS_VERSION,
        embedding=embedding,
        fingerprint=fingerprint if embedding is not None else None,
    )


def document(turn: Turn, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a turn."""
    return Document(
        id=turn.id,
        kind="turn",
        terms=analyse(document_text(turn)),
        traits=traits(turn.text),
        analysis=ANALYSIS_VERSION,
        embedding=embedding,
        fingerprint=fingerprint if embedding is not None else None,
    )


# English, with the commonest words of a few neighbours; a missing language costs a weak signal, nothing else.
_FIRST_PERSON = re.compile(
    r"(?<!\w)(?:i|i'm|i've|i'll|i'd|my|mine|me|we|we're|we've|our|us|ich|mein|meine|wir|je|j'ai|mon|ma|mes|yo|mi|eu|meu|io|mio|я|мой|мы)(?!\w)",
    re.IGNORECASE,
)


_TIMES = re.compile(
    r"(?<!\w)(?:yesterday|today|tonight|tomorrow|last|next|ago|since|recently|soon|morning|night|weekend|week|month|year"
    r"|(?:spring|summer|autumn|fall|winter)|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|gestern|heute|morgen|hier|demain|ayer|mañana|вчера|завтра|昨日|明日|昨天|明天)s?(?!\w)",
    re.IGNORECASE,
)


_QUESTION_MARKS = "?？؟"


def traits(text: str) -> Traits:
    """Return the traits of a turn's text."""
    return Traits(
        words=len(text.split()),
        questions=sum(text.count(mark) for mark in _QUESTION_MARKS),
        asks=text.rstrip().endswith(tuple(_QUESTION_MARKS)),
        first_person=len(_FIRST_PERSON.findall(text)),
        times=_TIMES.search(text) is not None,
        numbers=any(letter.isdigit() for letter in text),
        picture="[shares a photo" in text,
    )
