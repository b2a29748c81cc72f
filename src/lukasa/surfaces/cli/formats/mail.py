"""A mailbox (mbox): what each message says itself, without what it quotes."""

from __future__ import annotations

import mailbox
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lukasa.errors import ImportFormatError
from lukasa.surfaces.cli.formats.markup import plain_text
from lukasa.surfaces.cli.formats.session import Assumptions, Session
from lukasa.surfaces.cli.formats.source import ImportFile

_ATTRIBUTION = re.compile(
    r"(?:On|Am|Le|El|Em|Il|Op)\b[^\n]{4,200}(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef)\b[^\n]{0,80}:\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Forwarded message)\s*-{2,}", re.IGNORECASE
)
_SIGNATURE = "-- "
_LONGEST = 400
"""Characters of the line that announces a quotation."""

_BLANKS = 4
"""Empty lines between that line and the quotation: a mail of nothing else is not searched again and again."""


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session a thread; messages of a thread that follow each other go together."""
    current: Session | None = None
    with _on_disk(source) as path:
        box = mailbox.mbox(path, create=False)
        try:
            for n, key in enumerate(box.iterkeys()):
                location = f"{source.name}, message {n}"
                session = assumed.notes.attempt(_session, box, key, location, assumed)
                source.done = source.size * n // max(1, len(box))
                if session is None:
                    continue
                if current and current.session == session.session:
                    current.messages.extend(session.messages)
                    continue
                if current:
                    yield current
                current = session
        finally:
            box.close()
    if current:
        yield current


@contextmanager
def _on_disk(source: ImportFile) -> Iterator[Path]:
    if isinstance(source.path, Path):
        yield source.path
        return
    # `mailbox` seeks to and fro, which is slow in an archive.
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "mbox"
        with source.open() as packed, copy.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        yield copy


def _session(box: mailbox.mbox, key: str, location: str, assumed: Assumptions) -> Session | None:
    try:
        mail = box[key]
        text = _own_words(_body(mail), assumed)
        sender = _sender(mail)
        thread, subject = _thread(mail) or location, _header(mail, "Subject")
        at = _date(mail) or assumed.undated(location)
    except (MessageError, LookupError, UnicodeError, ValueError, OSError) as error:
        raise ImportFormatError(f"{location} cannot be read: {error}") from error
    if not text:
        assumed.notes.leave_out("messages without words")
        return None
    if not sender:
        raise ImportFormatError(f"{location}: it cannot be told who speaks")
    message: dict[str, object] = {"role": "user", "name": sender, "content": text, "at": at}
    if subject:
        message["metadata"] = {"title": subject}
    return Session(conversation=thread, session=thread, location=location, messages=[message])


def _header(mail: Message, name: str) -> str:
    value = mail.get(name)
    if value is None:
        return ""
    try:
        return " ".join(str(make_header(decode_header(str(value)))).split())
    except (LookupError, UnicodeError, ValueError):
        return " ".join(str(value).split())


def _sender(mail: Message) -> str:
    name, address = parseaddr(_header(mail, "From"))
    return name.strip() or address.strip() or _header(mail, "From")


def _thread(mail: Message) -> str | None:
    references = re.findall(
        r"<[^<>\s]{1,200}>",
        f"{mail.get('References', '')} {mail.get('In-Reply-To', '')} {mail.get('Message-ID', '')}",
    )
    return next(iter(references), None)


def _date(mail: Message) -> datetime | None:
    received = str(mail.get("Received") or "").rpartition(";")[2]
    envelope = mail.get_from() if isinstance(mail, mailbox.mboxMessage) else ""
    for value in (str(mail.get("Date") or ""), received, (envelope or "").partition(" ")[2]):
        try:
            at = parsedate_to_datetime(value.strip())
        except (ValueError, TypeError):
            continue
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _body(mail: Message) -> str:
    """Return the plain text of a message, else that of its HTML."""
    html = ""
    for part in mail.walk():
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            return _decoded(part)
        if kind == "text/html" and not html:
            html = plain_text(_decoded(part))
    return html


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _own_words(body: str, assumed: Assumptions) -> str:
    """Return the lines that the sender wrote: no quoted lines, no signature, no message below."""
    kept: list[str] = []
    quoted = 0
    for line in body.replace("\r\n", "\n").split("\n"):
        if line == _SIGNATURE or _ORIGINAL.match(line):
            break
        if line.startswith(">From "):
            # A mailbox marks lines that would begin a message like this.
            kept.append(line[1:].rstrip())
            continue
        if line.startswith(">"):
            quoted += 1
            _drop_attribution(kept)
            continue
        kept.append(line.rstrip())
    if quoted:
        assumed.notes.leave_out("quoted lines", quoted)
    return "\n".join(kept).strip()


def _drop_attribution(lines: list[str]) -> None:
    """Remove what announces a quotation, which is the client's: "On Monday, Ben wrote:", in one line or two."""
    end = len(lines)
    while end and not lines[end - 1] and len(lines) - end < _BLANKS:
        end -= 1
    for span in (1, 2):
        announced = lines[end - span : end] if end >= span else []
        if announced and sum(map(len, announced)) < _LONGEST and _ATTRIBUTION.match(" ".join(announced)):
            del lines[end - span :]
            return
