"""Commands about the store itself: stats, verify, backup, compact, migrate, doctor, reembed, reindex, extract, sweep."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from lukasa import Backlog, Health, Progress, Stats
from lukasa.domain.dump import Migrated
from lukasa.errors import NotFoundError
from lukasa.surfaces.cli.options import (
    OutputOptions,
    StoreOptions,
    UserOptions,
    handle,
    opened,
    opened_handle,
    store_file,
)
from lukasa.surfaces.cli.output import console, count, counted, print_json
from lukasa.surfaces.cli.progress import bar
from lukasa.wiring import migrate as carry_over

_BATCH = 256
"""Documents between two steps of the progress bar."""

_USERS = 100
"""Users between two lines of a move's progress."""


def stats(*, shared: UserOptions | None = None) -> None:
    """Show counts of what is stored, for all users, or for one with --user."""
    options = shared or UserOptions()
    with opened(options) as memory:
        found = handle(memory, options).stats() if options.user else memory.stats()
        users = [] if options.user else memory.partitions()
    if options.json:
        print_json({"stats": found, "partitions": users})
        return
    _show({**_counts(found), "users": ", ".join(dict.fromkeys(one.user for one in users[:20]))})


def verify(*, store: StoreOptions | None = None) -> int:
    """Check file, schema, journal, indexes and vectors, without changing them; exit code 1 when something is wrong."""
    options = store or StoreOptions()
    with opened(options) as memory:
        verified = memory.verify()
    if options.json:
        print_json({"ok": verified.ok, "checked": verified.checked, "findings": verified.findings})
    else:
        _show({name: f"{number:,} checked" for name, number in verified.checked.items()})
        for finding in verified.findings:
            console().print(Text(f"{finding.what}: {finding.detail}", style="red"))
        console().print("No problems." if verified.ok else f"{count(len(verified.findings), 'finding')}.")
    return 0 if verified.ok else 1


def backup(
    file: Annotated[Path, Parameter(help="Where the copy goes.")],
    /,
    *,
    force: Annotated[bool, Parameter(help="Replace the file if it exists.")] = False,
    store: StoreOptions | None = None,
) -> None:
    """Write a checked copy of the store to FILE, while others may write."""
    options = store or StoreOptions()
    with opened(options) as memory:
        verified = memory.backup(file, force=force)
    if options.json:
        print_json({"file": str(file), "checked": verified.checked})
    else:
        console().print(Text(f"Backed up to {file}; the copy was checked."))


def compact(*, store: StoreOptions | None = None) -> None:
    """Write the store's file anew without what is no longer used, and say how much space that gave back.

    Needs as much free memory and disk as the file has; those that write wait meanwhile.
    """
    options = store or StoreOptions()
    with opened(options) as memory:
        compacted = memory.compact()
    if options.json:
        print_json({"before": compacted.before, "after": compacted.after, "freed": compacted.freed})
    else:
        size = f"{compacted.after / 1e6:,.1f} MB"
        console().print(f"{compacted.freed / 1e6:,.1f} MB given back; the store has {size} now.")


def migrate(
    source: Annotated[str, Parameter(help="A file, sqlite:PATH or postgresql://user@host/database.")],
    target: Annotated[str, Parameter(help="The same; a file is made if it is not there.")],
    /,
    *,
    output: OutputOptions | None = None,
) -> None:
    """Carry everything over, users and journals as they are, and compare what arrived with the original.

    Stop whatever writes to either store first. A run that was interrupted is begun again with the same command.
    """
    options = output or OutputOptions()
    if (path := store_file(source)) and not path.exists():
        raise NotFoundError(f"there is no store at {str(path)!r}")
    done = asyncio.run(carry_over(source, target, progress=_moved))
    if options.json:
        print_json(done)
    else:
        console().print(
            f"{count(done.moved, 'user')} moved, {done.present:,} there already; {done.rows:,} rows, the same "
            f"in both by count and digest; {done.tombstones:,} tombstones."
        )


def _moved(done: Migrated) -> None:
    if (done.moved + done.present) % _USERS == 0:
        print(f"{done.moved + done.present:,} users", file=sys.stderr)  # noqa: T201 - to whoever waits


def doctor(
    *,
    look: Annotated[bool, Parameter(help="Do not write anything.")] = False,
    store: StoreOptions | None = None,
) -> int:
    """Check the store, the models, and a full round of write, extract and recall; exit code 1 when something fails.

    The round runs on a user of its own, which is erased afterwards.
    """
    options = store or StoreOptions()
    with opened(options, new=True) as memory:
        health = memory.doctor(prove=not look)
    if options.json:
        print_json({"ok": health.ok, "health": health})
    else:
        _show_health(health)
    return 0 if health.ok else 1


def reembed(
    *,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most this many documents.")] = None,
    store: StoreOptions | None = None,
) -> None:
    """Compute missing vectors, after a change of model or a failure. Can be interrupted and resumed."""
    options = store or StoreOptions()
    with opened(options) as memory:
        _in_steps(memory.reembed, limit, title="Embedding", done="embedded", options=options)


def reindex(
    *,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most this many documents.")] = None,
    store: StoreOptions | None = None,
) -> None:
    """Rebuild full-text entries written by an older version. Can be interrupted and resumed; needs no model."""
    options = store or StoreOptions()
    with opened(options) as memory:
        _in_steps(memory.reindex, limit, title="Indexing", done="indexed", options=options)


def extract(
    *,
    limit: Annotated[int | None, Parameter(alias="-n", help="At most this many turns.")] = None,
    store: StoreOptions | None = None,
) -> None:
    """Extract facts from turns that the current extractor has not read yet. Can be interrupted and resumed."""
    options = store or StoreOptions()
    with opened(options) as memory:
        _in_steps(memory.extract, limit, title="Reading", done="read", options=options, noun="turn")


def sweep(*, shared: UserOptions | None = None) -> None:
    """Forget expired facts, which recall already leaves out. `lukasa restore` brings them back."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        swept = memory.sweep()
    if options.json:
        print_json({"swept": swept})
        return
    console().print(f"{count(len(swept), 'fact')} forgotten.")
    for fact in swept:
        console().print(f"  {fact}")


def _in_steps(
    work: Callable[[int], Progress],
    limit: int | None,
    *,
    title: str,
    done: str,
    options: StoreOptions,
    noun: str = "document",
) -> None:
    """Work in batches, each of which is committed."""
    so_far, remaining = 0, 0
    with bar(title, quiet=options.json) as progress:
        while limit is None or so_far < limit:
            step = work(_BATCH if limit is None else min(_BATCH, limit - so_far))
            so_far, remaining = so_far + step.done, step.remaining
            progress.move(so_far, of=so_far + remaining)
            if not step.done or not remaining:
                break
    if options.json:
        print_json({"done": so_far, "remaining": remaining})
    else:
        console().print(f"{count(so_far, noun)} {done}, {remaining:,} left.")


def _show_health(health: Health) -> None:
    embedder = health.embedder or "none: recall uses full-text search only"
    about = {
        "version": health.version,
        "store": health.store,
        **_spaced(health.details),
        "embedder": embedder,
        "model": health.llm or "none: facts by rules",
    }
    _show({**about, **_counts(health.stats)})
    out = console()
    for stage in health.stages:
        told = f"works ({stage.milliseconds:,.0f} ms)" if stage.ok else f"fails: {stage.detail}"
        out.print(Text(f"{stage.name} {told}", style="" if stage.ok else "red"))
    if health.embedder_problem:
        out.print(Text(f"embedder: {health.embedder_problem}", style="red"))
    for number, noun, what, command in (
        (health.unembedded, "document", "without vectors", "reembed"),
        (health.outdated, "document", "indexed by an older version", "reindex"),
        (health.unextracted, "turn", "not read for facts", "extract"),
    ):
        if number:
            out.print(Text(f"{count(number, noun)} {what}: run `lukasa {command}`", style="yellow"))
    if health.pending:
        out.print(
            Text(f"{count(health.pending, 'job')} pending: run them now with `lukasa flush`", style="dim")
        )
    for job in health.dead:
        told = f"failed: {job.kind} for user {job.partition.user!r}: {job.error}; run `lukasa retry`"
        out.print(Text(told, style="red"))
    for backlog in health.backlogs:
        _show_backlog(backlog)
    for finding in health.findings:
        out.print(Text(f"{finding.what}: {finding.detail}", style="red"))
    if health.ok:
        out.print("Everything works.")


def _show_backlog(backlog: Backlog) -> None:
    left = {
        "without vectors": backlog.unembedded,
        "indexed by an older version": backlog.outdated,
        "not read for facts": backlog.unextracted,
    }
    counts = ", ".join(f"{number:,} {what}" for what, number in left.items() if number)
    owner = backlog.partition
    console().print(Text(f"  user {owner.user!r} of tenant {owner.tenant!r}: {counts}", style="yellow"))


def _spaced(details: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): value for name, value in details.items()}


def _counts(found: Stats) -> dict[str, str]:
    counts = {
        name: f"{getattr(found, name):,}"
        for name in ("partitions", "turns", "retired", "facts", "sessions", "documents")
    }
    vectors = {f"vectors of {name}": f"{number:,}" for name, number in found.vectors.items()}
    refused = {"claims refused": counted(found.refused)}
    return {**counts, **refused, **vectors, "size": f"{found.bytes / 1e6:,.1f} MB" if found.bytes else ""}


def _show(rows: Mapping[str, str]) -> None:
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        if value:
            table.add_row(Text(name, style="dim"), Text(value))
    console().print(table)
