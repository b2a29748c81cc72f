"""`lukasa install CLIENT`: entries in the settings of a coding agent, and their removal. Nothing else in them is touched."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from subprocess import list2cmdline
from typing import Annotated, Literal

from cyclopts import Parameter

from lukasa import Settings
from lukasa.config import as_path, default_path
from lukasa.errors import ConfigError
from lukasa.surfaces.cli.options import USER, UserOptions
from lukasa.surfaces.hooks.clients import CLIENTS, CodingAgent
from lukasa.surfaces.hooks.json_text import JsonPart, appended, find, indentation, parts, removed, written
from lukasa.surfaces.keys import store_file

ClientName = Literal["claude-code", "codex", "cursor"]

_FILES: Mapping[str, str] = {
    "claude-code": ".claude/settings.json",
    "codex": ".codex/hooks.json",
    "cursor": ".cursor/hooks.json",
}
"""In the home folder, or in that of a project."""

_OURS = re.compile(r"\blukasa(?:\.surfaces\.entry|\.exe)?['\"]? hook (claude-code|codex|cursor) \w+")
_AFTERWARDS = {
    "claude-code": "Sessions that begin from now on use it.",
    "codex": "Codex asks you to trust new hooks: open it and run /hooks.",
    "cursor": "Cursor reads it again by itself; open a new chat.",
}


def hook(
    client: Annotated[ClientName, Parameter(help="The coding agent.")],
    event: Annotated[str, Parameter(help="Its name of the event, such as UserPromptSubmit.")],
    /,
    *,
    deadline: Annotated[float, Parameter(help="Seconds after which it ends without a word.")] = 0.26,
    shared: UserOptions | None = None,
) -> None:
    """Answer an event of a coding agent: JSON on standard input, JSON or nothing on standard output, always exit code 0.

    Coding agents call it; `lukasa install` tells them to.
    """
    from lukasa.surfaces.hooks.run import main  # noqa: PLC0415 - ends the process

    options = shared or UserOptions()
    owner = ["--user", options.user or USER, "--tenant", options.tenant or "default"]
    main([client, event, "--db", options.db, *owner, "--deadline", str(deadline)])


def install(
    client: Annotated[ClientName, Parameter(help="The coding agent.")],
    /,
    *,
    project: Annotated[bool, Parameter(help="In this folder's settings, not in your own.")] = False,
    remove: Annotated[bool, Parameter(help="Take the entries out again.")] = False,
    shared: UserOptions | None = None,
) -> None:
    """Let a coding agent remember: write entries into its settings, or take them out with --remove."""
    options = shared or UserOptions()
    file = (Path.cwd() if project else Path.home()) / _FILES[client]
    before = _read(file)
    after = without_entries(before, client)
    if not remove:
        after = with_entries(after, client, command(client, options))
    _write(file, before, after)
    state = {"client": client, "file": str(file), "installed": not remove, "changed": before != after}
    if options.json:
        sys.stdout.write(json.dumps(state) + "\n")
    else:
        done = "unchanged" if before == after else "entries removed" if remove else "entries written"
        sys.stdout.write(f"{file}: {done}\n" + ("" if remove else f"{_AFTERWARDS[client]}\n"))


def command(client: str, options: UserOptions) -> list[str]:
    """Return the beginning of the command line of a hook: the event and its options follow."""
    settings = Settings.from_env()
    store = options.db or settings.store or str(default_path())
    path = store_file(str(store))
    if path is None:
        raise ConfigError(f"hooks need a store in a file, not {store!r}; name one with --db")
    script = shutil.which("lukasa")
    begin = [script] if script else [sys.executable, "-P", "-m", "lukasa.surfaces.entry"]
    owner = ["--user", options.user or USER, "--tenant", options.tenant or settings.tenant]
    return [*begin, "hook", client, "EVENT", "--db", str(as_path(path).absolute()), *owner]


def with_entries(text: str, client: str, words: list[str]) -> str:
    """Return settings with an entry for each event. Raises `ConfigError` for settings of a shape that we do not know."""
    kind = CLIENTS[client]
    text = text if text.strip() else "{}\n"
    if kind.flat and find(text, ["version"]) is None:
        text = appended(text, _place(text, []), '"version": 1')
    if find(text, ["hooks"]) is None:
        text = appended(text, _place(text, []), '"hooks": {}')
    for event in kind.events:
        line = _line(event if word == "EVENT" else word for word in words)
        if find(text, ["hooks", event]) is None:
            text = appended(text, _place(text, ["hooks"]), f"{json.dumps(event)}: []")
        text = appended(
            text, _place(text, ["hooks", event], "["), written(_entry(kind, line), indentation(text))
        )
    return text


def without_entries(text: str, client: str) -> str:
    """Return settings without our entries, and without what was empty but for them."""
    if not text.strip() or find(text, ["hooks"]) is None:
        return text
    emptied = False
    for event in [part.name for part in parts(text, _place(text, ["hooks"]))]:
        text, changed = _without_ours(text, event, client)
        emptied = emptied or changed
    if emptied and not list(parts(text, _place(text, ["hooks"]))):
        text = removed(text, _place(text, []), _found(text, ["hooks"]))
        left = [part.name for part in parts(text, _place(text, []))]
        if not left or (CLIENTS[client].flat and left == ["version"]):
            return ""
    return text


def _without_ours(text: str, event: str, client: str) -> tuple[str, bool]:
    changed = False
    place = _found(text, ["hooks", event]).value
    if text[place] != "[":
        return text, False
    while ours := next(
        (part for part in parts(text, place) if _is_ours(text[part.value : part.end], client)), None
    ):
        text, changed = removed(text, place, ours), True
    if changed and not list(parts(text, place)):
        text = removed(text, _place(text, ["hooks"]), _found(text, ["hooks", event]))
    return text, changed


def _is_ours(entry: str, client: str) -> bool:
    """Whether an entry runs a hook of ours, and nothing else."""
    value = json.loads(entry)
    hooks = value.get("hooks", [value]) if isinstance(value, dict) else []
    commands = [str(each.get("command", "")) for each in hooks if isinstance(each, dict)]
    found = [_OURS.search(command) for command in commands]
    return bool(found) and all(each is not None and each[1] == client for each in found)


def _line(words: Iterable[str]) -> str:
    return list2cmdline(list(words)) if sys.platform == "win32" else shlex.join(words)


def _entry(client: CodingAgent, line: str) -> Mapping[str, object]:
    if client.flat:
        return {"command": line, "timeout": client.timeout}
    return {"hooks": [{"type": "command", "command": line, "timeout": client.timeout}]}


def _found(text: str, path: list[str]) -> JsonPart:
    found = find(text, path)
    assert found is not None  # noqa: S101 - callers looked
    return found


def _place(text: str, path: list[str], opening: str = "{") -> int:
    place = _found(text, path).value
    if text[place] != opening:
        kind = "an object" if opening == "{" else "a list"
        raise ConfigError(
            f"{'.'.join(path) or 'the whole'} of the settings must be {kind}; nothing was changed"
        )
    return place


def _read(file: Path) -> str:
    """Return the settings as they are. Raises `ConfigError` for what cannot be read as JSON."""
    try:
        text = file.read_bytes().decode()
        if text.strip():
            json.loads(text)
    except FileNotFoundError:
        return ""
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"{str(file)!r} is no JSON ({error}); mend it first: nothing was changed"
        ) from error
    return text


def _write(file: Path, before: str, after: str) -> None:
    """Put new settings in the place of the old, whole or not at all."""
    if before == after:
        return
    file = file.resolve()  # A link, such as into a folder of dotfiles, stays one.
    if not after:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    part.write_bytes(after.encode())
    if file.exists():
        shutil.copymode(file, part)
    part.replace(file)
