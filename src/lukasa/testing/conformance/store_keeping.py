"""What is kept beside the memory, as every store must keep it: bookkeeping, summaries, and what model calls took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from lukasa.domain.change import AddTurn, Extraction, MarkExtracted, Retire
from lukasa.domain.job import (
    Bookkeeping,
    Postpone,
    PutSummary,
)
from lukasa.domain.turn import MAX_INT
from lukasa.errors import ClosedError, InputError, NotFoundError, StaleError
from lukasa.ports.store import Store
from lukasa.testing.conformance.samples import ALICE, BOB, CAUSE, NOON, add, fill
from lukasa.testing.conformance.store_jobs import (
    DAY,
    after,
    claim,
    dead_job,
    keep,
    kept,
    queue,
    spent,
    summary,
)
from lukasa.testing.conformance.store_suite import StoreSuite


class KeepingSuite(StoreSuite):
    """What a store promises of bookkeeping, readings, summaries and the ledger of usage."""

    # ── The file ───────────────────────────────────────────────────────────────────────────────────────────

    async def test_compacting_keeps_everything(self, store: Store) -> None:
        for place in range(5):
            await fill(store, add(f"t{place}", text=f"Number {place} likes the sea."))
        before = await store.delta(ALICE, fingerprint=None, since=0)

        compacted = await store.compact()
        assert compacted.after <= compacted.before
        assert compacted.freed == compacted.before - compacted.after
        assert await store.delta(ALICE, fingerprint=None, since=0) == before
        assert (await store.verify()).findings == ()

    # ── Bookkeeping and changes ────────────────────────────────────────────────────────────────────────────

    async def test_bookkeeping_alone_leaves_version_and_journal_as_they_are(self, store: Store) -> None:
        await fill(store, add("t1"))
        before = await store.version(ALICE), await store.journal(ALICE)

        applied = await keep(store, queue(), PutSummary(summary=summary()))

        assert (applied.version, applied.call) == (1, 0)
        assert (await store.version(ALICE), await store.journal(ALICE)) == before
        assert (await store.delta(ALICE, fingerprint=None, since=1)).heads == []

    async def test_a_partition_may_begin_with_bookkeeping(self, store: Store) -> None:
        applied = await keep(store, queue())

        assert (applied.version, applied.call) == (0, 0)
        assert await store.partitions() == [ALICE]
        assert await store.journal(ALICE) == []
        assert tuple((await fill(store, add("t1"))).added) == ("t1",)
        assert (await store.verify()).findings == ()

    async def test_bookkeeping_is_written_with_the_changes(self, store: Store) -> None:
        applied = await keep(store, queue(), changes=[add("t1")])

        assert (applied.version, tuple(applied.added)) == (1, ("t1",))
        assert len(await store.jobs(ALICE)) == 1

    async def test_a_change_that_fails_leaves_no_bookkeeping(self, store: Store) -> None:
        await fill(store, add("t1"))

        with pytest.raises(NotFoundError):
            await keep(store, queue(), changes=[Retire(id="unknown")])
        with pytest.raises(StaleError):
            await store.apply(ALICE, [], cause=CAUSE, expected=7, bookkeeping=[queue()])
        assert await store.jobs() == []

    @pytest.mark.parametrize(
        "item",
        [
            queue("\ud800"),
            queue(kind="\ud800"),
            queue(due=datetime(2026, 3, 1)),  # noqa: DTZ001 - that is the point
            queue(due=datetime.max.replace(tzinfo=timezone(-timedelta(hours=12)))),
            PutSummary(summary=summary(text="\ud800")),
            PutSummary(summary=summary(session="\ud800")),
            PutSummary(summary=summary(made_by="\ud800")),
            PutSummary(summary=summary(updated_at=datetime(2026, 3, 1))),  # noqa: DTZ001
            PutSummary(summary=summary(through=MAX_INT + 1)),
            PutSummary(summary=summary(through=-1)),
        ],
        ids=lambda item: type(item).__name__,
    )
    async def test_what_cannot_be_kept_exactly_is_refused_with_the_whole_list(
        self, store: Store, item: Bookkeeping
    ) -> None:
        with pytest.raises(InputError):
            await keep(store, queue("fine"), item, changes=[add("t1")])
        assert (await store.partitions(), await store.jobs()) == ([], [])

    async def test_an_error_that_cannot_be_kept_exactly_is_refused(self, store: Store) -> None:
        await keep(store, queue())
        (job,) = await claim(store)

        with pytest.raises(InputError):
            await keep(store, Postpone(job=job, error="\ud800", due_at=NOON))
        with pytest.raises(InputError):
            await keep(store, Postpone(job=job, error="", due_at=datetime(2026, 3, 1)))  # noqa: DTZ001
        assert await store.jobs() == [job]

    @pytest.mark.parametrize("text", ["a\0b", "", " ", "里斯", "👩‍👩‍👧", "' OR 1=1; --", "x" * 100_000])
    async def test_any_text_comes_back_as_it_was_given(self, store: Store, text: str) -> None:
        given = summary(text, text=text, made_by=text)
        await keep(store, queue(text, kind=text), PutSummary(summary=given))
        await store.spend(ALICE, spent(purpose=text, model=text))
        (job,) = await claim(store)
        await keep(store, Postpone(job=job, error=text, due_at=NOON))

        (job,) = await store.jobs(ALICE)
        assert (job.kind, job.session, job.error) == (text, text, text)
        assert await store.summaries(ALICE) == [given]
        assert await store.spent(ALICE) == [spent(purpose=text, model=text)]

    # ── Reading that is not whole ──────────────────────────────────────────────────────────────────────────

    async def test_unread_turns_are_listed_by_session(self, store: Store) -> None:
        await fill(
            store,
            *(
                add(f"t{place}", session=session)
                for place, session in enumerate(["s1", None, "S1", "s1", "", "a\0b"])
            ),
        )
        note = MarkExtracted(id="t0", extraction=Extraction(extractor="x-1"))
        await fill(store, note)

        async def unread(*sessions: str | None, limit: int = 9) -> list[str]:
            return await store.unextracted(ALICE, extractor="x-1", limit=limit, sessions=sessions)

        assert await unread("s1") == ["t3"]
        assert await unread(None) == ["t1"]
        assert await unread("") == ["t4"]
        assert await unread("a\0b") == ["t5"]
        assert await unread("s1", None, "nobody's") == ["t1", "t3"]
        assert await unread("s1", None, limit=1) == ["t1"]
        assert await unread() == []
        assert await store.unextracted(BOB, extractor="x-1", limit=9, sessions=["s1"]) == []

    async def test_turns_of_which_the_reading_is_not_whole_are_listed_apart(self, store: Store) -> None:
        lacking = Extraction(extractor="x-1", fallback="bad reply")
        await fill(
            store,
            add("t1", session="s1"),
            replace(add("t2", session="s1"), extraction=lacking),
            replace(add("t3", session="s2"), extraction=lacking),
            replace(add("t4", session="s1"), extraction=Extraction(extractor="x-1")),
            replace(add("t5", session="s1"), extraction=replace(lacking, extractor="x-2")),
            replace(add("t6", session="s1"), extraction=lacking),
        )
        await fill(store, Retire(id="t6"))

        async def found(limit: int = 9, sessions: Sequence[str | None] | None = None) -> list[str]:
            return await store.unextracted(
                ALICE, extractor="x-1", limit=limit, sessions=sessions, lacking=True
            )

        assert await found() == ["t2", "t3"]
        assert await found(limit=1) == ["t2"]
        assert await found(sessions=["s2", None]) == ["t3"]
        assert await found(sessions=[]) == []
        assert await store.unextracted(ALICE, extractor="x-1", limit=9) == ["t1", "t5"]
        assert await store.unextracted(BOB, extractor="x-1", limit=9, lacking=True) == []

    async def test_a_reading_that_becomes_whole_is_a_change(self, store: Store) -> None:
        lacking = Extraction(extractor="x-1", fallback="over budget")
        await fill(store, AddTurn(turn=add("t1").turn, document=add("t1").document, extraction=lacking))

        again = await fill(store, MarkExtracted(id="t1", extraction=lacking))
        whole = await fill(store, MarkExtracted(id="t1", extraction=replace(lacking, fallback="")))

        assert (tuple(again.changed), tuple(whole.changed)) == ((), ("t1",))
        assert await store.unextracted(ALICE, extractor="x-1", limit=9, lacking=True) == []

    @pytest.mark.parametrize(
        "note", [Extraction(extractor="\ud800"), Extraction(extractor="x-1", fallback="\ud800")], ids=repr
    )
    async def test_a_note_of_a_reading_must_be_text(self, store: Store, note: Extraction) -> None:
        with pytest.raises(InputError):
            await fill(store, replace(add("t1"), extraction=note))
        await fill(store, add("t1"))
        with pytest.raises(InputError):
            await fill(store, MarkExtracted(id="t1", extraction=note))

    # ── Summaries ──────────────────────────────────────────────────────────────────────────────────────────

    async def test_summaries_are_listed_the_whole_first_then_by_session(self, store: Store) -> None:
        names = ["b", "", "é", None, "a", "B"]
        given = {name: summary(name, text=f"of {name}", through=9) for name in names}
        await keep(store, *(PutSummary(summary=each) for each in given.values()))

        assert await store.summaries(ALICE) == [given[name] for name in (None, "", "B", "a", "b", "é")]
        assert await store.summaries(BOB) == []

    async def test_a_summary_takes_the_place_of_one_that_covers_no_more(self, store: Store) -> None:
        for session in (None, "s1"):
            for text, through in (("two", 2), ("also two", 2), ("five", 5), ("three", 3)):
                later = summary(session, text=text, through=through, updated_at=after(through))
                await keep(store, PutSummary(summary=later))
                if text == "also two":
                    found = [each.text for each in await store.summaries(ALICE) if each.session == session]
                    assert found == ["also two"]

        assert [(each.text, each.updated_at) for each in await store.summaries(ALICE)] == [
            ("five", after(5))
        ] * 2

    # ── The ledger of usage ────────────────────────────────────────────────────────────────────────────────

    async def test_what_one_model_took_for_one_purpose_on_one_day_adds_up(self, store: Store) -> None:
        one = spent(calls=2, tokens_in=300, tokens_out=20, tokens_cached=100, dollars=0.25, unpriced=1)
        await store.spend(ALICE, one)
        await store.spend(ALICE, spent(tokens_in=1, dollars=0.5))

        assert await store.spent(ALICE) == [replace(one, calls=3, tokens_in=301, dollars=0.75)]
        assert await store.partitions() == [ALICE]
        assert await store.version(ALICE) == 0

    async def test_usage_is_listed_by_day_purpose_and_model(self, store: Store) -> None:
        rows = [
            spent(day=DAY + timedelta(days=day), purpose=purpose, model=model)
            for day in (0, 1)
            for purpose in ("answer", "extract")
            for model in ("M", "m", "é")
        ]
        for row in reversed(rows):
            await store.spend(ALICE, row)

        assert await store.spent(ALICE) == await store.spent() == rows
        assert await store.spent(BOB) == []

    async def test_the_ledger_can_be_bounded_by_days_both_included(self, store: Store) -> None:
        days = [DAY + timedelta(days=place) for place in range(4)]
        for day in (*days, date.min, date.max):
            await store.spend(ALICE, spent(day=day))

        async def found(since: date | None, until: date | None) -> list[date]:
            return [row.day for row in await store.spent(ALICE, since=since, until=until)]

        assert await found(None, None) == [date.min, *days, date.max]
        assert await found(days[1], days[2]) == days[1:3]
        assert await found(None, days[1]) == [date.min, *days[:2]]
        assert await found(days[3], None) == [days[3], date.max]
        assert await found(days[2], days[1]) == []

    async def test_without_a_partition_the_ledger_is_summed_over_all(self, store: Store) -> None:
        await store.spend(ALICE, spent(tokens_in=10, dollars=0.25))
        await store.spend(BOB, spent(tokens_in=5, dollars=0.5))
        await store.spend(BOB, spent(model="m-2"))

        assert await store.spent() == [
            spent(calls=2, tokens_in=15, dollars=0.75),
            spent(model="m-2"),
        ]
        assert await store.spent(ALICE) == [spent(tokens_in=10, dollars=0.25)]

    @pytest.mark.parametrize(
        "fields",
        [
            {"purpose": "\ud800"},
            {"model": "\ud800"},
            {"calls": -1},
            {"tokens_in": MAX_INT + 1},
            {"dollars": float("nan")},
            {"dollars": float("inf")},
            {"day": NOON},
        ],
        ids=str,
    )
    async def test_usage_that_cannot_be_kept_exactly_is_refused(
        self, store: Store, fields: dict[str, Any]
    ) -> None:
        with pytest.raises(InputError):
            await store.spend(ALICE, spent(**fields))
        assert (await store.spent(), await store.partitions()) == ([], [])

    # ── Keeping ────────────────────────────────────────────────────────────────────────────────────────────

    async def test_all_of_it_is_there_after_reopening(self, store: Store, tmp_path: Path) -> None:
        await dead_job(store)
        await keep(store, queue("s2"), queue("s3", due=after(3)), PutSummary(summary=summary()))
        await claim(store)
        await store.spend(ALICE, spent(dollars=0.1))
        before = await kept(store)

        again = await self.reopened(store, tmp_path)

        assert await kept(again) == before
        assert (await again.verify()).findings == ()
        await again.aclose()

    async def test_a_closed_store_says_so(self, store: Store) -> None:
        await store.aclose()

        for call in (
            lambda: claim(store),
            store.jobs,
            lambda: store.jobs(ALICE),
            lambda: store.revive(now=NOON),
            lambda: store.summaries(ALICE),
            lambda: store.spend(ALICE, spent()),
            store.spent,
        ):
            with pytest.raises(ClosedError):
                await call()

    async def test_it_counts_as_nothing_that_is_remembered(self, store: Store) -> None:
        await fill(store, add("t1"))
        before = replace(await store.stats(ALICE), bytes=0)

        await keep(store, queue(), PutSummary(summary=summary()))
        await store.spend(ALICE, spent())

        assert replace(await store.stats(ALICE), bytes=0) == before
        assert (await store.verify()).findings == ()
