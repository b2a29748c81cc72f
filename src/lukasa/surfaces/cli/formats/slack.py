"""A Slack export: a folder for each channel, in it a file for each day; `users.json` above them has the names."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import cast

from lukasa.errors import ImportFormatError, InputError
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.session import Assumptions, DayGroups, Session
from lukasa.surfaces.cli.formats.source import Entry, ImportFile, neighbour

_SPOKEN = frozenset({None, "", "bot_message", "thread_broadcast", "me_message", "file_share", "file_comment"})
_LINK = re.compile(r"<([@#!]?)([^<>|\n]{1,2000})(?:\|([^<>\n]{0,2000}))?>")


def read(source: ImportFile, assumed: Assumptions) -> Iterator[Session]:
    """One session for each day of a channel."""
    people = _people(source)
    groups = DayGroups(cast(Entry, source.path.parent).name or "channel")
    message = partial(_message, people=people, assumed=assumed)
    yield from groups.sessions(records(source, assumed.notes), message, assumed.notes)


def _people(source: ImportFile) -> Mapping[str, str]:
    for up in (1, 0):
        if entry := neighbour(source.path, "users.json", up=up):
            try:
                listed = json.loads("".join(ImportFile(entry).chunks()))
            except (InputError, ValueError, RecursionError):
                continue
            users = [user for user in listed if isinstance(user, dict)] if isinstance(listed, list) else []
            return {str(user["id"]): name for user in users if "id" in user and (name := _name(user))}
    return {}


def _name(user: Mapping[str, object]) -> str | None:
    profile = user.get("profile")
    of_profile = (
        [profile.get(key) for key in ("real_name", "display_name")] if isinstance(profile, dict) else []
    )
    names = (*of_profile, user.get("real_name"), user.get("name"))
    return next((name for name in names if isinstance(name, str) and name.strip()), None)


def _message(
    record: Mapping[str, object], location: str, people: Mapping[str, str], assumed: Assumptions
) -> dict[str, object] | None:
    if record.get("type", "message") != "message" or record.get("subtype") not in _SPOKEN:
        assumed.notes.leave_out("notices of the application")
        return None
    text = _words(shape.text_or_empty(record.get("text"), f"{location}.text"), people)
    if not text.strip():
        assumed.notes.leave_out("media without words")
        return None
    user = record.get("user")
    profile = record.get("user_profile")
    named = people.get(str(user)) or (_name(profile) if isinstance(profile, dict) else None)
    name = named or record.get("username") or user or record.get("bot_id")
    if not name:
        raise ImportFormatError(f"{location}: it cannot be told who speaks")
    bot = record.get("subtype") == "bot_message" or (record.get("bot_id") and not user)
    return {
        "role": "tool" if bot else "user",
        "name": str(name),
        "content": text,
        "at": assumed.dated(record, location, names=("ts",)),
    }


def _words(text: str, people: Mapping[str, str]) -> str:
    """Return a text as it is shown: names of people and channels, links, and no entities."""

    def shown(link: re.Match[str]) -> str:
        sign, target, label = link.groups()
        if sign == "@":
            return f"@{people.get(target) or label or target}"
        if sign:
            return f"{'#' if sign == '#' else '@'}{label or target.partition('^')[0]}"
        return f"{label} ({target})" if label and label != target else target

    return html.unescape(_LINK.sub(shown, text))
