"""What an import took, mended, skipped and left out: for `--json`, and printed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from rich.table import Table
from rich.text import Text

from lukasa import Receipt
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Session
from lukasa.surfaces.cli.output import console, count, counted, warn

_SHOWN = 10
"""Lines of a list that are printed; `--json` has more."""

_CHATS = frozenset({"whatsapp", "telegram", "slack", "discord", "mbox"})
"""Formats in which the user is one of several people, and the file does not say which."""


@dataclass(slots=True)
class FileReport:
    """What was taken from one file, and what was not."""

    file: str
    format: str
    notes: Notes = field(repr=False)
    sessions: int = 0
    turns: int = 0
    duplicates: int = 0

    @property
    def skipped(self) -> list[str]:
        """What could not be stored, with its place and the reason."""
        return self.notes.skipped


@dataclass(slots=True)
class ImportReport:
    """What an import stored and skipped."""

    file: str
    format: str = ""
    dry_run: bool = False
    """Whether nothing was stored: `turns` are those that would be."""

    users: list[str] = field(default_factory=list)
    sessions: int = 0
    turns: int = 0
    """New turns."""

    duplicates: int = 0
    """Turns that were stored before."""

    speakers: dict[str, Counter[str]] = field(default_factory=dict)
    """Messages of each speaker (by role where there is no name) in each month."""

    files: list[FileReport] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    """Messages that were changed to be stored: place and change."""

    skipped: list[str] = field(default_factory=list)
    """What could not be stored: place and reason."""

    counts: Counter[str] = field(default_factory=Counter)
    """How many were mended and skipped, beyond what the lists hold."""

    left_out: Counter[str] = field(default_factory=Counter)
    """What is no conversation, by kind."""

    decided: list[str] = field(default_factory=list)
    """How what can be read in two ways was read."""

    other_files: list[str] = field(default_factory=list)
    """Files of the folder or archive that hold no conversations."""

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

    def count(self, session: Session) -> None:
        """Count the messages of a session by speaker and month."""
        for message in session.messages:
            speaker = str(message.get("name") or message.get("role") or "")
            at = message["at"]
            month = f"{at:%Y-%m}" if isinstance(at, datetime) else ""
            self.speakers.setdefault(speaker, Counter())[month] += 1

    def add(self, receipt: Receipt, file: FileReport, place: str) -> None:
        """Add the receipt of one call."""
        for report in (self, file):
            report.turns += len(receipt.turns)
            report.duplicates += len(receipt.duplicates)
        self._facts.update(receipt.facts)
        self.facts = len(self._facts)
        self.refused.update(receipt.refused)
        self.redacted.update(receipt.redacted)
        self.unembedded += receipt.unembedded
        self.skipped += [f"{place}: {reason}" for reason in receipt.skipped]
        self.counts["skipped"] += len(receipt.skipped)
        self.warnings += [warning for warning in receipt.warnings if warning not in self.warnings]

    def finish(self, seconds: float, *, dry_run: bool) -> None:
        """Take together what the files noted."""
        self.dry_run = dry_run
        self.seconds = round(seconds, 3)
        for file in self.files:
            self.mended += file.notes.mended
            self.skipped += file.notes.skipped
            self.counts.update(file.notes.counts)
            self.left_out.update(file.notes.left_out)
            self.decided += [line for line in file.notes.decided if line not in self.decided]
        if dry_run:
            self.sessions = sum(file.sessions for file in self.files)
            self.turns = sum(file.turns for file in self.files)


def show_report(report: ImportReport, *, hint: bool) -> None:
    """Print the summary; with *hint*, how to say who the user is, where the file does not."""
    out = console()
    if report.dry_run:
        out.print(
            f"{count(report.turns, 'turn')} in {count(report.sessions, 'session')} of {report.file} "
            f"({report.format}) would be imported; nothing was stored.",
            markup=False,
        )
        out.print(_by_speaker(report))
        out.print(_by_month(report))
    else:
        _show_stored(report)
    _show_notes(report)
    if hint and report.format in _CHATS and len(report.speakers) > 1:
        out.print(Text("Which of the speakers is the user? `--as NAME` says it.", style="dim"))


def _show_stored(report: ImportReport) -> None:
    out = console()
    people = ", ".join(report.users[:5]) + (", …" if len(report.users) > 5 else "")  # noqa: PLR2004 - a line's worth
    speed = f" ({report.turns / report.seconds:,.0f} a second)" if report.turns and report.seconds else ""
    out.print(
        f"{count(report.turns, 'turn')} stored{speed}, {report.duplicates:,} known already, "
        f"from {count(report.sessions, 'session')} of {report.file} ({report.format}).",
        markup=False,
    )
    if len(report.files) > 1:
        for file in report.files[:_SHOWN]:
            out.print(
                Text(
                    f"  {file.file}: {count(file.turns, 'turn')}, {file.duplicates:,} known already",
                    style="dim",
                )
            )
        if len(report.files) > _SHOWN:
            out.print(Text(f"  … and {len(report.files) - _SHOWN:,} more files", style="dim"))
    if report.facts:
        out.print(f"{count(report.facts, 'fact')} distilled from them.")
    if report.redacted:
        out.print(
            Text(
                f"replaced by a label before anything was stored: {counted(report.redacted)}", style="yellow"
            )
        )
    if report.refused:
        out.print(
            Text(f"not believed, or waiting for `lukasa review`: {counted(report.refused)}", style="dim")
        )
    if people:
        out.print(f"In the memory of: {people}", markup=False)
    if report.unembedded:
        warn([f"{count(report.unembedded, 'turn')} without vectors: `lukasa reembed` makes them"])
    warn(report.warnings)


def _show_notes(report: ImportReport) -> None:
    out = console()
    for line in report.decided:
        out.print(Text(line, style="yellow"))
    if report.left_out:
        out.print(Text(f"no part of the conversation, so left out: {_by_kind(report.left_out)}", style="dim"))
    if report.other_files:
        out.print(Text(f"{count(len(report.other_files), 'other file')} without conversations", style="dim"))
    for what, lines in (("mended", report.mended), ("left out", report.skipped)):
        for line in lines[:_SHOWN]:
            out.print(Text(f"{what}: {line}", style="dim"))
        total = report.counts["skipped" if what == "left out" else what]
        if total > _SHOWN:
            out.print(Text(f"… and {total - _SHOWN:,} more {what}", style="dim"))


def _by_kind(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} ({number:,})" for kind, number in counts.most_common())


def _by_speaker(report: ImportReport) -> Table:
    table = Table("speaker", "turns", "from", "to", box=None)
    for speaker, months in sorted(report.speakers.items(), key=lambda pair: -pair[1].total())[:50]:
        table.add_row(Text(speaker), f"{months.total():,}", min(months), max(months))
    return table


def _by_month(report: ImportReport) -> Table:
    total: Counter[str] = Counter()
    for months in report.speakers.values():
        total.update(months)
    table = Table("month", "turns", box=None)
    for month in sorted(total):
        table.add_row(month, f"{total[month]:,}")
    return table
