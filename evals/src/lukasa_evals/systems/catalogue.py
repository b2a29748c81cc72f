"""Every system by name. A system is imported when it is named: some need packages of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import Literal, cast

from lukasa_evals.errors import EvalError
from lukasa_evals.systems.system import System, Tools

Family = Literal["lukasa", "established", "rag", "full context", "open source", "proprietary", "platform"]
"""Ours, and the paper's six categories of baselines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One system under test: one row in every table."""

    name: str
    family: Family
    target: str
    """`module:class`, which is called with `Tools` and the options."""

    options: Mapping[str, object] = field(default_factory=dict)
    needs_model: bool = False
    """It cannot take a conversation in, or find anything, without a language model."""

    package: str = ""
    """A package that must be installed for it, as it is imported; empty: none."""

    key: str = ""
    """An environment variable that must hold a key; empty: none."""

    batch: bool = True
    """Whether its calls can wait for a batch; packages that call a model themselves cannot."""

    prompt: str = "answer"
    """The reader's prompt that its paper uses (with `--own-prompts`)."""

    provider: str = ""
    """Whose model it must be given; empty: anybody's."""

    def build(self, tools: Tools) -> System:
        """Make it for one conversation."""
        module, _, name = self.target.partition(":")
        make = cast("Callable[..., System]", getattr(import_module(module), name))
        return make(tools, **self.options)

    def lacking(self, *, model: str, batch: bool, env: Mapping[str, str]) -> str | None:
        """Return why it cannot run here, with that model (empty: none); `None`: it can."""
        if self.package and find_spec(self.package.partition(".")[0]) is None:
            return f"package {self.package!r} is not installed (pip install 'lukasa-evals[{self.name}]')"
        if self.key and not env.get(self.key):
            return f"{self.key} is not set"
        if self.needs_model and not model:
            return "needs a language model (--model)"
        if self.provider and not model.startswith(f"{self.provider}:"):
            return f"needs a model of {self.provider}'s (--model {self.provider}:…), not {model.partition('@')[0]!r}"
        if batch and not self.batch:
            return "calls its model itself, which cannot wait for a batch"
        return None


CHUNKS = (128, 256, 512, 1024, 2048, 4096, 8192)
"""Tokens, as in the paper."""

_EQUAL = 1024
"""Larger chunks leave no choice within a budget."""

_OURS = "lukasa_evals.systems.lukasa"


def _lukasa() -> list[Entry]:
    found = [
        Entry(name="lukasa-verbatim", family="lukasa", target=f"{_OURS}:Lukasa", options={"extractor": "none"}),
        Entry(name="lukasa-rules", family="lukasa", target=f"{_OURS}:Lukasa", options={"extractor": "rules"}),
        Entry(
            name="lukasa-rules+graph", family="lukasa", target=f"{_OURS}:Lukasa",
            options={"extractor": "rules", "graph": True},
        ),
    ]  # fmt: skip
    for name, options in (("llm", {"extractor": "llm"}), ("llm+graph", {"extractor": "llm", "graph": True})):
        found.append(
            Entry(name=f"lukasa-{name}", family="lukasa", target=f"{_OURS}:Lukasa", options=options, needs_model=True)
        )  # fmt: skip
    for name, graph in (("paper", False), ("paper+graph", True)):
        found.append(
            Entry(
                name=f"lukasa-{name}", family="lukasa", target="lukasa_evals.systems.mem0_paper:Mem0Paper",
                options={"graph": graph}, needs_model=True, prompt="answer_memories",
            )
        )  # fmt: skip
    return found


def _rag() -> list[Entry]:
    target = "lukasa_evals.systems.rag:Rag"
    fixed = [
        Entry(
            name=f"rag-{size}x{k}", family="rag", target=target, options={"size": size, "k": k}, prompt="answer_short"
        )
        for k in (1, 2)
        for size in CHUNKS
    ]  # fmt: skip
    equal = [
        Entry(name=f"rag-{size}", family="rag", target=target, options={"size": size, "k": None}, prompt="answer_short")
        for size in CHUNKS
        if size <= _EQUAL
    ]  # fmt: skip
    turns = [
        Entry(name=f"turns-{by}", family="rag", target="lukasa_evals.systems.turns:Turns", options={"by": by})
        for by in ("bm25", "dense", "rrf")
    ]
    return [*fixed, *equal, *turns]


def _established() -> list[Entry]:
    return [
        Entry(
            name=name, family="established", target=f"lukasa_evals.systems.{module}:{kind}", needs_model=True
        )
        for name, module, kind in (
            ("locomo-observations", "locomo_pipeline", "Observations"),
            ("locomo-summaries", "locomo_pipeline", "Summaries"),
            ("readagent", "read_agent", "ReadAgent"),
            ("memorybank", "memory_bank", "MemoryBank"),
            ("memgpt", "memgpt", "MemGPT"),
            ("a-mem", "a_mem", "AMem"),
        )
    ]


def _others() -> list[Entry]:
    return [
        Entry(name="full", family="full context", target="lukasa_evals.systems.whole:Whole", prompt="answer_short"),
        Entry(
            name="langmem", family="open source", target="lukasa_evals.systems.langmem:LangMem",
            needs_model=True, package="langmem", batch=False, prompt="answer_memories",
        ),
        Entry(
            name="mem0", family="open source", target="lukasa_evals.systems.mem0:Mem0",
            needs_model=True, package="mem0", batch=False, prompt="answer_memories",
        ),
        Entry(
            name="openai", family="proprietary", target="lukasa_evals.systems.openai_memory:OpenAIMemory",
            needs_model=True, key="OPENAI_API_KEY", provider="openai", prompt="answer_memory",
        ),
        Entry(
            name="zep-graphiti", family="platform", target="lukasa_evals.systems.graphiti:Graphiti",
            needs_model=True, package="graphiti_core", batch=False, prompt="answer_memory",
        ),
        Entry(
            name="zep-cloud", family="platform", target="lukasa_evals.systems.zep_cloud:ZepCloud",
            package="zep_cloud", key="ZEP_API_KEY", batch=False, prompt="answer_memory",
        ),
    ]  # fmt: skip


SYSTEMS: Mapping[str, Entry] = {
    entry.name: entry for entry in (*_lukasa(), *_established(), *_rag(), *_others())
}

GROUPS: Mapping[str, Sequence[str]] = {
    "all": tuple(SYSTEMS),
    "lukasa": tuple(name for name, entry in SYSTEMS.items() if entry.family == "lukasa"),
    "established": tuple(name for name, entry in SYSTEMS.items() if entry.family == "established"),
    "rag": tuple(name for name, entry in SYSTEMS.items() if entry.family == "rag"),
    "no-model": tuple(name for name, e in SYSTEMS.items() if not (e.needs_model or e.package or e.key)),
}


def chosen(names: Sequence[str]) -> list[Entry]:
    """Return systems by name or group, each once; raise `EvalError` for an unknown name."""
    found: dict[str, Entry] = {}
    for name in names:
        if name not in SYSTEMS and name not in GROUPS:
            near = get_close_matches(name, [*SYSTEMS, *GROUPS], n=1)
            meant = f"; {near[0]!r} perhaps?" if near else ""
            raise EvalError(f"there is no system {name!r}{meant} (known: {', '.join([*GROUPS, *SYSTEMS])})")
        found |= {each: SYSTEMS[each] for each in GROUPS.get(name, (name,))}
    return list(found.values())
