"""Documents: JSON values under a key, put, got, deleted, selected and searched, over the handle of one user's memory.

A document is a turn of the origin `document`, which no extractor reads: its text is what is searched, its metadata has the value. Each
has a session of its own, whose name is made of its collection and key, so that an index finds it, and all of a collection.

A new version is stored before the old one is erased, and says which one it replaces. Of what a session has, the first turn counts, and
each further one if it replaces the one that counts: so of two that are put at once one comes second, and sees it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import uuid4

from lukasa import AsyncHandle, Handle, Turn
from lukasa.bounds import check_size, read_label, read_metadata
from lukasa.domain.scope import digest
from lukasa.domain.turn import MAX_INT, Json
from lukasa.errors import ConflictError, InputError, shown
from lukasa.integrations.blocking import asynchronous, blocking
from lukasa.policy import RememberPolicy

Collection: TypeAlias = str | Sequence[str]
"""Names from the widest to the narrowest: `("users", "ada")`, or a path: `"users/ada"`."""

Name: TypeAlias = tuple[Collection, str]
"""A document's collection and key."""

Filter: TypeAlias = Mapping[str, Any]
"""As in docs/filters.md: `metadata.KEY` is a member of the value, `metadata.document.label.NAME` a label.

Values that metadata cannot hold have no members; `WHOLE` finds them.
"""

WHOLE: Filter = {"metadata.document.form": {"ne": "members"}}
"""Values that are no mapping, or larger than metadata may be: for a filter that leaves them to `where`."""

SPEAKER = "Document"
"""Its own, so that what is erased of documents and what is erased of people never keep one another out."""

_OURS = "document."
"""What names of ours in the metadata begin with; the others are members of the value."""

_LABEL = "document.label."
_UNSEARCHED = "…"
"""The text of what is not to be searched: a turn has one."""

_DEEPEST = 32
_AT_ONCE = 100
"""Sessions of one question: at a server, they stand in an address."""

_LONG = 1_000
"""Characters from which on a text is not looked up."""

_ATTEMPTS = 100
_LARGEST = RememberPolicy().max_turn_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A JSON value under a key."""

    collection: tuple[str, ...]
    key: str
    value: Any
    text: str
    """What is searched."""

    searchable: bool
    labels: Mapping[str, Json]
    created: datetime
    updated: datetime
    revision: str
    """Another one after each `put`."""


class Found(NamedTuple):
    """A document that a search found."""

    document: Document
    score: float
    """From 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What is to be stored."""

    collection: Collection
    key: str
    value: Any
    text: str | None = None
    """What is searched; `None`: the texts in the value, or else its JSON."""

    searchable: bool = True
    """`False`: `search` passes it over."""

    labels: Mapping[str, Json] = field(default_factory=dict)
    """For filters; no part of the value."""

    expected: str | None = None
    """The revision that is to be replaced, or `absent`: the key must be free. `None`: whatever is there."""

    updated: datetime | None = None
    """`None`: now."""


class AsyncDocuments:
    """The documents in one user's memory. At a server, the key must be allowed to erase: role `admin`."""

    def __init__(self, handle: AsyncHandle) -> None:
        self._handle = handle

    async def put(
        self,
        collection: Collection,
        key: str,
        value: Any,
        *,
        text: str | None = None,
        searchable: bool = True,
        labels: Mapping[str, Json] | None = None,
        expected: str | None = None,
    ) -> Document:
        """Store a value, durably, in the place of what is there; erase that. See `Put`.

        Secrets in it are replaced by labels, as everywhere. What was erased before may be put again. Raises `ConflictError` when not
        what was *expected* is there, `InputError` for what is no JSON, or has more than 1 MB, `StoreError`.
        """
        put = Put(
            collection=collection,
            key=key,
            value=value,
            text=text,
            searchable=searchable,
            labels=labels or {},
            expected=expected,
        )
        return (await self.put_all([put]))[0]

    async def relabel_all(self, documents: Iterable[tuple[Document, Mapping[str, Json]]]) -> list[Document]:
        """Put documents with other labels, as they were and when they were. Raises `ConflictError` when one was put meanwhile."""
        puts = [
            Put(
                collection=document.collection,
                key=document.key,
                value=document.value,
                text=document.text,
                searchable=document.searchable,
                labels=labels,
                expected=document.revision,
                updated=document.updated,
            )
            for document, labels in documents
        ]
        return await self.put_all(puts)

    async def put_all(self, puts: Sequence[Put]) -> list[Document]:
        """Store values in one transaction, and erase those replaced in another; of the same name, the last one stays."""
        todo = {_session(put.collection, put.key): put for put in puts}
        stored: dict[str, Turn] = {}
        for _ in range(_ATTEMPTS):
            if not todo:
                return [_document(stored[_session(put.collection, put.key)]) for put in puts]
            before = await self._current(todo)
            for session, put in todo.items():
                current = before[session].id if session in before else "absent"
                if put.expected not in {None, current}:
                    raise ConflictError(f"document {shown(put.key)} was changed meanwhile; read it again")
            stored |= await self._write(todo, before)
            todo = {session: put for session, put in todo.items() if session not in stored}
        raise ConflictError("others put the same documents again and again; try again")

    async def get(self, collection: Collection, key: str) -> Document | None:
        """Return a document; `None`: there is none."""
        return (await self.get_all([(collection, key)]))[0]

    async def get_all(self, names: Sequence[Name]) -> list[Document | None]:
        """Return documents in the order of their names."""
        sessions = [_session(collection, key) for collection, key in names]
        current = await self._current(sessions)
        return [_document(current[each]) if each in current else None for each in sessions]

    async def delete(self, collection: Collection, key: str) -> bool:
        """Erase a document; return whether there was one."""
        return await self.delete_all([(collection, key)]) > 0

    async def delete_all(self, names: Iterable[Name]) -> int:
        """Erase documents; return how many there were."""
        sessions = [_session(collection, key) for collection, key in names]
        gone: set[str] = set()
        found: set[str] = set()
        while True:
            # What was put meanwhile in the place of what is gone goes, too: that put came first.
            turns = [
                turn
                for turn in await self._turns(sessions)
                if not gone or turn.metadata.get("document.replaces") in gone
            ]
            if not turns:
                return len(found)
            await self._handle.erase([turn.id for turn in turns])
            gone |= {turn.id for turn in turns}
            found |= {_of(turn) for turn in turns if turn.retired_at is None}

    async def select(
        self,
        prefix: Collection = (),
        *,
        filter: Filter | None = None,
        where: Callable[[Document], bool] | None = None,
        limit: int | None = None,
        offset: int = 0,
        newest_first: bool = False,
    ) -> list[Document]:
        """List the documents of a collection and those within it, in the order in which they were last put.

        *where* looks at what passed the filter, in this process.
        """
        within = _within(prefix, filter)
        wanted = asked = None if limit is None else offset + limit
        while True:
            turns = await self._handle.turns(filter=within, limit=asked, newest_first=newest_first)
            # All of them are all versions, too.
            every = turns if filter is None and asked is None else await self._turns(map(_of, turns))
            current = {_of(turn): turn.id for turn in _counting(every)}
            live = [_document(turn) for turn in turns if turn.id == current.get(_of(turn))]
            live = [document for document in live if where is None or where(document)]
            if asked is None or wanted is None or len(live) >= wanted or len(turns) < asked:
                return live[offset:wanted]
            asked *= 2

    async def search(
        self,
        query: str,
        prefix: Collection = (),
        *,
        filter: Filter | None = None,
        where: Callable[[Document], bool] | None = None,
        limit: int = 10,
        offset: int = 0,
    ) -> list[Found]:
        """Return the documents within a collection that bear most on a query, best first; *where* as in `select`."""
        within = {**_within(prefix, filter), "metadata.document.unsearchable": {"exists": False}}
        wanted = asked = offset + limit
        while True:
            hits = (await self._handle.recall(query, limit=asked, filter=within, kinds=("turn",))).hits
            turns = await self._current(hit.session for hit in hits if hit.session)
            current = {turn.id: turn for turn in turns.values()}
            found = [Found(_document(current[hit.id]), hit.score) for hit in hits if hit.id in current]
            found = [each for each in found if where is None or where(each.document)]
            if len(found) >= wanted or len(hits) < asked:
                return found[offset:wanted]
            asked *= 2

    async def collections(self, prefix: Collection = ()) -> list[tuple[str, ...]]:
        """List the collections that have documents, in order."""
        return sorted({document.collection for document in await self.select(prefix)})

    async def _turns(self, sessions: Iterable[str]) -> list[Turn]:
        names = list(dict.fromkeys(sessions))
        turns: list[Turn] = []
        for start in range(0, len(names), _AT_ONCE):
            which = {"origin": "document", "session": {"in": names[start : start + _AT_ONCE]}}
            turns += await self._handle.turns(filter=which, include_retired=True)
        return turns

    async def _current(self, sessions: Iterable[str]) -> dict[str, Turn]:
        return {_of(turn): turn for turn in _counting(await self._turns(sessions))}

    async def _write(self, puts: Mapping[str, Put], before: Mapping[str, Turn]) -> dict[str, Turn]:
        """Store new versions; return those that count, by session, and erase the others."""
        drafts = [_message(session, put, before.get(session)) for session, put in puts.items()]
        key = f"document-{uuid4().hex}"
        receipt = await self._handle.remember(drafts, key=key)
        if len(receipt.turns) < len(drafts):
            await self._handle.readmit(texts=[str(draft["content"]) for draft in drafts], speaker=SPEAKER)
            receipt = await self._handle.remember(drafts, key=key)
        turns = await self._turns(puts)
        own = {_of(turn): turn for turn in turns if turn.key and turn.key.startswith(f"{key}#")}
        if receipt.redacted and not all(map(_readable, own.values())):
            await self._handle.erase([turn.id for turn in own.values()])
            raise InputError("a value holds a secret that cannot be taken out of its JSON; leave it out")
        counting = {turn.id for turn in _counting(turns)}
        # Where this version was to be expected and is not, another one came first.
        won = {
            session: turn
            for session, turn in own.items()
            if turn.id in counting
            and (puts[session].expected in {None, "absent"} or _has(turns, puts[session].expected))
        }
        over = [
            turn.id
            for turn in turns
            if (turn.seq < won[_of(turn)].seq if _of(turn) in won else turn == own.get(_of(turn)))
        ]
        if over:
            await self._handle.erase(over)
        return won


class Documents:
    """The verbs of `AsyncDocuments`, without `await`, over the handle of a `Memory`."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._inner = AsyncDocuments(asynchronous(handle))

    put = blocking(AsyncDocuments.put)
    relabel_all = blocking(AsyncDocuments.relabel_all)
    put_all = blocking(AsyncDocuments.put_all)
    get = blocking(AsyncDocuments.get)
    get_all = blocking(AsyncDocuments.get_all)
    delete = blocking(AsyncDocuments.delete)
    delete_all = blocking(AsyncDocuments.delete_all)
    select = blocking(AsyncDocuments.select)
    search = blocking(AsyncDocuments.search)
    collections = blocking(AsyncDocuments.collections)


def equal_to(name: str, value: object) -> Filter | None:
    """Return a filter that finds every value with a member that is equal to this in Python, and perhaps more; `None`: all may be."""
    if not name:
        return None
    if isinstance(value, str):
        return (
            {"or": [{f"metadata.{name}": value}, WHOLE]} if "\0" not in value and len(value) < _LONG else None
        )
    if not isinstance(value, int | float) or not abs(value) <= MAX_INT:
        return None
    # To Python, 1 and true are equal.
    values = [bool(value), int(value)] if value in {0, 1} else [value]
    return {"or": [{f"metadata.{name}": {"in": values}}, WHOLE]}


# --- names -----------------------------------------------------------------------------------------------------------


def path_of(collection: Collection) -> tuple[str, ...]:
    """Return a collection as a tuple. Raises `InputError`."""
    path = tuple(filter(None, collection.split("/"))) if isinstance(collection, str) else tuple(collection)
    if len(path) > _DEEPEST:
        raise InputError(f"the collection is nested {len(path)} deep; at most {_DEEPEST} are allowed")
    for name in path:
        read_label("a name in the collection", name)
        if name is None:
            raise InputError("a name in the collection is None")
    return path


def _root(path: Sequence[str]) -> str:
    return "document:" + ".".join(digest([name], size=8) for name in path)


def _session(collection: Collection, key: str) -> str:
    if read_label("key", key) is None:
        raise InputError("a document needs a key")
    path = path_of(collection)
    return f"{_root(path)}:{digest([*path, key])}"


def _within(prefix: Collection, filter: Filter | None) -> dict[str, Any]:
    root = _root(path_of(prefix))
    within: dict[str, Any] = {"origin": "document", "session": {"gte": root, "lt": f"{root}~"}}
    return {**within, "and": [filter]} if filter else within


# --- versions --------------------------------------------------------------------------------------------------------


def _of(turn: Turn) -> str:
    return turn.session or ""


def _has(turns: Iterable[Turn], id_: str | None) -> bool:
    return any(turn.id == id_ for turn in turns)


def _counting(turns: Iterable[Turn]) -> list[Turn]:
    """Return the versions that counted once, in order: the last one of a session counts now."""
    last: dict[str, str] = {}
    counting: list[Turn] = []
    for turn in sorted(turns, key=lambda turn: turn.seq):
        if turn.retired_at is None and last.get(_of(turn)) in {None, turn.metadata.get("document.replaces")}:
            last[_of(turn)] = turn.id
            counting.append(turn)
    return counting


def _message(session: str, put: Put, before: Turn | None) -> dict[str, Any]:
    """Return the message that stores a value, in the first form that can hold it: as metadata, or as text."""
    labels: dict[str, Any] = {f"{_LABEL}{name}": value for name, value in put.labels.items()}
    labels |= {"document.collection": list(path_of(put.collection)), "document.name": put.key}
    if not put.searchable:
        labels["document.unsearchable"] = True
    if before is not None:
        labels |= {"document.replaces": before.id, "document.created": _created(before).isoformat()}
    text, members = _forms(put, labels)
    return {
        "role": "tool",
        "origin": "document",
        "name": SPEAKER,
        "session": session,
        "content": text,
        "at": put.updated,
        "metadata": {**labels, **members},
    }


def _forms(put: Put, labels: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    value = put.value
    try:
        plain = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"the value of document {shown(put.key)} is no JSON: {error}") from error
    check_size(f"the value of document {shown(put.key)}", plain, _LARGEST, "split it into several documents")
    text = put.text if put.text is not None else "\n".join(_texts(value))
    if not put.searchable:
        text = _UNSEARCHED
    if isinstance(value, str) and text == value and value.strip() and "\0" not in value:
        return value, {"document.form": "text"}
    members = {"document.form": "value", "value": value}
    if isinstance(value, Mapping) and not any(str(name).startswith(_OURS) for name in value):
        members = {"document.form": "members", **value}
    try:
        read_metadata("the value", {**labels, **members})
    except InputError:
        return plain, {"document.form": "json"}
    text = text.replace("\0", " ")
    return text if text.strip() else plain, members


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case Mapping():
            return [text for member in value.values() for text in _texts(member)]
        case list() | tuple():
            return [text for member in value for text in _texts(member)]
        case _:
            return []


def _created(turn: Turn) -> datetime:
    created = turn.metadata.get("document.created")
    return datetime.fromisoformat(created) if isinstance(created, str) else turn.at


def _readable(turn: Turn) -> bool:
    try:
        return bool(_document(turn))
    except ValueError:
        return False


def _document(turn: Turn) -> Document:
    metadata = turn.metadata
    match metadata["document.form"]:
        case "members":
            value: Any = {name: each for name, each in metadata.items() if not name.startswith(_OURS)}
        case "value":
            value = metadata["value"]
        case "text":
            value = turn.text
        case _:
            value = json.loads(turn.text)
    collection = metadata["document.collection"]
    return Document(
        collection=tuple(map(str, collection)) if isinstance(collection, list) else (),
        key=str(metadata["document.name"]),
        value=value,
        text=turn.text,
        searchable="document.unsearchable" not in metadata,
        labels={name[len(_LABEL) :]: each for name, each in metadata.items() if name.startswith(_LABEL)},
        created=_created(turn),
        updated=turn.at,
        revision=turn.id,
    )
