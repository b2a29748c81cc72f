from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.adapters.stores.reference import ReferenceStore
from lukasa.beliefs.believe import Believe
from lukasa.domain.change import AddTurn, Applied
from lukasa.domain.erasure import Erasure, text_mark
from lukasa.domain.journal import Cause
from lukasa.domain.query import Seen, TurnQuery
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Turn
from lukasa.errors import StaleError, StoreFullError
from lukasa.extraction.rules.extractor import RulesExtractor
from lukasa.gate.echoes import Echoes
from lukasa.gate.judge import Judge
from lukasa.indexing.documents import document_of
from lukasa.indexing.encoder import Encoder
from lukasa.policy import RememberPolicy, ResolvePolicy
from lukasa.ports.extractor import Extractor
from lukasa.ports.store import Store
from lukasa.testing.fakes import FailingEmbedder
from lukasa.writing.messages import Draft, ParsedMessages
from lukasa.writing.remember import Call, Remember, make_turns, said_already

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
ALICE = Partition("acme", "alice")
POLICY = RememberPolicy(overlap=6)


def draft(text: str = "ok", *, at: datetime | None = None, session: str | None = "s", **other: Any) -> Draft:
    return Draft(
        **{"role": "user", "speaker": None, "agent": None, "origin": "user", "metadata": {}, **other},
        text=text,
        at=at,
        session=session,
    )


def path(
    store: Store, encoder: Encoder, policy: RememberPolicy, extractor: Extractor | None = None
) -> Remember:
    """Return the write path, without an extractor if none is given."""
    return Remember(store, encoder, Believe(store, extractor, Judge(Echoes()), ResolvePolicy()), policy)


def turns(*drafts: Draft, now: datetime = NOW, key: str | None = None) -> list[Turn]:
    return list(make_turns(ALICE, drafts, Call(drafts, key, now)))


def repeated(tail: str, said: str, *, later: timedelta = timedelta(days=1)) -> int:
    """Ask with one letter a turn."""
    before = turns(*map(draft, tail))
    return said_already(before, [draft(each) for each in said], now=NOW + later, policy=POLICY)


@pytest.mark.parametrize(
    ("tail", "said", "expected"),
    [
        ("", "ab", 0),
        ("ab", "ab", 2),
        ("ab", "abc", 2),
        ("xab", "abc", 2),
        ("abc", "bcd", 2),
        ("abc", "abd", 0),
        ("abab", "abab", 4),
        ("aba", "abac", 3),
        ("aab", "abb", 2),
        ("ab", "ba", 0),
        ("aaaa", "aa", 2),
        ("ab", "b", 0),
        ("ab", "bx", 0),
    ],
)
def test_the_longest_end_that_is_a_beginning_was_said_already(tail: str, said: str, expected: int):
    assert repeated(tail, said) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(0, 1), (10, 1), (10.01, 0), (2000, 0)])
def test_a_single_turn_was_said_already_only_when_that_is_recent(minutes: float, expected: int):
    assert repeated("ab", "bx", later=timedelta(minutes=minutes)) == expected


def test_a_time_anywhere_in_the_list_ends_the_guessing():
    before = turns(draft("a"), draft("b"))

    assert said_already(before, [draft("a"), draft("b", at=NOW)], now=NOW, policy=POLICY) == 0


@pytest.mark.parametrize(
    "other", [{"role": "assistant"}, {"speaker": "Ines"}, {"agent": "bot"}, {"session": "t"}], ids=str
)
def test_who_said_it_where_is_part_of_it(other: dict[str, Any]):
    assert said_already(turns(draft("a")), [draft("a", **other)], now=NOW, policy=POLICY) == 0


@given(st.text("ab", max_size=6), st.text("ab", max_size=6))
def test_what_was_said_already_is_always_an_end_and_a_beginning(tail: str, said: str):
    count = repeated(tail, said)

    assert tail.endswith(said[:count])
    assert count == max((n for n in range(2, 7) if n <= len(said) and tail.endswith(said[:n])), default=0)


def test_equal_messages_of_a_call_have_ids_of_their_own_that_stay():
    first, again = turns(draft(), draft(), draft("x"), draft()), turns(draft(), draft(), draft("x"), draft())

    assert len({turn.id for turn in first}) == 4
    assert [turn.id for turn in first] == [turn.id for turn in again]


def test_an_id_depends_on_the_instant_and_not_on_how_it_is_written():
    east = NOW.astimezone(datetime.fromisoformat("2026-01-01T00:00+05:45").tzinfo)
    (one,), (other,) = turns(draft(at=NOW)), turns(draft(at=east))

    assert one.id == other.id
    assert (one.at.utcoffset(), other.at.utcoffset()) == (timedelta(0), timedelta(hours=5, minutes=45))


def test_an_id_does_not_depend_on_what_may_be_corrected_later():
    (one,), (other,) = (
        turns(draft(at=NOW)),
        turns(draft(at=NOW, metadata={"a": 1}, origin="import"), now=NOW + timedelta(1)),
    )

    assert one.id == other.id


def test_keys_count_the_messages_of_a_call():
    assert [turn.key for turn in turns(draft("a"), draft("b"), key="k")] == ["k#0", "k#1"]
    assert turns(draft(at=NOW), key="k")[0].id != turns(draft(at=NOW), key="l")[0].id


def test_a_document_has_the_terms_of_date_and_speaker_and_the_words_of_the_text_alone():
    (turn,) = turns(draft("Where is it?", speaker="Ines", at=NOW))

    made = document_of(turn, (), "f")

    assert {"march", "2026", "where"} <= set(made.passages[0])
    assert made.words == 3
    assert (made.id, made.fingerprint) == (turn.id, None)


# ── The path ───────────────────────────────────────────────────────────────────────────────────────────────


class Rushed(ReferenceStore):
    """A store to which another process writes right before each of the first so many writes."""

    def __init__(self, intruders: list[str]) -> None:
        super().__init__()
        self.intruders = intruders

    async def apply(self, partition: Partition, changes: Any, **how: Any) -> Applied:
        if self.intruders:
            intruder = turns(draft(self.intruders.pop(0)), now=NOW - timedelta(seconds=1))
            await super().apply(partition, [_add(each) for each in intruder], cause=how["cause"])
        return await super().apply(partition, changes, **how)


def _add(turn: Turn) -> Any:
    return AddTurn(turn=turn, document=document_of(turn))


@pytest.mark.anyio
async def test_what_another_process_wrote_meanwhile_is_looked_at_again():
    store = Rushed(["a", "b"])
    embedder = FailingEmbedder(HashingEmbedder())
    remember = path(store, Encoder(embedder), RememberPolicy())

    receipt = await remember(
        ALICE,
        ParsedMessages([draft("a"), draft("b"), draft("c")], []),
        Call([draft("a"), draft("b"), draft("c")], None, NOW),
    )

    # The other one said "a" and "b" first, so only "c" is new.
    assert [turn.text for turn in await store.turns(ALICE, TurnQuery())] == ["a", "b", "c"]
    assert (len(receipt.turns), len(receipt.duplicates), receipt.unembedded) == (1, 2, 0)
    assert len(embedder.embedded) == 3, "each was encoded once, however often it was decided"


@pytest.mark.anyio
async def test_writers_of_one_process_do_not_get_in_each_others_way():
    class Slow(ReferenceStore):
        async def look(self, partition: Partition, **what: Any) -> Seen:
            seen = await super().look(partition, **what)
            await asyncio.sleep(0)  # lets others in
            return seen

    remember = path(Slow(), Encoder(HashingEmbedder()), RememberPolicy(attempts=1))

    async with asyncio.TaskGroup() as group:
        for n in range(30):
            group.create_task(
                remember(ALICE, ParsedMessages([draft(f"{n}")], []), Call([draft(f"{n}")], None, NOW))
            )

    assert len(await remember.store.turns(ALICE, TurnQuery())) == 30
    assert not remember.locks._locks, "a lock lives as long as somebody needs it"


@pytest.mark.anyio
@pytest.mark.parametrize(("at", "extractor"), [(None, None), (NOW, None), (None, RulesExtractor())])
async def test_a_short_message_asks_the_store_once_and_writes_once(
    at: datetime | None, extractor: Extractor | None
):
    class Counted(ReferenceStore):
        def __getattribute__(self, name: str) -> Any:
            if not name.startswith("_"):
                calls.append(name)
            return super().__getattribute__(name)

    calls: list[str] = []
    remember = path(Counted(), Encoder(HashingEmbedder()), RememberPolicy(), extractor)
    said = [draft("Ana moved to Lisbon.", at=at)]

    await remember(ALICE, ParsedMessages(said, []), Call(said, None, NOW))

    # `look` of this store asks itself.
    assert calls[:1] + calls[-1:] == ["look", "apply"]
    assert set(calls[1:-1]) <= {"version", "turns", "tombstones"}, calls
    assert calls.count("version") == 1


@pytest.mark.anyio
async def test_history_that_is_sent_again_is_stored_once_with_the_ids_of_what_is_new():
    remember = path(ReferenceStore(), Encoder(HashingEmbedder()), RememberPolicy())
    first, again = [draft("yes"), draft("no")], [draft("yes"), draft("no"), draft("yes")]

    await remember(ALICE, ParsedMessages(first, []), Call(first, None, NOW))
    receipt = await remember(ALICE, ParsedMessages(again, []), Call(again, None, NOW + timedelta(hours=1)))

    alone = turns(draft("yes"), now=NOW + timedelta(hours=1))
    assert [*receipt.turns] == [turn.id for turn in alone], "counted from the first that is new"
    assert len(receipt.duplicates) == 2


@pytest.mark.anyio
async def test_after_so_many_attempts_it_gives_up_and_says_it_may_be_tried_again():
    store = Rushed([f"intruder {n}" for n in range(50)])
    remember = path(store, Encoder(HashingEmbedder()), RememberPolicy(attempts=5))

    with pytest.raises(StaleError, match="5 times in a row; try again") as caught:
        await remember(ALICE, ParsedMessages([draft("a")], []), Call([draft("a")], None, NOW))

    assert caught.value.retryable
    assert len(await store.turns(ALICE, TurnQuery())) == 5


@pytest.mark.anyio
@pytest.mark.parametrize("key", [None, "k"])
async def test_with_times_or_a_key_other_writers_do_not_matter(key: str | None):
    store = Rushed([f"intruder {n}" for n in range(3)])
    remember = path(store, Encoder(HashingEmbedder()), RememberPolicy(attempts=1))

    for n in range(3):
        said = [draft(f"{n}", at=None if key else NOW)]
        await remember(ALICE, ParsedMessages(said, []), Call(said, key and f"{key}{n}", NOW))

    assert len(await store.turns(ALICE, TurnQuery())) == 6


@pytest.mark.anyio
@pytest.mark.parametrize("key", [None, "k"])
async def test_words_that_are_erased_while_they_are_said_again_are_not_stored(key: str | None):
    class Erasing(ReferenceStore):
        async def look(self, partition: Partition, **what: Any) -> Seen:
            seen = await super().look(partition, **what)
            marks = [first.id, text_mark(None, first.text)]
            await self.erase(
                partition, Erasure(turns=[first.id], marks=marks), cause=Cause(verb="erase", at=NOW)
            )
            return seen

    store = Erasing()
    remember = path(store, Encoder(HashingEmbedder()), RememberPolicy())
    (first,) = turns(draft("The spare key lies under the blue pot.", at=NOW))
    await store.apply(ALICE, [_add(first)], cause=Cause(verb="remember", at=NOW))

    again = [draft(first.text, at=None if key else NOW + timedelta(days=1))]
    receipt = await remember(ALICE, ParsedMessages(again, []), Call(again, key, NOW))

    assert await store.turns(ALICE, TurnQuery()) == []
    assert (receipt.turns, len(receipt.skipped)) == ((), 1)


@pytest.mark.anyio
async def test_what_is_stored_already_is_not_encoded_again():
    embedder = FailingEmbedder(HashingEmbedder())
    remember = path(ReferenceStore(), Encoder(embedder), RememberPolicy())

    for n in (2, 3):
        await remember(
            ALICE,
            ParsedMessages([draft(f"{each}", at=NOW) for each in range(n)], []),
            Call([draft(f"{each}", at=NOW) for each in range(n)], None, NOW),
        )

    assert len(embedder.embedded) == 3


@pytest.mark.anyio
async def test_a_store_that_fails_keeps_no_lock():
    class Full(ReferenceStore):
        full = True

        async def apply(self, partition: Partition, changes: Any, **how: Any) -> Applied:
            if self.full:
                raise StoreFullError("no space left")
            return await super().apply(partition, changes, **how)

    store = Full()
    remember = path(store, Encoder(HashingEmbedder()), RememberPolicy())
    with pytest.raises(StoreFullError):
        await remember(ALICE, ParsedMessages([draft("a")], []), Call([draft("a")], None, NOW))
    store.full = False

    assert (await remember(ALICE, ParsedMessages([draft("a")], []), Call([draft("a")], None, NOW))).turns


@pytest.mark.anyio
async def test_nothing_but_skipped_messages_touches_nothing():
    class Untouchable(ReferenceStore):
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(f"{name} was used")

    remember = path(Untouchable(), Encoder(HashingEmbedder()), RememberPolicy())

    receipt = await remember(ALICE, ParsedMessages([], ["message 0 has no text"]), Call([], None, NOW))
    assert (receipt.turns, receipt.skipped) == ((), ["message 0 has no text"])
