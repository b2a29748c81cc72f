"""A conversation as text: what systems without an own format read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lukasa.ports.tokens import TokenCounter
from lukasa_evals.datasets.values import Conversation, Said, Session

WINDOW = 128
"""Tokens: the paper's smallest chunk. On a conversation of the dev split windows of 96 to 192 were alike, larger ones worse."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a conversation."""

    text: str
    turns: tuple[str, ...]
    """Ids of the turns that stand in it whole."""

    windows: tuple[str, ...]
    """What it is embedded as."""


def line_of(said: Said, session: Session) -> str:
    """Return a turn with the date of its session and its speaker."""
    photo = f" [shares a photo: {said.caption}]" if said.caption else ""
    return f"[{session.at:%d %B %Y, %H:%M}] {said.speaker}: {' '.join(said.text.split())}{photo}"


def lines_of(conversation: Conversation) -> list[tuple[str, str]]:
    """Return every turn's id and line, oldest first."""
    return [(said.id, line_of(said, session)) for session in conversation.sessions for said in session.turns]


def chunks_of(conversation: Conversation, counter: TokenCounter, size: int) -> list[Chunk]:
    """Cut a conversation into pieces of at most *size* tokens, without regard to turns, as the paper does.

    A piece is made of whole windows, so that pieces of all sizes have the same ones. A turn counts for a chunk only if all of it
    stands there.
    """
    lines = [(id_, _words(line)) for id_, line in lines_of(conversation)]
    owners = [id_ for id_, words in lines for _ in words]
    words = [word for _, words in lines for word in words]
    lengths = {id_: len(words) for id_, words in lines}
    spans = list(_cut(words, counter, min(size, WINDOW)))
    windows = ["".join(words[start:end]) for start, end in spans]
    chunks: list[Chunk] = []
    for first, last in _cut(windows, counter, size):
        held = Counter(owners[spans[first][0] : spans[last - 1][1]])
        whole = tuple(id_ for id_, count in held.items() if count == lengths[id_])
        own = tuple(window.strip() for window in windows[first:last])
        chunks.append(Chunk("".join(windows[first:last]).strip(), whole, own))
    return chunks


def _cut(parts: Sequence[str], counter: TokenCounter, size: int) -> Iterator[tuple[int, int]]:
    """Yield from where to where parts go together: as many as have at most *size* tokens, and at least one."""
    start = 0
    while start < len(parts):
        end = _fill(parts, start, counter, size)
        yield start, end
        start = end


def _fill(parts: Sequence[str], start: int, counter: TokenCounter, size: int) -> int:
    """Return where a chunk that begins at *start* ends: at least one part further."""
    low, high = start + 1, min(len(parts), start + size)
    while low < high:
        middle = (low + high + 1) // 2
        text = "".join(parts[start:middle])
        low, high = (middle, high) if counter.count(text) <= size else (low, middle - 1)
    return low


def _words(line: str) -> list[str]:
    """Return the words with the space behind each, and a line break behind the last."""
    parts = line.split(" ")
    return [f"{part} " for part in parts[:-1]] + [f"{parts[-1]}\n"]
