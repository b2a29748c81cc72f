"""What every token counter must do. Subclass `TokenCounterContract`, say how to make yours, and run pytest.

class TestMyCounter(TokenCounterContract):
    def make(self) -> TokenCounter:
        return MyCounter()
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from lukasa.ports.tokens import TokenCounter

STRANGE = {
    "white space": " \n\t\u00a0\u3000 ",
    "NUL bytes": "a\0b\0",
    "control characters": "\x01\x02\x1b[31mred\x7f",
    "emoji with joiners": "👩‍👩‍👧‍👦 🏳️‍🌈 🇵🇹",
    "right to left": "\u202eשלום עליכם مرحبا\u202c",
    "Chinese and Thai": "我上个月搬到了里斯本。 ฉันย้ายไปลิสบอน",
    "half a surrogate pair": "broken \ud83d emoji",
    "no letter": "!?… --- ///",
    "one endless word": "x" * 30_000,
    "markup": "<script>[CLS] </s> {{x}} %s \\",
}
PIECES = (
    "it's",
    "HTTPServer",
    " ",
    "  ",
    "7",
    "2023",
    "\n\n",
    "\t",
    "雨",
    "мир",
    "é",
    "👩‍👧",
    "…",
    "!?",
    "x[1]: ",
)


class TokenCounterContract:
    """The promises of `lukasa.ports.tokens`, as tests."""

    def make(self) -> TokenCounter:
        """Return a new counter."""
        raise NotImplementedError

    @pytest.fixture
    def counter(self) -> TokenCounter:
        return self.make()

    def test_nothing_counts_nothing(self, counter: TokenCounter) -> None:
        assert counter.count("") == 0

    def test_words_count(self, counter: TokenCounter) -> None:
        assert counter.count("The violin is being repaired.") >= 1

    def test_the_same_text_counts_the_same(self, counter: TokenCounter) -> None:
        text = " ".join(STRANGE.values())

        assert counter.count(text) == counter.count(text) == self.make().count(text)

    @pytest.mark.parametrize("name", list(STRANGE))
    def test_strange_text_is_counted_like_any_other(self, counter: TokenCounter, name: str) -> None:
        count = counter.count(STRANGE[name])

        assert isinstance(count, int)
        assert 0 <= count <= counter.count(f"a {STRANGE[name]} b")

    @pytest.mark.parametrize("seed", range(20))
    def test_no_part_counts_more_than_the_whole(self, counter: TokenCounter, seed: int) -> None:
        random = Random(seed)  # noqa: S311
        text = "".join(random.choices(PIECES, k=30))
        whole = counter.count(text)

        for _ in range(20):
            start, end = sorted(random.choices(range(len(text) + 1), k=2))
            assert counter.count(text[start:end]) <= whole, text[start:end]

    def test_more_of_the_same_counts_more(self, counter: TokenCounter) -> None:
        line = "Ana[1]: The violin is at the repair shop.\n"

        counts = [counter.count(line * times) for times in (1, 10, 100)]
        assert counts == sorted(set(counts))

    def test_threads_may_count_at_once(self, counter: TokenCounter) -> None:
        texts = [f"{text} {number}" for number in range(10) for text in STRANGE.values()]

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(counter.count, texts)) == [counter.count(text) for text in texts]
