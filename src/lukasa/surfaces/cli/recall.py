"""Commands that read: recall, context, turns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lukasa import Hit, Recalled
from lukasa.errors import InputError
from lukasa.surfaces.cli.fact_lines import about
from lukasa.surfaces.cli.options import UserOptions, moment, opened_handle
from lukasa.surfaces.cli.output import (
    console,
    count,
    print_json,
    print_text,
    said,
    unfold,
    warn,
    when,
    who,
)

_NO_HITS = "Nothing that is remembered bears on this."
_NO_ROOM = "What bears on this has no room in that budget."

_Filter = Annotated[
    str,
    Parameter(
        help='Only what passes this filter: JSON, such as {"session": "s1"} or {"at": {"gte": "2026-01-01T00:00:00Z"}}.'
    ),
]
_Now = Annotated[
    str, Parameter(help="The moment that words such as 'last week' are counted from (ISO 8601).")
]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOptions:
    """Which state of the memory to read."""

    as_of: str = ""
    """What was known at this time (ISO 8601), or at this version number of `lukasa changes`."""

    valid_at: str = ""
    """What was true at this time (ISO 8601)."""

    kinds: Annotated[tuple[Literal["turn", "fact"], ...], Parameter(consume_multiple=True)] = ()
    """Only turns, or only facts."""

    retired: bool = False
    """Include forgotten and superseded ones, marked as such."""

    min_confidence: float = 0.0
    """Return nothing when recall is less sure than this, from 0 to 1, that anything bears on the question."""

    @property
    def view(self) -> dict[str, Any]:
        """The same, as the verbs take it."""
        view: dict[str, Any] = {"include_retired": self.retired, "min_confidence": self.min_confidence}
        if (as_of := moment(self.as_of)) is not None:
            view["as_of"] = as_of
        if self.valid_at:
            view["valid_at"] = self.valid_at
        if self.kinds:
            view["kinds"] = self.kinds
        return view


def recall(
    question: Annotated[str, Parameter(help="What to look for, in plain words.")],
    /,
    *,
    limit: Annotated[int, Parameter(alias="-n", help="At most so many hits.")] = 10,
    explain: Annotated[bool, Parameter(help="Show which signals found each hit.")] = False,
    filter: _Filter = "",
    now: _Now = "",
    view: ViewOptions | None = None,
    shared: UserOptions | None = None,
) -> None:
    """Print ranked turns and facts, with their dates and speakers."""
    options, state = shared or UserOptions(), (view or ViewOptions()).view
    with opened_handle(options) as memory:
        started = perf_counter()
        recalled = memory.recall(
            question,
            limit=limit,
            filter=read_filter(filter),
            explain=explain,
            now=now or None,
            **state,
        )
        elapsed = (perf_counter() - started) * 1000
    if options.json:
        print_json({**unfold(recalled), "milliseconds": round(elapsed, 3)})
        return
    show_recalled(console(), recalled, explain=explain)
    console().print(Text(f"{_view(recalled)} in {elapsed:,.0f} ms, start included", style="dim"))
    warn(recalled.warnings)


def context(
    question: Annotated[str, Parameter(help="What the block should be about.")],
    /,
    *,
    budget: Annotated[int, Parameter(alias="-b", help="At most so many tokens.")] = 1000,
    filter: _Filter = "",
    now: _Now = "",
    view: ViewOptions | None = None,
    shared: UserOptions | None = None,
) -> None:
    """Print a block for a prompt: a profile, then relevant turns and facts, dated and cited, oldest first."""
    options, state = shared or UserOptions(), (view or ViewOptions()).view
    with opened_handle(options) as memory:
        block = memory.context(question, budget=budget, filter=read_filter(filter), now=now or None, **state)
    if options.json:
        print_json(block)
        return
    print_text(block.text or (_NO_ROOM if block.omitted else _NO_HITS))
    warn(block.warnings)
    facts = count(len(block.known) + len(block.facts), "fact")
    shown = f"{count(block.tokens, 'token')} of {budget:,}, {count(len(block.turns), 'turn')}, {facts}"
    if block.omitted:
        shown += f"; no room for {count(len(block.omitted), 'turn')} that ranked higher"
    console(stderr=True).print(
        Text(f"{shown}{', full-text only' if block.mode == 'lexical' else ''}", style="dim")
    )


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOptions:
    """Which turns to list."""

    session: str = ""
    """Only this session."""

    since: str = ""
    """Only turns from this time on (ISO 8601)."""

    until: str = ""
    """Only turns before this time (ISO 8601)."""

    filter: _Filter = ""
    forgotten: bool = False
    """Include forgotten turns."""


def turns(
    *,
    which: TurnOptions | None = None,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most so many.")] = None,
    after: Annotated[int, Parameter(help="Only turns after this sequence number: the next page.")] = 0,
    newest: Annotated[bool, Parameter(help="Newest first.")] = False,
    shared: UserOptions | None = None,
) -> None:
    """List turns in the order in which they were stored, by session."""
    options, wanted = shared or UserOptions(), which or TurnOptions()
    with opened_handle(options) as memory:
        found = memory.turns(
            session=wanted.session or None,
            since=wanted.since or None,
            until=wanted.until or None,
            filter=read_filter(wanted.filter),
            after=after,
            limit=limit,
            newest_first=newest,
            include_retired=wanted.forgotten,
        )
    if options.json:
        print_json(found)
        return
    out = console()
    last: str | None = ""
    for turn in found:
        if turn.session != last:
            out.print(Text(f"── {turn.session or 'no session'}", style="cyan"))
            last = turn.session
        out.print(said(turn))
    if not found:
        out.print("No turns.")


def show_recalled(out: Console, recalled: Recalled, *, explain: bool = False) -> None:
    """Print hits as a table, or a sentence when there are none."""
    if not recalled.hits:
        nothing = _NO_HITS if recalled.searched else "There is nothing to look through."
        out.print(Text(nothing, style="yellow"))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("#", justify="right")
    for title in ("when", "who"):
        table.add_column(title, no_wrap=True)
    table.add_column("what was said, and what is believed (=)", ratio=1, overflow="fold")
    table.add_column("score", justify="right")
    for rank, hit in enumerate(recalled.hits, start=1):
        words = _words(hit)
        if explain:
            words.append(f"\n{_signals(hit)}", "dim")
        speaker = Text(who(hit.speaker, hit.role), style="bold")
        table.add_row(str(rank), Text(when(hit.at), style="cyan"), speaker, words, f"{hit.score:.2f}")
    out.print(table)


def read_filter(given: str) -> Mapping[str, object] | None:
    """Return a filter from its JSON."""
    if not given:
        return None
    try:
        read = json.loads(given)
    except ValueError as error:
        raise InputError(f"the filter {given!r} is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise InputError(f"the filter must be a JSON object, not {given!r}")
    return read


def _words(hit: Hit) -> Text:
    """Return the text of a hit, of a long turn its best passage; a fact is marked, and followed by its status."""
    if hit.fact is None:
        words = _matching(hit)
        return Text(f"{words}  (forgotten)" if hit.retired else words)
    return Text.assemble(("= ", "green"), hit.text, "\n", (f"  {about(hit.fact)}", "dim"))


def _matching(hit: Hit) -> str:
    """Return a short turn whole, and the passage of a long one that matches best."""
    (start, end) = hit.passages[0] if hit.passages else (0, len(hit.text))
    before, behind = hit.text[:start].strip(), hit.text[end:].strip()
    return f"{'… ' if before else ''}{hit.text[start:end]}{' …' if behind else ''}"


def _view(recalled: Recalled) -> str:
    how = ", by full-text only" if recalled.mode == "lexical" else ""
    return f"{count(len(recalled.hits), 'hit')} among {count(recalled.searched, 'document')}{how}, confidence {recalled.confidence:.0%},"


def _signals(hit: Hit) -> str:
    return " · ".join(
        f"{signal.channel} {signal.score:.3g}{f' (#{signal.rank})' if signal.rank else ''}"
        for signal in hit.signals
    )
