from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lukasa.adapters.embedders.hashing import HashingEmbedder
from lukasa.errors import InputError, RateLimitedError
from lukasa.testing.fakes import FailingEmbedder, FrozenClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_frozen_clock_stands_still_until_it_is_moved():
    clock = FrozenClock(NOON)

    assert clock() == clock() == NOON
    assert clock.advance(timedelta(hours=1)) == clock() == NOON + timedelta(hours=1)
    clock.set("2026-01-01T00:00:00+01:00")
    assert clock() == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_a_frozen_clock_refuses_a_time_without_a_zone():
    with pytest.raises(InputError, match="no UTC offset"):
        FrozenClock("2026-11-23T12:00:00")


@pytest.mark.anyio
async def test_a_failing_embedder_fails_while_it_is_told_to():
    embedder = FailingEmbedder(HashingEmbedder(), RateLimitedError("slow down"))

    with pytest.raises(RateLimitedError, match="slow down"):
        await embedder.embed(["one"], purpose="document")
    with pytest.raises(RateLimitedError):
        await embedder.spec()
    embedder.error = None
    found = await embedder.embed(["two"], purpose="document")

    assert found == await HashingEmbedder().embed(["two"], purpose="document")
    assert embedder.embedded == ["two"]
    assert await embedder.spec() == await HashingEmbedder().spec()
