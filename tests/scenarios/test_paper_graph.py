"""Mem0^g, mechanism by mechanism, with a scripted model: what docs/paper.md says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from _conflicts import CONFLICTS, Conflict

from lukasa import Handle, Memory, Relation, Settings
from lukasa.ports.llm import LLMReply, LLMRequest, ToolCall
from lukasa.testing.llm import ScriptedLLM

AT = "2026-03-01T12:00:00Z"
LATER = "2026-09-01T12:00:00Z"
# The embedder of these tests compares words alone: Iron Gym and Stone Gym are near.
SETTINGS = Settings(embedder="hashing", extractor="paper+graph", graph={"same_node": 1.1})  # type: ignore[arg-type]
Script = Callable[[LLMRequest], Any]
Triplet = tuple[str, str, str]


def script_of(
    triplets: Mapping[str, Sequence[Triplet]],
    types: Mapping[str, str] | None = None,
    obsolete: Callable[[str, str], bool] = lambda new, known: False,  # noqa: ARG005
) -> Script:
    """Reply with the triplets whose key stands in the exchange, and say of each known relation whether it is obsolete."""

    def script(request: LLMRequest) -> LLMReply | dict[str, Any]:
        if request.tools:
            return LLMReply(calls=(ToolCall("add_memory", "{}"),))
        shown = request.messages[-1].text
        said = shown.split("The exchange:")[-1].split("Entities:")[0]
        found = [triplet for words, each in triplets.items() if words in said for triplet in each]
        match request.purpose:
            case "entities":
                names = dict.fromkeys(end for source, _, target in found for end in (source, target))
                return {"entities": [{"name": n, "type": (types or {}).get(n, "concept")} for n in names]}
            case "relations":
                return {
                    "relations": [
                        dict(zip(("source", "label", "target"), each, strict=True)) for each in found
                    ]
                }
            case "invalidate":
                new = re.search(r"New relation: \([^)]*\) (.*)", shown)
                known = re.findall(
                    r"^(\d+)\. \([^)]*\) (.*)$", shown.split("Known relations:")[1], re.MULTILINE
                )
                assert new is not None
                return {"obsolete": [int(number) for number, each in known if obsolete(new.group(1), each)]}
            case _:
                return {"facts": [], "summary": ""}

    return script


def opened(script: Script, **settings: Any) -> tuple[Memory, ScriptedLLM]:
    model = ScriptedLLM(script)
    return Memory.open("memory:", settings=SETTINGS.with_(**settings), llm=model), model


def tell(handle: Handle, speaker: str, text: str, *, at: str = AT) -> None:
    handle.remember({"role": "user", "name": speaker, "content": text}, at=at, session=at, wait=True)


def triplets_of(handle: Handle, relations: Sequence[Relation]) -> list[Triplet]:
    names = {entity.id: entity.name for entity in handle.entities()}
    return [(names[each.source], each.label, names[each.target]) for each in relations]


# --- conflicts ---------------------------------------------------------------------------------------------------------


def decided(case: Conflict, number: int, memory: Memory) -> bool:
    """Return whether the first relation is past, with an end, and the second is current."""
    handle = memory.of(str(number))
    for at, (subject, label, target) in ((AT, case.first), (LATER, case.then)):
        tell(handle, subject, f"{label.replace('_', ' ')} {target}.", at=at)
    facts = handle.facts(status=["current", "superseded"])
    (first,) = [fact for fact in facts if (fact.attribute, fact.value) == case.first[1:]]
    current = triplets_of(handle, handle.relations())
    if case.ends:
        ended = first.status == "superseded" and first.valid.end is not None
        return (
            ended and first.valid.end.isoformat() == LATER.replace("Z", "+00:00") and current == [case.then]
        )
    return first.status == "current" and set(current) == {case.first, case.then}


def test_the_model_decides_which_relations_of_any_label_are_obsolete():
    assert len(CONFLICTS) >= 60
    ending = {(" -- ".join(each.then), " -- ".join(each.first)) for each in CONFLICTS if each.ends}
    triplets = {
        f"{triplet[0]}: {triplet[1].replace('_', ' ')} {triplet[2]}.": [triplet]
        for each in CONFLICTS
        for triplet in (each.first, each.then)
    }
    memory, model = opened(script_of(triplets, obsolete=lambda new, known: (new, known) in ending))
    with memory:
        wrong = [case for number, case in enumerate(CONFLICTS) if not decided(case, number, memory)]

    assert wrong == []
    assert sum(request.purpose == "invalidate" for request in model.requests) == len(CONFLICTS)


# --- nodes and relations -----------------------------------------------------------------------------------------------


SOFA = {"sofa.": [("Ana", "sits_on", "sofa")], "couch.": [("Ana", "sleeps_on", "couch")]}
TYPES = {
    "Ana": "person",
    "Volvo": "company",
    "sofa": "furniture",
    "couch": "furniture",
    "Dora": "person",
    "Fiat": "vehicle",
}


def test_the_types_that_the_model_gives_are_kept_and_every_node_has_a_vector_and_a_time(tmp_path: Path):
    path = tmp_path / "a.lukasa"
    model = ScriptedLLM(script_of({"Fiat": [("Dora", "drives", "Fiat")]}, TYPES))
    with Memory.open(path, settings=SETTINGS, llm=model) as memory:
        ana = memory.of("ana")
        tell(ana, "Dora", "I drive a Fiat.")

        assert {each.name: each.type for each in ana.entities()} == {"Dora": "person", "Fiat": "vehicle"}
        nodes = {fact.subject: fact for fact in ana.facts() if fact.attribute == "is_a"}
        assert {name: fact.value for name, fact in nodes.items()} == {"Dora": "person", "Fiat": "vehicle"}
        assert all(fact.learned_at and fact.sources for fact in nodes.values())
        stats = memory.stats()
        assert list(stats.vectors.values()) == [stats.documents]
        ana.erase(session=AT)
        assert ana.entities() == []


def test_a_relation_may_be_implied_and_its_ends_must_be_said():
    triplets = {
        "She drives": [("Ines", "drives", "Volvo"), ("Ines", "owns", "yacht"), ("Takeshi", "likes", "Volvo")],
        "manager": [("Ana", "managed_by", "Carla"), ("Carla", "works_for", "Zeta")],
        "never liked": [("Ana", "likes", "olives")],
    }
    memory, _ = opened(script_of(triplets))
    with memory:
        ana = memory.of("ana")
        tell(ana, "Ana", "Ines moved in next door.")
        tell(ana, "Ana", "She drives a Volvo.", at="2026-03-02T12:00:00Z")
        tell(ana, "Ana", "My manager at Zeta is Carla.", at="2026-03-03T12:00:00Z")
        tell(ana, "Ana", "I never liked olives.", at="2026-03-04T12:00:00Z")

        assert set(triplets_of(ana, ana.relations())) == {
            ("Ines", "drives", "Volvo"),
            ("Ana", "managed_by", "Carla"),
            ("Carla", "works_for", "Zeta"),
        }


def test_memories_can_be_told_from_parts_of_the_graph():
    def script(request: LLMRequest) -> object:
        plain = script_of({"Volvo": [("Ana", "drives", "Volvo")]})
        return {"facts": ["Ana drives a Volvo."]} if request.purpose == "extract" else plain(request)

    memory, _ = opened(script)
    with memory:
        ana = memory.of("ana")
        tell(ana, "Ana", "I drive a Volvo.")
        found = ana.recall(
            "What does Ana drive?", kinds=["fact"], filter={"metadata.graph": {"exists": False}}
        )

        assert [hit.text for hit in found.hits] == ["Ana drives a Volvo."]


# --- by meaning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("same_node", "names"), [(0.9, 2), (1.1, 3)])
def test_a_setting_says_how_near_two_names_of_one_node_are(same_node: float, names: int):
    memory, _ = opened(script_of(SOFA, TYPES), embedder="onnx", graph={"same_node": same_node})
    with memory:
        ana = memory.of("ana")
        tell(ana, "Ana", "I sit on the sofa. And I sleep on the couch.")

        assert len(ana.entities()) == names


def test_nodes_and_relations_are_found_by_meaning_and_shown_in_contexts():
    triplets = {
        "Volvo": [("Ana", "drives", "Volvo")],
        "Fiat": [("Ana", "drives", "Fiat")],
    }
    ends = {("Ana -- drives -- Volvo", "Ana -- drives -- Fiat")}
    memory, _ = opened(
        script_of(triplets, TYPES, lambda new, known: (new, known) in ends),
        embedder="onnx",
        graph={"share": 0.5},
    )
    with memory:
        ana = memory.of("ana")
        long = " ".join(f"Then I told them about item {n} of the list." for n in range(12))
        tell(ana, "Ana", f"{long} I drive a Fiat.")
        tell(ana, "Ana", f"{long} I drive a Volvo.", at=LATER)
        question = "Which automobile maker is it?"
        context = ana.context(question, budget=60)
        past = ana.context(question, budget=60, include_retired=True)

        assert "Volvo" in [entity.name for entity in ana.entities(question)]
        assert triplets_of(ana, ana.relations(query="What car does Ana drive?")) == [
            ("Ana", "drives", "Volvo")
        ]
        assert ana.relations(query="How do I sort a list in Python?") == []
        assert "Ana drives Volvo." in context.text
        assert "Ana drives Fiat." not in context.text
        assert context.tokens <= 60
        assert "no longer, until 1 September 2026" in past.text
