"""Lukasa itself, used as its users use it: one store a data set, one partition a conversation."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lukasa import Handle, Memory, Settings
from lukasa.adapters.stores.sqlite import migrations
from lukasa.domain.embedding import EmbedderSpec, Embedding
from lukasa.ports.embedder import Embedder, Purpose
from lukasa.ports.llm import LLM
from lukasa.text.analysis import ANALYSIS_VERSION
from lukasa.wiring import Components, build
from lukasa.wiring import now as clock
from lukasa_evals.datasets.values import Conversation, Dataset, Said
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.systems import Answered, Asked, Shown, Told

HITS = 30
"""How many are asked for to count ranks up to ten: facts stand among them."""


class Recall:
    """Lukasa as it is installed: what `recall` ranks, and what `context` shows."""

    def __init__(self, handle: Handle, *, facts: bool = True) -> None:
        """Prepare; without *facts*, turns alone are asked for."""
        self.name = "lukasa" if facts else "lukasa, turns only"
        self._handle = handle
        self._ids = ids_of(handle)
        self._kinds: Sequence[Literal["turn", "fact"]] = ("turn", "fact") if facts else ("turn",)

    def ask(self, asked: Asked, budgets: Sequence[int]) -> Answered:
        """Recall once, timed, and ask for a context of every budget."""
        started = time.perf_counter()
        recalled = self._handle.recall(
            asked.text, limit=HITS, now=asked.now, kinds=self._kinds, filter=_filter(asked)
        )
        milliseconds = (time.perf_counter() - started) * 1000
        return Answered(
            ranked=ranked(recalled.hits, self._ids),
            milliseconds=milliseconds,
            contexts={budget: self._context(asked, budget) for budget in budgets},
        )

    def _context(self, asked: Asked, budget: int) -> Shown:
        block = self._handle.context(
            asked.text, budget=budget, now=asked.now, kinds=self._kinds, filter=_filter(asked)
        )
        told = tuple(
            Told(fact.text, tuple(self._ids[source.turn] for source in fact.sources))
            for fact in (*block.known, *block.facts)
        )
        return Shown(
            block.text,
            tuple(self._ids[turn.id] for turn in block.turns),
            told,
            silent=not (block.turns or block.facts),
        )


def _filter(asked: Asked) -> dict[str, Any] | None:
    return {"at": {"lt": asked.now.isoformat()}} if asked.past else None


def ranked(hits: Sequence[Any], ids: Mapping[str, str]) -> list[str]:
    """Return the turns that the hits rest on, best first, each once. A fact counts for the turns it quotes."""
    turns = (turn for hit in hits for turn in ([source.turn for source in hit.sources] or [hit.id]))
    return list(dict.fromkeys(ids[turn] for turn in turns))


def message(said: Said) -> dict[str, Any]:
    """Return a turn as `remember` takes it, the photo as a part of its own."""
    parts: list[dict[str, str]] = [{"type": "text", "text": said.text}]
    if said.caption:
        parts.append({"type": "image", "caption": said.caption})
    content: Any = parts if said.caption else said.text
    speaker = {"role": said.role} if said.role is not None else {"role": "user", "name": said.speaker}
    when = {"at": said.at} if said.at is not None else {}
    return {**speaker, **when, "content": content, "metadata": {"dia_id": said.id}}


def remember(memory: Memory, conversation: Conversation, *, vectors: bool) -> int:
    """Import a conversation.

    Every turn must be stored as a turn of its own, or ids would be ambiguous, and with *vectors* each must have some.
    """
    handle = memory.of(user=conversation.id)
    stored = 0
    for session in conversation.sessions:
        receipt = handle.remember(
            [message(said) for said in session.turns], at=session.at, session=session.name
        )
        if len(receipt.turns) != len(session.turns) or (vectors and receipt.unembedded):
            raise EvalError(
                f"{conversation.id!r}, {session.name!r}: of {len(session.turns)} turns {len(receipt.turns)} were stored, "
                f"{len(receipt.duplicates)} are duplicates, {receipt.unembedded} have no vectors; {list(receipt.warnings)}"
            )
        stored += len(receipt.turns)
    if errors := handle.flush().errors:
        raise EvalError(f"{conversation.id!r}: {'; '.join(errors)}")
    return stored


def ids_of(handle: Handle) -> dict[str, str]:
    """Map Lukasa's ids of turns to those of the data set."""
    return {turn.id: str(turn.metadata["dia_id"]) for turn in handle.turns()}


def asked_at(conversation: Conversation) -> datetime:
    """Return the moment at which questions are asked: the day after the last turn, the same in every run."""
    said = (turn.at or session.at for session in conversation.sessions for turn in session.turns)
    return max(said) + timedelta(days=1)


# --- stores -----------------------------------------------------------------------------------------------------------


class Opened(NamedTuple):
    """The store of a data set, open."""

    memory: Memory
    key: str
    """What it was made from and by, as a hash."""

    built: int
    """Turns imported now; 0: the store was kept from an earlier run."""

    seconds: float


def open_store(
    dataset: Dataset, settings: Settings, folder: Path, *, rebuild: bool, llm: LLM | None = None
) -> Opened:
    """Open the store of a data set in *folder*; import its conversations first unless a store of the same key is there.

    A store gets its name when it is complete, so an interrupted import leaves none. It is opened without the model.
    """
    key = key_of(dataset, settings, llm)
    path = folder / f"{key}.lukasa"
    built, started = 0, time.perf_counter()
    if rebuild or not path.exists():
        # In a folder of its own, as another run may import the same.
        with tempfile.TemporaryDirectory(prefix="import-", dir=folder) as own:
            store = Path(own) / path.name
            with Memory.open(store, settings=_unhurried(settings), llm=llm) as memory:
                for conversation in dataset.conversations:
                    built += remember(memory, conversation, vectors=settings.embedder != "none")
            store.replace(path)
    seconds = time.perf_counter() - started
    asking = settings if llm is None else settings.with_(extractor="none")
    return Opened(Memory.open(path, settings=asking, embedder=_embedder(asking)), key, built, seconds)


def _unhurried(settings: Settings) -> Settings:
    """Return settings under which a model reads when it is told to, session by session: the same calls in every run."""
    never = timedelta(days=1)
    return settings.with_(
        jobs=replace(settings.jobs, concurrency=1),
        distil=replace(settings.distil, patience=never, gather=never),
    )


def key_of(dataset: Dataset, settings: Settings, llm: LLM | None = None) -> str:
    """Return a hash of all that shapes a store: data, encoder, rules or recipe, analysis, schema, version."""
    with Memory.open("memory:", settings=settings, llm=llm) as memory:
        health = memory.doctor()
    if health.embedder is None and settings.embedder != "none":
        raise EvalError(f"the embedder {settings.embedder!r} cannot be used: {health.embedder_problem}")
    built = build(settings.with_(store="memory:"), clock=clock, components=Components(llm=llm))
    extractor = built.recipe or built.extractor
    parts = [
        dict(dataset.sha256),
        [conversation.id for conversation in dataset.conversations],
        health.version,
        health.embedder,
        extractor.name if extractor is not None else None,
        repr((settings.remember, settings.resolve)),
        ANALYSIS_VERSION,
        [migration.checksum for migration in migrations.known()],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


def _embedder(settings: Settings) -> Embedder | None:
    found = build(settings.with_(store="memory:"), clock=clock).embedder
    return None if found is None else AskedOnce(found)


class AskedOnce:
    """An embedder that keeps the vectors of the last question: a recall and the contexts after it encode it once."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._question: tuple[str, list[Embedding]] | None = None

    async def spec(self) -> EmbedderSpec:
        """See the port."""
        return await self._inner.spec()

    async def embed(self, texts: Sequence[str], *, purpose: Purpose) -> list[Embedding]:
        """See the port."""
        if purpose == "document" or len(texts) != 1:
            return await self._inner.embed(texts, purpose=purpose)
        if self._question is None or self._question[0] != texts[0]:
            self._question = texts[0], await self._inner.embed(texts, purpose=purpose)
        return self._question[1]

    async def aclose(self) -> None:
        """See the port."""
        await self._inner.aclose()


# --- constants of recall, changed for a trial -------------------------------------------------------------------------


def with_policy(settings: Settings, changes: Sequence[str]) -> Settings:
    """Return settings with `NAME=VALUE` changes to the recall policy, for trying things out.

    A name may go down with dots: `compose.candidates=100`, `fusion.lexical=0.4`. The value is JSON.
    """
    policy: Any = settings.recall
    for change in changes:
        name, _, text = change.partition("=")
        try:
            value = json.loads(text)
        except ValueError as error:
            raise EvalError(f'{change!r}: the value must be JSON, such as 0.5, true or "text"') from error
        try:
            policy = _changed(policy, name.split("."), value)
        except LookupError as error:
            raise EvalError(f"the recall policy has no {name!r} (in {change!r})") from error
    return settings.with_(recall=policy)


def _changed(part: Any, names: Sequence[str], value: object) -> Any:
    name, *rest = names
    if isinstance(part, Mapping):
        return {**part, name: _changed(part[name], rest, value) if rest else value}
    if not is_dataclass(part) or not hasattr(part, name):
        raise LookupError(name)
    return replace(part, **{name: _changed(getattr(part, name), rest, value) if rest else value})  # type: ignore[type-var]
