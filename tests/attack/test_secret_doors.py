"""A secret through every door: no public verb, field of a message, or word of a model leaves its bytes in any file.

The verbs and their parameters are listed by introspection: a new one that stores what it is given makes this fail.
"""

from __future__ import annotations

import inspect
import string
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from lukasa import CustomAttribute, Guidance, Handle, Memory, Settings
from lukasa.errors import InputError, LukasaError
from lukasa.policy import RememberPolicy
from lukasa.testing.llm import ScriptedLLM

SEED = 20261130
HANDLE = {name: verb for name, verb in vars(Handle).items() if inspect.isfunction(verb) and name[0] != "_"}
NEEDED: dict[str, dict[str, Any]] = {
    "believe": {"text": "Ana has a boat.", "subject": "Ana"},
    "remember": {"messages": "I like tea."},
    "chat": {"messages": "I like tea."},
    "undo": {"change": 1},
    "diff": {"before": 1},
    "guide": {"guidance": None},
    "merge": {"one": "Ana", "other": "Anna"},
    "split": {"one": "Ana", "other": "Ben"},
    "alias": {"name": "Ana", "other": "Annie"},
    "rename": {"old": "Ana", "new": "Anita"},
    "related": {"entity": "Ana"},
    "path": {"start": "Ana", "end": "Anna"},
}
"""Arguments that a verb cannot do without; other texts are questions and ids."""


def drawn(random: Random) -> str:
    return "gh" + "p_" + "".join(random.choices(string.ascii_letters + string.digits, k=36))


def doors() -> Iterator[tuple[str, str, str]]:
    """Give each verb with a parameter that takes text, and a secret of its own."""
    random = Random(SEED)
    for verb, function in HANDLE.items():
        for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
            if any(
                kind in str(parameter.annotation)
                for kind in ("str", "Mapping", "Filter", "Message", "Guidance")
            ):
                for form in ("{}", "my key is {}"):
                    yield f"{verb}.{name}", form, drawn(random)


def left(folder: Path, secrets: Mapping[str, str]) -> list[str]:
    """Return the doors whose secret is in a file: as it is, in lower case, or the part that full-text would have."""
    files = [path.read_bytes().lower() for path in folder.rglob("*") if path.is_file()]
    return [
        door
        for door, secret in secrets.items()
        if any(part.lower().encode() in data for part in (secret, secret[4:]) for data in files)
    ]


def opened(folder: Path, reply: Any = "It is so.") -> Memory:
    settings = Settings(embedder="hashing", extractor="rules")
    return Memory.open(folder / "m.lukasa", settings=settings, llm=ScriptedLLM([reply]))


def given(verb: str, ids: Mapping[str, Any]) -> dict[str, Any]:
    arguments = dict(NEEDED.get(verb, {}))
    for name, parameter in list(inspect.signature(HANDLE[verb]).parameters.items())[1:]:
        if parameter.default is inspect.Parameter.empty and name not in arguments:
            arguments[name] = ids.get(name, "boat")
    if verb in {"forget", "restore", "erase"}:
        arguments["ids" if verb != "erase" else "turns"] = ids["turns"]
    return arguments


@pytest.mark.parametrize("kind", ["plain", "quoted"])
def test_no_parameter_of_a_verb_stores_a_secret(tmp_path: Path, kind: str):
    chosen = [door for door in doors() if (door[1] == "{}") == (kind == "plain")]
    with opened(tmp_path) as memory:
        for number, (door, form, secret) in enumerate(chosen):
            verb, _, parameter = door.partition(".")
            # A user for each door, so that what one does hides nothing from the next.
            user = memory.of(f"user {number}")
            fact = user.believe("Ana has a boat.", subject="Ana", attribute="owns", value="boat").facts[0]
            turns = list(user.remember({"role": "user", "content": "I like tea.", "name": "Ana"}).turns)
            ids = {"fact": fact, "keep": fact, "facts": fact, "turns": turns, "ids": turns}
            arguments = given(verb, ids)
            text = form.format(secret)
            arguments[parameter] = {"a": text, text: 1} if parameter == "metadata" else text
            if parameter == "filter":
                arguments[parameter] = {"session": text, f"metadata.{text}": text}
            if parameter == "guidance":
                arguments[parameter] = Guidance(
                    instructions=text,
                    include=(text,),
                    attributes=(CustomAttribute(name="a", description=text),),
                )
            if parameter == "facts" and verb == "remember":
                arguments[parameter] = [
                    text,
                    {"text": "I like tea.", "attribute": text, "value": text, "quote": text},
                ]
            if parameter == "value":
                arguments["attribute"] = "owns"
            if parameter == "attribute":
                arguments["value"] = "boat"
            with suppress(LukasaError):
                result = HANDLE[verb](user, **arguments)
                if inspect.isgenerator(result):
                    list(result)
        assert left(tmp_path, {door: secret for door, _, secret in chosen}) == []
    assert left(tmp_path, {door: secret for door, _, secret in chosen}) == [], f"seed {SEED}"
    assert len(chosen) >= 80


def test_no_field_of_a_message_stores_a_secret(tmp_path: Path):
    random = Random(SEED)
    secrets = {
        name: drawn(random)
        for name in ("content", "part", "name", "session", "agent", "key", "k", "v", "deep")
    }
    with opened(tmp_path) as memory:
        ana = memory.of("ana")
        for name in ("content", "name", "session", "agent", "key"):
            message = {"role": "user", "content": "I own a boat.", name: secrets[name]}
            receipt = ana.remember(message)
            assert receipt.redacted == {"github-token": 1}, name
        ana.remember({"role": "user", "content": [{"type": "text", "text": f"it is {secrets['part']}"}]})
        metadata = {secrets["k"]: 1, "x": secrets["v"], "y": [{"z": [{secrets["deep"]: 1}]}]}
        ana.remember({"role": "user", "content": "I own a car.", "metadata": metadata})
    assert left(tmp_path, secrets) == [], f"seed {SEED}"


def test_what_is_stored_under_a_secret_is_found_by_it(tmp_path: Path):
    random = Random(SEED)
    one, other = drawn(random), drawn(random)
    with opened(tmp_path) as memory:
        ana = memory.of("ana")
        (turn,) = ana.remember("I like tea.", session=one, key=one, metadata={one: "x", "b": one}).turns
        ana.remember("I like coffee.", session=other, key=other)
        ana.believe("It is hers.", subject=one)

        assert [each.id for each in ana.turns(session=one)] == [turn]
        assert [each.id for each in ana.turns(filter={"session": one})] == [turn]
        assert [
            each.id
            for each in ana.turns(filter={"not": {"session": {"in": [other]}}, f"metadata.{one}": "x"})
        ] == [turn]
        assert [each.id for each in ana.turns(filter={"metadata.b": one})] == [turn]
        assert len(ana.facts(subject=one)) == 1
        assert ana.facts(subject=other) == []
        assert ana.remember("I like tea.", session=one, key=one).duplicates == (turn,)
        assert turn in ana.forget(session=one).retired
        assert len(ana.turns(session=other)) == 1


def test_the_receipt_counts_the_secrets_of_every_argument(tmp_path: Path):
    random = Random(SEED)
    with opened(tmp_path) as memory:
        ana = memory.of("ana")
        receipt = ana.believe(
            f"It is {drawn(random)}.",
            subject=drawn(random),
            attribute="owns",
            value=drawn(random),
            metadata={"a": drawn(random)},
        )
        assert receipt.redacted == {"github-token": 4}
        assert ana.remember("I like tea.", session=drawn(random)).redacted == {"github-token": 1}


def test_an_erasure_by_a_secret_takes_no_other_secret_with_it(tmp_path: Path):
    random = Random(SEED)
    one, other = drawn(random), drawn(random)
    with opened(tmp_path) as memory:
        ana = memory.of("ana")
        ana.remember([f"The first is {one}.", f"The second is {other}."])
        ana.remember("I like tea.", session=one)
        ana.remember("I like coffee.", session=other)

        assert ana.erase(text=one).turns == ()
        assert len(ana.erase(session=one).turns) == 1
        assert len(ana.turns()) == 3


@pytest.mark.parametrize("name", ["{}", "user-{}", "password=hunter" + "2"])
def test_a_user_or_tenant_with_a_secret_is_refused(tmp_path: Path, name: str):
    name = name.format(drawn(Random(SEED)))
    with opened(tmp_path) as memory:
        with pytest.raises(InputError, match="user seems to hold a secret"):
            memory.of(name)
        with pytest.raises(InputError, match="tenant seems to hold a secret"):
            memory.of("ana", tenant=name)


@pytest.mark.parametrize(
    "name", ["4539578763621486", "ana@example.org", "+49 30 1234567", "9f1c2b7e-4a3d-4c8e-9b21-7d5e3f1a2b6c"]
)
def test_ids_of_applications_are_users_as_before(tmp_path: Path, name: str):
    with opened(tmp_path) as memory:
        assert memory.of(name).remember("I like tea.", session=name, key=name).redacted == {}
        assert [turn.session for turn in memory.of(name).turns()] == [name]


def test_a_key_that_can_be_guessed_is_refused_and_nothing_is_stored(tmp_path: Path):
    with opened(tmp_path) as memory:
        ana = memory.of("ana")
        for message, key in (
            ("I like tea.", "password=hunter" + "2"),
            ({"content": "x", "key": "pin: 4" + "321"}, None),
        ):
            with pytest.raises(InputError, match="idempotency key"):
                ana.remember(message, key=key)
        assert ana.turns() == []


def test_nothing_that_a_model_writes_stores_a_secret(tmp_path: Path):
    random = Random(SEED)
    secrets = {name: drawn(random) for name in ("summary", "text", "subject", "value", "quote")}
    reply = {
        "summary": f"Ana uses {secrets['summary']}.",
        "facts": [
            {
                "text": f"Ana uses {secrets['text']}.",
                "subject": secrets["subject"],
                "kind": "fact",
                "quote": "I like tea.",
                "attribute": "owns",
                "value": secrets["value"],
            }
        ],
    }
    settings = Settings(embedder="hashing", extractor="llm")
    with Memory.open(tmp_path / "m.lukasa", settings=settings, llm=ScriptedLLM([reply])) as memory:
        ana = memory.of("ana")
        ana.remember({"role": "user", "name": "Ana", "content": "I like tea."}, session="s", wait=True)
        ana.maintain()
        assert "[REDACTED:github-token]" in "".join(summary.text for summary in ana.summaries())
    assert left(tmp_path, secrets) == [], f"seed {SEED}"


def test_a_policy_that_keeps_secrets_keeps_them_everywhere(tmp_path: Path):
    secret = drawn(Random(SEED))
    settings = Settings(embedder="hashing", remember=RememberPolicy(redact=False))
    with Memory.open(tmp_path / "m.lukasa", settings=settings) as memory:
        memory.of(secret).remember("I like tea.", session=secret)
        assert memory.of(secret).turns()[0].session == secret
