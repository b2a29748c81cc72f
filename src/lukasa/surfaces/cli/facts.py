"""Commands about facts: facts, why, history, believe, amend, conflicts, settle, review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from cyclopts import CycloptsError, Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lukasa import Fact, Testimony, Why
from lukasa.domain.fact import FactKind, Status
from lukasa.surfaces.cli.changes import entry_table
from lukasa.surfaces.cli.fact_lines import fact_lines, fact_table, known_facts, said_of
from lukasa.surfaces.cli.options import UserOptions, moment, opened_handle
from lukasa.surfaces.cli.output import console, count, print_json, warn, when, who
from lukasa.surfaces.cli.recall import read_filter

_Reason = Annotated[str, Parameter(help="Reason, kept in the journal.")]
_FactId = Annotated[str, Parameter(help="The fact's id, as `lukasa facts` shows it.")]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class FactOptions:
    """Which facts to list."""

    subject: str = ""
    """Only facts about this person or thing."""

    kind: tuple[FactKind, ...] = ()
    """Only this kind of fact; may be repeated."""

    status: tuple[Status, ...] = ()
    """Only this status, instead of current facts; may be repeated."""

    valid_at: str = ""
    """What was true at this time (ISO 8601)."""

    as_of: str = ""
    """What was believed at this time (ISO 8601), or at this version number of `lukasa changes`."""

    filter: Annotated[
        str, Parameter(help='Only facts that match this filter: JSON, such as {"origin": "user"}.')
    ] = ""
    retired: bool = False
    """Include forgotten and expired facts."""


def facts(
    *,
    which: FactOptions | None = None,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most this many.")] = None,
    shared: UserOptions | None = None,
) -> None:
    """List current facts, in the order in which they were learned."""
    options, wanted = shared or UserOptions(), which or FactOptions()
    with opened_handle(options) as memory:
        found = memory.facts(
            subject=wanted.subject or None,
            kind=wanted.kind or None,
            status=wanted.status or None,
            valid_at=wanted.valid_at or None,
            as_of=moment(wanted.as_of),
            filter=read_filter(wanted.filter),
            include_retired=wanted.retired,
            limit=limit,
        )
    _show(found, options, nothing="No facts.")


def why(fact: _FactId, /, *, shared: UserOptions | None = None) -> None:
    """Show the quotes behind a fact, and each change with its cause."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.why(fact)
    if options.json:
        print_json(found)
        return
    show_why(console(), found)


def history(fact: _FactId, /, *, shared: UserOptions | None = None) -> None:
    """Show every version of a fact, oldest first."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        versions = memory.history(fact)
    if options.json:
        print_json(versions)
        return
    table = Table.grid(padding=(0, 2))
    for version in versions:
        number = Text(f"{version.revision}", style="cyan")
        table.add_row(number, Text(when(version.recorded_at), style="dim"), fact_lines(version))
    console().print(table)


def believe(
    text: Annotated[str, Parameter(help="A self-contained sentence.")],
    /,
    *,
    subject: Annotated[str, Parameter(help="Who or what it is about.")],
    kind: Annotated[FactKind, Parameter(help="What kind of fact it is.")] = "fact",
    attribute: Annotated[str, Parameter(help="A label such as lives_in; requires --value.")] = "",
    value: Annotated[str, Parameter(help="The value of the attribute, such as Lisbon.")] = "",
    valid_from: Annotated[str, Parameter(help="Since when it is true (ISO 8601); default: now.")] = "",
    valid_until: Annotated[str, Parameter(help="Until when it was true (ISO 8601).")] = "",
    shared: UserOptions | None = None,
) -> None:
    """Add a fact yourself. It is compared with known facts and may supersede one."""
    options = shared or UserOptions()
    with opened_handle(options, new=True) as memory:
        receipt = memory.believe(
            text,
            subject=subject,
            kind=kind,
            attribute=attribute or None,
            value=value or None,
            valid_from=valid_from or None,
            valid_until=valid_until or None,
        )
        found = [] if options.json else known_facts(memory, receipt.facts)
    if options.json:
        print_json(receipt)
        return
    console().print(fact_table(found) if found else "Nothing changed.")
    warn([*receipt.skipped, *receipt.warnings])


def amend(
    fact: _FactId,
    /,
    *,
    text: Annotated[str, Parameter(help="The new text of the fact.")] = "",
    pin: Annotated[
        bool | None,
        Parameter(negative="--unpin", help="Always keep it in the profile; --unpin stops that."),
    ] = None,
    expires: Annotated[str, Parameter(help="When it stops being recalled (ISO 8601).")] = "",
    reason: _Reason = "",
    shared: UserOptions | None = None,
) -> None:
    """Reword a fact, pin it, or set when it expires. This makes a new version of it."""
    options = shared or UserOptions()
    if not text and pin is None and not expires:
        raise CycloptsError(msg="nothing to amend; give --text, --pin, --unpin or --expires")
    with opened_handle(options) as memory:
        made = memory.amend(fact, text=text or None, pinned=pin, expires_at=expires or None, reason=reason)
    if options.json:
        print_json(made)
    else:
        console().print(fact_table([made]))


def conflicts(*, shared: UserOptions | None = None) -> None:
    """List contradictions that are not resolved."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.conflicts()
    if options.json:
        print_json(found)
        return
    out = console()
    for group in found:
        out.print(fact_table(group))
        out.print()
    decide = f"{count(len(found), 'conflict')}; resolve one with `lukasa settle --keep ID`."
    out.print(Text(decide if found else "No conflicts.", style="dim"))


def settle(
    *,
    keep: Annotated[
        str, Parameter(help="Id of the fact that is right; the facts it contradicts are withdrawn.")
    ],
    reason: _Reason = "",
    shared: UserOptions | None = None,
) -> None:
    """Resolve a contradiction."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        decided = memory.settle(keep, reason=reason)
    _show(decided, options, nothing="Nothing changed.")


def review(
    *,
    approve: Annotated[
        tuple[str, ...], Parameter(consume_multiple=True, help="Accept these quarantined facts, by id.")
    ] = (),
    reject: Annotated[
        tuple[str, ...], Parameter(consume_multiple=True, help="Withdraw these quarantined facts, by id.")
    ] = (),
    reason: _Reason = "",
    shared: UserOptions | None = None,
) -> None:
    """List quarantined facts, or accept or withdraw them.

    A fact is quarantined when its source may not make it: a web page or a tool that gives instructions.
    """
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        approved = memory.approve(approve, reason=reason) if approve else []
        rejected = memory.reject(reject, reason=reason) if reject else []
        waiting = memory.review()
    if options.json:
        print_json({"approved": approved, "rejected": rejected} if approve or reject else waiting)
        return
    if approve or reject:
        _show_decided(approved, rejected)
        return
    _show(waiting, options, nothing="Nothing to review.")
    if waiting:
        hint = "accept one with `lukasa review --approve ID`, withdraw it with `--reject ID`."
        console().print(Text(hint, style="dim"))


def show_why(out: Console, found: Why) -> None:
    """Print a fact, the words that it rests on, and its journal."""
    out.print(fact_table([found.fact]))
    out.print(Text("Because:", style="bold"))
    out.print(testimony_table(found.testimony) if found.testimony else "The source was erased.")
    out.print(Text("Changes:", style="bold"))
    out.print(entry_table(found.entries))


def testimony_table(testimony: Sequence[Testimony]) -> Table:
    """Return a table of quotes with their speakers and dates."""
    table = Table.grid(padding=(0, 2))
    for each in testimony:
        speaker = who(each.turn.speaker, each.turn.role)
        words = Text.assemble((f"{speaker}: ", "bold"), f"“{each.quote}”", (f"  {each.turn.id}", "dim"))
        table.add_row(Text(when(each.source.at), style="cyan"), words)
    return table


def _show_decided(approved: Sequence[Fact], rejected: Sequence[Fact]) -> None:
    for made, done in ((approved, "believed"), (rejected, "withdrawn")):
        if made:
            console().print(said_of(made, done))
            console().print(fact_table(made))


def _show(found: list[Fact], options: UserOptions, *, nothing: str) -> None:
    if options.json:
        print_json(found)
    elif found:
        console().print(fact_table(found))
    else:
        console().print(nothing)
