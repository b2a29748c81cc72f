"""No text stalls a reader: what reads a text grows with its length, not faster.

`LUKASA_TEST_HOSTILE=1/4` runs the first quarter of the whole campaign (every family, every reader, up to 64 kB); otherwise a sample.
"""

from __future__ import annotations

import gc
import json
import os
import random
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeAlias, cast

import pytest
from _hostile import Family, families, reported

from lukasa import AuditItem, Memory, Settings, audit
from lukasa.domain.turn import Role
from lukasa.errors import LukasaError
from lukasa.surfaces.cli.formats.detect import READERS
from lukasa.surfaces.cli.formats.mend import mend
from lukasa.surfaces.cli.formats.notes import Notes
from lukasa.surfaces.cli.formats.session import Assumptions
from lukasa.surfaces.cli.formats.source import ImportFile
from lukasa.testing.llm import ScriptedLLM

SEED = int(os.environ.get("LUKASA_TEST_SEED", "20261130"))  # noqa: TID251 - of a test
CAMPAIGN = os.environ.get("LUKASA_TEST_HOSTILE", "")  # noqa: TID251 - of a test

ALLOWED = 1.3
"""Times linear."""

FLOOR = 0.06
"""Seconds below which a difference is noise."""

AT = "2026-11-01T10:00:00Z"
SETTINGS = Settings(embedder="hashing", tokens="words")

Reader: TypeAlias = "Callable[[Family, str, ExitStack], Callable[[], object]]"
"""Prepares a store or files, closed by the stack, and returns what is measured."""


def by_rules(family: Family, text: str, stack: ExitStack) -> Callable[[], object]:
    memory = stack.enter_context(Memory.open("memory:", settings=SETTINGS))
    return lambda: memory.of("u").remember(_message(family, text), session="s", at=AT)


def by_model(family: Family, text: str, stack: ExitStack) -> Callable[[], object]:
    """The model quotes all of it, believes it word for word, and summarises it so."""
    fact = {"message": 1, "quote": text, "text": text, "subject": "Ana", "value": text}
    reply = {"facts": [fact, fact | {"quote": text[:300]}, fact | {"text": text[:300]}], "summary": text}
    memory = stack.enter_context(Memory.open("memory:", settings=SETTINGS, llm=ScriptedLLM([reply])))
    return lambda: memory.of("u").remember(_message(family, text), session="s", at=AT, wait=True)


def by_babbling_model(_: Family, text: str, stack: ExitStack) -> Callable[[], object]:
    """What the model replies is no JSON, or breaks off."""
    memory = stack.enter_context(
        Memory.open("memory:", settings=SETTINGS, llm=ScriptedLLM([f'Sure: {{"facts": [{text}']))
    )
    return lambda: memory.of("u").remember("I live in Lisbon.", session="s", at=AT, wait=True)


def by_answer(_: Family, text: str, stack: ExitStack) -> Callable[[], object]:
    memory = stack.enter_context(Memory.open("memory:", settings=SETTINGS, llm=ScriptedLLM([f"{text} [1]"])))
    memory.of("u").remember("I live in Lisbon.", session="s", at=AT, wait=False)
    return lambda: memory.of("u").ask("Where do I live?")


def by_question(_: Family, text: str, stack: ExitStack) -> Callable[[], object]:
    memory = stack.enter_context(Memory.open("memory:", settings=SETTINGS))
    memory.of("u").remember(["I live in Lisbon.", "My sister Eva owns a cat."], session="s", at=AT)
    return lambda: memory.of("u").context(text)


def by_audit(family: Family, text: str, _: ExitStack) -> Callable[[], object]:
    """What another system stored may be of any length: our own facts are bounded."""
    turn = AuditItem(id="t1", kind="turn", text=text, speaker="Ana", role=cast("Role", family.role))
    fact = AuditItem(
        id="f1", text=text, subject="Ana", attribute="lives_in", value=text, metadata={"note": text}
    )
    items = [
        turn,
        replace(turn, id="t2", role="assistant", origin="agent"),
        fact,
        replace(fact, id="f2", text=f"Ana lives in {text}", value="Rome", metadata={}),
    ]
    return lambda: audit(items, now=datetime(2026, 11, 1, tzinfo=UTC))


def by_labels(_: Family, text: str, stack: ExitStack) -> Callable[[], object]:
    """The text stands where labels and metadata do, as long as they may be."""
    memory = stack.enter_context(Memory.open("memory:", settings=SETTINGS))
    label = " ".join(text[:300].replace("\0", " ").split())
    message = {
        "role": "user",
        "name": label,
        "content": "I live in Lisbon.",
        "metadata": {label: [label, text]},
    }
    return lambda: memory.of("u").remember(message, session=label, at=AT)


def by_import(_: Family, text: str, stack: ExitStack) -> Callable[[], object]:
    """Files of six formats that hold the text."""
    folder = stack.enter_context(TemporaryDirectory())
    date = "Thu, 01 Jan 2026 10:00:00 +0000"
    mail = f"From a@b Thu Jan  1 00:00:00 2026\nFrom: Ana <a@b>\nDate: {date}\nContent-Type: KIND; charset=utf-8\n\n{text}\n"
    lines = {"role": "user", "content": text, "timestamp": AT}
    contents = {
        "text": f"[2026-01-01 10:00] Ana: {text}\nBen: {text}\n",
        "whatsapp": f"01/02/2026, 10:00 - Ana: {text}\n",
        "markdown": f"_**User (2026-01-01 10:00)**_\n\n{text}\n\n_**Assistant**_\n\n{text}\n",
        "openai": json.dumps(lines) + "\n" + json.dumps(lines | {"role": "assistant"}) + "\n",
        "claude-code": json.dumps(
            {"type": "user", "sessionId": "s", "uuid": "u", "timestamp": AT, "message": lines}
        ),
        "mbox": mail.replace("KIND", "text/plain") + "\n" + mail.replace("KIND", "text/html"),
    }
    files = {name: Path(folder) / name for name in contents}
    for name, content in contents.items():
        files[name].write_text(content, "utf-8")

    def read() -> None:
        for name, file in files.items():
            notes = Notes()
            assumed = Assumptions(at=datetime(2026, 1, 1, tzinfo=UTC), zone="UTC", notes=notes)
            with suppress(LukasaError):
                for session in READERS[name](ImportFile(file), assumed):  # type: ignore[index]
                    mend(session, notes, limit=1_000_000)

    return read


READING = (
    by_rules, by_model, by_babbling_model, by_answer, by_question, by_audit, by_labels, by_import,
)  # fmt: skip


def _message(family: Family, text: str) -> dict[str, object]:
    return {"role": family.role, "name": "Ana", "content": text}


def seconds(reader: Reader, family: Family, size: int) -> float:
    """Return the processor time of reading one text of the family. A typed refusal is as good as a reading."""
    with ExitStack() as stack:
        read = reader(family, family.text(size), stack)
        gc.collect()
        gc.disable()
        stack.callback(gc.enable)
        began = process_time()
        with suppress(LukasaError):
            read()
        return process_time() - began


def excess(reader: Reader, family: Family, sizes: tuple[int, ...]) -> float:
    """Return how much faster than its length the time of a reader grows: 1 is linear; the worst step counts."""
    times = [seconds(reader, family, size) for size in sizes]
    for _ in range(_AGAIN):
        if _worst(times, sizes) <= ALLOWED:
            break
        times = [min(time, seconds(reader, family, size)) for time, size in zip(times, sizes, strict=True)]
    return _worst(times, sizes)


def _worst(times: list[float], sizes: tuple[int, ...]) -> float:
    steps = pairwise(zip(times, sizes, strict=True))
    return max(
        later / max(time, FLOOR * size / larger) * size / larger for (time, size), (later, larger) in steps
    )


_AGAIN = 4
"""Times that a text is read again when its time seems to have grown too fast: the fastest count."""


def sample() -> list[tuple[Reader, Family]]:
    if CAMPAIGN:
        piece, pieces = map(int, CAMPAIGN.split("/"))
        return [(reader, family) for family in families(SEED)[piece - 1 :: pieces] for reader in READING]
    draw = random.Random(SEED)
    drawn = draw.sample(families(SEED), 7)
    return [(by_rules, family) for family in reported()[::2]] + [
        (READING[number % len(READING)], family) for number, family in enumerate(drawn)
    ]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Compile patterns before anything is measured."""
    for reader in READING:
        seconds(
            reader, Family("user", "I live in Lisbon since May 2020. ", "My sister Eva owns a cat, "), 500
        )


SIZES = (4_000, 16_000, 64_000) if CAMPAIGN else (4_000, 16_000)


@pytest.mark.parametrize(
    ("reader", "family"),
    [pytest.param(*case, id=f"{number}-{case[0].__name__}") for number, case in enumerate(sample())],
)
def test_a_text_is_read_in_time_linear_in_its_length(reader: Reader, family: Family) -> None:
    ratio = excess(reader, family, SIZES)
    assert ratio <= ALLOWED, f"{reader.__name__} of {family}: {ratio:.2f} times linear (seed {SEED})"
