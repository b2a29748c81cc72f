"""Transcripts of coding agents, Claude Code's and Codex': what the client inserts is not the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lukasa.integrations.inserted import Piece, own_words
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile


def read_claude(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session each time the id of the session changes; results of tools are a tool's."""
    return _read(source, assumed, _of_claude, source.path.name.rpartition(".")[0])


def read_codex(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session a file, named by its id."""
    return _read(source, assumed, _of_codex, source.path.name.rpartition(".")[0])


class _Line:
    """What a line of a transcript holds."""

    __slots__ = ("pieces", "session")

    def __init__(self, pieces: list[Piece], session: str | None = None) -> None:
        self.pieces = pieces
        self.session = session
        """The id of the session, where the line says it."""


def _read(
    source: ImportFile,
    assumed: Assumptions,
    parse: Callable[[Mapping[str, object], str, Assumptions], _Line],
    name: str,
) -> Iterator[Session]:
    current: Session | None = None
    date = None
    for location, record in records(source, assumed.notes):
        line = assumed.notes.attempt(parse, record, location, assumed)
        if line is None:
            continue
        name = line.session or name
        if not line.pieces:
            # Older rollouts have a date in their first line only.
            date = assumed.first_date([record], location) or date
            continue
        at = assumed.notes.attempt(assumed.dated, record, location, date, names=("timestamp",))
        if at is None:
            continue
        date = at
        if current is None or current.session != name:
            if current:
                yield current
            current = Session(conversation=name, session=name, location=location, messages=[])
        current.messages.extend({"role": role, "content": text, "at": at} for role, text in line.pieces)
    if current:
        yield current


def _of_claude(record: Mapping[str, object], location: str, assumed: Assumptions) -> _Line:
    kind = record.get("type")
    session = record.get("sessionId")
    label = session if isinstance(session, str) and session else None
    if kind not in {"user", "assistant"}:
        assumed.notes.leave_out(f"lines of the kind {kind!r:.40}")
        return _Line([], label)
    message = shape.mapping_or_empty(record.get("message"), f"{location}.message")
    inserted = any(
        record.get(flag) is True
        for flag in ("isMeta", "isCompactSummary", "isSidechain", "isVisibleInTranscriptOnly")
    )
    pieces: list[Piece] = []
    for role, text in _blocks(message.get("content"), location, assumed):
        if kind == "assistant":
            pieces.append(("tool" if record.get("isSidechain") is True else "assistant", text))
        elif role == "tool":
            pieces.append((role, text))
        else:
            pieces += [("system", text.strip())] if inserted else own_words(text)
    return _Line([piece for piece in pieces if piece[1].strip()], label)


def _blocks(content: object, location: str, assumed: Assumptions) -> Iterator[Piece]:
    """Yield the texts of a message: `tool` for what a tool returned, else `user`."""
    if isinstance(content, str):
        yield "user", content
        return
    for n, value in enumerate(shape.sequence_or_empty(content, f"{location}.content")):
        if isinstance(value, str):
            yield "user", value
            continue
        block = shape.mapping_or_empty(value, f"{location}.content[{n}]")
        kind = block.get("type")
        if kind in {"text", "input_text", "output_text"}:
            yield "user", shape.text_or_empty(block.get("text"), f"{location}.content[{n}].text")
        elif kind == "tool_result":
            yield "tool", "\n".join(text for _, text in _blocks(block.get("content"), location, assumed))
        elif kind:
            assumed.notes.leave_out(f"content of the kind {kind!r:.40}")


def _of_codex(record: Mapping[str, object], location: str, assumed: Assumptions) -> _Line:
    payload = record.get("payload")
    item = payload if isinstance(payload, dict) else record
    kind = (
        item.get("type")
        if record.get("type") in {"response_item", None} or item is record
        else record.get("type")
    )
    if kind == "session_meta" or (item is record and "instructions" in record):
        return _Line([], str(item["id"]) if item.get("id") else None)
    if kind == "message":
        texts = [text for _, text in _blocks(item.get("content"), location, assumed)]
        return _Line(_of_role(item.get("role"), "\n".join(text for text in texts if text)))
    if kind == "compacted":
        return _Line(_texts("system", item.get("message")))
    if isinstance(kind, str) and kind.endswith("call_output"):
        output = item.get("output")
        output = output.get("content") if isinstance(output, dict) else output
        return _Line(_texts("tool", "\n".join(text for _, text in _blocks(output, location, assumed))))
    assumed.notes.leave_out(f"lines of the kind {kind!r:.40}")
    return _Line([])


def _of_role(role: object, text: str) -> list[Piece]:
    if role == "user":
        return own_words(text)
    return _texts("assistant" if role == "assistant" else "system", text)


def _texts(role: str, text: object) -> list[Piece]:
    return [(role, text.strip())] if isinstance(text, str) and text.strip() else []
