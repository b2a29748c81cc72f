"""`lukasa import mem0`, `letta`, `graphiti`, `langmem`, `mcp-memory`: what another memory holds, moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from lukasa import Settings
from lukasa.integrations.mem0.moving import facts as mem0_facts
from lukasa.integrations.mem0.stored import memories
from lukasa.integrations.moving import Moved, move
from lukasa.surfaces.cli.formats.mend import mend
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.import_report import FileReport, ImportReport
from lukasa.surfaces.cli.intake import Intake
from lukasa.surfaces.cli.memories import graphiti as graphiti_file
from lukasa.surfaces.cli.memories import langmem as langmem_file
from lukasa.surfaces.cli.memories import letta as letta_file
from lukasa.surfaces.cli.memories import mcp_memory as mcp_memory_file
from lukasa.surfaces.cli.memories import mem0 as mem0_file
from lukasa.surfaces.cli.memories.contents import Contents, check_user, storable
from lukasa.surfaces.cli.options import USER, StoreOptions, UserOptions, opened
from lukasa.surfaces.cli.output import count, print_json, print_text


def mem0(
    path: Annotated[
        Path,
        Parameter(
            help="The `path` of mem0's vector store (qdrant on this machine), or a file of what `get_all` returned."
        ),
    ],
    /,
    *,
    history: Annotated[Path | None, Parameter(help="mem0's history.db, for earlier words.")] = None,
    tenant: Annotated[str, Parameter(help="The tenant of the users. Default: default.")] = "",
    shared: StoreOptions | None = None,
) -> None:
    """Move the memories of mem0's open-source package, or of a JSON export, with their owners, times, versions and metadata.

    A second run stores nothing twice. mem0's files are only read.
    """
    options = shared or StoreOptions()
    stored = mem0_file.read(ImportFile(path)) if path.is_file() else memories(path, history)
    facts = list(mem0_facts(stored, tenant=tenant or Settings.from_env().tenant))
    _import(Contents(facts=facts), path, "mem0", UserOptions(json=options.json, db=options.db))


def letta(
    file: Annotated[Path, Parameter(help="An agent file (`.af`).")],
    /,
    *,
    shared: UserOptions | None = None,
) -> None:
    """Move a Letta agent: the lines of its memory blocks as facts, its messages with their times.

    A second run stores nothing twice. A file with a mistake in it is refused whole, with the place of the mistake.
    """
    _import(letta_file.read(ImportFile(file)), file, "letta", shared)


def graphiti(
    file: Annotated[Path, Parameter(help="JSON or JSONL with episodes, nodes and edges.")],
    /,
    *,
    shared: UserOptions | None = None,
) -> None:
    """Move a Zep or Graphiti graph: edges as facts, past ones as past, with their times; episodes as messages.

    Each `group_id` is a user, unless --user says whose all of it is. A second run stores nothing twice. A file with a mistake in
    it is refused whole, with the place of the mistake.
    """
    _import(graphiti_file.read(ImportFile(file)), file, "graphiti", shared)


def langmem(
    file: Annotated[Path, Parameter(help="JSON or JSONL with the items of a LangGraph store.")],
    /,
    *,
    user_part: Annotated[
        int | None,
        Parameter(help="Which part of a namespace names the user: 2 in memories/ana, -1 the last."),
    ] = None,
    shared: UserOptions | None = None,
) -> None:
    """Move the memories that LangMem keeps in a LangGraph store, with their namespaces, keys and times.

    A second run stores nothing twice. A file with a mistake in it is refused whole, with the place of the mistake.
    """
    options = shared or UserOptions()
    contents = langmem_file.read(ImportFile(file), user_part=user_part, one_user=bool(options.user))
    _import(contents, file, "langmem", options)


def mcp_memory(
    file: Annotated[Path, Parameter(help="The server's file, `memory.json` or `memory.jsonl`.")],
    /,
    *,
    shared: UserOptions | None = None,
) -> None:
    """Move the graph of the reference MCP memory server: observations and relations as facts.

    A second run stores nothing twice. A file with a mistake in it is refused whole, with the place of the mistake.
    """
    _import(mcp_memory_file.read(ImportFile(file)), file, "mcp-memory", shared)


def _import(contents: Contents, path: Path, name: str, shared: UserOptions | None) -> None:
    options = shared or UserOptions()
    notes = Notes()
    file = FileReport(path.name, name, notes)
    report = ImportReport(str(path), name, left_out=contents.left_out, files=[file])
    facts = [piece for fact in contents.facts for piece in storable(fact, notes, one_user=bool(options.user))]
    most_bytes = Settings.from_env().remember.max_turn_bytes
    sessions = [
        mend(replace(session, user=None if options.user else session.user), notes, limit=most_bytes)
        for session in contents.sessions
    ]
    for session in sessions:
        check_user(session)
    with opened(options, new=True) as memory:
        with Intake(memory, options, report) as intake:
            for session in sessions:
                intake.add(session, file)
        moved = move(facts, memory, user=options.user or USER, tenant=options.tenant or None)
    if options.json:
        print_json(_figures(report, moved))
    else:
        _show(report, moved)


def _figures(report: ImportReport, moved: Moved) -> dict[str, object]:
    return asdict(moved) | {
        "turns": report.turns,
        "duplicates": report.duplicates,
        "left_out": dict(report.left_out),
        "mended": [line for file in report.files for line in file.notes.mended],
        "skipped": _skipped(report, moved),
    }


def _skipped(report: ImportReport, moved: Moved) -> Mapping[str, int]:
    return Counter(moved.skipped) + Counter(line for file in report.files for line in file.notes.skipped)


def _show(report: ImportReport, moved: Moved) -> None:
    print_text(
        f"{count(moved.stored, 'memory', 'memories')} moved of {moved.memories:,}, with {moved.versions:,} earlier versions"
    )
    for words, number in (
        ("said the same as another", moved.same),
        ("were moved before", moved.already),
        ("messages stored", report.turns),
        ("messages known already", report.duplicates),
    ):
        if number:
            print_text(f"{number:,} {words}")
    for what, numbers in (("left out", report.left_out), ("skipped", _skipped(report, moved))):
        for reason, number in numbers.items():
            print_text(f"{number:,} {what}: {reason}")
