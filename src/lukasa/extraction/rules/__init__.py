"""Claims from turns by a grammar, without a model: what Lukasa distils facts with when nothing else is configured."""

from lukasa.domain.claim import Scene
from lukasa.extraction.rules.extractor import RulesExtractor
from lukasa.extraction.rules.reading import extract

__all__ = ["RulesExtractor", "Scene", "extract"]
