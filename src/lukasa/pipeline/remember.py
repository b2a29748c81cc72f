"""The write path, top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import NamedTuple

from lukasa.domain.change import AddTurn, Cause
from lukasa.domain.document import Document
from lukasa.domain.embedding import Embedding
from lukasa.domain.filter import Compare
from lukasa.domain.ids import content_id
from lukasa.domain.query import TurnQuery
from lukasa.domain.report import Receipt, Usage
from lukasa.domain.scope import Partition
from lukasa.domain.time import to_micros
from lukasa.domain.turn import Turn
from lukasa.errors import StaleError
from lukasa.pipeline.analyse import analyse
from lukasa.pipeline.encode import Encoder
from lukasa.pipeline.messages import Draft, Read
from lukasa.pipeline.policy import RememberPolicy
from lukasa.pipeline.represent import document_text
from lukasa.pipeline.traits import traits
from lukasa.ports.store import Store


@dataclass(frozen=True, slots=True)
class Remember:
    """Everything the write path needs; nothing it doesn't."""

    store: Store
    encoder: Encoder
    policy: RememberPolicy

    async def __call__(self, partition: Partition, read: Read, *, key: str | None, now: datetime) -> Receipt:
        """Store the drafts, durably and all at once, and say what became of each."""
        if not read.drafts:
            return Receipt(skipped=read.skipped)
        started = perf_counter()
        call = Call(read.drafts, key, now)
        embedded: dict[str, Embedding] = {}
        for _ in range(self.policy.attempts):
            version, known, turns = await self._decide(partition, call)
            warning, fingerprint = await self._embed(partition, turns, embedded)
            changes = [
                AddTurn(turn=turn, document=document(turn, embedded.get(turn.id), fingerprint))
                for turn in turns
            ]
            try:
                applied = await self.store.apply(
                    partition, changes, cause=Cause(verb="remember", at=now), expected=version
                )
            except StaleError:
                continue  # Somebody wrote in between: what counts as said already may have changed.
            return Receipt(
                turns=applied.added,
                duplicates=[*known, *applied.duplicates],
                skipped=read.skipped,
                unembedded=sum(turn_id not in embedded for turn_id in applied.added),
                warnings=[warning] if warning else [],
                usage=Usage(embedded=len(embedded), milliseconds=(perf_counter() - started) * 1000),
            )
        raise StaleError(
            f"other writers changed {partition!r} {self.policy.attempts} times in a row; try again"
        )

    async def _decide(self, partition: Partition, call: Call) -> tuple[int | None, list[str], list[Turn]]:
        """Return the version decided on (`None`: any), ids said already, and the turns to store."""
        if call.key is not None or all(draft.at is not None for draft in call.drafts):
            # A time or a key says by itself whether it is the same turn: no need to look at the others.
            return None, [], make_turns(partition, call.drafts, call)
        version = await self.store.version(partition)
        session = call.drafts[0].session
        newest = TurnQuery(
            session=session,
            filter=Compare("session", "eq", None) if session is None else None,
            newest_first=True,
            limit=self.policy.overlap,
            include_retired=True,
        )
        tail = list(reversed(await self.store.turns(partition, newest)))
        repeated = said_already(tail, call.drafts, now=call.now, policy=self.policy)
        known = [turn.id for turn in tail[len(tail) - repeated :]]
        return version, known, make_turns(partition, call.drafts[repeated:], call)

    async def _embed(
        self, partition: Partition, turns: Sequence[Turn], embedded: dict[str, Embedding]
    ) -> tuple[str | None, str | None]:
        """Add the embeddings of new turns to *embedded*; return a warning and the fingerprint, if any.

        What is stored already is left out, so that importing a file again costs no encoding.
        """
        ids = [turn.id for turn in turns]
        there = {
            turn.id for turn in await self.store.turns(partition, TurnQuery(ids=ids, include_retired=True))
        }
        new = [turn for turn in turns if turn.id not in there and turn.id not in embedded]
        encoded = await self.encoder.documents([document_text(turn) for turn in new])
        if encoded.embeddings:
            embedded.update(zip((turn.id for turn in new), encoded.embeddings, strict=True))
        return encoded.warning, encoded.fingerprint


class Call(NamedTuple):
    """One call of `remember`."""

    drafts: Sequence[Draft]
    key: str | None
    now: datetime


def document(turn: Turn, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a turn."""
    return Document(
        id=turn.id,
        kind="turn",
        terms=analyse(document_text(turn)),
        traits=traits(turn.text),
        embedding=embedding,
        fingerprint=fingerprint if embedding is not None else None,
    )


def said_already(
    tail: Sequence[Turn], drafts: Sequence[Draft], *, now: datetime, policy: RememberPolicy
) -> int:
    """Return how many of the first drafts repeat the end of the session (`tail`, oldest first).

    Clients that keep no clock send history again, or retry. The longest end of the tail that equals a beginning
    of the drafts is a repetition; a single equal turn only when it is recent.
    """
    if any(draft.at is not None for draft in drafts):
        return 0
    for count in range(min(len(tail), len(drafts)), 0, -1):
        end = tail[len(tail) - count :]
        if all(_same(turn, draft) for turn, draft in zip(end, drafts, strict=False)):
            recent = now - end[-1].recorded_at <= policy.retry_window
            return count if count > 1 or recent else 0
    return 0


def make_turns(partition: Partition, drafts: Sequence[Draft], call: Call) -> list[Turn]:
    """Give drafts their ids. Equal messages of one call are told apart by counting them."""
    seen: dict[object, int] = {}
    turns = []
    for place, draft in enumerate(drafts, start=len(call.drafts) - len(drafts)):
        at = draft.at or call.now
        content = (draft.session, draft.agent, draft.role, draft.speaker, draft.text, to_micros(at))
        seen[content] = seen.get(content, -1) + 1
        key = None if call.key is None else f"{call.key}#{place}"
        turns.append(
            Turn(
                id=content_id("t", partition, [*content, seen[content], key]),
                role=draft.role,
                text=draft.text,
                at=at,
                recorded_at=call.now,
                speaker=draft.speaker,
                session=draft.session,
                agent=draft.agent,
                origin=draft.origin,
                metadata=draft.metadata,
                key=key,
            )
        )
    return turns


def _same(turn: Turn, draft: Draft) -> bool:
    return (turn.role, turn.speaker, turn.text, turn.session, turn.agent) == (
        draft.role,
        draft.speaker,
        draft.text,
        draft.session,
        draft.agent,
    )
