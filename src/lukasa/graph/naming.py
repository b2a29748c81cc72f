"""Which names are stated to be one's: what `facts(subject=)` and questions go by. The graph also joins names by what they look like."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from lukasa.domain.attribute import DISTINCT
from lukasa.domain.fact import Fact
from lukasa.domain.query import FactQuery
from lukasa.domain.scope import Partition
from lukasa.extraction.rules.people import ATTRIBUTES_OF_KIN
from lukasa.graph.cache import IN_GRAPH
from lukasa.graph.links import NameGroups, kept_apart, stated_links
from lukasa.graph.names import words_of
from lukasa.graph.triples import NAMING, Key, triple_of
from lukasa.policy import GraphPolicy
from lukasa.ports.store import Store
from lukasa.text.patterns import LazyPattern

_TELLING = sorted(NAMING | ATTRIBUTES_OF_KIN | {DISTINCT})
"""Attributes that say of two names that they are one's, or two people's."""


_ROLES = ("User", "Assistant")
"""Labels that most turns have: they tell no turn from another."""

_NAME = LazyPattern(r"(?<!\w)[A-Z][\w-]*(?: [A-Z][\w-]*)*")


class Names:
    """The names of one partition that are stated to be another's."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        triples = [triple_of(fact, words_of) for fact in facts]
        self._groups = NameGroups(sorted(stated_links(triples)), kept_apart(triples))
        self._written: dict[Key, dict[str, None]] = {}
        for triple in sorted(triples, key=lambda triple: triple.order):
            for key, name in zip(triple.keys, (triple.subject, triple.value or ""), strict=False):
                self._written.setdefault(key, {})[name] = None

    def of(self, name: str) -> list[str]:
        """Return a name, and after it every other name of the same one."""
        members = self._groups.members(self._groups.of(words_of(name)))
        written = (other for key in members for other in self._written.get(key, ()))
        return list(dict.fromkeys((name, *written)))

    def spelled_out(self, question: str) -> str:
        """Return a question with the other names of whom it names behind theirs: "Where does Kate (Emi) work?"."""
        return _NAME.compiled.sub(self._with_others, question) if self._groups.joined else question

    def _with_others(self, match: re.Match[str]) -> str:
        words = match.group().split()
        # "Does Kate Lund work?": the first word may be none of the name.
        for name in (" ".join(words[first:]) for first in range(len(words))):
            known = {*map(words_of, _ROLES), words_of(name)}
            if others := [other for other in self.of(name) if words_of(other) not in known]:
                return f"{match.group()} ({', '.join(others)})"
        return match.group()


@dataclass(slots=True)
class _CachedNames:
    facts: dict[str, Fact] = field(default_factory=dict)
    """Those that tell something of names, by id."""

    names: Names | None = None
    version: int = 0
    epoch: int = -1
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class NameCache:
    """The names of the partitions that were asked for lately, brought up to date by what changed since."""

    def __init__(self, store: Store, policy: GraphPolicy) -> None:
        self._store = store
        self._policy = policy
        self._cached: OrderedDict[Partition, _CachedNames] = OrderedDict()

    async def names(self, partition: Partition) -> Names:
        """Return the names of a partition as they are known now."""
        cached = self._cached.setdefault(partition, _CachedNames())
        self._cached.move_to_end(partition)
        if len(self._cached) > self._policy.cached_views:
            self._cached.popitem(last=False)
        async with cached.lock:
            new = cached.names is None
            since = await self._store.version(partition) if new else cached.version
            delta = await self._store.delta(partition, fingerprint=None, since=since)
            changed = {*delta.facts.id, *delta.gone}
            if new or delta.epoch != cached.epoch:
                cached.facts, query = {}, FactQuery(attributes=_TELLING, statuses=IN_GRAPH)
            else:
                query = FactQuery(ids=sorted(changed), attributes=_TELLING, statuses=IN_GRAPH)
            if changed or query.ids is None:
                told = await self._store.facts(partition, query)
                before = {fact_id: cached.facts.pop(fact_id) for fact_id in changed & cached.facts.keys()}
                cached.facts.update((fact.id, fact) for fact in told)
                if cached.names is None or query.ids is None or told or before:
                    cached.names = await asyncio.to_thread(Names, list(cached.facts.values()))
            cached.version, cached.epoch = delta.version, delta.epoch
            assert cached.names is not None  # noqa: S101 - made at the first time
            return cached.names

    def drop(self, partition: Partition) -> None:
        """Forget the names of a partition: some of them were erased."""
        self._cached.pop(partition, None)
