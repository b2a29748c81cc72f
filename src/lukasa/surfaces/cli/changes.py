"""Commands about history: changes, diff, undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from cyclopts import CycloptsError, Parameter, validators
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lukasa import Diff, JournalEntry
from lukasa.surfaces.cli.fact_lines import fact_lines, fact_table
from lukasa.surfaces.cli.options import UserOptions, moment, opened_handle
from lukasa.surfaces.cli.output import console, count, print_json, when

_A_STATE = "a moment (ISO 8601), or a version, as `lukasa changes` numbers them"


def changes(
    *,
    since: Annotated[
        int, Parameter(validator=validators.Number(gte=0), help="Only those after this version.")
    ] = 0,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most so many.")] = None,
    shared: UserOptions | None = None,
) -> None:
    """List the journal, oldest first: what changed, when and why. It holds no content."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.changes(since=since, limit=limit)
    if options.json:
        print_json(found)
    elif found:
        console().print(entry_table(found, ids=True))
    else:
        console().print("No changes.")


def diff(
    before: Annotated[str, Parameter(help=f"The earlier state: {_A_STATE}.")],
    after: Annotated[str, Parameter(help=f"The later state: {_A_STATE}; without it, now.")] = "",
    /,
    *,
    shared: UserOptions | None = None,
) -> None:
    """Compare the facts at two points in time."""
    options = shared or UserOptions()
    earlier = moment(before)
    if earlier is None:
        raise CycloptsError(msg=f"say since when: {_A_STATE}")
    with opened_handle(options) as memory:
        found = memory.diff(earlier, moment(after))
    if options.json:
        print_json(found)
    else:
        show_diff(console(), found)


def undo(
    change: Annotated[
        int | None, Parameter(help="The number of one change, as `lukasa changes` shows it.")
    ] = None,
    /,
    *,
    call: Annotated[
        int | None, Parameter(help="All that was done together: the number of its first change.")
    ] = None,
    session: Annotated[str, Parameter(help="All that a session led to.")] = "",
    reason: Annotated[str, Parameter(help="Why; kept in the journal.")] = "",
    shared: UserOptions | None = None,
) -> None:
    """Undo changes, and the facts that followed from them. Nothing is deleted, and an undo can be undone."""
    options = shared or UserOptions()
    if sum(given is not None for given in (change, call, session or None)) != 1:
        raise CycloptsError(msg="say what to undo: a change, --call NUMBER, or --session NAME")
    with opened_handle(options) as memory:
        done = memory.undo(change, call=call, session=session or None, reason=reason)
    if options.json:
        print_json({"undone": done})
        return
    console().print(f"{count(len(done), 'turn or fact', 'turns and facts')} taken back.")
    for id_ in done:
        console().print(f"  {id_}", markup=False)


def entry_table(entries: Sequence[JournalEntry], *, ids: bool = False) -> Table:
    """Return journal entries, one line each; *ids* adds what they changed."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("#", justify="right")
    for title in ("when", "what", "by", *(["of"] if ids else [])):
        table.add_column(title, no_wrap=True)
    table.add_column("why", ratio=1, overflow="fold")
    for entry in entries:
        number = Text(str(entry.version), style="cyan")
        of = [Text(entry.id)] if ids else []
        table.add_row(
            number, Text(when(entry.at), style="dim"), entry.op, entry.verb, *of, Text(entry.reason)
        )
    return table


def show_diff(out: Console, found: Diff) -> None:
    if not found:
        out.print("The same is believed.")
    for title, facts in (("New", found.added), ("Gone", found.gone)):
        if facts:
            out.print(Text(f"{title}:", style="bold"))
            out.print(fact_table(facts))
    if not found.changed:
        return
    out.print(Text("Changed:", style="bold"))
    table = Table.grid(padding=(0, 2))
    for each in found.changed:
        table.add_row(Text(each.after.id, style="cyan"), Text("was", style="dim"), fact_lines(each.before))
        table.add_row("", Text("is", style="dim"), fact_lines(each.after))
    out.print(table)
