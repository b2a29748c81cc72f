"""Commands that delete for good: erase, readmit."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypedDict

from cyclopts import CycloptsError, Parameter
from rich.console import Console
from rich.text import Text

from lukasa import Erased, Handle
from lukasa.errors import InputError
from lukasa.surfaces.cli.fact_lines import known_facts
from lukasa.surfaces.cli.options import UserOptions, opened_handle
from lukasa.surfaces.cli.output import console, count, print_json, said, warn

_SHOWN = 5
"""Turns and facts shown in a preview: enough to see a mistake."""

_INCOMPLETE = (
    "the rows are gone, but the file could not be cleaned of their bytes (another process was reading, or there was no "
    "room); that is done at the next erasure, or when the store is next opened"
)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class EraseOptions:
    """What to erase."""

    fact: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = ()
    """Facts, by id."""

    session: str = ""
    """A whole session."""

    text: str = ""
    """Every turn and fact that contains this text."""

    everything: bool = False
    """Everything of this user."""


class _Named(TypedDict):
    """The same, as the verb takes it."""

    turns: Sequence[str] | None
    facts: Sequence[str] | None
    session: str | None
    text: str | None
    everything: bool


def erase(
    ids: Annotated[
        tuple[str, ...], Parameter(help="Ids of turns, as `lukasa turns --json` shows them.")
    ] = (),
    /,
    *,
    doomed: EraseOptions | None = None,
    dry_run: Annotated[bool, Parameter(help="Only say what would go.")] = False,
    yes: Annotated[bool, Parameter(help="Do not ask.")] = False,
    shared: UserOptions | None = None,
) -> int:
    """Delete turns and facts, and facts that rest on nothing else, for good. Asks first."""
    options, wanted = shared or UserOptions(), doomed or EraseOptions()
    named = _Named(
        turns=ids or None,
        facts=wanted.fact or None,
        session=wanted.session or None,
        text=wanted.text or None,
        everything=wanted.everything,
    )
    if not any(named.values()):
        raise CycloptsError(
            msg="say what to erase: ids, --fact ID, --session NAME, --text TEXT or --everything"
        )
    with opened_handle(options) as memory:
        if dry_run or not (yes or options.json):
            _show_doomed(console(), memory, memory.erase(**named, dry_run=True), options)
            if dry_run:
                return 0
            if not _confirmed():
                console().print("Nothing was erased.")
                return 1
        erased = memory.erase(**named)
    if options.json:
        print_json(erased)
    else:
        _show_erased(console(), erased)
    return 0


def readmit(
    ids: Annotated[tuple[str, ...], Parameter(help="Ids of turns, or keys of facts, that were erased.")] = (),
    /,
    *,
    text: Annotated[
        tuple[str, ...], Parameter(consume_multiple=True, help="What was said in a turn that was erased.")
    ] = (),
    speaker: Annotated[str, Parameter(help="Who said it, by name.")] = "",
    shared: UserOptions | None = None,
) -> None:
    """Allow erased content to be stored again. It does not bring it back."""
    options = shared or UserOptions()
    if not ids and not text:
        raise CycloptsError(msg="say what may be stored again: ids, or --text TEXT")
    with opened_handle(options) as memory:
        number = memory.readmit(ids, texts=text, speaker=speaker or None)
    if options.json:
        print_json({"readmitted": number})
    else:
        console().print(f"{count(number, 'mark')} lifted; what they kept out may be stored again.")


def _confirmed() -> bool:
    """Ask on the terminal; refuse without one."""
    if not sys.stdin.isatty():
        raise InputError("erasing cannot be undone and there is no terminal to confirm on; pass --yes")
    sys.stdout.write("Erase this for good? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _show_doomed(out: Console, memory: Handle, doomed: Erased, options: UserOptions) -> None:
    if options.json:
        print_json(doomed)
        return
    owner = f" of {memory.partition.user!r}" if doomed.everything else ""
    everything = "Everything" if doomed.everything else "This"
    out.print(Text(f"{everything}{owner} would go for good: {_counted(doomed)}.", style="yellow"))
    shown = list(doomed.turns[:_SHOWN])
    turns = memory.turns(filter={"id": {"in": shown}}, include_retired=True) if shown else []
    lines = [*map(said, turns), *(Text(fact.text) for fact in known_facts(memory, doomed.facts[:_SHOWN]))]
    for line in lines:
        line.truncate(out.width - 2, overflow="ellipsis")
        out.print(Text("  ") + line, no_wrap=True)
    more = len(doomed.turns) + len(doomed.facts) - len(lines)
    if more > 0:
        out.print(Text(f"  … and {more:,} more", style="dim"))


def _show_erased(out: Console, erased: Erased) -> None:
    out.print(f"Erased for good: {_counted(erased)}.")
    if erased.digest:
        out.print(Text(f"the journal's last digest before: {erased.digest}", style="dim"))
    if not erased.complete:
        warn([_INCOMPLETE])


def _counted(erased: Erased) -> str:
    told = f"{count(len(erased.turns), 'turn')}, {count(len(erased.facts), 'fact')}"
    if erased.already:
        told += f"; {len(erased.already):,} erased before"
    if not erased.rewritten:
        return told
    kept = count(len(erased.rewritten), "more fact")
    return f"{told}; {kept} would lose a source" if erased.dry_run else f"{told}; {kept} lost a source"
