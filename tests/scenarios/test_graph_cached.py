"""A memory that has cached its graph sees what one that is opened afterwards sees."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from _settings import SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st

from lukasa import Handle, Memory
from lukasa.errors import ConflictError, NotFoundError

PEOPLE = st.sampled_from(["Ana", "Ana Costa", "Adam", "Adam Smith", "Ana's sister", "Inês", "Ines"])
PLACES = st.sampled_from(["Porto", "Braga", "São Paulo", "Sao Paulo"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("moved"), PEOPLE, PLACES),
        st.tuples(st.just("sister"), PEOPLE, PEOPLE),
        st.tuples(st.sampled_from(["merge", "split", "alias", "rename"]), PEOPLE, PEOPLE),
        st.tuples(st.sampled_from(["forget", "erase fact", "erase turn", "undo", "restore"]), st.integers(0, 9), st.none()),
    ),
    min_size=2,
    max_size=8,
)  # fmt: skip


def step(memory: Handle, calls: list[int], action: tuple[str, object, object]) -> None:
    """Take one step; facts and calls are chosen by number. *calls* can be undone."""
    facts = memory.facts(include_retired=True)
    match action:
        case "moved", str(one), str(other):
            receipt = memory.believe(
                f"{one} lives in {other}.", subject=one, attribute="lives_in", value=other
            )
            calls.append(receipt.change)
        case "sister", str(one), str(other):
            memory.believe(f"{other} is {one}'s sister.", subject=one, attribute="sibling", value=other)
        case verb, str(one), str(other):
            with suppress(NotFoundError):  # no entity of that name yet
                calls.append(getattr(memory, verb)(one, other).change)
        case ("forget" | "restore") as verb, int(one), _ if facts:
            getattr(memory, verb)(facts[one % len(facts)].id)
        case "erase fact", int(one), _ if facts:
            memory.erase(facts=facts[one % len(facts)].id)
        case "erase turn", int(one), _ if facts:
            memory.erase(facts[one % len(facts)].sources[0].turn)
        case "undo", int(one), _ if any(calls):
            with suppress(
                ConflictError, NotFoundError
            ):  # what came after it stands in the way, or it was erased
                memory.undo(call=calls.pop(one % len(calls)))


def graph_of(memory: Handle) -> tuple[object, object]:
    return (
        {entity.id: entity for entity in memory.entities()},
        {relation.fact: relation for relation in memory.relations(past=True)},
    )


@given(STEPS)
@settings(max_examples=settings().max_examples // 5)
def test_a_cached_graph_follows_whatever_another_process_does(steps: list[tuple[str, object, object]]):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.lukasa"
        with Memory.open(file, settings=SETTINGS) as writes, Memory.open(file, settings=SETTINGS) as watches:
            watched = watches.of("ana")
            calls: list[int] = []
            for each in steps:
                step(writes.of("ana"), calls, each)
                graph = graph_of(watched)
            with Memory.open(file, settings=SETTINGS) as fresh:
                assert graph == graph_of(fresh.of("ana"))
            assert graph == graph_of(writes.of("ana"))


def test_a_partition_that_is_written_to_after_it_was_erased_has_a_new_graph(tmp_path: Path):
    file = tmp_path / "a.lukasa"
    with Memory.open(file, settings=SETTINGS) as writes, Memory.open(file, settings=SETTINGS) as watches:
        ana = writes.of("ana")
        ana.believe("Ana lives in Porto.", subject="Ana", attribute="lives_in", value="Porto")
        assert {entity.name for entity in watches.of("ana").entities()} == {"Ana", "Porto"}

        ana.erase(everything=True)
        assert watches.of("ana").entities() == []
        ana.believe("Bo lives in Oslo.", subject="Bo", attribute="lives_in", value="Oslo")

        assert {entity.name for entity in watches.of("ana").entities()} == {"Bo", "Oslo"}
