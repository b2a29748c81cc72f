"""Commands about what a model does in the background: worker, jobs, retry, reextract, summaries, usage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from lukasa import Job, Spent
from lukasa.surfaces.cli.changes import show_diff
from lukasa.surfaces.cli.fact_lines import fact_table
from lukasa.surfaces.cli.options import Shared, Store, handle, opened, opened_handle
from lukasa.surfaces.cli.output import console, count, print_json, warn, when


def worker(
    *,
    until_idle: Annotated[bool, Parameter(help="Stop when nothing is due any more.")] = False,
    store: Store | None = None,
) -> None:
    """Do background jobs of every process that uses the store, until interrupted."""
    options = store or Store()
    with opened(options) as memory:
        done = memory.work(until_idle=until_idle)
    if options.json:
        print_json({"done": done})
    else:
        console().print(f"{count(done, 'job')} done.")


def jobs(*, shared: Shared | None = None) -> None:
    """List what is still to be done: of all users, or with --user of one."""
    options = shared or Shared()
    with opened(options) as memory:
        found = handle(memory, options).jobs() if options.user else memory.jobs()
    if options.json:
        print_json(found)
    elif found:
        console().print(_job_table(found))
    else:
        console().print("Nothing is to be done.")


def flush(
    *,
    timeout: Annotated[float | None, Parameter(help="Seconds to wait at most.")] = None,
    shared: Shared | None = None,
) -> int:
    """Do what is to be done now, and wait for it; exit code 1 when something failed."""
    options = shared or Shared()
    with opened(options) as memory:
        flushed = handle(memory, options).flush(timeout) if options.user else memory.flush(timeout)
    if options.json:
        print_json({"ok": flushed.ok, "flushed": flushed})
    else:
        console().print(f"{count(flushed.done, 'job')} done, {flushed.pending:,} to do.")
        warn(flushed.errors)
    return 0 if flushed.ok else 1


def retry(*, shared: Shared | None = None) -> None:
    """Have done again what was given up, and what rules had to read because the model failed."""
    options = shared or Shared()
    with opened(options) as memory:
        count_ = handle(memory, options).retry() if options.user else memory.retry()
    if options.json:
        print_json({"retried": count_})
    else:
        console().print(f"{count(count_, 'job')} to be done again.")


def reextract(
    *,
    session: Annotated[str, Parameter(help="Only this session.")] = "",
    dry_run: Annotated[bool, Parameter(help="Tell what would differ, and change nothing.")] = False,
    shared: Shared | None = None,
) -> None:
    """Read sessions again, from what was said, with the extractor in use; `lukasa undo` takes it back."""
    options = shared or Shared()
    with opened_handle(options) as memory:
        found = memory.reextract(session or None, dry_run=dry_run)
    if options.json:
        print_json(found)
    else:
        show_diff(console(), found)


def maintain(*, shared: Shared | None = None) -> int:
    """Do a round of background care: hide what expired, merge what says the same, make what is missing."""
    options = shared or Shared()
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
    since: Annotated[str, Parameter(help="The first moment (ISO 8601).")] = "",
    until: Annotated[str, Parameter(help="The moment after the last (ISO 8601).")] = "",
    shared: Shared | None = None,
) -> None:
    """List what happened and what is planned, in order, as far as a date is known."""
    options = shared or Shared()
    with opened_handle(options) as memory:
        found = memory.timeline(since=since or None, until=until or None)
    if options.json:
        print_json(found)
    elif found:
        console().print(fact_table(found))
    else:
        console().print("Nothing with a date is known.")


def summaries(*, shared: Shared | None = None) -> None:
    """Show the rolling summaries of the conversations."""
    options = shared or Shared()
    with opened_handle(options) as memory:
        found = memory.summaries()
    if options.json:
        print_json(found)
        return
    for each in found:
        console().print(Text(each.session or "the whole conversation", style="bold"))
        console().print(Text(each.text))
    if not found:
        console().print("There are no summaries: a model makes them.")


def usage(
    *,
    since: Annotated[date | None, Parameter(help="The first day, in UTC.")] = None,
    until: Annotated[date | None, Parameter(help="The last day, in UTC.")] = None,
    shared: Shared | None = None,
) -> None:
    """Show what model calls took, by day, purpose and model: of all users, or with --user of one."""
    options = shared or Shared()
    with opened(options) as memory:
        owner = handle(memory, options) if options.user else memory
        found = owner.usage(since=since, until=until)
    if options.json:
        print_json(found)
    elif found:
        console().print(_usage_table(found))
    else:
        console().print("No model was called.")


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
