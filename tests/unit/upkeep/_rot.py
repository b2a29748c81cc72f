"""A store with planted rot: each sort of flaw, and beside it what only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lukasa.domain.audit import AuditItem
from lukasa.domain.interval import Interval
from lukasa.domain.turn import Source

NOW = datetime(2026, 6, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)

# A key of the right shape that no scanner finds in this file.
KEY = "AKIA" + "Q7RX2LMNB4TZ6WYE"


def turn(id_: str, text: str, *, speaker: str | None = "Ada", day: int = 0, **more: object) -> AuditItem:
    """Return a turn."""
    values: dict[str, object] = {"at": START + timedelta(days=day), "speaker": speaker, **more}
    return AuditItem(id=id_, text=text, kind="turn", **values)  # type: ignore[arg-type]


def fact(id_: str, text: str, *, said_in: str | None = "t1", **more: object) -> AuditItem:
    """Return a fact that rests on the first characters of a turn."""
    sources = () if said_in is None else (Source(turn=said_in, start=0, end=10, at=START, speaker="Ada"),)
    values: dict[str, object] = {"subject": "Ada", "at": START, "sources": sources, **more}
    return AuditItem(id=id_, text=text, **values)  # type: ignore[arg-type]


def since(day: int) -> Interval:
    """Return a time that begins on a day and goes on."""
    return Interval(start=START + timedelta(days=day))


def until(day: int) -> Interval:
    """Return a time that ends before a day."""
    return Interval(end=START + timedelta(days=day))


def lives_in(id_: str, place: str, **more: object) -> AuditItem:
    """Return a fact with a single-valued attribute."""
    return fact(
        id_, f"Ada lives in {place}.", attribute="lives_in", value=place, cardinality="single", **more
    )


_BLOCK = "1 May 2026, Friday\nAda[1]: I play the violin.\nBen[2]: I play the cello."

TURNS = [
    turn("t1", "I have lived in Porto since 2019 and I like it here very much."),
    turn("t2", "The violin that my aunt gave me is at the repair shop until Friday.", day=1),
    # A loop: the assistant repeats it word for word, and nothing else.
    turn("t3", "The violin that my aunt gave me is at the repair shop until Friday.", speaker=None, role="assistant", day=2),
    # None: an answer that quotes it and says more; a short courtesy that anybody repeats.
    turn(
        "t4",
        "You asked about the violin. It should be ready on Friday afternoon. Shall I remind you at three o'clock?",
        speaker=None,
        role="assistant",
        day=3,
    ),
    turn("t5", "How was your day today?", day=4),
    turn("t6", "How was your day today?", speaker="Ben", day=5),
    # A loop: a rendered block handed in as what a person said.
    turn("t7", _BLOCK, day=6),
    # Stored twice.
    turn("t8", "The landlord wants to raise the rent by forty euros from next month on.", day=7),
    turn("t9", "The landlord wants to raise the rent by forty euros from next month on.", day=8),
    # A secret, forgotten and still stored.
    turn("t10", f"The key is {KEY}, keep it safe.", day=9, retired=True),
]  # fmt: skip

FACTS = [
    # Three copies, and one that was forgotten.
    fact("d1", "Ada collects stamps from Iceland."),
    fact("d2", "Ada collects stamps from  iceland"),
    fact("d3", "ada collects stamps from Iceland!"),
    fact("d4", "Ada collects stamps from Iceland.", retired=True),
    # The same at two times is no duplicate.
    fact("o1", "Ada sings in the choir of the opera.", valid=until(30)),
    fact("o2", "Ada sings in the choir of the opera.", valid=since(90)),
    # Nearly the same, and hard differences that are not.
    fact("n1", "Ada wants a much bigger garden behind the house"),
    fact("n2", "Ada wants a bigger garden behind the house"),
    fact("h1", "Ada has 2 canaries in the kitchen at home"),
    fact("h2", "Ada has 3 canaries in the kitchen at home"),
    fact("h3", "Ada does not have 3 canaries in the kitchen at home"),
    # A single-valued attribute with two values at once; opposites; and what may stand side by side.
    lives_in("c1", "Porto"),
    lives_in("c2", "Lisbon", valid=since(60)),
    lives_in("c3", "Braga", valid=until(0), status="superseded"),
    lives_in("c4", "Lisbon, Alfama", valid=since(60)),
    fact("l1", "Ada likes coriander.", attribute="likes", value="coriander"),
    fact("l2", "Ada dislikes coriander.", attribute="dislikes", value="coriander"),
    fact("l3", "Ada likes parsley.", attribute="likes", value="parsley"),
    fact("l4", "Ben dislikes parsley.", attribute="dislikes", value="parsley", subject="Ben"),
    # Junk, and what is short and lasts.
    fact("j1", "Thanks so much!"),
    fact("j2", "The assistant is running the tests."),
    fact("j3", "Ada is vegan.", attribute="diet", value="vegan", cardinality="single"),
    # Disputed, and nobody decided.
    fact("q1", "Ada works at Initech.", attribute="works_at", value="Initech", cardinality="single", status="conflicting"),
    fact("q2", "Ada works at Hooli.", attribute="works_at", value="Hooli", cardinality="single", status="conflicting"),
    # A secret, in metadata.
    fact("s1", "Ada has an account with the library.", metadata={"api_key": KEY}),
    # Stale in two ways; a past fact and a future expiry are not.
    fact("e1", "Ada is on holiday in Madeira.", expires_at=START + timedelta(days=20)),
    fact("e2", "Ada speaks Galician.", superseded_by="e3"),
    fact("e3", "Ada understands Galician."),
    fact("e5", "Ada has a parking permit.", expires_at=NOW + timedelta(days=300)),
    # Orphans: a turn that is gone, characters that it does not have, no source at all.
    fact("x1", "Ada owns a telescope.", said_in="t99"),
    fact("x2", "Ada repairs clocks.", sources=(Source(turn="t5", start=5, end=500, at=START),)),
    fact("x3", "Ada keeps bees.", said_in=None),
    # What rests on a loop alone is part of it.
    fact("f1", "Ada plays the violin.", said_in="t7"),
]  # fmt: skip

STORE = [*TURNS, *FACTS]

EXPECTED = {
    "duplicate": [("t8", "t9"), ("d1", "d2", "d3")],
    "near duplicate": [("n1", "n2")],
    "contradiction": [("c1", "c2", "c4"), ("l1", "l2"), ("q1", "q2")],
    "junk": [("j1",), ("j2",)],
    "secret": [("t10",), ("s1",)],
    "loop": [("t7",), ("t3",), ("f1", "t7")],
    "stale": [("e1",), ("e2", "e3")],
    "orphan": [("x1",), ("x2",), ("x3",)],
}
