"""Commands about background jobs: worker, jobs, flush, retry, reextract, maintain, timeline, summaries, usage."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from lukasa import Job, Settings, Spent
from lukasa.surfaces.cli.changes import show_diff
from lukasa.surfaces.cli.fact_lines import fact_table
from lukasa.surfaces.cli.options import StoreOptions, UserOptions, handle, opened, opened_handle
from lukasa.surfaces.cli.output import console, count, print_json, warn, when


def worker(
    *,
    until_idle: Annotated[bool, Parameter(help="Stop when no job is due.")] = False,
    store: StoreOptions | None = None,
) -> None:
    """Run background jobs, queued by any process that uses the store, until interrupted."""
    options = store or StoreOptions()
    if not Settings.from_env().llm:
        warn(["without LUKASA_LLM, jobs that need a model are left to others"])
    with opened(options) as memory, _ending_at_sigterm():
        done = memory.work(until_idle=until_idle)
    if options.json:
        print_json({"done": done})
    else:
        console().print(f"{count(done, 'job')} done.")


@contextmanager
def _ending_at_sigterm() -> Iterator[None]:
    """End the process at SIGTERM with what it holds given back: the first process of a container would ignore the signal."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def jobs(*, shared: UserOptions | None = None) -> None:
    """List pending and failed jobs of all users, or of one with --user."""
    options = shared or UserOptions()
    with opened(options) as memory:
        found = handle(memory, options).jobs() if options.user else memory.jobs()
    if options.json:
        print_json(found)
    elif found:
        console().print(_job_table(found))
    else:
        console().print("No jobs.")


def flush(
    *,
    timeout: Annotated[float | None, Parameter(help="Wait at most this many seconds.")] = None,
    shared: UserOptions | None = None,
) -> int:
    """Run pending jobs and wait for them; exit code 1 when one failed."""
    options = shared or UserOptions()
    with opened(options) as memory:
        flushed = handle(memory, options).flush(timeout) if options.user else memory.flush(timeout)
    if options.json:
        print_json({"ok": flushed.ok, "flushed": flushed})
    else:
        console().print(f"{count(flushed.done, 'job')} done, {flushed.pending:,} pending.")
        left = "what is pending failed for good (`lukasa retry`), or needs a model (LUKASA_LLM)"
        warn(flushed.errors or ([left] if flushed.pending else []))
    return 0 if flushed.ok else 1


def retry(*, shared: UserOptions | None = None) -> None:
    """Retry failed jobs, and turns that were read by rules because the model failed."""
    options = shared or UserOptions()
    with opened(options) as memory:
        retried = handle(memory, options).retry() if options.user else memory.retry()
    if options.json:
        print_json({"retried": retried})
    else:
        console().print(f"{count(retried, 'job')} queued again.")


def reextract(
    *,
    session: Annotated[str, Parameter(help="Only this session.")] = "",
    dry_run: Annotated[bool, Parameter(help="Show what would change, without changing it.")] = False,
    shared: UserOptions | None = None,
) -> None:
    """Extract facts again from stored sessions, with the current extractor; `lukasa undo` reverts it."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.reextract(session or None, dry_run=dry_run)
    if options.json:
        print_json(found)
    else:
        show_diff(console(), found)


def maintain(*, shared: UserOptions | None = None) -> int:
    """Run maintenance now: hide expired facts, merge duplicates, compute missing vectors and summaries."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        before = memory.stats()
        flushed = memory.maintain()
        changed = memory.changes()
    done = [entry for entry in changed if entry.verb == "maintain"]
    if options.json:
        print_json({"ok": flushed.ok, "flushed": flushed, "changes": len(done)})
    else:
        console().print(f"{count(len(done), 'change')} to {count(before.facts, 'fact')} so far.")
        warn(flushed.errors)
    return 0 if flushed.ok else 1


def timeline(
    *,
    since: Annotated[str, Parameter(help="From this time (ISO 8601).")] = "",
    until: Annotated[str, Parameter(help="Before this time (ISO 8601).")] = "",
    shared: UserOptions | None = None,
) -> None:
    """List events and plans with a known date, in order of time."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.timeline(since=since or None, until=until or None)
    if options.json:
        print_json(found)
    elif found:
        console().print(fact_table(found))
    else:
        console().print("No dated facts.")


def summaries(*, shared: UserOptions | None = None) -> None:
    """Show the rolling summaries of the conversations."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        found = memory.summaries()
    if options.json:
        print_json(found)
        return
    for each in found:
        console().print(Text(each.session or "the whole conversation", style="bold"))
        console().print(Text(each.text))
    if not found:
        console().print("No summaries. A language model writes them.")


def usage(
    *,
    since: Annotated[date | None, Parameter(help="The first day, in UTC.")] = None,
    until: Annotated[date | None, Parameter(help="The last day, in UTC.")] = None,
    shared: UserOptions | None = None,
) -> None:
    """Show model calls, tokens and cost by day, purpose and model, of all users, or of one with --user."""
    options = shared or UserOptions()
    with opened(options) as memory:
        owner = handle(memory, options) if options.user else memory
        found = owner.usage(since=since, until=until)
    if options.json:
        print_json(found)
    elif found:
        console().print(_usage_table(found))
    else:
        console().print("No model calls.")


def _job_table(jobs: Sequence[Job]) -> Table:
    table = Table.grid(padding=(0, 2))
    for job in jobs:
        style = "red" if job.state == "dead" else ""
        told = f"{job.error} ({count(job.attempts, 'attempt')})" if job.error else f"due {when(job.due_at)}"
        table.add_row(
            Text(job.kind, style="cyan"),
            Text(job.partition.user),
            Text(job.session or "(no session)", style="dim"),
            Text(job.state, style=style),
            Text(told, style="dim"),
        )
    return table


def _usage_table(spent: Sequence[Spent]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("day", "purpose", "model"):
        table.add_column(name)
    for name in ("calls", "tokens in", "cached", "tokens out", "dollars"):
        table.add_column(name, justify="right")
    for each in spent:
        dollars = f"{each.dollars:.4f}" + (f" + {each.unpriced:,} without price" if each.unpriced else "")
        numbers = (each.calls, each.tokens_in, each.tokens_cached, each.tokens_out)
        table.add_row(each.day.isoformat(), each.purpose, each.model, *(f"{n:,}" for n in numbers), dollars)
    return table
