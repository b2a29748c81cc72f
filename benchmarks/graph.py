"""What the graph of a large partition takes: making it, bringing it up to date, asking it. No store and no model is used.

    python benchmarks/graph.py [--relations 500000] [--entities 100000] [--repeats 200]

Names and relations are invented, always the same ones. Every entity is told of at least once; a few are told of very often, as the
user of a memory is.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from rich.console import Console
from rich.table import Table

from lukasa.domain.fact import Fact
from lukasa.domain.interval import Interval
from lukasa.domain.scope import Partition
from lukasa.domain.source import Source
from lukasa.graph import View, Walk

ME = Partition("bench", "graph")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
LABELS = {"person": ("friend", "sibling"), "place": ("visited", "lives_in"), "organisation": ("works_at",), "thing": ("owns", "likes")}  # fmt: skip
SYLLABLES = ("ba", "do", "ke", "li", "mo", "na", "pe", "ra", "si", "tu", "va", "zo", "gri", "stel", "cor", "fen", "hal", "jun", "wex", "yor")  # fmt: skip


class World:
    """Invented entities, and facts about them."""

    def __init__(self, entities: int, seed: int = 7) -> None:
        self._random = random.Random(seed)
        words = [self._word() for _ in range(3_000)]
        types = self._random.choices(list(LABELS), (5, 1, 1, 3), k=entities)
        self.names = [self._name(type_, words) for type_ in types]
        self.by_type = {
            each: [n for n, t in zip(self.names, types, strict=True) if t == each] for each in LABELS
        }

    def facts(self, count: int) -> Iterator[Fact]:
        """Return facts; every name is the subject of one as long as there are more facts than names."""
        for number in range(count):
            subject = self.names[number] if number < len(self.names) else self._often(self.names)
            yield self.fact(subject, number)

    def fact(self, subject: str, number: int) -> Fact:
        """Return a fact that relates a name to another."""
        type_ = self._random.choice(list(LABELS))
        label, value = self._random.choice(LABELS[type_]), self._often(self.by_type[type_])
        at = BEGIN + timedelta(minutes=number)
        return Fact(
            id=f"f_{number:024d}", key=f"k{number}", subject=subject, text=f"{subject} {label.replace('_', ' ')} {value}.", kind="fact",
            attribute=label, value=value, valid=Interval(start=at), learned_at=at, recorded_at=at, seq=number,
            sources=(Source(turn=f"t_{number:024d}", start=0, end=40, at=at),),
        )  # fmt: skip

    def _often(self, names: Sequence[str]) -> str:
        # The cube of a number from 0 to 1: a tenth of the names gets almost half of the facts.
        return names[int(len(names) * self._random.random() ** 3)]

    def _word(self) -> str:
        return "".join(self._random.choices(SYLLABLES, k=self._random.randint(2, 4))).capitalize()

    def _name(self, type_: str, words: Sequence[str]) -> str:
        size = {"person": 2, "place": 1, "organisation": 2, "thing": 3}[type_]
        name = " ".join(self._random.choices(words, k=size))
        return name.lower() if type_ == "thing" else name


def timed(calls: Sequence[Callable[[], object]]) -> tuple[float, float]:
    """Return median and 95th percentile of these calls, in milliseconds."""
    took = []
    for call in calls:
        started = time.perf_counter()
        call()
        took.append((time.perf_counter() - started) * 1_000)
    return median(took), sorted(took)[int(len(took) * 0.95)]


def rows(walk: Walk, world: World, relations: int, repeats: int) -> Iterator[tuple[str, float, float]]:
    """Measure, and return what was measured with median and 95th percentile."""
    pick = random.Random(11)
    view = walk.view
    some = [pick.choice(world.names) for _ in range(repeats)]
    new = [world.fact(name, relations + number) for number, name in enumerate(some)]
    ids = [walk.find(name)[0].id for name in some]
    hub = max(view.entities(), key=lambda entity: len(entity.facts))
    about_hub = [world.fact(hub.name, relations + repeats + number) for number in range(repeats)]
    strange = [
        world.fact(f"Zyx{number} Quo{number}", relations + 2 * repeats + number) for number in range(repeats)
    ]
    gone = [(fact.id,) for fact in new]

    def then_asked(fact: Fact) -> None:
        view.update([fact])
        walk.related(hub.id, hops=1)

    yield "a new fact about somebody known", *timed([lambda f=f: view.update([f]) for f in new])
    yield "a new fact about somebody new", *timed([lambda f=f: view.update([f]) for f in strange])
    yield "a fact that is erased", *timed([lambda g=g: view.update((), g) for g in gone])
    yield (
        f"a new fact about a hub of {len(hub.facts):,}, then one hop",
        *timed([lambda f=f: then_asked(f) for f in about_hub]),
    )
    yield "a name is found", *timed([lambda n=n: walk.find(n) for n in some])
    yield "what is one hop away", *timed([lambda i=i: walk.related(i, hops=1) for i in ids])
    yield "what is two hops away", *timed([lambda i=i: walk.related(i, hops=2) for i in ids])
    yield (
        "a path between two",
        *timed([lambda a=a, b=b: walk.path(a, b) for a, b in zip(ids[:20], ids[20:40], strict=False)]),
    )


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("relations", 500_000), ("entities", 100_000), ("repeats", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    world = World(given.entities)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    walk = Walk(View.of(world.facts(given.relations), ME))
    made = time.perf_counter() - started
    started = time.perf_counter()
    deque(World(given.entities).facts(given.relations), maxlen=0)
    made -= time.perf_counter() - started
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    table = Table("", "median ms", "p95 ms", title=f"{given.relations:,} relations, {given.entities:,} names")
    table.add_row("made anew", f"{made * 1_000:,.0f}", "")
    for name, middle, slow in rows(walk, world, given.relations, given.repeats):
        table.add_row(name, f"{middle:.2f}", f"{slow:.2f}")
    console = Console()
    console.print(table)
    console.print(f"memory, facts included: {memory:,.0f} MB")


if __name__ == "__main__":
    main()
