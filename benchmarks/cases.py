"""What a worker process does. Each case takes and returns plain JSON, so that none shares memory with another."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
from corpus import Corpus
from figures import milliseconds, on_disk, peak, resident
from opening import open_async, open_memory
from synthetic import Counted, Synthetic

from lukasa import LukasaError, Settings
from lukasa.domain.embedding import Embedding
from lukasa.ports.embedder import Embedder
from lukasa.wiring import build, now

Json = dict[str, Any]


def user(place: int) -> str:
    """Return the name of a partition."""
    return f"user-{place:03}"


def probe(_: Json) -> Json:
    """Tell what vectors the real models give for these texts, and how many the synthetic ones have in their place."""
    corpus = Corpus(seed=5)
    texts = [corpus.text() for _ in range(100)]

    async def vectors(embedder: Embedder) -> list[Embedding]:
        try:
            return await embedder.embed(texts, purpose="document")
        finally:
            await embedder.aclose()

    real = anyio.run(vectors, build(Settings(), clock=now).embedder)
    widths = {each.tokens.width for each in real if each.tokens is not None}
    if len(widths) != 1:
        raise SystemExit("the default embedder gives no token vectors; the benchmark expects them")
    dims = 2 * widths.pop()  # four bits each
    synthetic = anyio.run(vectors, Synthetic(dims))
    counts = [
        sum(each.tokens.count for each in given if each.tokens) / len(texts) for given in (real, synthetic)
    ]
    return {"dims": dims, "real": counts[0], "synthetic": counts[1]}


def fill(given: Json) -> Json:
    """Import so many turns into so many partitions, session by session, as a chat client would."""
    path = Path(given["path"])
    corpus = Corpus(seed=1)
    share = given["size"] // given["partitions"]
    sessions = [
        (user(place), *session) for place in range(given["partitions"]) for session in corpus.sessions(share)
    ]
    stored = 0
    with open_memory(path, given["kind"]) as memory:
        memory.of(user="warm-up").remember("The first call loads the model.", session="s")
        started = time.perf_counter()
        for name, session, at, messages in sessions:
            stored += len(memory.of(user=name).remember(messages, session=session, at=at).turns)
        seconds = time.perf_counter() - started
    return {"turns": stored, "seconds": seconds, "disk": on_disk(path)}


def remember(given: Json) -> Json:
    """Remember single turns, each durable before the next."""
    corpus = Corpus(seed=2)
    with open_memory(Path(given["path"]), given["kind"]) as memory:
        handle = memory.of(user=user(0))
        handle.remember("The first call loads the model.", session="now")
        messages = [
            {"role": "user", "name": "Ines", "content": f"{place}: {corpus.text()}"}
            for place in range(given["n"])
        ]
        times = [milliseconds(lambda m=message: handle.remember(m, session="now")) for message in messages]
    return {"times": times}


def read(given: Json) -> Json:
    """Recall and ask for contexts, warm; also the first touch of each partition."""
    corpus = Corpus(seed=3)
    with open_memory(Path(given["path"]), given["kind"]) as memory:
        handles = [memory.of(user=user(place)) for place in range(given["partitions"])]
        memory.of(user="nobody").recall("The first call loads the model.")
        opened = resident()
        first = [milliseconds(lambda h=handle: h.recall(corpus.question(), limit=10)) for handle in handles]
        chance = random.Random(4)
        asked = [(chance.choice(handles), corpus.question()) for _ in range(given["n"])]
        recall = [
            milliseconds(lambda h=handle, q=question: h.recall(q, limit=10)) for handle, question in asked
        ]
        asked = [(chance.choice(handles), corpus.question()) for _ in range(given["n"])]
        context = [
            milliseconds(lambda h=handle, q=question: h.context(q, budget=1000)) for handle, question in asked
        ]
        resident_after = resident()
    return {
        "first": first,
        "recall": recall,
        "context": context,
        "memory": resident_after,
        "opened": opened,
    }


def bulk(given: Json) -> Json:
    """Remember many messages in one call: processor time less encoding, memory, and how long the loop's thread keeps others waiting."""
    corpus = Corpus(seed=6)
    encoders: list[Counted] = []

    def around(embedder: Embedder) -> Embedder:
        encoders.append(Counted(embedder))
        return encoders[0]

    async def work() -> Json:
        memory = await open_async(
            Path(given["path"]), given["kind"], extractor=given["extractor"], around=around
        )
        warm_up = memory.of(user="warm-up")
        for _ in range(10):  # the first sentences compile what reads them
            await warm_up.remember([corpus.text() for _ in range(50)])
        texts = [corpus.text() for _ in range(given["size"])]
        before, encoding, began = peak(), encoders[0].seconds, time.process_time()
        stretches: list[float] = []
        watching = asyncio.create_task(_watch(stretches))
        await memory.of(user=user(0)).remember(texts, session="s")
        await asyncio.sleep(0.002)  # for the last stretch
        watching.cancel()
        encoding = encoders[0].seconds - encoding
        spent = time.process_time() - began - encoding
        await memory.aclose()
        return {
            "rows": len(texts) / spent,
            "encoding": encoding,
            "memory": peak() - before,
            "longest": max(stretches) * 1000,
        }

    return asyncio.run(work())


async def _watch(stretches: list[float]) -> None:
    """Note how long the loop's thread computes between two turns of this task; what other processes take is not in it."""
    last = time.thread_time()
    while True:
        await asyncio.sleep(0.001)
        now = time.thread_time()
        stretches.append(now - last)
        last = now


def at_once(given: Json) -> Json:
    """Recall with so many tasks in one loop, each its share of the questions."""
    corpus = Corpus(seed=7)
    times: list[float] = []

    async def work() -> Json:
        memory = await open_async(Path(given["path"]), given["kind"])
        handle = memory.of(user=user(0))
        await handle.recall(corpus.question())
        questions = [corpus.question() for _ in range(given["n"])]

        async def task() -> None:
            while questions:
                question, began = questions.pop(), time.perf_counter()
                await handle.recall(question, limit=10)
                times.append((time.perf_counter() - began) * 1000)

        wall, spent = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(given["tasks"]):
                group.create_task(task())
        wall, spent = time.perf_counter() - wall, time.process_time() - spent
        await memory.aclose()
        return {"times": times, "per_second": given["n"] / wall, "per_cpu_second": given["n"] / spent}

    return asyncio.run(work())


def reader(given: Json) -> Json:
    """Recall until the time is over, while others write."""
    corpus = Corpus(seed=given["seed"])
    times = []
    with open_memory(Path(given["path"]), given["kind"]) as memory:
        handle = memory.of(user=user(0))
        handle.recall(corpus.question())
        _wait(given["start"])
        while time.time() < given["start"] + given["seconds"]:
            times.append(milliseconds(lambda: handle.recall(corpus.question(), limit=10)))
    return {"times": times}


def writer(given: Json) -> Json:
    """Remember until the time is over, while others read."""
    corpus = Corpus(seed=given["seed"])
    times: list[float] = []
    with open_memory(Path(given["path"]), given["kind"]) as memory:
        handle = memory.of(user=user(0))
        _wait(given["start"])
        while time.time() < given["start"] + given["seconds"]:
            text = f"{len(times)}: {corpus.text()}"
            times.append(milliseconds(lambda t=text: handle.remember(t, session="live")))
            time.sleep(given.get("pause", 0.0))
    return {"times": times}


def mixed(given: Json) -> Json:
    """Do operations of every sort beside other processes on the same partition; report what was acknowledged."""
    name = given["name"]
    done: dict[str, int] = {}
    errors: list[str] = []
    with open_memory(Path(given["path"]), given["kind"]) as memory:
        actor = _Actor(memory.of(user="both"), name, Corpus(seed=given["seed"]))
        chance = random.Random(given["seed"])
        _wait(given["start"])
        began = time.perf_counter()
        for place in range(given["n"]):
            operation = chance.choices(list(actor.operations), weights=actor.weights)[0]
            try:
                actor.operations[operation](place)
            except LukasaError as error:
                errors.append(f"{operation}: {type(error).__name__}: {error}")
            done[operation] = done.get(operation, 0) + 1
        seconds = time.perf_counter() - began
    return {
        "done": done,
        "errors": errors,
        "said": actor.said,
        "forgotten": sorted(actor.forgotten),
        "seconds": seconds,
    }


class _Actor:
    """One of several processes that share a partition; it forgets and restores only what it said itself."""

    weights = (50, 20, 8, 8, 4, 5, 5)

    def __init__(self, handle: Any, name: str, corpus: Corpus) -> None:
        self._handle = handle
        self._name = name
        self._corpus = corpus
        self.said: dict[str, str] = {}
        self.forgotten: set[str] = set()
        self.operations: dict[str, Callable[[int], object]] = {
            "remember": self._remember,
            "recall": lambda _: handle.recall(corpus.question()),
            "context": lambda _: handle.context(corpus.question(), budget=500),
            "turns": lambda _: handle.turns(limit=50, newest_first=True),
            "stats": lambda _: handle.stats(),
            "forget": self._forget,
            "restore": self._restore,
        }

    def _remember(self, place: int) -> None:
        texts = [f"{self._name} {place}.{part}: {self._corpus.text()}" for part in range(1 + place % 3)]
        receipt = self._handle.remember(texts, session=self._name)
        self.said |= dict(zip(receipt.turns, texts, strict=True))

    def _forget(self, place: int) -> None:
        free = [id_ for id_ in self.said if id_ not in self.forgotten]
        if free:
            self._handle.forget(ids=[free[place % len(free)]], reason="benchmark")
            self.forgotten.add(free[place % len(free)])

    def _restore(self, place: int) -> None:
        if self.forgotten:
            id_ = sorted(self.forgotten)[place % len(self.forgotten)]
            self._handle.restore([id_])
            self.forgotten.discard(id_)


def check(given: Json) -> Json:
    """Compare the store with what all processes were told: nothing may be missing, changed or hidden."""
    with open_memory(Path(given["path"]), given["kind"]) as memory:
        found = {turn.id: turn for turn in memory.of(user="both").turns(include_retired=True)}
        verified = memory.verify()
    lost = [id_ for id_, text in given["said"].items() if id_ not in found or found[id_].text != text]
    retired = {id_ for id_, turn in found.items() if turn.retired_at is not None}
    return {
        "turns": len(found),
        "lost": len(lost),
        "unknown": len(found.keys() - given["said"].keys()),
        "wrongly_hidden": len(retired ^ set(given["forgotten"])),
        "findings": [f"{finding.what}: {finding.detail}" for finding in verified.findings],
    }


CASES: dict[str, Callable[[Json], Json]] = {
    case.__name__: case for case in (probe, fill, remember, read, bulk, at_once, reader, writer, mixed, check)
}


def _wait(start: float) -> None:
    """Begin together with the others, or at once when that moment is past."""
    time.sleep(max(0.0, start - time.time()))
