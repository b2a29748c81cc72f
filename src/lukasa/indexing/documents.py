"""Documents of turns and facts: their index entries, and the texts that encoders and full-text read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lukasa.domain.document import MAX_PASSAGES, Document, Traits
from lukasa.domain.embedding import Embedding
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.policy import EMBEDDED_PASSAGES
from lukasa.ports.memories import Memories
from lukasa.text.analysis import ANALYSIS_VERSION, analyse
from lukasa.text.passages import passages
from lukasa.text.rendering import document_text

# English, with the commonest words of a few other languages; a missing language costs a weak signal, nothing else.
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


# Not all of a long text in one search: no other thread runs during one.
_PIECE = re.compile(r".{1,10000}(?!\w)|.{1,10000}", re.DOTALL)

_QUESTION_MARKS = "?？؟"


async def contents(store: Memories, partition: Partition, ids: Sequence[str]) -> list[Turn | Fact]:
    """Return the turns and facts that documents belong to, retired ones included."""
    turns = await store.turns(partition, TurnQuery(ids=ids, include_retired=True))
    facts = await store.facts(partition, FactQuery(ids=ids, include_retired=True))
    return [*turns, *facts]


def passage_texts(content: Turn | Fact) -> list[str]:
    """Return what is indexed, passage by passage: of a turn each with its date and speaker; a fact is one, as it stands."""
    if isinstance(content, Fact):
        return [content.text]
    spans = passages(content.text)
    if len(spans) > MAX_PASSAGES:
        spans[MAX_PASSAGES - 1 :] = [spans[MAX_PASSAGES - 1]._replace(end=spans[-1].end)]
    return [document_text(content, content.text[start:end]) for start, end in spans]


def encoded_texts(content: Turn | Fact) -> list[str]:
    """Return the passages that get vectors, as the encoder reads them."""
    return passage_texts(content)[:EMBEDDED_PASSAGES]


def document_of(
    content: Turn | Fact,
    embeddings: Sequence[Embedding] = (),
    fingerprint: str | None = None,
    words: dict[str, str] | None = None,
) -> Document:
    """Return the index entry. Documents that share *words* keep each term once: of many, that saves most of their memory."""
    analysed = [analyse(text) for text in passage_texts(content)]
    if words is not None:
        analysed = [[words.setdefault(term, term) for term in terms] for terms in analysed]
    return Document(
        id=content.id,
        kind="fact" if isinstance(content, Fact) else "turn",
        passages=analysed,
        # Counted in the bare text: the date would be a number in every turn.
        traits=traits(content.text),
        analysis=ANALYSIS_VERSION,
        embeddings=embeddings,
        fingerprint=fingerprint if embeddings else None,
    )


def fact_document(fact: Fact, embedding: Embedding | None, fingerprint: str | None) -> Document:
    """Return the index entry of a fact."""
    return document_of(fact, [] if embedding is None else [embedding], fingerprint)


def traits(text: str) -> Traits:
    pieces = [match.group() for match in _PIECE.finditer(text)]
    return Traits(
        words=len(text.split()),
        questions=sum(text.count(mark) for mark in _QUESTION_MARKS),
        asks=text.rstrip().endswith(tuple(_QUESTION_MARKS)),
        first_person=sum(len(_FIRST_PERSON.findall(piece)) for piece in pieces),
        times=any(_TIMES.search(piece) for piece in pieces),
        numbers=any(letter.isdigit() for letter in text),
        picture="[shares a photo" in text,
    )
