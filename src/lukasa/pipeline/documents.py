"""The texts of documents of any kind: what encoders and full-text read of them, for whoever makes those anew."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.ports.store import Store
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
