"""Claims from turns by a grammar, without a model: what Lukasa distils facts with when nothing else is configured."""

from lukasa.extraction.rules.extractor import RulesExtractor, extract

__all__ = ["RulesExtractor", "extract"]
