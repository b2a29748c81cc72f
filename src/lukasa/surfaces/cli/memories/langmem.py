"""Items of a LangGraph store, as LangMem keeps memories in: `namespace`, `key`, `value`, `created_at`, `updated_at`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lukasa.errors import ImportFormatError
from lukasa.integrations.moving import ImportedFact
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.surfaces.cli.memories.contents import Contents, instant, related


def read(source: ImportFile, *, user_part: int | None = None, one_user: bool = False) -> Contents:
    """Return a fact for each item; *user_part* says which part of a namespace names the user, from 1 (-1: the last).

    Raises `ImportFormatError` that names the place and the field, and for several namespaces where nothing says whose they are.
    """
    contents = Contents()
    namespaces: set[tuple[str, ...]] = set()
    for location, record in _items(source):
        namespace = _namespace(record, location)
        namespaces.add(namespace)
        if user_part is None and not one_user and len(namespaces) > 1:
            named = ", ".join("/".join(each) for each in sorted(namespaces))
            raise ImportFormatError(
                f"{source.name} holds several namespaces ({named}, …): say which part names the user "
                "(--user-part 2), or whose all of it is (--user)"
            )
        contents.facts.append(_fact(record, namespace, _user(namespace, user_part, location), location))
    return contents


def _items(source: ImportFile) -> Iterator[tuple[str, Mapping[str, object]]]:
    for location, record in records(source):
        if isinstance(items := record.get("items"), list) and "value" not in record:
            for number, each in enumerate(items):
                yield f"{location}: items[{number}]", shape.mapping(each, f"{location}: items[{number}]")
        else:
            yield location, record


def _namespace(record: Mapping[str, object], location: str) -> tuple[str, ...]:
    value = record.get("namespace", record.get("prefix"))
    parts = value.split(".") if isinstance(value, str) else shape.sequence(value, f"{location}.namespace")
    return tuple(shape.text(part, f"{location}.namespace[{number}]") for number, part in enumerate(parts))


def _user(namespace: tuple[str, ...], part: int | None, location: str) -> str | None:
    if part is None:
        return None
    try:
        return namespace[part - 1 if part > 0 else part]
    except IndexError:
        raise ImportFormatError(
            f"{location}.namespace has {len(namespace)} parts, and no part {part} that names the user"
        ) from None


def _fact(
    record: Mapping[str, object], namespace: tuple[str, ...], user: str | None, location: str
) -> ImportedFact:
    key = shape.label(record.get("key"), f"{location}.key")
    if key is None:
        raise ImportFormatError(f"{location}.key must be text, and is missing")
    value = shape.mapping(record.get("value"), f"{location}.value")
    content = value.get("content", value)
    times = {name: instant(record.get(name), f"{location}.{name}") for name in ("created_at", "updated_at")}
    if isinstance(content, dict) and isinstance(content.get("content"), str) and len(content) == 1:
        content = content["content"]
    about = {"namespace": "/".join(namespace), "kind": value.get("kind"), **{name: at and at.isoformat() for name, at in times.items()}}  # fmt: skip
    others = (
        {name: each for name, each in value.items() if name not in {"kind", "content"}}
        if "content" in value
        else {}
    )
    structured = {} if isinstance(content, str) else {"value": content}
    fact = ImportedFact(
        source="langmem",
        id="/".join((*namespace, key)),
        text=_words(content, f"{location}.value"),
        user=user,
        valid_from=times["updated_at"] or times["created_at"],
        metadata=about | structured | ({"others": others} if others else {}),
        location=location,
    )
    if (triple := _triple(content)) is None:
        return fact
    return related(replace(fact, subject=triple[0]), *triple[1:])


def _words(content: object, location: str) -> str:
    """Return a memory as a sentence: its text, `subject predicate object`, or `field: value` of a profile."""
    if isinstance(content, str):
        return shape.text(content, location)
    if not isinstance(content, dict):
        return json.dumps(content, ensure_ascii=False)
    if (triple := _triple(content)) is not None:
        return " ".join(triple)
    return "; ".join(
        f"{name}: {each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)}"
        for name, each in content.items()
        if each not in (None, "", [], {})
    )


def _triple(content: object) -> tuple[str, str, str] | None:
    parts = (
        [content.get(name) for name in ("subject", "predicate", "object")]
        if isinstance(content, dict)
        else []
    )
    match parts:
        case [str() as subject, str() as predicate, str() as value] if subject.strip() and value.strip():
            return subject, predicate, value
    return None
