"""Names → entities, and an entity from its names and the facts about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from lukasa.domain.attribute import ALIAS, DISTINCT, IS_A, RENAMED
from lukasa.domain.graph import Entity
from lukasa.graph.aliases import Aliases, Kinship
from lukasa.graph.links import NameGroups, Pair, kept_apart, name_links
from lukasa.graph.names import NameParts, fullest, is_phrase
from lukasa.graph.registry import kind_of, name_registry
from lukasa.graph.triples import Key, Triple
from lukasa.policy import GraphPolicy

_GIST_LENGTH = 120
_ABOUT_NAMES = frozenset({ALIAS, DISTINCT, IS_A, RENAMED})


class EntityNames:
    """The names that facts speak of, joined.

    "Adam", "Adam Smith" and "Mr Smith" are one person as long as no other Adam and no other Smith is known. What was stated goes
    before what names look like. "Ana's sister" is Ines as long as Ana has one sister.
    """

    def __init__(self, triples: Collection[Triple], policy: GraphPolicy, near: Iterable[Pair] = ()) -> None:
        self._registry = name_registry(triples)
        apart = kept_apart(triples)
        groups = NameGroups(name_links(triples, self._registry, crowd=policy.crowd, near=near), apart)
        people = (key for key, use in self._registry.items() if use.is_person and not is_phrase(key))
        aliases = Aliases(groups, NameParts(people), Kinship(triples), apart)
        self.entity_of = aliases.settle(self._registry)
        """The entity of each name in use, by its fullest name."""

        self.names_of: defaultdict[Key, list[Key]] = defaultdict(list)
        """The names of each entity."""

        for key, entity in self.entity_of.items():
            self.names_of[entity].append(key)

    def written(self, entity: Key) -> list[str]:
        """Return the spellings of an entity's names, the fullest and most frequent first."""
        ranked = [
            (*fullest(key)[:2], -times, name)
            for key in self.names_of[entity]
            for name, times in self._registry[key].written.items()
        ]
        return list(dict.fromkeys(name for *_, name in sorted(ranked)))

    def type(self, entity: Key) -> str:
        """Return the type that most facts give to an entity's names."""
        keys = self.names_of[entity]
        types: Counter[str] = Counter()
        for key in keys:
            types.update(self._registry[key].types)
        return kind_of(types, keys).type


def entity_of(
    id: str, type_: str, written: Sequence[str], *, triples: Sequence[Triple], keys: Collection[Key]
) -> Entity:
    """Build an entity from its names and the facts about it."""
    name = _preferred(written, triples, keys) or written[0]
    times = [source.at for triple in triples for source in triple.sources]
    return Entity(
        id=id,
        name=name,
        type=type_,
        gist=_gist(triples, keys),
        aliases=tuple(alias for alias in written if alias != name),
        facts=tuple(triple.id for triple in sorted(triples, key=lambda triple: triple.order)),
        mentions=sum(triple.evidence for triple in triples),
        first_seen=min(times, default=None),
        last_seen=max(times, default=None),
    )


def _preferred(written: Sequence[str], triples: Sequence[Triple], keys: Collection[Key]) -> str | None:
    """Return the last new name of an entity, unless it is none of its names any more."""
    renamings = [
        triple
        for triple in triples
        if triple.attribute == RENAMED and _holds(triple) and triple.value_key in keys
    ]
    last = max(renamings, key=lambda triple: (_last_said(triple), triple.order), default=None)
    return last.value if last is not None and last.value in written else None


def _gist(triples: Sequence[Triple], keys: Collection[Key]) -> str:
    """Return what is most often said, of several the last; what an entity does goes before what others do with it."""
    candidates = [triple for triple in triples if _holds(triple) and triple.attribute not in _ABOUT_NAMES]
    best = max(
        candidates,
        key=lambda triple: (
            triple.subject_key in keys, triple.evidence, _last_said(triple), triple.order,
        ),
        default=None,
    )  # fmt: skip
    line = " ".join(best.text.split()) if best is not None else ""
    return line if len(line) <= _GIST_LENGTH else f"{line[: _GIST_LENGTH - 1].rstrip()}…"


def _holds(triple: Triple) -> bool:
    return triple.status == "current" and not triple.negated


def _last_said(triple: Triple) -> float:
    return max((source.at.timestamp() for source in triple.sources), default=0.0)
