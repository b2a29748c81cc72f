"""What the graph of a large partition takes: building the view, and questions to it. No store and no model is used.

    python benchmarks/graph.py [--relations 500000] [--entities 100000] [--repeats 200]

Names and relations are invented, always the same ones. Every entity has at least one fact; a few have very many, as the user of
a memory has. Times are CPU times: a busy machine measures the same.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from lukasa.domain.fact import Fact
from lukasa.domain.interval import Interval
from lukasa.domain.scope import Partition
from lukasa.domain.turn import Source
from lukasa.graph import query
from lukasa.graph.view import GraphView

ME = Partition("bench", "graph")
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
LABELS = {"person": ("friend", "sibling"), "place": ("visited", "lives_in"), "organisation": ("works_at",), "thing": ("owns", "likes")}  # fmt: skip
SYLLABLES = ("ba", "do", "ke", "li", "mo", "na", "pe", "ra", "si", "tu", "va", "zo", "gri", "stel", "cor", "fen", "hal", "jun", "wex", "yor")  # fmt: skip


T = TypeVar("T")


class World:
    """Invented entities, and facts about them."""

    def __init__(self, entities: int, seed: int = 7) -> None:
        self._random = random.Random(seed)
        words = [self._word() for _ in range(3_000)]
        types = self._random.choices(list(LABELS), (5, 1, 1, 3), k=entities)
        self.names = [self._name(type_, words) for type_ in types]
        self.by_type = {
            type_: [n for n, t in zip(self.names, types, strict=True) if t == type_] for type_ in LABELS
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


def timed(call: Callable[[T], object], arguments: Sequence[T]) -> tuple[float, float]:
    """Return median and 95th percentile of the CPU time of these calls, in milliseconds."""
    times = []
    for argument in arguments:
        started = time.process_time()
        call(argument)
        times.append((time.process_time() - started) * 1_000)
    return median(times), sorted(times)[int(len(times) * 0.95)]


def rows(view: GraphView, world: World, repeats: int) -> Iterator[tuple[str, float, float]]:
    """Measure questions; return what was asked, with median and 95th percentile."""
    pick = random.Random(11)
    names = [pick.choice(world.names) for _ in range(repeats)]
    ids = [query.find(view, name)[0].id for name in names]
    pairs = list(pairwise(ids[:40]))
    yield "find a name", *timed(lambda name: query.find(view, name), names)
    yield (
        "two hops, when entities are drawn for the first time",
        *timed(lambda id_: query.related(view, id_, hops=2), ids),
    )
    yield "one hop around an entity", *timed(lambda id_: query.related(view, id_, hops=1), ids)
    yield "two hops around an entity", *timed(lambda id_: query.related(view, id_, hops=2), ids)
    yield "a path between two entities", *timed(lambda pair: query.path(view, *pair), pairs)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("relations", 500_000), ("entities", 100_000), ("repeats", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    world = World(options.entities)
    facts = list(world.facts(options.relations))
    started = time.process_time()
    view = GraphView(facts, ME)
    seconds = time.process_time() - started
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    title = f"{options.relations:,} relations, {options.entities:,} names"
    table = Table("", "median ms", "p95 ms", title=title)
    table.add_row("build the view", f"{seconds * 1_000:,.0f}", "")
    for label, middle, slow in rows(view, world, options.repeats):
        table.add_row(label, f"{middle:.2f}", f"{slow:.2f}")
    console = Console()
    console.print(table)
    console.print(f"memory, facts included: {memory:,.0f} MB")


if __name__ == "__main__":
    main()
