"""mem0's programs on Lukasa: the verbs, parameters and results that they rely on, and what mem0 itself does not do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lukasa.errors import ConfigError, FilterError, InputError, NotFoundError
from lukasa.integrations.mem0 import AsyncMemory, Memory, MemoryConfig
from lukasa.integrations.mem0.config import opening
from lukasa.integrations.mem0.filters import for_owner
from lukasa.integrations.mem0.scopes import Scope
from lukasa.testing.llm import ScriptedLLM

ANA = {"user_id": "ana"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mem0.lukasa"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    with Memory({"store": path, "embedder": "hashing"}) as opened:
        yield opened


def texts(found: dict[str, Any]) -> list[str]:
    return [each["memory"] for each in found["results"]]


def test_a_memory_is_added_found_changed_and_deleted(memory: Memory, path: Path):
    said = [
        {"role": "user", "content": "I am allergic to walnuts."},
        {"role": "assistant", "content": "I will remember that."},
    ]
    (added,) = memory.add(said, **ANA, metadata={"topic": "health"})["results"]
    assert (added["memory"], added["event"]) == ("User is allergic to walnuts", "ADD")

    (found,) = memory.search("Can she eat walnuts?", filters=ANA)["results"]
    assert (found["id"], found["user_id"], found["metadata"]) == (added["id"], "ana", {"topic": "health"})
    assert 0 < found["score"] <= 1
    assert {"hash", "created_at", "updated_at"} <= set(found)

    memory.update(
        added["id"], text="Ana is allergic to pecans", metadata={"sure": True}, timestamp="2025-01-15"
    )
    changed = memory.get(added["id"])
    assert changed is not None
    assert changed["created_at"] == "2025-01-15T00:00:00+00:00"
    assert memory.get_all(filters={**ANA, "created_at": {"gte": "2024-07-01"}})["results"] == [changed]
    assert memory.get_all(filters={**ANA, "created_at": {"lt": 1719792000}})["results"] == []
    assert memory.get_all(filters={**ANA, "created_at": "2025-01-15"})["results"] == [changed]
    assert memory.get_all(filters={**ANA, "created_at": {"gte": "2025-01-16"}})["results"] == []
    assert memory.get_all(filters={**ANA, "created_at": "*"})["results"] == [changed]
    assert (changed["memory"], changed["metadata"]) == (
        "Ana is allergic to pecans",
        {"topic": "health", "sure": True},
    )
    assert [(each["event"], each["new_memory"]) for each in memory.history(added["id"])] == [
        ("ADD", "User is allergic to walnuts"),
        ("UPDATE", "Ana is allergic to pecans"),
    ]

    memory.delete(added["id"])
    assert memory.get(added["id"]) is None
    assert memory.search("walnuts", filters=ANA)["results"] == []
    memory.close()
    assert b"walnuts" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_without_a_model_what_a_person_says_is_kept_as_it_is(memory: Memory):
    said = [
        {"role": "system", "content": "You are a helpful bookshop."},
        {"role": "user", "content": "The blue folder is in the attic."},
        {"role": "assistant", "content": "Noted, the attic."},
    ]

    assert texts(memory.add(said, **ANA)) == ["The blue folder is in the attic."]
    assert texts(memory.get_all(filters=ANA)) == ["The blue folder is in the attic."]


def test_a_model_says_what_is_remembered(path: Path):
    reply = {
        "facts": [
            {
                "message": 1,
                "quote": "My dog is called Rex",
                "text": "User has a dog called Rex",
                "subject": "User",
            }
        ]
    }
    with Memory({"store": path, "embedder": "hashing", "llm": ScriptedLLM([reply])}) as memory:
        assert texts(memory.add("My dog is called Rex.", **ANA)) == ["User has a dog called Rex"]


def test_word_for_word_is_one_memory_however_often_it_comes(memory: Memory):
    for _ in range(3):
        memory.add([{"role": "user", "name": "ana", "content": "Tea at four."}], **ANA, infer=False)

    (kept,) = memory.get_all(filters=ANA)["results"]
    assert (kept["memory"], kept["role"], kept["actor_id"]) == ("Tea at four.", "user", "ana")


def test_what_was_true_at_a_reference_date_is_found_by_when_it_was_said(memory: Memory):
    memory.add("I live in Berlin.", **ANA, timestamp="2024-03-01")
    memory.add("I live in Lisbon.", **ANA, timestamp=1748736000)  # 1 June 2025

    for reference, place in (("2024-09-01", "Berlin"), ("2025-09-01", "Lisbon"), (None, "Lisbon")):
        found = texts(memory.search("Where does she live?", filters=ANA, reference_date=reference))
        assert found == [f"User lives in {place}"]
    assert memory.get_all(filters=ANA)["results"][0]["created_at"].startswith("2025-06-01")


def test_what_has_expired_is_shown_only_when_asked_for(memory: Memory):
    memory.add("I like figs.", **ANA, expiration_date="2020-01-31")
    memory.add("I like plums.", **ANA, expiration_date="2999-01-31")

    assert texts(memory.get_all(filters=ANA)) == ["User likes plums"]
    assert texts(memory.search("figs", filters=ANA)) == ["User likes plums"]
    assert sorted(texts(memory.get_all(filters=ANA, show_expired=True))) == [
        "User likes figs",
        "User likes plums",
    ]
    assert "User likes figs" in texts(memory.search("figs", filters=ANA, show_expired=True))


def test_users_agents_and_runs_are_kept_apart_and_found_together(memory: Memory):
    memory.add("I like figs.", user_id="ana", agent_id="bot", run_id="r1")
    memory.add("I like plums.", user_id="ana", run_id="r2")
    memory.add("I like limes.", user_id="ben", agent_id="bot")
    memory.add("I like pears.", agent_id="bot")

    def liked(**filters: Any) -> list[str]:
        found = memory.get_all(filters=filters)
        assert sorted(texts(found)) == sorted(texts(memory.search("What do they like?", filters=filters)))
        return sorted(text.removeprefix("User likes ") for text in texts(found))

    assert liked(user_id="ana") == ["figs", "plums"]
    assert liked(user_id="ana", run_id="r1") == ["figs"]
    assert liked(agent_id="bot") == ["figs", "limes", "pears"]
    assert liked(AND=[{"user_id": "ana"}, {"NOT": [{"run_id": "r1"}]}]) == ["plums"]
    assert liked(OR=[{"user_id": "ben"}, {"run_id": "r2"}]) == ["limes", "plums"]
    assert liked(user_id={"in": ["ana", "ben"]}, agent_id="*") == ["figs", "limes"]
    assert liked(user_id="nobody") == []
    assert texts(memory.get_all(user_id="ana", limit=1)) == ["User likes figs"], "v1 took it so"
    assert {(each["type"], each["name"]) for each in memory.users()["results"]} == {
        ("user", "ana"),
        ("user", "ben"),
        ("agent", "bot"),
    }

    memory.delete_all(user_id="ana", run_id="r1")
    assert liked(user_id="ana") == ["plums"]
    memory.delete_all(user_id="ana")
    assert (liked(user_id="ana"), liked(user_id="ben")) == ([], ["limes"])
    memory.reset()
    assert liked(agent_id="bot") == []


@pytest.mark.parametrize("way", ["delete", "delete_all", "reset"])
def test_what_was_deleted_can_be_said_again(memory: Memory, path: Path, way: str):
    def say() -> list[str]:
        memory.add("I love old science fiction movies.", **ANA)
        memory.add([{"role": "user", "name": "Ana", "content": "Tea at four."}], **ANA, infer=False)
        return sorted(texts(memory.get_all(filters=ANA)))

    first = say()
    if way == "delete":
        for each in memory.get_all(filters=ANA)["results"]:
            memory.delete(each["id"])
    elif way == "delete_all":
        with Memory({"store": path, "embedder": "hashing"}) as other:
            other.delete_all(**ANA)
    else:
        memory.reset()
    assert texts(memory.get_all(filters=ANA)) == []
    assert texts(memory.search("movies and tea", filters=ANA)) == []

    assert say() == first
    assert len(first) == 2


OWNER = Scope("user_id", "ana")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"user_id": "ana"}, {}),
        ({"user_id": "ben"}, None),
        ({"user_id": {"ne": "ana"}}, None),
        ({"OR": [{"user_id": "ben"}, {"user_id": "ana"}]}, {}),
        ({"NOT": [{"user_id": "ana"}]}, None),
        ({"NOT": {"topic": "food"}}, {"not": {"metadata.topic": "food"}}),
        ({"topic": ["food", "travel"]}, {"metadata.topic": {"in": ["food", "travel"]}}),
        ({"topic": "*"}, {"metadata.topic": {"exists": True}}),
        ({"stars": {"gte": 3, "lt": 5}}, {"metadata.stars": {"gte": 3, "lt": 5}}),
        ({"a": 1, "b": 2}, {"and": [{"metadata.a": 1}, {"metadata.b": 2}]}),
        ({"OR": [{"user_id": "ben"}, {"topic": "food"}]}, {"metadata.topic": "food"}),
    ],
)  # fmt: skip
def test_a_filter_says_whose_and_which(filters: dict[str, Any], expected: dict[str, Any] | None):
    assert for_owner(filters, OWNER) == expected


def test_what_cannot_be_meant_is_refused_by_name(memory: Memory):
    with pytest.raises(InputError, match="user_id"):
        memory.add("I like figs.")
    with pytest.raises(InputError, match="filters must contain"):
        memory.search("figs", filters={"topic": "food"})
    with pytest.raises(FilterError, match="resembles"):
        memory.search("figs", filters={**ANA, "topic": {"resembles": "F"}})
    with pytest.raises(ValueError, match="resembles"):
        memory.get_all(filters={**ANA, "topic": {"resembles": "F"}})
    with pytest.raises(ValueError, match="not found"):
        memory.update("mem_123", data="Ana likes decaf coffee")
    assert memory.get("mem_123") is None
    assert memory.history("mem_123") == []
    with pytest.raises(InputError, match="timestamp"):
        memory.add("I like figs.", **ANA, timestamp="yesterday")
    with pytest.raises(InputError, match="expiration_date"):
        memory.add("I like figs.", **ANA, expiration_date="soon")
    with pytest.raises(InputError, match="user_id"):
        memory.add("I like figs.", user_id="a b")
    for unknown in ("nothing", "f_unknown.u.ana"):
        with pytest.raises(NotFoundError):
            memory.delete(unknown)


def test_a_text_is_looked_for_in_any_case(memory: Memory):
    memory.add("I like figs.", **ANA, metadata={"title": "Weekly MEETING", "tags": ["Urgent", "food"]})
    memory.add("I like plums.", **ANA, metadata={"title": "Lunch"})

    def found(**filters: Any) -> list[str]:
        return texts(memory.get_all(filters=ANA | filters))

    assert found(title={"icontains": "meeting"}) == ["User likes figs"]
    assert found(tags={"icontains": "URGENT"}) == ["User likes figs"]
    assert found(memory={"icontains": "LIKES", "ne": "User likes figs"}) == ["User likes plums"]
    assert found(NOT=[{"title": {"icontains": "e"}}]) == ["User likes plums"]
    assert found(title={"icontains": "dinner"}) == []


def test_mem0s_own_configuration_is_taken(path: Path):
    class OfMem0:
        def model_dump(self, *, exclude_unset: bool) -> dict[str, Any]:
            return {"custom_instructions": "Only health."} if exclude_unset else {}

    assert opening(OfMem0()) == ({}, "Only health.")
    with Memory(MemoryConfig(store=path, embedder="hashing")) as memory:
        assert texts(memory.add("I like figs.", **ANA)) == ["User likes figs"]
    with pytest.raises(ConfigError, match="mapping"):
        opening("qdrant")


@pytest.mark.parametrize(
    ("section", "llm", "account"),
    [
        ({"provider": "openai", "config": {"model": "gpt-4"}}, "openai_compatible:gpt-4", ("https://api.openai.com/v1", "k")),
        ({"provider": "openai"}, "openai_compatible:gpt-5-mini", ("https://api.openai.com/v1", "k")),
        ({"provider": "openai", "config": {"model": "x", "openai_base_url": "http://here/v1"}}, "openai_compatible:x", ("http://here/v1", "")),
        ({"provider": "ollama", "config": {"model": "llama3", "ollama_base_url": "http://there:1/"}}, "openai_compatible:llama3", ("http://there:1/v1", "")),
        ({"provider": "vllm", "config": {"model": "q", "api_key": "own"}}, "openai_compatible:q", ("http://localhost:8000/v1", "own")),
        ({"provider": "anthropic", "config": {"model": "claude"}}, "anthropic:claude", None),
    ],
)  # fmt: skip
def test_mem0s_model_is_asked_where_its_configuration_says(
    section: dict[str, Any], llm: str, account: tuple[str, str] | None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)

    arguments, _ = opening({"llm": section})

    settings = arguments.get("settings")
    assert arguments["llm"] == llm
    assert (settings and (settings.llm_url, settings.llm_key.get_secret_value())) == account


def test_the_async_face_does_the_same(path: Path):
    async def tour() -> list[str]:
        async with AsyncMemory({"store": path, "embedder": "hashing"}) as memory:
            await memory.add("I like figs.", user_id="ana")
            return texts(await memory.search("figs", filters=ANA))

    assert asyncio.run(tour()) == ["User likes figs"]


def test_what_was_served_is_not_learned_from_again(memory: Memory):
    memory.add("I like figs.", **ANA)
    served = "Relevant memories:\n" + "\n".join(texts(memory.search("figs", filters=ANA)))

    memory.add([{"role": "system", "content": served}, {"role": "user", "content": "Thanks!"}], **ANA)

    assert texts(memory.get_all(filters=ANA)) == ["User likes figs"]
