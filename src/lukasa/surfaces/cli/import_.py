"""`lukasa import`: files of conversations, session by session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Annotated

from cyclopts import App, Parameter, validators
from rich.text import Text

from lukasa import Handle, Memory, Receipt
from lukasa.config import Settings
from lukasa.domain.time import read_instant
from lukasa.errors import ConflictError, ImportFormatError, InputError
from lukasa.surfaces.cli.formats.dates import DateOrder
from lukasa.surfaces.cli.formats.detect import READERS, Format, detect
from lukasa.surfaces.cli.formats.mend import mend
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile, files
from lukasa.surfaces.cli.import_report import FileReport, ImportReport, show_report
from lukasa.surfaces.cli.options import UserOptions, handle, opened
from lukasa.surfaces.cli.output import console, count, print_json
from lukasa.surfaces.cli.progress import Progressing, bar

MOST = 256
"""Turns in one call of `remember`: a long session goes in pieces, so that memory and what a crash costs stay small."""


@Parameter(name="*", group="Reading")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """What the file does not say itself, and what to do about what is odd in it."""

    format: Format | None = None
    """The format; detected from the file by default."""

    me: Annotated[tuple[str, ...], Parameter(name="--as", negative=())] = ()
    """Which speaker is the user; may be given several times. All others stay named speakers."""

    dates: DateOrder | None = None
    """The order of day, month and year in dates such as 2/4/23; told by the file as a whole by default."""

    zone: str = ""
    """Time zone of times without an offset, such as Europe/Lisbon (chats and plain text: UTC if not given)."""

    at: str = ""
    """When undated messages were said (ISO 8601); without it they are skipped. Never overrules a date in the file."""

    strict: bool = False
    """Refuse the first thing that would be mended or skipped."""


@dataclass(slots=True)
class _Import:
    """One run of the command: what is read, how, and what came of it."""

    inputs: list[tuple[ImportFile, Format]]
    assumed: Assumptions
    me: frozenset[str]
    limit: int | None
    most_bytes: int
    report: ImportReport

    def sessions(self) -> Iterator[tuple[Session, FileReport]]:
        """Yield what the files hold, each session ready to be stored."""
        seen: set[str] = set()
        for source, name in self.inputs:
            notes = Notes(strict=self.assumed.notes.strict)
            file = FileReport(source.name, name, notes)
            self.report.files.append(file)
            try:
                for session in READERS[name](source, replace(self.assumed, notes=notes)):
                    seen.add(session.conversation)
                    if self.limit is not None and len(seen) > self.limit:
                        return
                    yield mend(_as_user(session, self.me), notes, limit=self.most_bytes), file
                if notes.broken:
                    raise ImportFormatError(notes.broken)  # noqa: TRY301 - all of it was read that can be
            except ImportFormatError as error:
                if len(self.inputs) == 1 or notes.strict:
                    raise
                notes.skip(str(error))

    @property
    def done(self) -> int:
        """Bytes read."""
        return sum(source.done for source, _ in self.inputs)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(source.size for source, _ in self.inputs)


def import_(
    file: Annotated[Path, Parameter(help="A file of conversations, or a folder or zip archive of them.")],
    /,
    *,
    limit: Annotated[
        int | None,
        Parameter(
            alias="-n", validator=validators.Number(gte=1), help="Only the first so many conversations."
        ),
    ] = None,
    dry_run: Annotated[
        bool, Parameter(help="Show what would be taken, by speaker and month; store nothing.")
    ] = False,
    force: Annotated[bool, Parameter(help="Store again what was erased.")] = False,
    reading: ReadingOptions | None = None,
    shared: UserOptions | None = None,
) -> None:
    """Import conversations: exports of chat assistants and messengers, mailboxes, transcripts, JSONL, plain text.

    Sessions are stored one by one. Importing a file again, or the rest of it after a crash, stores nothing twice. What is
    odd in a file is mended or skipped, and reported.
    """
    options = shared or UserOptions()
    work = _prepare(file, reading or ReadingOptions(), limit)
    report = work.report
    started = perf_counter()
    if dry_run or work.me:
        _survey(work, file, quiet=options.json)
    if not dry_run:
        report = work.report = _blank(report)
        _store_all(work, options, force=force)
    report.finish(perf_counter() - started, dry_run=dry_run)
    if not report.sessions:
        raise _nothing(report)
    if options.json:
        print_json(report)
    else:
        show_report(report, hint=not work.me)


def _prepare(file: Path, reading: ReadingOptions, limit: int | None) -> _Import:
    settings = Settings.from_env()
    zone = reading.zone or settings.zone or None
    assumed = Assumptions(
        zone=zone,
        at=read_instant(reading.at, zone=zone) if reading.at else None,
        dates=reading.dates,
        notes=Notes(strict=reading.strict),
    )
    report = ImportReport(str(file))
    entries = files(file)
    inputs: list[tuple[ImportFile, Format]] = []
    for entry in entries:
        try:
            source = ImportFile(entry)
            inputs.append((source, reading.format or detect(source)))
        except InputError:
            if len(entries) == 1:
                raise
            report.other_files.append(str(entry))
    if len(entries) > 1 and any(name != "text" for _, name in inputs):
        # Among files of an export, plain text is a manual or a licence.
        report.other_files += [source.name for source, name in inputs if name == "text"]
        inputs = [(source, name) for source, name in inputs if name != "text"]
    if not inputs:
        raise ImportFormatError(f"{file} holds no file of a known format")
    report.format = ", ".join(dict.fromkeys(name for _, name in inputs))
    me = frozenset(name.strip().casefold() for name in reading.me)
    return _Import(inputs, assumed, me, limit, settings.remember.max_turn_bytes, report)


def _blank(report: ImportReport) -> ImportReport:
    return ImportReport(report.file, report.format, other_files=report.other_files)


def _as_user(session: Session, me: frozenset[str]) -> Session:
    """Return the session with the words of the speakers that are the user as the user's own."""
    if not me:
        return session
    messages = []
    for message in session.messages:
        if str(message.get("name", "")).strip().casefold() in me:
            message = {key: value for key, value in message.items() if key != "name"} | {"role": "user"}  # noqa: PLW2901
        messages.append(message)
    return replace(session, messages=messages)


def _survey(work: _Import, file: Path, *, quiet: bool) -> None:
    """Read everything without storing it; refuse a name that no speaker has."""
    names: dict[str, str] = {}
    me, work.me = work.me, frozenset()
    with bar("Reading", quiet=quiet) as progress:
        for session, report in work.sessions():
            for message in session.messages:
                name = str(message.get("name") or "")
                names.setdefault(name.strip().casefold(), name)
            taken = _as_user(session, me)
            work.report.count(taken)
            report.sessions += 1
            report.turns += len(taken.messages)
            progress.move(work.done, of=work.size, note=count(report.turns, "turn"))
    work.me = me
    if missing := me - names.keys():
        known = ", ".join(sorted(name for name in names.values() if name)[:20]) or "none with a name"
        raise InputError(f"no speaker in {file} is called {', '.join(sorted(missing))!r}; speakers: {known}")


def _store_all(work: _Import, options: UserOptions, *, force: bool) -> None:
    report = work.report
    try:
        with opened(options, new=True) as memory, bar("Importing", quiet=options.json) as progress:
            for session, file in work.sessions():
                report.count(session)
                store(memory, session, options, (report, file), force=force)
                _show_progress(progress, work)
    except (Exception, KeyboardInterrupt):
        if report.sessions:
            kept = f"{count(report.sessions, 'session')} before that are stored; importing again stores nothing twice"
            console(stderr=True).print(Text(kept, style="dim"))
        raise


def _nothing(report: ImportReport) -> ImportFormatError:
    """Return the error of an import that found nothing to take: it says why."""
    skipped = [line for file in report.files for line in file.skipped]
    if skipped:
        more = report.counts["skipped"] - 1
        return ImportFormatError(skipped[0] + (f" (and {more:,} more skipped)" if more else ""))
    return ImportFormatError(f"{report.file} holds no conversations ({report.format})")


def store(
    memory: Memory,
    session: Session,
    options: UserOptions,
    reports: tuple[ImportReport, FileReport],
    *,
    force: bool = False,
) -> None:
    """Store a session, at most `MOST` turns at once; with *force*, also what was erased."""
    report, file = reports
    mine = handle(memory, options, session.user)
    if session.user and options.user:
        raise InputError(
            f"{session.location} belongs to {session.user!r}: this format names its users, leave out --user"
        )
    for part in parts(session):
        for piece, receipt in _remembered(mine, part, file):
            again = receipt
            if force and (erased := _erased(receipt)):
                again = _remember_erased(mine, piece, receipt, erased)
            report.add(again, file, piece.location)
            _forget_again(mine, piece, again)
    report.sessions += 1
    file.sessions += 1
    if mine.partition.user not in report.users:
        report.users.append(mine.partition.user)


def _remembered(mine: Handle, part: Session, file: FileReport) -> Iterator[tuple[Session, Receipt]]:
    """Remember messages in one call; where that is refused, one by one, and note those that cannot be stored."""
    try:
        yield part, _remember(mine, part)
    except (InputError, ConflictError) as error:
        if file.notes.strict or error.retryable:
            raise
        if len(part.messages) == 1 or part.key:
            file.notes.skip(str(error))
            return
        for single in parts(part, most=1):
            yield from _remembered(mine, single, file)


def _remember(mine: Handle, part: Session) -> Receipt:
    try:
        return mine.remember(
            part.messages, session=part.session, agent=part.agent, origin=part.origin, key=part.key
        )
    except (InputError, ConflictError) as error:
        raise type(error)(f"{part.location}: {error}") from error


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


def parts(session: Session, *, most: int = MOST) -> Iterator[Session]:
    """Cut a long session. Its pieces are the same when it has grown since, as long as it only grew at the end."""
    if len(session.messages) <= most or session.key:
        yield session
        return
    seen: dict[object, int] = {}
    for start in range(0, len(session.messages), most):
        piece = session.messages[start : start + most]
        apart = [_apart(message, seen) for message in piece]
        for message in piece:
            seen[_said(message)] = seen.get(_said(message), 0) + 1
        retired = [place - start for place in session.retired if start <= place < start + most]
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


def _show_progress(progress: Progressing, work: _Import) -> None:
    report = work.report
    progress.move(work.done, of=work.size, note=count(report.turns + report.duplicates, "turn"))


import_app = App(name="import", help="Import a file of conversations, or (`import mem0`, …) another memory.")
import_app.default(import_)
for _name in ("mem0", "letta", "graphiti", "langmem", "mcp-memory"):
    import_app.command(f"lukasa.surfaces.cli.memories.commands:{_name.replace('-', '_')}", name=_name)
