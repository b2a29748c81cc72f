"""Commands that change one user's memory: remember, forget, restore."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import CycloptsError, Parameter

from lukasa.surfaces.cli.formats.source import decode
from lukasa.surfaces.cli.options import Shared, opened_handle
from lukasa.surfaces.cli.output import console, count, print_json, warn


def remember(
    text: Annotated[
        str, Parameter(help="What was said; `-` reads it from standard input.", allow_leading_hyphen=True)
    ],
    /,
    *,
    speaker: Annotated[str, Parameter(help="Who said it, by name.")] = "",
    role: Annotated[str, Parameter(help="user, assistant, system or tool.")] = "user",
    at: Annotated[str, Parameter(help="When it was said (ISO 8601); now, if you don't say.")] = "",
    zone: Annotated[
        str, Parameter(help="Time zone of --at when it has no offset, such as Europe/Lisbon.")
    ] = "",
    session: Annotated[str, Parameter(help="The conversation that it belongs to.")] = "",
    key: Annotated[str, Parameter(help="Idempotency key: the same key stores nothing twice.")] = "",
    shared: Shared | None = None,
) -> None:
    """Store one message, word for word."""
    options = shared or Shared()
    content = decode(sys.stdin.buffer.read(), "standard input").rstrip("\n") if text == "-" else text
    message: dict[str, object] = {"role": role, "content": content}
    if speaker:
        message["name"] = speaker
    with opened_handle(options, new=True) as memory:
        receipt = memory.remember(
            message, at=at or None, zone=zone or None, session=session or None, key=key or None
        )
    if options.json:
        print_json(receipt)
        return
    for turn in receipt.turns:
        console().print(f"Remembered as {turn}.")
    for turn in receipt.duplicates:
        console().print(f"Known already as {turn}; nothing was stored.")
    warn(receipt.warnings)


def forget(
    ids: Annotated[
        tuple[str, ...], Parameter(help="Ids of turns, as `turns --json` and `recall --json` show them.")
    ] = (),
    /,
    *,
    session: Annotated[str, Parameter(help="A whole session instead of ids.")] = "",
    reason: Annotated[str, Parameter(help="Why; kept in the journal.")] = "",
    shared: Shared | None = None,
) -> None:
    """Hide turns from recall. They stay stored: `lukasa restore` brings them back."""
    options = shared or Shared()
    if bool(ids) == bool(session):
        raise CycloptsError(msg="say what to forget: ids, or --session NAME")
    with opened_handle(options) as memory:
        forgotten = memory.forget(list(ids) or None, session=session or None, reason=reason)
    if options.json:
        print_json(forgotten)
        return
    console().print(
        f"{count(len(forgotten.retired), 'turn')} forgotten; `lukasa restore ID …` brings them back."
    )
    for turn in forgotten.retired:
        console().print(f"  {turn}")


def restore(
    ids: Annotated[tuple[str, ...], Parameter(help="Ids of forgotten turns.")],
    /,
    *,
    reason: Annotated[str, Parameter(help="Why; kept in the journal.")] = "",
    shared: Shared | None = None,
) -> None:
    """Let forgotten turns be recalled again."""
    options = shared or Shared()
    with opened_handle(options) as memory:
        restored = memory.restore(list(ids), reason=reason)
    if options.json:
        print_json({"restored": restored})
    else:
        console().print(f"{count(len(restored), 'turn')} restored.")
