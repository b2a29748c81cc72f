"""`lukasa import`: a file of conversations, session by session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Annotated

from cyclopts import Parameter, validators
from rich.text import Text

from lukasa import Handle, Memory, Receipt
from lukasa.config import Settings
from lukasa.domain.time import read_instant
from lukasa.errors import ConflictError, ImportFormatError, InputError
from lukasa.surfaces.cli.formats.detect import READERS, Format, detect
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.options import UserOptions, handle, opened
from lukasa.surfaces.cli.output import console, count, counted, print_json, warn
from lukasa.surfaces.cli.progress import Progressing, bar

MOST = 256
"""Turns in one call of `remember`: a long session goes in pieces, so that memory and what a crash costs stay small."""


@dataclass(slots=True)
class ImportReport:
    """What an import stored and skipped."""

    file: str
    format: Format
    users: list[str] = field(default_factory=list)
    sessions: int = 0
    turns: int = 0
    """New turns."""

    duplicates: int = 0
    """Turns that were stored before."""

    skipped: list[str] = field(default_factory=list)
    facts: int = 0
    """Facts added, confirmed or changed, each counted once."""

    refused: Counter[str] = field(default_factory=Counter)
    """Claims that the gate refused, by reason."""

    redacted: Counter[str] = field(default_factory=Counter)
    """Secrets replaced by a label, by kind."""

    unembedded: int = 0
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    _facts: set[str] = field(default_factory=set, repr=False)

    def add(self, receipt: Receipt, place: str) -> None:
        """Add the receipt of one call."""
        self.turns += len(receipt.turns)
        self.duplicates += len(receipt.duplicates)
        self._facts.update(receipt.facts)
        self.facts = len(self._facts)
        self.refused.update(receipt.refused)
        self.redacted.update(receipt.redacted)
        self.unembedded += receipt.unembedded
        self.skipped += [f"{place}: {reason}" for reason in receipt.skipped]
        self.warnings += [warning for warning in receipt.warnings if warning not in self.warnings]


def import_(
    file: Annotated[Path, Parameter(help="A file of conversations.")],
    /,
    *,
    format: Annotated[Format | None, Parameter(help="The format; detected from the file by default.")] = None,
    limit: Annotated[
        int | None,
        Parameter(
            alias="-n", validator=validators.Number(gte=1), help="Only the first so many conversations."
        ),
    ] = None,
    zone: Annotated[
        str,
        Parameter(
            help="Time zone of times without an offset, such as Europe/Lisbon (LoCoMo and plain text: UTC if not given)."
        ),
    ] = "",
    at: Annotated[
        str, Parameter(help="When undated messages were said (ISO 8601); without it they are refused.")
    ] = "",
    force: Annotated[bool, Parameter(help="Store again what was erased.")] = False,
    shared: UserOptions | None = None,
) -> None:
    """Import a ChatGPT or Claude export, OpenAI-style JSONL, plain text, LoCoMo JSON, or the output of `lukasa export`.

    Sessions are stored one by one. Importing a file again, or the rest of it after a crash, stores nothing twice.
    """
    options = shared or UserOptions()
    source = ImportFile(file)
    settings = Settings.from_env()
    zone = zone or settings.zone
    assumed = Assumptions(zone=zone or None, at=read_instant(at, zone=zone or None) if at else None)
    report = ImportReport(str(file), format or detect(source))
    sessions = first(READERS[report.format](source, assumed), limit)
    started = perf_counter()
    try:
        with opened(options, new=True) as memory, bar("Importing", quiet=options.json) as progress:
            for session in sessions:
                store(memory, session, options, report, force=force)
                _show_progress(progress, source, report)
    except (Exception, KeyboardInterrupt):
        if report.sessions:
            kept = f"{count(report.sessions, 'session')} before that are stored; importing again stores nothing twice"
            console(stderr=True).print(Text(kept, style="dim"))
        raise
    if not report.sessions:
        raise ImportFormatError(f"{file} holds no conversations ({report.format})")
    report.seconds = round(perf_counter() - started, 3)
    if options.json:
        print_json(report)
    else:
        _report(report)


def store(
    memory: Memory, session: Session, options: UserOptions, report: ImportReport, *, force: bool = False
) -> None:
    """Store a session, at most `MOST` turns at once; with *force*, also what was erased."""
    mine = handle(memory, options, session.user)
    if session.user and options.user:
        raise InputError(
            f"{session.place} belongs to {session.user!r}: this format names its users, leave out --user"
        )
    for part in parts(session):
        receipt = _remember(mine, part)
        if force and (erased := _erased(receipt)):
            receipt = _remember_erased(mine, part, receipt, erased)
        report.add(receipt, part.place)
        _forget_again(mine, part, receipt)
    report.sessions += 1
    if mine.partition.user not in report.users:
        report.users.append(mine.partition.user)


def _remember(mine: Handle, part: Session) -> Receipt:
    try:
        return mine.remember(
            part.messages, session=part.session, agent=part.agent, origin=part.origin, key=part.key
        )
    except (InputError, ConflictError) as error:
        raise type(error)(f"{part.place}: {error}") from error


def _erased(receipt: Receipt) -> list[str]:
    """Return the ids of turns that were left out because they were erased once: the reason begins with them."""
    words = [reason.split(maxsplit=2) for reason in receipt.skipped]
    return [word[0] for word in words if word[0].startswith("t_") and word[1:2] == ["was"]]


def _remember_erased(mine: Handle, part: Session, before: Receipt, erased: Sequence[str]) -> Receipt:
    """Lift the marks of what was erased and remember the same again; return what both calls did."""
    speakers: dict[str | None, list[str]] = {}
    for message in part.messages:
        name = message.get("name")
        speakers.setdefault(name if isinstance(name, str) else None, []).append(str(message["content"]))
    mine.readmit(erased)
    for speaker, texts in speakers.items():
        mine.readmit(texts=texts, speaker=speaker)
    again = _remember(mine, part)
    return replace(
        again,
        turns=[*before.turns, *again.turns],
        duplicates=before.duplicates,
        facts=[*before.facts, *again.facts],
        refused=Counter(before.refused) + Counter(again.refused),
        instructions=[*before.instructions, *again.instructions],
        unembedded=before.unembedded + again.unembedded,
    )


def first(sessions: Iterable[Session], limit: int | None) -> Iterator[Session]:
    """Return the sessions of the first *limit* conversations."""
    seen: set[str] = set()
    for session in sessions:
        seen.add(session.conversation)
        if limit is not None and len(seen) > limit:
            return
        yield session


def parts(session: Session) -> Iterator[Session]:
    """Cut a long session. Its pieces are the same when it has grown since, as long as it only grew at the end."""
    if len(session.messages) <= MOST or session.key:
        yield session
        return
    seen: dict[object, int] = {}
    for start in range(0, len(session.messages), MOST):
        piece = session.messages[start : start + MOST]
        apart = [_apart(message, seen) for message in piece]
        for message in piece:
            seen[_said(message)] = seen.get(_said(message), 0) + 1
        retired = [place - start for place in session.retired if start <= place < start + MOST]
        yield replace(session, messages=apart, retired=retired)


def _apart(message: Mapping[str, object], seen: Mapping[object, int]) -> dict[str, object]:
    """Return the message; a microsecond later for each equal one in an earlier piece, or it would pass for that one.

    Within one call, `remember` counts equal messages itself.
    """
    at = message["at"]
    earlier = seen.get(_said(message), 0)
    if earlier and isinstance(at, datetime):
        return {**message, "at": at + timedelta(microseconds=earlier)}
    return dict(message)


def _said(message: Mapping[str, object]) -> object:
    return (message.get("role"), message.get("name"), str(message.get("content")), message["at"])


def _forget_again(mine: Handle, part: Session, receipt: Receipt) -> None:
    # Either all of the call was new or all of it was known: ids stand in the order of the messages.
    ids = receipt.turns or receipt.duplicates
    if part.retired and len(ids) == len(part.messages):
        mine.forget([ids[place] for place in part.retired], reason="it was forgotten where it was exported")


def _show_progress(progress: Progressing, source: ImportFile, report: ImportReport) -> None:
    progress.move(source.done, of=source.size, note=count(report.turns + report.duplicates, "turn"))


def _report(report: ImportReport) -> None:
    out = console()
    people = ", ".join(report.users[:5]) + (", …" if len(report.users) > 5 else "")  # noqa: PLR2004 - a line's worth
    speed = f" ({report.turns / report.seconds:,.0f} a second)" if report.turns and report.seconds else ""
    out.print(
        f"{count(report.turns, 'turn')} stored{speed}, {report.duplicates:,} known already, "
        f"from {count(report.sessions, 'session')} of {report.file} ({report.format}).",
        markup=False,
    )
    if report.facts:
        out.print(f"{count(report.facts, 'fact')} distilled from them.")
    if report.redacted:
        out.print(
            Text(
                f"replaced by a label before anything was stored: {counted(report.redacted)}", style="yellow"
            )
        )
    if report.refused:
        out.print(Text(f"not believed: {counted(report.refused)}", style="dim"))
    if people:
        out.print(f"In the memory of: {people}", markup=False)
    for reason in report.skipped[:10]:
        out.print(Text(f"left out: {reason}", style="dim"))
    if len(report.skipped) > 10:  # noqa: PLR2004 - a screen's worth
        out.print(Text(f"… and {len(report.skipped) - 10:,} more left out", style="dim"))
    if report.unembedded:
        warn([f"{count(report.unembedded, 'turn')} without vectors: `lukasa reembed` makes them"])
    warn(report.warnings)
