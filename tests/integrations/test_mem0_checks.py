"""What users report of mem0, one case each, on the drop-in: nothing fails in silence, nothing is doubled, nothing comes back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lukasa
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.errors import NotFoundError, StoreFullError
from lukasa.integrations.mem0 import AsyncMemory, Memory
from lukasa.testing.llm import ScriptedLLM

ANA = {"user_id": "ana"}
FIGS = "User likes figs"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mem0.lukasa"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    with Memory({"store": path, "embedder": "hashing"}) as opened:
        yield opened


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list with how many writes still succeed; empty: all do."""
    left: list[int] = []
    apply = SqliteStore.apply

    async def failing(self: SqliteStore, *args: Any, **kwargs: Any) -> Any:
        if left:
            left[0] -= 1
            if left[0] < 0:
                raise StoreFullError
        return await apply(self, *args, **kwargs)

    monkeypatch.setattr(SqliteStore, "apply", failing)
    return left


def texts(found: dict[str, Any]) -> list[str]:
    return [each["memory"] for each in found["results"]]


def stored(memory: Memory) -> list[str]:
    return sorted(texts(memory.get_all(filters=ANA)))


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def asked(model: ScriptedLLM) -> str:
    return "\n".join(str(request) for request in model.requests)


def test_a_reply_that_cannot_be_read_is_visible_and_loses_nothing(path: Path):
    with Memory({"store": path, "embedder": "hashing", "llm": ScriptedLLM(["Sorry?"])}) as memory:
        added = memory.add("I like figs.", **ANA)

        assert added.get("pending") or added.get("warnings")
        assert stored(memory) == [FIGS]


def test_a_write_that_fails_is_no_add(memory: Memory, full_disk: list[int]):
    full_disk.append(0)

    with pytest.raises(StoreFullError):
        memory.add("I like figs.", **ANA)

    full_disk.clear()
    assert stored(memory) == []


def test_of_a_call_that_fails_halfway_a_second_try_adds_the_rest(memory: Memory, full_disk: list[int]):
    said = [{"role": "user", "content": f"Box {n} is in the attic."} for n in "ABC"]
    full_disk.append(1)
    with pytest.raises(StoreFullError):
        memory.add(said, **ANA, infer=False)
    full_disk.clear()
    assert len(stored(memory)) == 1

    added = memory.add(said, **ANA, infer=False)

    assert sorted(texts(added)) == stored(memory) == [message["content"] for message in said]


def test_a_memory_and_its_history_are_written_together(memory: Memory, full_disk: list[int]):
    (added,) = memory.add("I like figs.", **ANA)["results"]
    full_disk.append(0)
    with pytest.raises(StoreFullError):
        memory.update(added["id"], text="User likes plums")
    full_disk.clear()

    assert stored(memory) == [FIGS]
    assert [each["event"] for each in memory.history(added["id"])] == ["ADD"]


def test_no_byte_of_what_was_deleted_stays(memory: Memory, path: Path):
    memory.add("My hideout is in Tavira.", **ANA)
    memory.add("I like figs.", **ANA)
    memory.delete_all(**ANA)
    memory.close()

    assert b"Tavira" not in bytes_of(path)
    assert b"figs" not in bytes_of(path)


def test_what_was_deleted_is_not_shown_to_a_model_again(path: Path):
    model = ScriptedLLM([{"facts": []}])
    with Memory({"store": path, "embedder": "hashing", "llm": model}) as memory:
        memory.add("My hideout is in Tavira.", **ANA)
        assert "Tavira" in asked(model)
        memory.delete_all(**ANA)
        model.requests.clear()

        memory.add("What did I say before?", **ANA)

        assert model.requests
        assert "Tavira" not in asked(model)


def test_a_change_takes_the_place_of_what_was_and_that_stays_in_reach(memory: Memory):
    memory.add("I live in Berlin.", **ANA, timestamp="2024-03-01")
    memory.add("I live in Lisbon.", **ANA, timestamp="2025-06-01")

    assert texts(memory.search("Where does she live?", filters=ANA)) == ["User lives in Lisbon"]
    then = memory.search("Where does she live?", filters=ANA, reference_date="2024-09-01")
    assert texts(then) == ["User lives in Berlin"]


def test_an_exact_duplicate_is_one_memory_whatever_stands_beside_it(memory: Memory):
    memory.add("I like figs.", **ANA)
    for topic in ("The weather is fine.", "My train was late again.", "Guess what happened at work."):
        memory.add(f"{topic} I like figs.", **ANA)

    assert stored(memory).count(FIGS) == 1


def test_a_memory_in_another_spelling_is_one(memory: Memory):
    for text in ("I like tea", "I like tea.", "i  like TEA", "I like tea "):
        memory.add(text, **ANA, infer=False)

    assert len(stored(memory)) == 1


def test_the_same_at_the_same_time_is_one_memory(path: Path):
    async def at_once() -> list[str]:
        async with AsyncMemory({"store": path, "embedder": "hashing"}) as memory:
            async with asyncio.TaskGroup() as group:
                for _ in range(4):
                    group.create_task(memory.add("I like figs.", **ANA))
            return texts(await memory.get_all(filters=ANA))

    assert asyncio.run(at_once()) == [FIGS]


def test_word_for_word_again_is_no_other_memory(memory: Memory):
    for _ in range(3):
        memory.add("Tea at four.", **ANA, infer=False)

    assert stored(memory) == ["Tea at four."]


def test_what_was_said_earlier_is_dated_then(memory: Memory):
    memory.add("I like figs.", **ANA, timestamp="2024-03-01T10:00:00Z")

    (kept,) = memory.get_all(filters=ANA)["results"]
    assert kept["created_at"] == "2024-03-01T10:00:00+00:00"


def test_a_second_client_opens_the_same_path(memory: Memory, path: Path):
    with Memory({"store": path, "embedder": "hashing"}) as other:
        other.add("I like figs.", **ANA)

    assert stored(memory) == [FIGS]


def test_a_secret_is_not_kept(memory: Memory, path: Path):
    memory.add("My key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD, and I like figs.", **ANA)
    memory.add("The token is ghp_abcdefghijklmnopqrstuvwxyz0123456789.", **ANA, infer=False)

    assert FIGS in stored(memory)
    memory.close()
    assert b"sk-proj-abcdef" not in bytes_of(path)
    assert b"ghp_abcdef" not in bytes_of(path)


def test_a_memory_leads_to_the_words_that_it_rests_on(memory: Memory, path: Path):
    (added,) = memory.add("By the way, I like figs.", **ANA)["results"]

    with lukasa.Memory.open(path, embedder="hashing") as opened:
        why = opened.of("ana").why(added["id"].partition(".")[0])
        (testimony,) = why.testimony
        assert testimony.quote in testimony.turn.text == "By the way, I like figs."


def test_what_the_program_inserts_is_not_read(path: Path):
    model = ScriptedLLM([{"facts": []}])
    served = {"role": "system", "content": "Relevant memories:\n- User likes durian"}
    with Memory({"store": path, "embedder": "hashing", "llm": model}) as memory:
        memory.add([served, {"role": "user", "content": "Thanks a lot!"}], **ANA)

        assert "durian" not in asked(model)
        assert stored(memory) == []


def test_words_without_spaces_between_them_are_found(memory: Memory):
    memory.add("週末は京都の寺を訪ねる。", **ANA, infer=False)
    memory.add("新しい自転車を買った。", **ANA, infer=False)

    assert texts(memory.search("自転車", filters=ANA))[0] == "新しい自転車を買った。"


def test_metadata_moves_no_memory_to_another_owner(memory: Memory):
    (added,) = memory.add("I like figs.", **ANA, metadata={"user_id": "ben", "topic": "food"})["results"]
    memory.update(added["id"], metadata={"user_id": "ben", "run_id": "r9"})

    (kept,) = memory.get_all(filters=ANA)["results"]
    assert (kept["user_id"], kept["metadata"], "run_id" in kept) == ("ana", {"topic": "food"}, False)
    assert memory.get_all(filters={"user_id": "ben"})["results"] == []


def test_an_id_reaches_nobody_elses_memory(path: Path):
    async def reach() -> None:
        async with await lukasa.AsyncMemory.open(path, embedder="hashing") as store:
            everybody = AsyncMemory(memory=store)
            (added,) = (await everybody.add("I like figs.", **ANA))["results"]
            only_ben = AsyncMemory(memory=store, only="ben")
            forged = f"{added['id'].partition('.')[0]}.u.ben"
            for id_ in (added["id"], forged):
                assert await only_ben.get(id_) is None
                assert await only_ben.history(id_) == []
                with pytest.raises(NotFoundError):
                    await only_ben.update(id_, text="Ben was here")
                with pytest.raises(NotFoundError):
                    await only_ben.delete(id_)
            assert texts(await everybody.get_all(filters=ANA)) == [FIGS]

    asyncio.run(reach())


def test_nothing_is_sent_anywhere(path: Path, monkeypatch: pytest.MonkeyPatch):
    attempts: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: attempts.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_: attempts.append(asked))

    with Memory({"store": path, "embedder": "hashing"}) as memory:
        memory.add("I like figs.", **ANA)
        assert texts(memory.search("figs", filters=ANA)) == [FIGS]

    assert attempts == []
