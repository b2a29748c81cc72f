"""The one way in for what callers pass to verbs: a secret in any text becomes a label before the verb sees it.

`Verbs` wraps each public verb when its class is made. A new verb, or a new parameter, is covered without a line of its own;
what must stay as it is stands in `_UNTOUCHED`. Reading and writing are treated alike, so that what was stored under a name
with a secret in it is found by that name. Messages come clean from `writing.messages`, which counts what it took out.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import fields, replace
from functools import wraps
from typing import Any, cast

from lukasa.bounds import LIMITS, check_length, read_filter, read_metadata
from lukasa.domain.filter import METADATA, AllOf, AnyOf, Compare, Filter, Not
from lukasa.domain.report import Receipt
from lukasa.errors import InputError
from lukasa.extraction.candidates import CandidateFact, read_candidates
from lukasa.extraction.guidance import CustomAttribute, Guidance
from lukasa.text.secrets import Redacted, redact, redact_json, redact_name
from lukasa.writing.messages import redact_key

_NAMES: tuple[str, ...] = (
    "session",
    "agent",
    "speaker",
    "subject",
    "attribute",
    "entity",
    "query",
    "one",
    "other",
    "name",
)
_NAMES += ("old", "new", "start", "end")
_REDACTORS: dict[str, Callable[[str], Redacted]] = {
    **dict.fromkeys(_NAMES, redact_name),
    "key": redact_key,
}
"""What tells things apart; any other text goes through `redact`."""

_UNTOUCHED = frozenset(
    (
        "messages",  # `read_messages` redacts them, and the metadata; `chat` shows them to the model as they are.
        *("remember.metadata", "chat.metadata"),
        "question",  # It is not stored.
        *("turns", "ids", "fact", "keep"),  # Ids, which Lukasa makes.
        *("erase.facts", "approve.facts", "reject.facts"),
        "erase.text",  # A label in its place would match, and destroy, every text with a secret of that kind.
    )
)
"""Parameters that are left as they are; `verb.parameter`: of that verb alone."""


def guarded(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Return a verb that gets its arguments without secrets, and whose receipt counts those."""
    signature = inspect.signature(verb)
    _, *names = signature.parameters
    touched = [name for name in names if not _UNTOUCHED & {name, f"{verb.__name__}.{name}"}]

    def clean(verbs: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, list[str]]:
        bound = signature.bind(verbs, *args, **kwargs)
        labels: list[str] = []
        if verbs._redacts:  # noqa: SLF001 - the classes whose verbs it wraps have it
            for name in touched:
                if bound.arguments.get(name) is not None:
                    bound.arguments[name] = _cleaned(name, bound.arguments[name], labels)
        return bound, labels

    if inspect.isasyncgenfunction(verb):

        @wraps(verb)
        async def generate(self: Any, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
            bound, _ = clean(self, args, kwargs)
            async with aclosing(verb(*bound.args, **bound.kwargs)) as items:
                async for item in items:
                    yield item

        return generate

    @wraps(verb)
    async def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        bound, labels = clean(self, args, kwargs)
        result = await verb(*bound.args, **bound.kwargs)
        if labels and isinstance(result, Receipt):
            return replace(
                result, redacted=dict(sorted((Counter(result.redacted) + Counter(labels)).items()))
            )
        return result

    return call


def check_owner(name: str, value: str) -> None:
    """Refuse a user or tenant that holds a secret: it is kept as it is, and a label would make one memory of two."""
    if isinstance(value, str) and (labels := redact_name(value).labels):
        raise InputError(
            f"{name} seems to hold a secret ({labels[0]}), which would be kept as the name of a memory; "
            "use an id of your own for it"
        )


def _cleaned(name: str, value: Any, labels: list[str]) -> Any:
    if name == "filter":
        return _filter(read_filter(value))
    if name == "facts" and not isinstance(value, CandidateFact):
        value = read_candidates(value)
    if isinstance(value, CandidateFact | Guidance | CustomAttribute):
        texts = ((field.name, getattr(value, field.name)) for field in fields(value))
        return replace(value, **{name: _cleaned(name, text, labels) for name, text in texts})
    if isinstance(value, str):
        # Before it is searched: no text but a message's or a question's may be longer.
        check_length(name, value, LIMITS.fact_bytes)
        redacted = _REDACTORS.get(name, redact)(value)
        labels.extend(redacted.labels)
        return redacted.text
    if isinstance(value, Mapping):
        cleaned, of_json = redact_json(read_metadata(name, value))
        labels.extend(of_json)
        return cleaned
    if isinstance(value, list | tuple):
        items = [_cleaned(name, item, labels) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    return value


def _filter(condition: Filter | None) -> Filter | None:
    """Return a filter that finds what was stored in place of the secrets that it names."""
    match condition:
        case Compare(field=field, value=value) if field.startswith(METADATA):
            key = field.removeprefix(METADATA)
            values = [*value] if isinstance(value, tuple) else value
            cleaned = cast("dict[str, Any]", redact_json({key: cast("Any", values)})[0])
            ((key, values),) = cleaned.items()
            return replace(
                condition, field=METADATA + key, value=tuple(values) if isinstance(value, tuple) else values
            )
        case Compare(field="session" | "agent" | "speaker", value=value):
            return replace(
                condition, value=tuple(map(_name, value)) if isinstance(value, tuple) else _name(value)
            )
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return replace(condition, parts=tuple(cast("Filter", _filter(part)) for part in parts))
        case Not(part=part):
            return Not(cast("Filter", _filter(part)))
        case _:
            return condition


def _name(value: Any) -> Any:
    return redact_name(value).text if isinstance(value, str) else value
