"""Commands about the graph: entities, relations, related, path, graph, merge, split, alias, rename."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from lukasa import Entity, Handle, Receipt, Relation
from lukasa.surfaces.cli.fact_lines import span
from lukasa.surfaces.cli.options import UserOptions, opened_handle
from lukasa.surfaces.cli.output import console, count, print_document, print_json, private_file, warn


def entities(
    query: Annotated[str, Parameter(help="A name, or a part of one; without it, all.")] = "",
    /,
    *,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most so many.")] = None,
    shared: UserOptions | None = None,
) -> None:
    """List people, places and things, with their names."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.entities(query, limit=limit)
    if options.json:
        print_json(found)
    elif found:
        console().print(_entity_table(found))
    else:
        console().print("Nobody and nothing of that name is known.")


def related(
    entity: Annotated[str, Parameter(help="A name, or an id.")],
    /,
    *,
    hops: Annotated[int, Parameter(help="How many relations away.")] = 1,
    valid_at: Annotated[str, Parameter(help="What was true at a moment (ISO 8601).")] = "",
    shared: UserOptions | None = None,
) -> None:
    """Show what is connected to an entity."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.related(entity, hops=hops, valid_at=valid_at or None)
    if options.json:
        print_json({"entities": list(found.entities.values()), "relations": found.relations})
    elif found.relations:
        console().print(_relation_table(found.relations, found.entities))
    else:
        console().print("It is known, and connected with nothing.")


def relations(
    query: Annotated[str, Parameter(help="What they should bear on; without it, all.")] = "",
    /,
    *,
    entity: Annotated[str, Parameter(help="Only relations of this entity.")] = "",
    label: Annotated[str, Parameter(help="Only those with a label, such as lives_in.")] = "",
    valid_at: Annotated[str, Parameter(help="What was true at a moment (ISO 8601).")] = "",
    past: Annotated[bool, Parameter(help="Those that were believed, too.", negative="")] = False,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most so many.")] = None,
    shared: UserOptions | None = None,
) -> None:
    """List or search the relations between entities."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.relations(
            entity or None,
            query=query,
            label=label or None,
            valid_at=valid_at or None,
            past=past,
            limit=limit,
        )
        known = {each.id: each for each in memory.entities()}
    if options.json:
        print_json(found)
    elif found:
        console().print(_relation_table(found, known))
    else:
        console().print("Nothing that is known bears on it." if query else "There are no such relations.")


_Name = Annotated[str, Parameter(help="The name of an entity.")]
_OtherName = Annotated[str, Parameter(help="Another name for the same, or for another.")]


def merge(one: _Name, other: _OtherName, /, *, shared: UserOptions | None = None) -> None:
    """Say that two names mean the same entity."""
    _state(shared, lambda memory: memory.merge(one, other))


def split(one: _Name, other: _OtherName, /, *, shared: UserOptions | None = None) -> None:
    """Say that two names mean different entities, however alike they are."""
    _state(shared, lambda memory: memory.split(one, other))


def alias(name: _Name, other: _OtherName, /, *, shared: UserOptions | None = None) -> None:
    """Add another name to an entity."""
    _state(shared, lambda memory: memory.alias(name, other))


def rename(old: _Name, new: _OtherName, /, *, shared: UserOptions | None = None) -> None:
    """Change the name of an entity; it still answers to the old one."""
    _state(shared, lambda memory: memory.rename(old, new))


def _state(shared: UserOptions | None, verb: Callable[[Handle], Receipt]) -> None:
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        receipt = verb(memory)
    if options.json:
        print_json(receipt)
        return
    console().print(f"stated; `lukasa undo --call {receipt.change}` takes it back")
    warn([*receipt.skipped, *receipt.warnings])


def path(
    start: Annotated[str, Parameter(help="A name, or an id.")],
    end: Annotated[str, Parameter(help="Another name, or id.")],
    /,
    *,
    shared: UserOptions | None = None,
) -> None:
    """Show the shortest path between two entities."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.path(start, end)
        known = {entity.id: entity for entity in memory.entities()}
    if options.json:
        print_json(found)
    elif found is None:
        console().print("Nothing that is known connects them.")
    else:
        console().print(_relation_table(found, known))


def graph(
    *,
    format: Annotated[
        str, Parameter(help="graphml, jsonld, cypher, dot, or html: a page to look at.")
    ] = "graphml",
    entity: Annotated[str, Parameter(help="Only what is around it.")] = "",
    hops: Annotated[int, Parameter(help="How far around it.")] = 2,
    output: Annotated[Path | None, Parameter(alias="-o", help="A file; without it, standard output.")] = None,
    shared: UserOptions | None = None,
) -> None:
    """Export the graph: HTML, GraphML, JSON-LD, Cypher or DOT."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        text = memory.graph(format, entity=entity or None, hops=hops)
    if output is not None:
        with private_file(output) as file:
            file.write(text)
    if options.json:
        print_json({"format": format, "file": output, "graph": None if output else text})
    elif output is None:
        print_document(text)
    else:
        console().print(Text(f"{count(text.count(chr(10)), 'line')} written to {output}"))


def _entity_table(entities: Sequence[Entity]) -> Table:
    table = Table.grid(padding=(0, 2))
    for entity in entities:
        also = f"also {', '.join(entity.aliases)}" if entity.aliases else ""
        said = f"said {count(entity.mentions, 'time')}"
        table.add_row(
            Text(entity.name),
            Text(entity.type, style="cyan"),
            Text(entity.gist),
            Text(also),
            Text(said, style="dim"),
        )
    return table


def _relation_table(relations: Sequence[Relation], entities: Mapping[str, Entity]) -> Table:
    table = Table.grid(padding=(0, 2))
    for relation in relations:
        style = "" if relation.status == "current" else "dim"
        denied = "not " if relation.negated else ""
        table.add_row(
            Text(entities[relation.source].name, style=style),
            Text(f"{denied}{relation.label}", style="cyan"),
            Text(entities[relation.target].name, style=style),
            Text(span(relation.valid), style="dim"),
        )
    return table
