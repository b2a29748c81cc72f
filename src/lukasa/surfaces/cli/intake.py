"""Sessions on their way into the memory: many in one call, so that both encoding and writing have enough to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import NamedTuple, Self

from lukasa import Handle, Memory, Receipt
from lukasa.errors import ConflictError, InputError
from lukasa.surfaces.cli.formats.session import Session
from lukasa.surfaces.cli.import_report import FileReport, ImportReport
from lukasa.surfaces.cli.options import UserOptions, handle

PIECE = 256
"""Turns in which a long session is cut. The ids of what was imported rest on it (`_apart`), so that it cannot change."""

MOST = 2_000
"""Turns in one call of `remember`, which are some ten thousand rows: with more, writing is no faster."""

MOST_CHARACTERS = 200_000
"""Of their texts: encoding them takes two cores some ten seconds, and that is what a crash costs."""


class _Piece(NamedTuple):
    """A session, or a part of a long one, on its way to a user's memory."""

    part: Session
    file: FileReport
    mine: Handle
    last: bool
    """Whether its session ends with it."""

    @property
    def alone(self) -> bool:
        """Whether it must be a call of its own: its key names a call, or places in it are looked up afterwards."""
        return bool(self.part.key or self.part.retired)

    @property
    def said(self) -> set[object]:
        """What no other piece of the call may say: equal messages of one call are two turns, those of two calls are one."""
        return {(self.part.session, str(said["content"]), said["at"]) for said in self.part.messages}

    @property
    def characters(self) -> int:
        """Length of its texts."""
        return sum(len(str(message["content"])) for message in self.part.messages)

    def labelled(self) -> Iterator[dict[str, object]]:
        """Yield its messages with their labels, for a call that has messages of other sessions too."""
        labels = {"session": self.part.session, "agent": self.part.agent, "origin": self.part.origin}
        for message in self.part.messages:
            yield {**labels, **message}


@dataclass(slots=True)
class Intake:
    """Takes sessions and stores them, many in one call, those of one file and user; at the end of the block, the rest.

    What is stored, what is refused and where it stands is as if each piece of a session were a call.
    """

    memory: Memory
    options: UserOptions
    report: ImportReport
    force: bool = False
    """Whether to store also what was erased."""

    _waiting: list[_Piece] = field(default_factory=list)
    _said: set[object] = field(default_factory=set)
    _characters: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # What was read before a fault in the file is stored; a user who stops it wants no more.
        if error is None or isinstance(error, Exception):
            self._store()

    def add(self, session: Session, file: FileReport) -> None:
        """Take a session, and store what is waiting where that is enough for a call."""
        mine = handle(self.memory, self.options, session.user)
        if session.user and self.options.user:
            raise InputError(
                f"{session.location} belongs to {session.user!r}: this format names its users, leave out --user"
            )
        taken = 0
        for part in parts(session):
            taken += len(part.messages)
            piece = _Piece(part, file, mine, last=taken == len(session.messages))
            if self._waiting and not self._fits(piece):
                self._store()
            self._waiting.append(piece)
            self._said |= piece.said
            self._characters += piece.characters
            if self.force or piece.alone:
                self._store()

    def _fits(self, piece: _Piece) -> bool:
        first = self._waiting[0]
        turns = sum(len(each.part.messages) for each in self._waiting)
        return (
            not piece.alone
            and piece.file is first.file
            and piece.mine.partition == first.mine.partition
            and turns + len(piece.part.messages) <= MOST
            and self._characters + piece.characters <= MOST_CHARACTERS
            and self._said.isdisjoint(piece.said)
        )

    def _store(self) -> None:
        pieces, self._waiting, self._said, self._characters = self._waiting, [], set(), 0
        together = len(pieces) > 1 and self._store_together(pieces)
        for piece in pieces:
            if not together:
                self._store_alone(piece)
            if piece.last:
                self.report.sessions += 1
                piece.file.sessions += 1
            if piece.mine.partition.user not in self.report.users:
                self.report.users.append(piece.mine.partition.user)

    def _store_together(self, pieces: Sequence[_Piece]) -> bool:
        """Store the pieces in one call and return whether it could be done."""
        mine, file = pieces[0].mine, pieces[0].file
        try:
            receipt = mine.remember([message for piece in pieces for message in piece.labelled()])
        except (InputError, ConflictError):
            # Which of them it is about shows when each is a call.
            return False
        self.report.add(replace(receipt, skipped=()), file, pieces[0].part.location)
        for piece in pieces if receipt.skipped else ():
            # Said again, a piece tells which of it was left out, and nothing is stored twice.
            again = _remember(mine, piece.part)
            self.report.add(Receipt(skipped=again.skipped), file, piece.part.location)
        return True

    def _store_alone(self, piece: _Piece) -> None:
        for part, receipt in _remembered(piece.mine, piece.part, piece.file):
            again = receipt
            if self.force and (erased := _erased(receipt)):
                again = _remember_erased(piece.mine, part, receipt, erased)
            self.report.add(again, piece.file, part.location)
            _forget_again(piece.mine, part, again)


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


def parts(session: Session, *, most: int = PIECE) -> Iterator[Session]:
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
