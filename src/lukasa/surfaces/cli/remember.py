"""Commands that change one user's memory: remember, forget, restore."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import CycloptsError, Parameter
from rich.text import Text

from lukasa import Fact, Receipt
from lukasa.surfaces.cli.fact_lines import fact_table, known_facts
from lukasa.surfaces.cli.formats.source import decode
from lukasa.surfaces.cli.options import UserOptions, opened_handle
from lukasa.surfaces.cli.output import console, count, counted, print_json, warn


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
    fact: Annotated[
        tuple[str, ...],
        Parameter(
            help="A fact that you found in it: a sentence, or a JSON object with `text`, `subject`, `attribute`, …; repeatable.",
            negative="",
        ),
    ] = (),
    key: Annotated[str, Parameter(help="Idempotency key: the same key stores nothing twice.")] = "",
    wait: Annotated[
        bool, Parameter(help="Wait until the model, if there is one, has read the message.")
    ] = False,
    shared: UserOptions | None = None,
) -> None:
    """Store one message, word for word, and the facts it states."""
    options = shared or UserOptions()
    content = decode(sys.stdin.buffer.read(), "standard input").rstrip("\n") if text == "-" else text
    message: dict[str, object] = {"role": role, "content": content}
    if speaker:
        message["name"] = speaker
    named = list(map(_fact, fact))
    with opened_handle(options, new=True) as memory:
        receipt = memory.remember(
            message,
            at=at or None,
            zone=zone or None,
            session=session or None,
            key=key or None,
            facts=named,
            wait=wait,
        )
        facts = [] if options.json else known_facts(memory, receipt.facts)
    if options.json:
        print_json(receipt)
    else:
        _show_receipt(receipt, facts, waited=wait)
        for refused in receipt.refused_facts:
            kept = "waits for `lukasa review`" if refused.quarantined else "not believed"
            console().print(Text(f"Fact {refused.fact + 1}: {kept} ({refused.reason})", style="yellow"))


def _fact(text: str) -> str | dict[str, object]:
    if not text.lstrip().startswith("{"):
        return text
    try:
        fields: dict[str, object] = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CycloptsError(msg=f"--fact begins with {{ and is no JSON object: {error}") from error
    return fields


def forget(
    ids: Annotated[
        tuple[str, ...],
        Parameter(help="Ids of turns and facts, as `facts`, `turns --json` and `recall --json` show them."),
    ] = (),
    /,
    *,
    session: Annotated[str, Parameter(help="A whole session instead of ids.")] = "",
    reason: Annotated[str, Parameter(help="Why; kept in the journal.")] = "",
    shared: UserOptions | None = None,
) -> None:
    """Hide turns and facts from recall. They stay stored; `lukasa restore` brings them back."""
    options = shared or UserOptions()
    if bool(ids) == bool(session):
        raise CycloptsError(msg="say what to forget: ids, or --session NAME")
    with opened_handle(options) as memory:
        forgotten = memory.forget(list(ids) or None, session=session or None, reason=reason)
    if options.json:
        print_json(forgotten)
        return
    console().print(f"{_counted(forgotten.retired)} forgotten; `lukasa restore ID …` brings them back.")
    for id_ in forgotten.retired:
        console().print(f"  {id_}")


def restore(
    ids: Annotated[tuple[str, ...], Parameter(help="Ids of forgotten turns and facts.")],
    /,
    *,
    reason: Annotated[str, Parameter(help="Why; kept in the journal.")] = "",
    shared: UserOptions | None = None,
) -> None:
    """Bring back forgotten turns and facts."""
    options = shared or UserOptions()
    with opened_handle(options) as memory:
        restored = memory.restore(list(ids), reason=reason)
    if options.json:
        print_json({"restored": restored})
    else:
        console().print(f"{_counted(restored)} restored.")


def _show_receipt(receipt: Receipt, facts: Sequence[Fact], *, waited: bool) -> None:
    out = console()
    for turn in receipt.turns:
        out.print(f"Remembered as {turn}.")
    for turn in receipt.duplicates:
        out.print(f"Known already as {turn}; nothing was stored.")
    for reason in receipt.skipped:
        out.print(Text(f"Left out: {reason}"))
    if receipt.redacted:
        out.print(
            Text(
                f"Replaced by a label before anything was stored: {counted(receipt.redacted)}", style="yellow"
            )
        )
    if facts:
        out.print(fact_table(facts))
    if receipt.refused:
        out.print(Text(f"Not believed: {counted(receipt.refused)}", style="dim"))
    if receipt.pending:
        how = "`lukasa retry` and `lukasa flush` try again" if waited else "`lukasa flush` waits for it"
        out.print(Text(f"{count(receipt.pending, 'job')} left for the model: {how}", style="dim"))
    warn(receipt.warnings)


def _counted(ids: Sequence[str]) -> str:
    """Return `1 turn`, `2 turns and 1 fact`: ids of facts begin with `f_`."""
    facts = sum(id_.startswith("f_") for id_ in ids)
    kinds = (count(len(ids) - facts, "turn"), count(facts, "fact"))
    return " and ".join(kinds) if 0 < facts < len(ids) else kinds[facts > 0]
