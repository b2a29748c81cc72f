from __future__ import annotations

from lukasa.adapters.tokens.estimate import EstimatingCounter
from lukasa.adapters.tokens.words import WordCounter
from lukasa.ports.tokens import TokenCounter
from lukasa.testing.conformance.tokens import TokenCounterContract


class TestEstimatingCounter(TokenCounterContract):
    def make(self) -> TokenCounter:
        return EstimatingCounter()


class TestWordCounter(TokenCounterContract):
    def make(self) -> TokenCounter:
        return WordCounter()
