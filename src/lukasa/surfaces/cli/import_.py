"""`lukasa import`: files of conversations, session by session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Annotated

from cyclopts import App, Parameter, validators
from rich.text import Text

from lukasa.config import Settings
from lukasa.domain.time import read_instant, read_zone
from lukasa.errors import ImportFormatError, InputError
from lukasa.surfaces.cli.formats.dates import DateOrder
from lukasa.surfaces.cli.formats.detect import READERS, Format, detect
from lukasa.surfaces.cli.formats.mend import mend
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile, files
from lukasa.surfaces.cli.import_report import FileReport, ImportReport, show_report
from lukasa.surfaces.cli.intake import Intake
from lukasa.surfaces.cli.options import UserOptions, opened
from lukasa.surfaces.cli.output import console, count, print_json
from lukasa.surfaces.cli.progress import Progressing, bar


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

    Many sessions are stored at once. Importing a file again, or the rest of it after a crash, stores nothing twice. What is
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
    if zone:
        read_zone(zone)  # Else a file whose times all have offsets would hide a slip.
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
            with Intake(memory, options, report, force=force) as intake:
                for session, file in work.sessions():
                    report.count(session)
                    intake.add(session, file)
                    _show_progress(progress, work)
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


def _show_progress(progress: Progressing, work: _Import) -> None:
    report = work.report
    progress.move(work.done, of=work.size, note=count(report.turns + report.duplicates, "turn"))


import_app = App(name="import", help="Import a file of conversations, or (`import mem0`, …) another memory.")
import_app.default(import_)
for _name in ("mem0", "letta", "graphiti", "langmem", "mcp-memory"):
    import_app.command(f"lukasa.surfaces.cli.memories.commands:{_name.replace('-', '_')}", name=_name)
