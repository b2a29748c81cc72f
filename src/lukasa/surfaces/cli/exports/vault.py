"""A memory as a folder of Markdown notes with links: one a day with what was said, one a person with what is believed.

Links and names are those of Obsidian. The same memory gives the same bytes. Names and words come from anybody: a name is made safe for every file
system, and words are escaped, so that they are shown and do nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from lukasa import Fact, Handle, Turn
from lukasa.domain.fact import Status
from lukasa.domain.labels import one_line, printable
from lukasa.domain.scope import digest

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~$%^=!&{}])")
_UNSAFE = re.compile(r"[^\w .,'()+@-]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_NO_ALIAS = re.compile(r"[\[\]|#^<>`]")
_NAME_BYTES = 100
_SECTIONS: tuple[Status, ...] = ("current", "conflicting", "superseded")
_TITLES = {"current": "What is so", "conflicting": "Undecided", "superseded": "What was so", "": "Forgotten"}


def notes(memory: Handle, *, forgotten: bool = False) -> Iterator[tuple[str, str]]:
    """Yield each note with its path in the folder. What was forgotten is in it only when it is asked for."""
    turns = sorted(
        memory.turns(include_retired=forgotten), key=lambda turn: (turn.at.date(), turn.at, turn.seq)
    )
    facts = [
        fact
        for fact in memory.facts(status=_SECTIONS, include_retired=forgotten)
        if forgotten or fact.retired_at is None
    ]
    names = {one_line(fact.subject) for fact in facts} | {
        one_line(turn.speaker) for turn in turns if turn.speaker
    }
    files = file_names(names)
    for day, said in groupby(turns, key=lambda turn: turn.at.date().isoformat()):
        yield f"Days/{day}.md", _day(day, list(said), files)
    days = {turn.id: turn.at.date().isoformat() for turn in turns}
    spoke: dict[str, set[str]] = defaultdict(set)
    for turn in turns:
        if turn.speaker:
            spoke[one_line(turn.speaker)].add(days[turn.id])
    about: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        about[one_line(fact.subject)].append(fact)
    for name in sorted(names):
        yield f"People/{files[name]}.md", _person(name, about[name], sorted(spoke[name]), (files, days))


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a file name for each name, without its ending: safe everywhere, and different from the others in any case."""
    plain = {name: _plain(name) for name in sorted(names)}
    taken: dict[str, list[str]] = defaultdict(list)
    for name, file in plain.items():
        taken[file.casefold()].append(name)
    return {
        name: file
        if file == name and len(taken[file.casefold()]) == 1
        else f"{file} {digest([name])[:8]}".strip()
        for name, file in plain.items()
    }


def _plain(name: str) -> str:
    text = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    text = text.encode()[:_NAME_BYTES].decode(errors="ignore").strip(" .")
    return f"_{text}" if not text or _RESERVED.fullmatch(text) else text


def inert(text: str) -> str:
    """Return words as Markdown that shows them and nothing else: no links, tags, code, HTML or comments."""
    return _MARKUP.sub(r"\\\1", printable(text))


def _day(day: str, turns: Sequence[Turn], files: Mapping[str, str]) -> str:
    people = sorted({one_line(turn.speaker) for turn in turns if turn.speaker})
    lines = [
        *_front(date=day, turns=len(turns), people=[_link("People", files[name], name) for name in people])
    ]
    for session, said in groupby(turns, key=lambda turn: turn.session):
        if session is not None:
            lines += [f"## {inert(one_line(session))}", ""]
        for turn in said:
            lines += [*_turn(turn, files), ""]
    return "\n".join(lines)


def _turn(turn: Turn, files: Mapping[str, str]) -> Iterator[str]:
    name = one_line(turn.speaker) if turn.speaker else ""
    who = _link("People", files[name], name) if name else turn.role
    first, *rest = inert(turn.text).splitlines() or [""]
    hidden = " (forgotten)" if turn.retired_at is not None else ""
    yield f"- **{who}** {turn.at:%H:%M}{hidden}: {first}"
    yield from (f"  {line}" for line in rest)
    yield f"  ^{_block(turn.id)}"


def _person(
    name: str, facts: Sequence[Fact], spoke: Sequence[str], known: tuple[Mapping[str, str], Mapping[str, str]]
) -> str:
    files, days = known
    aliases = [] if files[name] == name else [name]
    lines = [*_front(name=name, aliases=aliases, facts=len(facts)), f"# {inert(name)}", ""]
    for section in (*_SECTIONS, ""):
        of = [fact for fact in facts if ("" if fact.retired_at is not None else fact.status) == section]
        if of:
            lines += [f"## {_TITLES[section]}", "", *(_fact(fact, files, days) for fact in of), ""]
    if spoke:
        lines += ["## Said something on", "", *(f"- [[Days/{day}|{day}]]" for day in spoke), ""]
    return "\n".join(lines)


def _fact(fact: Fact, files: Mapping[str, str], days: Mapping[str, str]) -> str:
    other = next((name for name in files if fact.value and name.casefold() == fact.value.casefold()), None)
    parts = [inert(" ".join(fact.text.splitlines()))]
    if other is not None and other != one_line(fact.subject):
        parts.append(f"→ {_link('People', files[other], other)}")
    times = [
        f"{word} {_date(at)}" for word, at in (("since", fact.valid.start), ("until", fact.valid.end)) if at
    ]
    sources = dict.fromkeys(source.turn for source in fact.sources if source.turn in days)
    times += [f"[[Days/{days[turn]}#^{_block(turn)}|{days[turn]}]]" for turn in sources]
    return (
        f"- {' '.join(parts)} ({', '.join(times)}) ^{_block(fact.id)}"
        if times
        else f"- {' '.join(parts)} ^{_block(fact.id)}"
    )


def _front(**fields: object) -> Iterator[str]:
    """Yield front matter: values as JSON, which is YAML."""
    yield "---"
    yield from (f"{name}: {json.dumps(value, ensure_ascii=True)}" for name, value in fields.items())
    yield from ("---", "")


def _link(folder: str, file: str, name: str) -> str:
    shown = " ".join(_NO_ALIAS.sub(" ", printable(name)).split())
    return f"[[{folder}/{file}|{shown or file}]]"


def _block(id_: str) -> str:
    return id_.replace("_", "-")


def _date(at: datetime) -> str:
    return at.date().isoformat()
