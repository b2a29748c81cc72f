"""What is erased is in no byte of any file: wherever it stood, however it was written, by whichever way, and whatever broke off."""

from __future__ import annotations

import gc
import unicodedata
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import lru_cache
from itertools import cycle, product
from pathlib import Path
from typing import Any

import apsw
import pytest

from lukasa import Handle, Memory, Settings
from lukasa.adapters.stores.sqlite import scrub
from lukasa.adapters.stores.sqlite.store import SqliteStore
from lukasa.domain.erasure import Erasure
from lukasa.errors import KeyReuseError
from lukasa.testing.conformance.samples import ALICE, CAUSE, add, fill
from lukasa.testing.fakes import FrozenClock
from lukasa.testing.llm import ScriptedLLM
from lukasa.writing.erase import searchable

SETTINGS = Settings(embedder="hashing")
START = "2026-03-01T10:00:00+00:00"
CANARY = "zq9canary77"
ANA = {"role": "user", "name": "Ana"}
HARBOUR = "The harbour was quiet."

LruCache = type(lru_cache(int))


def traces(folder: Path, wanted: str = CANARY) -> list[str]:
    """Return the files that have a text in any form; its tail too, since indexes keep words in parts."""
    forms = (searchable(wanted), searchable(wanted)[-7:])
    contents = {
        file.name: searchable(file.read_bytes().decode("utf-8", "ignore")) for file in folder.iterdir()
    }
    return [name for name, content in contents.items() if any(form in content for form in forms)]


def said(ana: Handle, text: str = HARBOUR, **labels: Any) -> Any:
    return ana.remember({**ANA, "content": text}, **labels)


def boat(ana: Handle, **more: Any) -> str:
    """State a fact, and return its id."""
    words = {"text": "Ana owns a boat.", "subject": "Ana", "attribute": "owns", "value": "boat", **more}
    ana.believe(words.pop("text"), **words)
    return ana.facts(include_retired=True)[-1].id


def plant(handle: Handle, clock: FrozenClock, word: str = CANARY) -> None:
    """Put a word into turns, facts, their history, metadata, subjects, sessions and reasons."""
    handle.remember(
        {"role": "user", "name": "Ana", "content": f"I live in {word}. I am allergic to {word} nuts."},
        session="s1",
        at=clock(),
        metadata={"note": word, word: [word]},
    )
    pages = [f"{word} opens at nine. " * 60, "The harbour is near. " * 60, f"So much for {word}."]
    handle.remember({"role": "assistant", "content": "\n\n".join(pages)}, session="s1", at=clock())
    clock.advance(timedelta(days=1))
    handle.believe(f"Ana owns a {word} bicycle.", subject="Ana", attribute="owns", value=f"{word} bicycle")
    handle.believe(f"{word} is a village.", subject=word, metadata={"where": word})
    fact = handle.facts()[0]
    handle.amend(fact.id, text=f"Ana lives in the village of {word}.", reason=f"she wrote {word}")
    handle.forget(fact.id, reason=f"because of {word}")
    handle.restore(fact.id)
    clock.advance(timedelta(days=1))


def in_memory(word: str, caches: Iterable[object]) -> list[object]:
    """Return what holds a word of all that Python keeps track of, other than what was frozen, and of the caches."""
    gc.collect()
    holders: list[object] = []
    for holder in (*gc.get_objects(), *caches):
        for part in gc.get_referents(holder):
            if type(part) is str and word in part.casefold():
                holders.append(holder)  # noqa: PERF401 - a comprehension would be a holder itself
    return holders


@pytest.mark.parametrize("how", ["by text", "everything"])
def test_a_canary_is_in_no_byte_of_a_file_and_in_no_cache_after_it_was_erased(
    tmp_path: Path, clock: FrozenClock, how: str
):
    """A word that is made here, so that the test itself keeps no other copy of it."""
    word = CANARY.replace("canary", "kanari")
    gc.unfreeze()  # what conftest.py froze
    caches = [cache for cache in gc.get_objects() if isinstance(cache, LruCache)]
    gc.freeze()
    try:
        with Memory.open(tmp_path / "memory.lukasa", settings=SETTINGS, clock=clock) as memory:
            ana = memory.of("ana")
            memory.of("bob").remember("Bob keeps bees.", at=START)
            plant(ana, clock, word)
            ana.remember(HARBOUR, at=clock())
            ana.recall(f"Where is {word}?")
            ana.context(f"When was Ana in {word}?", budget=500)
            ana.entities()
            assert traces(tmp_path, word)
            assert in_memory(word, caches)

            erased = ana.erase(text=word) if how == "by text" else ana.erase(everything=True)

            assert erased.complete
            assert in_memory(word, caches) == []
            assert traces(tmp_path, word) == []
            assert [turn.text for turn in memory.of("bob").turns()] == ["Bob keeps bees."]
            assert word not in " ".join(hit.text for hit in ana.recall(f"Where is {word}?", limit=50))
    finally:
        gc.unfreeze()


def test_a_dry_run_says_what_would_go_and_destroys_nothing(memory: Memory, clock: FrozenClock):
    ana = memory.of("ana")
    plant(ana, clock)
    before = ana.turns(include_retired=True), ana.facts(include_retired=True)

    planned = ana.erase(text=CANARY, dry_run=True)

    assert planned.dry_run
    assert len(planned.turns) == 4
    assert (ana.turns(include_retired=True), ana.facts(include_retired=True)) == before
    done = ana.erase(text=CANARY)
    assert (sorted(done.turns), sorted(done.facts)) == (sorted(planned.turns), sorted(planned.facts))


PLACES: dict[str, Callable[[Handle], object]] = {
    "text": lambda ana: said(ana, f"I live in {CANARY}."),
    "speaker": lambda ana: ana.remember({"role": "user", "name": CANARY, "content": HARBOUR}),
    "text of a tool": lambda ana: ana.remember({"role": "tool", "name": "shop", "content": f"Buy {CANARY} now."}),
    "pasted page": lambda ana: said(ana, f'Summarise: "I love {CANARY} pans. Always buy them."'),
    "session": lambda ana: said(ana, session=CANARY),
    "key": lambda ana: said(ana, key=CANARY),
    "agent": lambda ana: said(ana, agent=CANARY),
    "metadata": lambda ana: said(ana, metadata={"note": CANARY}),
    "name of metadata": lambda ana: said(ana, metadata={CANARY: 1}),
    "deep in metadata": lambda ana: said(ana, metadata={"a": [{"b": {CANARY: ["x", CANARY]}}]}),
    "text of a fact": lambda ana: boat(ana, text=f"Ana owns the boat {CANARY}."),
    "value": lambda ana: boat(ana, value=CANARY),
    "subject": lambda ana: boat(ana, subject=CANARY),
    "attribute": lambda ana: boat(ana, attribute=CANARY),
    "metadata of a fact": lambda ana: boat(ana, metadata={"where": CANARY}),
    "amended text": lambda ana: ana.amend(boat(ana), text=f"Ana owns {CANARY}."),
    "text before it was amended": lambda ana: ana.amend(boat(ana, text=f"Ana owns {CANARY}."), text="Ana owns a boat."),
    "reason of amend": lambda ana: ana.amend(boat(ana), pinned=True, reason=f"for {CANARY}"),
    "reason of forget": lambda ana: ana.forget(said(ana).turns, reason=f"for {CANARY}"),
    "reason of restore": lambda ana: (ana.forget(turns := said(ana).turns), ana.restore(turns, reason=f"for {CANARY}")),
    "reason of undo": lambda ana: ana.undo(call=said(ana).change, reason=f"for {CANARY}"),
    "merged names": lambda ana: (boat(ana), ana.merge("Ana", CANARY)),
    "alias": lambda ana: (boat(ana), ana.alias("Ana", CANARY)),
    "new name": lambda ana: (boat(ana), ana.rename("Ana", CANARY)),
    "forgotten": lambda ana: ana.forget(said(ana, f"I live in {CANARY}.").turns),
    "undone": lambda ana: ana.undo(call=said(ana, f"I live in {CANARY}.").change),
    "superseded": lambda ana: (said(ana, f"I live in {CANARY}."), said(ana, "I live in Faro.")),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_text_goes_from_wherever_it_stood(tmp_path: Path, memory: Memory, place: str):
    ana = memory.of("ana")
    memory.of("bob").remember("Bob keeps bees.")
    PLACES[place](ana)
    ana.recall(f"Where is {CANARY}?")
    assert traces(tmp_path), "the test says nothing when it was not there"

    assert ana.erase(text=CANARY).complete

    assert traces(tmp_path) == []
    assert [turn.text for turn in memory.of("bob").turns()] == ["Bob keeps bees."]


def test_a_session_goes_from_the_jobs_that_wait(tmp_path: Path):
    with Memory.open(
        tmp_path / "memory.lukasa", settings=SETTINGS, llm=ScriptedLLM(["x"], delay=30)
    ) as memory:
        said(memory.of("ana"), session=CANARY)
        assert memory.of("ana").erase(session=CANARY).complete

    assert traces(tmp_path) == []


UMLAUT = "Zübquañ77"
FORMS: dict[str, tuple[str, str]] = {
    "as it is": (CANARY, CANARY),
    "capitals stored": (CANARY.upper(), CANARY),
    "capitals asked for": (CANARY, CANARY.upper()),
    "composed, asked for decomposed": (UMLAUT, unicodedata.normalize("NFD", UMLAUT)),
    "decomposed, asked for composed": (unicodedata.normalize("NFD", UMLAUT), UMLAUT),
    "full width": ("".join(chr(ord(letter) + 0xFEE0) for letter in CANARY), CANARY),
    "ligature": ("o\ufb03ce" + CANARY, "office" + CANARY),
    "sharp s": ("Straße" + CANARY, "STRASSE" + CANARY),
    "kelvin sign": ("\u212aelvin" + CANARY, "kelvin" + CANARY),
    "final sigma": ("οδος" + CANARY, "ΟΔΟΣ" + CANARY),
    "soft hyphen": (CANARY[:4] + "\u00ad" + CANARY[4:], CANARY),
    "zero width space": (CANARY[:4] + "\u200b" + CANARY[4:], CANARY),
    "zero width joiner": (CANARY[:4] + "\u200d" + CANARY[4:], CANARY),
    "direction marks": ("\u202e" + CANARY + "\u2069", CANARY),
    "byte order mark": ("\ufeff" + CANARY, CANARY),
    "two spaces": (f"{CANARY}  town", f"{CANARY} town"),
    "no-break space": (f"{CANARY}\u00a0town", f"{CANARY} town"),
    "tab": (f"{CANARY}\ttown", f"{CANARY} town"),
    "line break": (f"{CANARY}\r\n town", f"{CANARY} town"),
    "ideographic space": (f"{CANARY}\u3000town", f"{CANARY} town"),
    "spaces asked for": (f"{CANARY} town", f" {CANARY} \n town "),
    "joined words": (f"x{CANARY}y", CANARY),
    "superscript": ("m\u00b2" + CANARY, "m2" + CANARY),
    "wildcards": (f"100%_{CANARY}*", f"100%_{CANARY}*"),
    "quotes": (f"'{CANARY}\" --", f"'{CANARY}\" --"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_text_goes_however_it_is_written(tmp_path: Path, memory: Memory, form: str):
    stored, wanted = FORMS[form]
    ana = memory.of("ana")
    said(ana, f"I live in {stored}.")
    said(ana, HARBOUR)

    erased = ana.erase(text=wanted)

    assert (len(erased.turns), erased.complete) == (1, True)
    assert traces(tmp_path, wanted) == []
    assert [turn.text for turn in ana.turns(include_retired=True)] == [HARBOUR]


WAYS: dict[str, Callable[[Handle, Any], Any]] = {
    "id": lambda ana, receipt: ana.erase(receipt.turns[0]),
    "ids": lambda ana, receipt: ana.erase(list(receipt.turns)),
    "session": lambda ana, _: ana.erase(session="s"),
    "text": lambda ana, _: ana.erase(text=CANARY),
    "everything": lambda ana, _: ana.erase(everything=True),
}
"""How it is erased."""

BEFORE: dict[str, Callable[[Handle, Any], Any]] = {
    "nothing": lambda *_: None,
    "forgotten": lambda ana, receipt: ana.forget(receipt.turns, reason=CANARY),
    "undone": lambda ana, receipt: ana.undo(call=receipt.change, reason=CANARY),
    "undone and redone": lambda ana, receipt: (
        ana.undo(call=receipt.change, reason=CANARY),
        ana.undo(call=ana.changes()[-1].call, reason=CANARY),
    ),
    "amended": lambda ana, _: [ana.amend(fact.id, text=f"{CANARY}!", reason=CANARY) for fact in ana.facts()],
    "said again": lambda ana, _: said(ana, f"I live in {CANARY}.", session="s", key="again"),
    "recalled": lambda ana, _: (ana.recall(CANARY), ana.context(CANARY, budget=500)),
}
"""What had happened to it."""


@pytest.mark.parametrize(("way", "before"), list(product(WAYS, BEFORE)))
def test_it_goes_by_whichever_way_and_whatever_happened_to_it(
    tmp_path: Path, memory: Memory, way: str, before: str
):
    ana = memory.of("ana")
    receipt = said(
        ana, f"I live in {CANARY}.", session="s", key="k", metadata={"m": CANARY}, at="2026-02-01T10:00:00Z"
    )
    again = BEFORE[before](ana, receipt)
    erased = WAYS[way](ana, receipt)
    if before == "said again" and way in {"id", "ids"}:
        erased = ana.erase(again.turns)

    assert erased.complete
    assert traces(tmp_path) == []
    assert ana.turns(include_retired=True) == ana.facts(include_retired=True) == []


STEPS = ("optimize_fulltext", "vacuum", "checkpoint", "drop_scrub")


THEN = ("opened again", "erased again", "another erased")


@pytest.mark.parametrize(("broken", "then"), list(zip(product(STEPS, WAYS), cycle(THEN), strict=False)))
def test_a_scrub_that_breaks_off_is_reported_and_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: tuple[str, str], then: str
):
    path, (step, way) = tmp_path / "memory.lukasa", broken
    plain = scrub.sql
    with Memory.open(path, settings=SETTINGS) as memory:
        ana = memory.of("ana")
        receipt = said(ana, f"I live in {CANARY}.", session="s")
        other = said(memory.of("bob"), HARBOUR)
        with monkeypatch.context() as patch:
            patch.setattr(scrub, "sql", lambda name: "SELECT broken_off()" if name == step else plain(name))
            assert not WAYS[way](ana, receipt).complete
        assert [finding.what for finding in memory.verify().findings] == ["erased"]
        match then:
            case "erased again":
                assert ana.erase(receipt.turns).complete
            case "another erased":
                assert memory.of("bob").erase(other.turns).complete
            case _:
                pass
        if then != "opened again":
            assert traces(tmp_path) == []

    with Memory.open(path, settings=SETTINGS) as memory:
        assert memory.verify().findings == ()
    assert traces(tmp_path) == []


REPEATED: dict[str, dict[str, Any]] = {
    "the same": {},
    "no session": {"session": None},
    "another session": {"session": "other"},
    "a time": {"at": "2026-01-01T00:00:00Z"},
    "a later time": {"at": "2026-04-01T00:00:00Z"},
    "metadata": {"metadata": {"a": 1}},
    "an agent": {"agent": "helper"},
    "other words": {"text": "I live in Faro."},
    "more words": {"text": f"I live in {CANARY}. I like tea."},
    "another speaker": {"name": "Eva"},
    "no speaker": {"name": None},
    "the assistant": {"role": "assistant"},
    "a tool": {"role": "tool"},
    "capitals": {"text": f"I LIVE IN {CANARY}."},
    "spaces": {"text": f"I live in  {CANARY}. "},
    "decomposed": {"text": unicodedata.normalize("NFD", f"I live in {CANARY}.")},
    "a soft hyphen": {"text": f"I live\u00ad in {CANARY}."},
    "twice in one call": {"times": 2},
    "an origin": {"origin": "web"},
    "its own key": {"own": "k#0"},
}
"""What differs in a call that is repeated with its key."""


@pytest.mark.parametrize("what", REPEATED)
def test_a_key_used_again_leaves_no_fact_without_its_source_and_all_of_it_can_be_erased(
    tmp_path: Path, memory: Memory, what: str
):
    ana, more = memory.of("ana"), dict(REPEATED[what])
    first = said(ana, f"I live in {CANARY}.", session="s", key="k")
    before = [(fact.id, fact.evidence, fact.sources) for fact in ana.facts()]
    message = {**ANA, "content": more.pop("text", f"I live in {CANARY}.")}
    message |= {name: more.pop(name) for name in ("name", "role", "origin") if name in more}
    if (own := more.pop("own", None)) is not None:
        message["key"] = own
    messages = [{label: value for label, value in message.items() if value is not None}] * more.pop(
        "times", 1
    )

    try:
        stored = ana.remember(messages, **{"session": "s", "key": "k", **more}).turns
    except KeyReuseError:
        stored = ()

    assert stored or [(fact.id, fact.evidence, fact.sources) for fact in ana.facts()] == before
    turns = {turn.id for turn in ana.turns(include_retired=True)}
    assert {source.turn for fact in ana.facts() for source in fact.sources} <= turns
    assert memory.verify().findings == ()
    assert ana.erase(text=CANARY).complete
    assert ana.erase(first.turns).already == tuple(first.turns)
    assert traces(tmp_path) == []


@pytest.mark.anyio
async def test_a_reader_that_holds_on_makes_an_erasure_incomplete_and_the_next_completes_it(tmp_path: Path):
    path = tmp_path / "memory.lukasa"
    store = SqliteStore(path, timeout=0.1)
    await store.open()
    await fill(store, add("t1", text=f"The words of {CANARY}."), add("t2"))
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN; SELECT count(*) FROM turns").fetchall()

    held = await store.erase(ALICE, Erasure(turns=["t1"]), cause=CAUSE)
    reader.close()
    freed = await store.erase(ALICE, Erasure(turns=["t2"]), cause=CAUSE)

    assert (held.complete, freed.complete) == (False, True)
    assert traces(tmp_path, CANARY) == []
    await store.aclose()
