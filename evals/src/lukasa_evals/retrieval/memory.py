"""Lukasa itself, used as its users use it: one store a conversation."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lukasa import Handle, Memory, Settings
from lukasa_evals.datasets.values import Conversation, Said
from lukasa_evals.errors import EvalError
from lukasa_evals.retrieval.render import Line, Shown, Told, render
from lukasa_evals.retrieval.systems import Answered, Timed

TOP = 76
"""How many hits are asked for when ranks are counted: a third of them may be facts, and fifty turns are wanted."""

DEEP = 400
"""How many are asked for to fill the largest budget with the plain rendering."""

MANIFEST = "stores.json"


@dataclass(slots=True)
class Built:
    """What became of the stores of a run."""

    built: int = 0
    reused: int = 0
    turns: int = 0
    """Turns imported by this run."""

    seconds: float = 0.0
    by: str | None = None
    """Commit that built the stores that were reused."""

    warnings: list[str] = field(default_factory=list)


class Key(NamedTuple):
    """What must be the same for a store to be used again."""

    dataset: str
    embedder: str
    remember: str
    extractor: str


class Recall:
    """Lukasa with its own composition: the system under test. Without *facts*, it is shown turns alone."""

    def __init__(self, handle: Handle, ids: Mapping[str, str], now: datetime, *, facts: bool = True) -> None:
        self.name = "lukasa" if facts else "lukasa, turns only"
        self._handle = handle
        self._ids = ids
        self._now = now
        self._kinds: Sequence[Literal["turn", "fact"]] = ("turn", "fact") if facts else ("turn",)

    def ask(self, question: str, budgets: Sequence[int]) -> Answered:
        """Recall once, and ask for a context of every budget; each call is timed."""
        started = time.perf_counter()
        recalled = self._handle.recall(question, limit=TOP, now=self._now, kinds=self._kinds)
        recall_ms = (time.perf_counter() - started) * 1000
        contexts = {}
        for budget in budgets:
            started = time.perf_counter()
            block = self._handle.context(question, budget=budget, now=self._now, kinds=self._kinds)
            milliseconds = (time.perf_counter() - started) * 1000
            told = tuple(
                Told(fact.text, tuple(self._ids[source.turn] for source in fact.sources))
                for fact in (*block.known, *block.facts)
            )
            shown = Shown(block.text, tuple(self._ids[turn.id] for turn in block.turns), told)
            contexts[budget] = Timed(shown, milliseconds)
        return Answered(
            ranked=ranked(recalled.hits, self._ids),
            recall_ms=recall_ms,
            contexts=contexts,
            abstained=recalled.abstained,
        )


class PlainRecall:
    """Lukasa's ranking with the baselines' rendering: tells ranking from composition."""

    name = "lukasa, plain"

    def __init__(self, handle: Handle, ids: Mapping[str, str], now: datetime, lines: Sequence[Line]) -> None:
        self._handle = handle
        self._ids = ids
        self._now = now
        self._lines = {line.id: line for line in lines}

    def ask(self, question: str, budgets: Sequence[int]) -> Answered:
        """Recall deeply once, and fill every budget from that."""
        started = time.perf_counter()
        recalled = self._handle.recall(question, limit=DEEP, now=self._now, kinds=["turn"])
        found = ranked(recalled.hits, self._ids)
        recall_ms = (time.perf_counter() - started) * 1000
        contexts = {}
        for budget in budgets:
            started = time.perf_counter()
            shown = render(found, self._lines, budget)
            contexts[budget] = Timed(shown, recall_ms + (time.perf_counter() - started) * 1000)
        return Answered(ranked=found, recall_ms=recall_ms, contexts=contexts, abstained=recalled.abstained)


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
    return stored


def ids_of(handle: Handle) -> dict[str, str]:
    """Map Lukasa's ids of turns to those of the data set."""
    return {turn.id: str(turn.metadata["dia_id"]) for turn in handle.turns()}


def lines_of(handle: Handle) -> list[Line]:
    """Return what is stored, for the baselines: they read exactly the same text."""
    return [
        Line(
            id=str(turn.metadata["dia_id"]),
            place=place,
            session=turn.session,
            at=turn.at,
            speaker=turn.speaker,
            text=turn.text,
        )
        for place, turn in enumerate(handle.turns())
    ]


def asked_at(conversation: Conversation) -> datetime:
    """Return the moment at which questions are asked: the day after the last session, the same in every run."""
    return max(session.at for session in conversation.sessions) + timedelta(days=1)


class Stores:
    """The files of a run, kept for the next one when a folder is named."""

    def __init__(
        self, folder: Path, *, settings: Settings, key: Key, commit: str | None, rebuild: bool
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._key = key
        self._commit = commit
        self._rebuild = rebuild
        self.built = Built()
        self._manifest = self._read_manifest()

    def open(self, conversation: Conversation) -> Memory:
        """Open a conversation's store, importing it first unless it is there already."""
        path = self._folder / f"{conversation.id}.lukasa"
        known = self._manifest.get(conversation.id)
        if known and path.exists() and not self._rebuild and known["key"] == list(self._key):
            self.built.reused += 1
            self.built.by = known["commit"]
            return Memory.open(path, settings=self._settings)
        if path.exists() and not known:
            raise EvalError(
                f"{path.name!r} in the folder of --stores was not built by an evaluation; name another folder"
            )
        for old in self._folder.glob(f"{path.name}*"):
            old.unlink()
        return self._build(path, conversation)

    def _build(self, path: Path, conversation: Conversation) -> Memory:
        memory = Memory.open(path, settings=self._settings)
        started = time.perf_counter()
        self.built.turns += remember(memory, conversation, vectors=bool(self._key.embedder))
        self.built.seconds += time.perf_counter() - started
        self.built.built += 1
        self._manifest[conversation.id] = {"key": list(self._key), "commit": self._commit}
        (self._folder / MANIFEST).write_text(json.dumps(self._manifest, indent=1), encoding="utf-8")
        return memory

    def _read_manifest(self) -> dict[str, Any]:
        path = self._folder / MANIFEST
        if not path.exists():
            return {}
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise EvalError(
                f"{MANIFEST!r} in the folder of --stores is damaged: {error}; name another folder"
            ) from error
        return found


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
