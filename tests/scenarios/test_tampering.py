"""A row that was changed behind our back is named by `verify`."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from _settings import SETTINGS

from lukasa import Memory
from lukasa.adapters.stores.sqlite.connection import OUR_APPLICATION_ID

AT = "2026-03-01T10:00:00Z"

TAMPERED = {
    "the words of a turn": "UPDATE turns SET text = replace(text, 'Lisbon', 'Madrid')",
    "who said it": "UPDATE documents SET speaker = 'Eva' WHERE kind = 'turn'",
    "when it was said": "UPDATE documents SET at = at + 1 WHERE kind = 'turn'",
    "its session": "UPDATE documents SET session = 's9' WHERE kind = 'turn'",
    "its origin": "UPDATE documents SET origin = 'web' WHERE kind = 'turn'",
    "a fact": "UPDATE fact_versions SET body = replace(body, 'Lisbon', 'Madrid')",
    "its confidence": "UPDATE fact_versions SET body = json_set(body, '$.confidence', 0.123)",
    "what a fact is looked up by": "UPDATE facts SET key = 'other'",
    "the words of its row": "UPDATE facts SET text = 'other'",
    "a version taken away": "DELETE FROM fact_versions WHERE revision = 1",
    "a reason": "UPDATE changes SET reason = 'nothing' WHERE version = 1",
    "what was done": "UPDATE changes SET op = 'mark' WHERE op = 'confirm'",
    "a digest of content": "UPDATE changes SET content = 'x' WHERE version = 1",
    "what caused a change": "UPDATE changes SET caused_by = 't_other' WHERE caused_by <> ''",
    "an entry taken away": "DELETE FROM changes WHERE version = 2",
    "the source of a fact": "UPDATE fact_sources SET turn = 't_other' WHERE turn = (SELECT min(turn) FROM fact_sources)",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED)
def test_a_row_that_was_tampered_with_is_found(tmp_path: Path, statement: str):
    path = tmp_path / "memory.lukasa"
    with Memory.open(path, settings=SETTINGS) as memory:
        for session in ("s1", "s2"):
            said = {"role": "user", "name": "Ana", "content": "I live in Lisbon."}
            memory.of("alice").remember(said, at=AT, session=session)
        assert memory.of("alice").facts()[0].evidence == 2
        assert memory.verify().findings == ()
    connection = apsw.Connection(str(path))
    assert connection.execute("PRAGMA application_id").get == OUR_APPLICATION_ID
    connection.execute(statement)
    assert connection.changes()
    connection.close()

    with Memory.open(path, settings=SETTINGS) as memory:
        findings = memory.verify().findings

    assert {each.what for each in findings} & {"journal", "orphan", "index"}
