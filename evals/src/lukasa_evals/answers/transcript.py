"""A conversation as text: what systems without an own format read."""

from __future__ import annotations

from dataclasses import dataclass

from lukasa.ports.tokens import TokenCounter
from lukasa_evals.datasets.values import Conversation, Said, Session


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a conversation."""

    text: str
    turns: tuple[str, ...]
    """Ids of the turns that stand in it whole."""


def line_of(said: Said, session: Session) -> str:
    """Return a turn with the date of its session and its speaker."""
    photo = f" [shares a photo: {said.caption}]" if said.caption else ""
    return f"[{session.at:%d %B %Y, %H:%M}] {said.speaker}: {' '.join(said.text.split())}{photo}"


def lines_of(conversation: Conversation) -> list[tuple[str, str]]:
    """Return every turn's id and line, oldest first."""
    return [(said.id, line_of(said, session)) for session in conversation.sessions for said in session.turns]


def chunks_of(conversation: Conversation, counter: TokenCounter, size: int) -> list[Chunk]:
    """Cut a conversation into pieces of at most *size* tokens, without regard to turns, as the paper does.

    A turn counts for a chunk only if all of it stands there.
    """
    words = [
        (id_, place, word) for id_, line in lines_of(conversation) for place, word in enumerate(_words(line))
    ]
    lengths = {id_: len(_words(line)) for id_, line in lines_of(conversation)}
    chunks: list[Chunk] = []
    start = 0
    while start < len(words):
        end = _fill(words, start, counter, size)
        held: dict[str, int] = {}
        for id_, _, _ in words[start:end]:
            held[id_] = held.get(id_, 0) + 1
        whole = tuple(id_ for id_, count in held.items() if count == lengths[id_])
        chunks.append(Chunk("".join(word for *_, word in words[start:end]).strip(), whole))
        start = end
    return chunks


def _fill(words: list[tuple[str, int, str]], start: int, counter: TokenCounter, size: int) -> int:
    """Return where a chunk that begins at *start* ends: at least one word further."""
    low, high = start + 1, min(len(words), start + size)
    while low < high:
        middle = (low + high + 1) // 2
        text = "".join(word for *_, word in words[start:middle])
        low, high = (middle, high) if counter.count(text) <= size else (low, middle - 1)
    return low


def _words(line: str) -> list[str]:
    """Return the words with the space behind each, and a line break behind the last."""
    parts = line.split(" ")
    return [f"{part} " for part in parts[:-1]] + [f"{parts[-1]}\n"]
