"""Files of other memories are moved, whole and once: facts with ids, times and owners, messages as turns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lukasa import Memory
from lukasa.integrations.moving import ImportedFact, move
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.main import main
from lukasa.surfaces.cli.memories.contents import storable

AT = "2025-03-01T10:00:00Z"


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return what imports content as a memory's file, twice, and the memory that comes of it."""
    monkeypatch.setenv("LUKASA_EMBEDDER", "hashing")
    db = tmp_path / "moved.lukasa"

    def run(name: str, content: object, *options: str) -> dict[str, Any]:
        file = tmp_path / "file.json"
        text = content if isinstance(content, str) else json.dumps(content)
        file.write_text(text, "utf-8")
        command = ["import", name, str(file), "--db", str(db), "--json", *options]
        code = main(command)
        out, err = capsys.readouterr()
        if code:
            return {"error": err, "stored": db.exists()}
        first = json.loads(out)
        assert main(command) == 0
        again = json.loads(capsys.readouterr().out)
        assert (again["stored"], again["same"], again["turns"]) == (0, 0, 0), "a second run stores nothing"
        with Memory.open(db) as memory:
            assert memory.verify().ok
        return first

    run.db = db  # type: ignore[attr-defined]
    return run


LETTA = {
    "created_at": "2025-03-02T00:00:00Z",
    "tools": [{"id": "tool-0"}],
    "files": [],
    "agents": [
        {
            "name": "Sam",
            "block_ids": ["block-0", "block-1"],
            "messages": [
                {"id": "message-0", "role": "system", "content": [{"type": "text", "text": "You are Sam."}], "created_at": AT},
                {"id": "message-1", "role": "user", "name": "Ana", "content": [{"type": "text", "text": "My sister keeps bees."}], "created_at": AT},
                {"id": "message-2", "role": "assistant", "content": [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "How many?"}], "created_at": AT},
                {"id": "message-3", "role": "user", "content": json.dumps({"type": "user_message", "message": "Two hives."}), "created_at": AT},
                {"id": "message-4", "role": "user", "content": json.dumps({"type": "heartbeat", "reason": "…"}), "created_at": AT},
                {
                    "id": "message-5",
                    "role": "assistant",
                    "content": [{"type": "text", "text": "I should be nice."}],
                    "tool_calls": [{"function": {"name": "send_message", "arguments": json.dumps({"message": "Lovely!"})}}],
                    "created_at": AT,
                },
            ],
        }
    ],
    "blocks": [
        {"id": "block-0", "label": "human", "value": "First name: Ana\n\n- Keeps a boat in Olhão\n---\n"},
        {"id": "block-1", "label": "persona", "value": "I am Sam."},
    ],
}  # fmt: skip


def test_letta_blocks_are_facts_and_messages_turns(moved):
    report = moved("letta", LETTA)

    assert (report["stored"], report["turns"]) == (3, 4)
    assert report["left_out"] == {
        "tools": 1,
        "system messages": 1,
        "parts of type reasoning": 1,
        "notices": 1,
        "thoughts": 1,
    }
    with Memory.open(moved.db) as memory:
        me = memory.of("me")
        facts = me.facts(filter={"metadata.letta_id": {"exists": True}})
        assert [(fact.subject, fact.text, fact.metadata["block"]) for fact in facts] == [
            ("User", "First name: Ana", "human"),
            ("User", "Keeps a boat in Olhão", "human"),
            ("Sam", "I am Sam.", "persona"),
        ]
        assert str(facts[0].valid.start) == "2025-03-02 00:00:00+00:00"
        turns = [turn for turn in me.turns() if turn.session]
        assert [(turn.role, turn.speaker, turn.text, turn.agent) for turn in turns] == [
            ("user", "Ana", "My sister keeps bees.", "Sam"),
            ("assistant", None, "How many?", "Sam"),
            ("user", None, "Two hives.", "Sam"),
            ("assistant", None, "Lovely!", "Sam"),
        ]
        assert {turn.at.isoformat() for turn in turns} == {"2025-03-01T10:00:00+00:00"}


def test_json_that_a_user_said_to_letta_is_no_notice(moved):
    said = json.dumps({"type": "invoice", "total": 5})
    messages = [{"role": "user", "content": said, "created_at": AT}]

    report = moved("letta", {"agents": [{"name": "Sam", "messages": messages}]})

    assert (report["turns"], report["left_out"]) == (1, {})
    with Memory.open(moved.db) as memory:
        assert [turn.text for turn in memory.of("me").turns()] == [said]


def test_the_older_agent_file_has_one_agent_and_its_blocks(moved):
    older = {
        "name": "Sam",
        "core_memory": [{"label": "human", "value": "Likes figs", "updated_at": AT}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello Sam."}], "created_at": AT}],
    }

    report = moved("letta", older)

    assert (report["stored"], report["turns"]) == (1, 1)


NODES = [{"uuid": "s1", "name": "Work", "episodes": ["p1"]}, {"uuid": "n1", "name": "Ana", "labels": ["Person"], "summary": "Ana is a diver."}, {"uuid": "n2", "name": "Acme"}, {"uuid": "n3", "name": "Umbra"}]  # fmt: skip
EDGES = [
    {"uuid": "e1", "name": "EMPLOYED_BY", "fact": "Ana works for Acme.", "source_node_uuid": "n1", "target_node_uuid": "n2", "group_id": "ana", "created_at": AT, "valid_at": "2020-01-01T00:00:00Z", "invalid_at": "2024-01-01T00:00:00Z", "expired_at": AT, "episodes": ["p1"]},
    {"uuid": "e2", "name": "EMPLOYED_BY", "fact": "Ana works for Umbra.", "source_node_uuid": "n1", "target_node_uuid": "n3", "group_id": "ana", "created_at": AT, "valid_at": "2024-01-01T00:00:00Z", "invalid_at": None, "expired_at": None},
    {"uuid": "e3", "name": "LIVES_IN", "fact": "Ana lives in Faro.", "source_node_uuid": "n1", "target_node_uuid": "n9", "group_id": "ana", "created_at": AT, "valid_at": AT, "invalid_at": AT},
]  # fmt: skip
EPISODES = [
    {"uuid": "p2", "source": "text", "content": "A page about diving.", "group_id": "ana", "valid_at": "2025-03-02T10:00:00Z"},
    {"uuid": "p1", "source": "message", "content": "Ana (user): I moved to Umbra.\nassistant: Congratulations!\nOn a Monday?", "group_id": "ana", "valid_at": AT},
    {"uuid": "p3", "content": "See you.", "role": "Ana", "role_type": "user", "thread_id": "t1", "user_id": "ana", "created_at": AT},
]  # fmt: skip


@pytest.mark.parametrize("shape", ["object", "lines"])
def test_graphiti_edges_are_facts_past_ones_past(moved, shape: str):
    whole = {"episodes": EPISODES, "edges": EDGES, "nodes": NODES}
    lines = "\n".join(json.dumps(each) for each in [*EPISODES, *EDGES, *NODES])

    report = moved("graphiti", whole if shape == "object" else lines)

    assert (report["stored"], report["turns"], report["skipped"]) == (4, 4, {})
    with Memory.open(moved.db) as memory:
        ana = memory.of("ana")
        facts = ana.facts(status=["current", "superseded"], filter={"metadata.graphiti_id": {"exists": True}})
        assert [(fact.metadata["graphiti_id"], fact.status, fact.value) for fact in facts] == [
            ("e1", "superseded", "Acme"),
            ("e2", "current", "Umbra"),
            ("e3", "superseded", None),
        ]
        assert [str(fact.valid.end)[:4] for fact in facts] == ["2024", "None", "2025"]
        assert facts[0].metadata["episodes"] == ["p1"]
        turns = {turn.text: turn for turn in ana.turns(filter={"metadata.graphiti_id": {"exists": True}})}
        assert {text: (turn.role, turn.speaker, turn.origin) for text, turn in turns.items()} == {
            "I moved to Umbra.": ("user", "Ana", "import"),
            "Congratulations!\nOn a Monday?": ("assistant", None, "import"),
            "See you.": ("user", "Ana", "import"),
            "A page about diving.": ("user", None, "document"),
        }
        assert turns["See you."].session == "t1"
        assert [fact.text for fact in memory.of("me").facts()] == ["Ana is a diver."], "a node of no group"


def test_graphiti_episodes_are_stored_in_the_order_of_time(moved):
    times = {"second": "2025-03-01T09:00:00Z", "first": "2025-03-01T10:00:00+02:00"}

    moved("graphiti", [{"content": said, "valid_at": at, "group_id": "ana"} for said, at in times.items()])

    with Memory.open(moved.db) as memory:
        assert [turn.text for turn in memory.of("ana").turns()] == ["first", "second"]


ITEMS = [
    {"namespace": ["memories", "ana"], "key": "k1", "value": {"kind": "Memory", "content": {"content": "Ana likes figs."}}, "created_at": AT, "updated_at": "2025-03-05T00:00:00Z"},
    {"namespace": ["memories", "ana"], "key": "k2", "value": {"content": "Ana sails on Sundays."}, "created_at": AT, "updated_at": AT},
    {"namespace": ["memories", "ben"], "key": "k1", "value": {"kind": "Triple", "content": {"subject": "Ben", "predicate": "plays", "object": "oboe", "context": "since school"}}, "created_at": AT, "updated_at": AT},
    {"namespace": ["memories", "ben"], "key": "p", "value": {"kind": "Profile", "content": {"name": "Ben", "tags": ["a"], "age": None}}, "created_at": AT, "updated_at": AT},
]  # fmt: skip


def test_langmem_items_go_to_the_user_that_their_namespace_names(moved):
    report = moved("langmem", ITEMS, "--user-part", "2")

    assert report["stored"] == 4
    with Memory.open(moved.db) as memory:
        (figs, _) = memory.of("ana").facts()
        assert (figs.text, str(figs.valid.start)[:10]) == ("Ana likes figs.", "2025-03-05")
        assert {"langmem_id": "memories/ana/k1", "namespace": "memories/ana", "kind": "Memory"}.items() <= dict(figs.metadata).items()  # fmt: skip
        plays, profile = memory.of("ben").facts()
        assert (plays.subject, plays.attribute, plays.value, plays.text) == (
            "Ben",
            "plays",
            "oboe",
            "Ben plays oboe",
        )
        assert plays.metadata["value"]["context"] == "since school"
        assert profile.text == 'name: Ben; tags: ["a"]'


def test_langmem_users_are_not_mixed_unless_asked_to(moved):
    refused = moved("langmem", ITEMS)
    assert "memories/ana, memories/ben" in refused["error"]
    assert not refused["stored"]

    assert moved("langmem", ITEMS, "--user", "all")["stored"] == 4


GRAPH = [
    {"type": "entity", "name": "Ana_Sousa", "entityType": "person", "observations": ["Speaks Polish", "Ana_Sousa dives"]},
    {"type": "entity", "name": "Acme", "entityType": "", "observations": []},
    {"type": "relation", "from": "Ana_Sousa", "to": "Acme", "relationType": "works_at"},
    {"type": "relation", "from": "Ana_Sousa", "to": "Umbra", "relationType": "works_at"},
    {"type": "relation", "from": "Ana_Sousa", "to": "Acme", "relationType": "founded"},
]  # fmt: skip


def test_the_reference_servers_observations_and_relations_are_facts(moved):
    report = moved("mcp-memory", "\n".join(map(json.dumps, GRAPH)))

    assert report["stored"] == 6
    with Memory.open(moved.db) as memory:
        facts = memory.of("me").facts(subject="Ana_Sousa")
        assert [fact.text for fact in facts] == [
            "Ana_Sousa is of the type person",
            "Ana_Sousa: Speaks Polish",
            "Ana_Sousa dives",
            "Ana_Sousa works_at Acme",
            "Ana_Sousa works_at Umbra",
            "Ana_Sousa founded Acme",
        ], "two places of work stay two"
        labels = [each.label for each in memory.of("me").relations()]
        assert "founded" in labels


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("letta", {"tools": []}, "neither agents nor core_memory"),
        ("letta", {"agents": [{"name": "x", "messages": [{"role": 3}]}]}, r"agents[0]: messages[0].role must be text"),
        ("letta", {"agents": [], "blocks": [{"value": "Likes figs"}]}, "blocks[0].label"),
        ("graphiti", {"edges": [{"uuid": "e", "fact": ["x"]}]}, "edges[0].fact must be text"),
        ("graphiti", {"edges": [{"uuid": "e", "fact": "x", "valid_at": "soon"}]}, "edges[0].valid_at"),
        ("graphiti", [{"uuid": "n1", "name": "Ana"}, {"colour": "red"}], "[1] is neither an episode"),
        ("graphiti", {"episodes": [{"content": "Hi"}]}, "episodes[0].valid_at must be a time"),
        ("langmem", [{"namespace": ["m"], "key": "k", "value": "x"}], "[0].value must be an object"),
        ("langmem", [{"namespace": ["m"], "value": {}}], "[0].key"),
        ("mcp-memory", '{"type":"entity","name":"A","observations":[1]}', "line 1: observations[0] must be text"),
        ("mcp-memory", '{"type":"entity","name":"A"}\n{"type":"relation","from":"A"}', "line 2: to must be text"),
        ("mcp-memory", '{"type":"entity","name":"A"}\n{oops', "line 2 is not JSON"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_nothing_is_stored(
    moved, name: str, content: object, place: str
):
    refused = moved(name, content)

    assert place in refused["error"], refused
    assert not refused["stored"]


def test_what_was_erased_here_does_not_come_back_and_odd_text_is_mended(moved):
    graph = [
        {
            "type": "entity",
            "name": "Ana",
            "observations": ["Ana di\0ves", "Ana sails", "Ana " + "walks far. " * 3000],
        }
    ]
    lines = "\n".join(map(json.dumps, graph))
    assert moved("mcp-memory", lines)["stored"] == 4, "a long one is two"
    with Memory.open(moved.db) as memory:
        memory.of("me").erase(text="Ana sails")

    report = moved("mcp-memory", lines)

    assert [reason.rpartition("/")[2] for reason in report["skipped"]] == [
        "file.json, line 1: observations[1]: it was erased here"
    ]
    assert b"Ana sails" not in moved.db.read_bytes()


def test_half_a_character_and_a_user_who_cannot_be_are_no_crash(moved):
    half = '{"type": "entity", "name": "Ana\\ud800", "observations": ["dives"]}'
    assert moved("mcp-memory", half)["stored"] == 1

    episodes = [{"uuid": "p", "content": "Hello.", "valid_at": AT, "group_id": "a\0b"}]
    assert "episodes[0]: user must be" in moved("graphiti", {"episodes": episodes})["error"]


def test_a_long_fact_and_its_earlier_words_are_moved_in_pieces(memory: Memory):
    fact = ImportedFact(
        source="mem0", id="1", text="I like tea. " * 2_000, earlier=("I like milk.", "I like rum. " * 2_000)
    )

    moved = move(storable(fact, Notes()), memory, user="ana", tenant=None)

    facts = memory.of("ana").facts()
    assert (moved.stored, moved.versions, moved.skipped) == (2, 3, {})
    assert "".join(fact.text for fact in facts).count("tea") == 2_000


REAL = Path(__file__).parent / "files"
"""What Letta 0.16.8, graphiti-core 0.31.2, LangMem 0.0.30 and server-memory 2026.8.31 wrote of a made-up conversation, with scripted models."""


def test_a_real_letta_file_keeps_who_spoke(moved):
    report = moved("letta", (REAL / "letta.af").read_text("utf-8"))

    assert (report["stored"], report["turns"]) == (3, 4)
    assert report["left_out"] == {
        "skills": 1,
        "system messages": 1,
        "parts of type reasoning": 2,
        "thoughts": 1,
        "tool results": 1,
        "notices": 3,
    }
    with Memory.open(moved.db) as memory:
        turns = [(turn.speaker, turn.text) for turn in memory.of("me").turns() if turn.session]
        assert turns == [
            ("Ines", "I keep two hives in Olhão."),
            (None, "How lovely! What do they make?"),
            (None, "Rosemary honey, mostly."),
            (None, "I will remember that."),
        ]


def test_what_a_real_graphiti_summary_repeats_of_an_ended_edge_is_not_current(moved):
    report = moved("graphiti", (REAL / "graphiti.json").read_text("utf-8"))

    assert (report["stored"], report["turns"]) == (2, 4)
    with Memory.open(moved.db) as memory:
        facts = memory.of("ines").facts(
            status=["current", "superseded"], filter={"metadata.graphiti_id": {"exists": True}}
        )
        assert [(fact.text, fact.status, str(fact.valid.end)[:10]) for fact in facts] == [
            ("Ines works at Quillwork.", "superseded", "2025-04-01"),
            ("Ines works at Tidehouse.", "current", "None"),
        ]


def test_a_real_langmem_store_is_read(moved):
    report = moved("langmem", (REAL / "langmem.json").read_text("utf-8"), "--user-part", "2")

    assert report["stored"] == 5
    with Memory.open(moved.db) as memory:
        assert [(fact.subject, fact.text) for fact in memory.of("ines").facts()] == [
            ("User", "Ines prefers tea to coffee."),
            ("Ines", "Ines works_at Quillwork"),
            ("User", 'name: Ines; languages: ["Portuguese", "Polish"]'),
            ("User", "Ines keeps two hives in Olhão."),
        ]


def test_a_real_file_of_the_reference_server_is_read(moved):
    report = moved("mcp-memory", (REAL / "mcp_memory.jsonl").read_text("utf-8"))

    assert (report["stored"], report["skipped"]) == (6, {})
