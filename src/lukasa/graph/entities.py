"""Which names are one entity's: kept, and brought up to date by the facts that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lukasa.domain.graph import Entity
from lukasa.graph.aliases import Followers
from lukasa.graph.contexts import Contexts
from lukasa.graph.groups import Groups
from lukasa.graph.kinship import Kinfolk
from lukasa.graph.links import Links
from lukasa.graph.names import fullest, is_phrase
from lukasa.graph.parts import Parts
from lukasa.graph.registry import Kind, Register, kind_of, mentions
from lukasa.graph.triples import ALIAS, DISTINCT, RENAMED, Key, Told
from lukasa.policy import GraphPolicy


class Names:
    """The names that facts speak of, joined.

    "Adam", "Adam Smith" and "Mr Smith" are one person as long as no other Adam and no other Smith is known. What was stated goes
    before what names look like. "Ana's sister" is Ines as long as Ana has one sister.
    """

    def __init__(self, policy: GraphPolicy) -> None:
        self._register = Register()
        self._links = Links(self._register, Contexts(policy.crowd))
        self._groups = Groups(self._register, self._links)
        self._parts = Parts()
        self._kinfolk = Kinfolk()
        self._followers = Followers(self._groups, self._parts, self._kinfolk)

    def update(self, removed: Iterable[Told], added: Iterable[Told]) -> set[Key]:
        """Take facts out and in; return the entities of which the names may have changed, those that are gone included."""
        kinds: dict[Key, Kind | None] = {}
        changed: set[Key] = set()
        for told in removed:
            self._note(told, kinds)
            self._register.remove(told)
            changed |= self._links.remove(told) | self._kinfolk.remove(told)
        for told in added:
            self._note(told, kinds)
            self._register.add(told)
            changed |= self._links.add(told) | self._kinfolk.add(told)
        for key, kind in kinds.items():
            if kind != self._kind(key):
                changed |= self._rekind(key)
        return self._refresh(changed)

    def __contains__(self, key: Key) -> bool:
        return key in self._register

    def entity(self, key: Key) -> Key:
        """Return the entity of a name, by its fullest name."""
        return self._followers.of(key)

    def entities(self) -> set[Key]:
        """Return all entities."""
        return {self._followers.of(key) for key in self._register}

    def keys(self, entity: Key) -> list[Key]:
        """Return the names of an entity; none when there is none such."""
        return self._followers.names(entity)

    def written(self, entity: Key) -> list[str]:
        """Return how an entity's names are written, the fullest and most frequent first."""
        ranked = [
            (*fullest(key)[:2], -times, name)
            for key in self.keys(entity)
            for name, times in self._register[key].written.items()
        ]
        return list(dict.fromkeys(name for *_, name in sorted(ranked)))

    def type(self, entity: Key) -> str:
        """Return of what type an entity is: what most is said of its names."""
        keys = self.keys(entity)
        types: Counter[str] = Counter()
        for key in keys:
            types.update(self._register[key].types)
        return kind_of(types, keys).type

    def _refresh(self, changed: set[Key]) -> set[Key]:
        return self._followers.refresh(self._groups.refresh(changed)) if changed else set()

    def _note(self, told: Told, kinds: dict[Key, Kind | None]) -> None:
        """Remember of what type names were before they changed."""
        for key, *_ in mentions(told):
            kinds.setdefault(key, self._kind(key))

    def _kind(self, key: Key) -> Kind | None:
        """Return of what type a name is; `None`: it is not known."""
        return self._register.kind(key) or (Kind("", sure=False) if key in self._register else None)

    def _rekind(self, key: Key) -> set[Key]:
        if self._register.is_person(key) and not is_phrase(key):
            self._parts.add(key)
        else:
            self._parts.discard(key)
        self._kinfolk.keep_phrase(key, known=key in self._register)
        return self._links.respell(key)


_LINE = 120
"""Characters of a gist."""


_OF_NAMES = frozenset({ALIAS, DISTINCT, RENAMED})


def portrait(id: str, type_: str, written: Sequence[str], *, told: Sequence[Told], keys: set[Key]) -> Entity:
    """Return an entity with these names and their keys, of which this is told."""
    name = _preferred(written, told, keys) or written[0]
    times = [source.at for each in told for source in each.sources]
    return Entity(
        id=id,
        name=name,
        type=type_,
        gist=_gist(told, keys),
        aliases=tuple(each for each in written if each != name),
        facts=tuple(each.id for each in sorted(told, key=lambda each: each.place)),
        mentions=sum(each.evidence for each in told),
        first_seen=min(times, default=None),
        last_seen=max(times, default=None),
    )


def _preferred(written: Sequence[str], told: Sequence[Told], keys: set[Key]) -> str | None:
    """Return the name that was given last, if one was and still is its name."""
    given = [each for each in told if each.attribute == RENAMED and _stands(each) and each.value_key in keys]
    last = max(given, key=lambda each: (_last(each), each.place), default=None)
    return last.value if last is not None and last.value in written else None


def _gist(told: Sequence[Told], keys: set[Key]) -> str:
    """Return what is most often said of it, of several the last; what it is told to do or be before what others do with it."""
    found = [each for each in told if _stands(each) and each.attribute not in _OF_NAMES]
    best = max(
        found,
        key=lambda each: (each.subject_key in keys, each.evidence, _last(each), each.place),
        default=None,
    )
    line = " ".join(best.text.split()) if best is not None else ""
    return line if len(line) <= _LINE else f"{line[: _LINE - 1].rstrip()}…"


def _stands(told: Told) -> bool:
    return told.status == "current" and not told.negated


def _last(told: Told) -> float:
    """Return when it was last said."""
    return max((source.at.timestamp() for source in told.sources), default=0.0)
