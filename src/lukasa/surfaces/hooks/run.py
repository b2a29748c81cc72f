"""`lukasa hook CLIENT EVENT`: fast, silent when anything goes wrong, and never in the way of the client.

Little is imported: the client waits for the interpreter, for this, and for a search by words. What takes longer, a process
of its own does (`worker.py`).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lukasa.integrations.inserted import CONFIDENCE, TOKENS, fenced
from lukasa.surfaces.hooks.clients import CLIENTS, HookEvent, answer, read_event
from lukasa.surfaces.hooks.spool import Spool

_DEADLINE = 0.26
"""Seconds after which a hook ends without a word; with the start of the interpreter it is 300 ms."""

_LONGEST_INPUT = 20_000_000
_LEAST_PROMPT = 3
_BUDGET = 3_000
"""Characters of context."""


class HookOptions(NamedTuple):
    """What the command line says."""

    client: str
    event: str
    db: str
    user: str
    tenant: str
    deadline: float = _DEADLINE


def main(arguments: Sequence[str]) -> None:
    """Answer one event and end the process, always with 0."""
    said = ""
    try:
        options = read_options(arguments)
        timer = threading.Timer(options.deadline, os._exit, (0,))
        timer.daemon = True
        timer.start()
        said = respond(options, sys.stdin.buffer.read(_LONGEST_INPUT))
        timer.cancel()
    except BaseException as error:  # noqa: BLE001 - nothing may reach the client
        if "--debug" in arguments:
            sys.stderr.write(f"lukasa hook: {type(error).__name__}: {error}\n")
    if said:
        sys.stdout.write(said)
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # Nothing is left to do; tidying up would take as long as all of it.


def respond(options: HookOptions, sent: bytes) -> str:
    """Return what is to be printed for an event; empty: nothing."""
    payload = json.loads(sent)
    client = CLIENTS[options.client]
    event = read_event(client, options.event, payload)
    if event is None:
        return ""
    store = Path(options.db) if options.db else _default_store()
    capture(Spool(store), event, options)
    context = recalled(store, event, options)
    return json.dumps(answer(client, event, fenced(context))) if context else ""


def read_options(arguments: Sequence[str]) -> HookOptions:
    """Read the arguments; `lukasa hook --help` shows them."""
    names: list[str] = []
    values: dict[str, str] = {}
    waiting = ""
    for argument in arguments:
        if waiting:
            values[waiting], waiting = argument, ""
        elif argument in {"--db", "--user", "--tenant", "--deadline"}:
            waiting = argument[2:]
        elif not argument.startswith("--"):
            names.append(argument)
    client, event = names
    return HookOptions(
        client,
        event,
        values.get("db", ""),
        values.get("user", "me"),
        values.get("tenant", "default"),
        float(values.get("deadline", _DEADLINE)),
    )


def capture(spool: Spool, event: HookEvent, options: HookOptions) -> None:
    """Write down what is to be remembered, and start what does it."""
    entry = {
        "client": options.client,
        "session": event.session,
        "user": options.user,
        "tenant": options.tenant,
    }
    if event.action == "compact":
        spool.mark(event.session, "compacted", _now())
    if event.transcript:
        if event.action in {"stop", "compact"}:
            spool.add({**entry, "transcript": event.transcript})
    elif event.text.strip():
        role = "user" if event.action == "prompt" else "assistant"
        spool.add({**entry, "role": role, "content": event.text, "at": _now()})
    if event.action in {"stop", "compact"}:
        start_worker(spool.store)


def start_worker(store: Path) -> None:
    """Start the process that remembers what waits; it ends when nothing does."""
    import subprocess  # noqa: PLC0415 - not for a prompt

    # -P: a folder `lukasa` of the project that the agent works on must not be imported.
    command = [sys.executable, "-P", "-m", "lukasa.surfaces.hooks.worker", str(store)]
    subprocess.Popen(  # noqa: S603 - ourselves
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


class HookQuestion(NamedTuple):
    """What is asked of the memory."""

    text: str
    """Empty: what is always worth knowing."""

    session: str
    """What was said in it, the client shows itself."""

    since: str
    """When it last replaced the conversation by a summary: what was said before is worth recalling. Empty: never."""


def recalled(store: Path, event: HookEvent, options: HookOptions) -> str:
    """Return what is remembered for a prompt, or at the beginning of a session."""
    if event.action not in {"begin", "prompt"}:
        return ""
    text = ""
    if event.action == "prompt":
        from lukasa.integrations.inserted import own_words  # noqa: PLC0415 - not for other events

        text = " ".join(text for role, text in own_words(event.text) if role == "user").strip()
        if len(text) < _LEAST_PROMPT or text.startswith("/"):
            return ""
    since = Spool(store).marked(event.session, "compacted") if event.session else None
    question = HookQuestion(text, event.session, since or "")
    served = _from_server(store, options, question)
    return _from_file(store, options, question) if served is None else served


def _from_server(store: Path, options: HookOptions, question: HookQuestion) -> str | None:
    from lukasa.surfaces.running import ask, running_server  # noqa: PLC0415

    server = running_server(store)
    if server is None or server.tenant != options.tenant:
        return None
    body: dict[str, object] = {"question": question.text or "Who is the user?", "budget": TOKENS}
    if question.text:
        body["min_confidence"] = CONFIDENCE
        if question.session:
            elsewhere: dict[str, object] = {"session": {"ne": question.session}}
            earlier: dict[str, object] = {"at": {"lt": question.since}}
            body["filter"] = {"or": [elsewhere, earlier]} if question.since else elsewhere
    found = ask(server, options.user, "context", body)
    return None if found is None else str(found["text" if question.text else "profile"])


def _from_file(store: Path, options: HookOptions, question: HookQuestion) -> str:
    if not store.exists():
        return ""
    from datetime import UTC, datetime  # noqa: PLC0415 - not for other events

    from lukasa.lexical import lexical_context  # noqa: PLC0415

    return lexical_context(
        store,
        question.text,
        user=options.user,
        tenant=options.tenant,
        now=datetime.now(UTC),
        budget=_BUDGET,
        session=question.session or None,
        since=datetime.fromisoformat(question.since) if question.since else None,
    )


def _now() -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.now(UTC).isoformat()


def _default_store() -> Path:
    from lukasa.config import Settings, as_path, default_path  # noqa: PLC0415 - takes longer than all the rest

    return as_path(Settings.from_env().store or str(default_path()))
