"""Junk: the noise of tools and of assistants, and claims that say nothing. Pure.

Only what no fact about anybody is worded like; whether a fact is worth keeping is the extractor's business.
"""

from __future__ import annotations

import re
from typing import Literal

from lukasa.domain.claim import Claim
from lukasa.text.analysis import content_words, stem_set, term_of
from lukasa.text.patterns import LazyPattern, WordLists

_LISTS = WordLists("lukasa.gate", "junk")

Junk = Literal["task residue", "vacuous"]

_LONGEST = 2000
"""Characters that are looked at; a longer text is judged by its beginning."""


def junk_in(claim: Claim) -> Junk | None:
    """Return why a claim is not worth keeping, or `None`."""
    if any(_NOISE.search(_plain(words)) for words in (claim.quote, claim.text)):
        return "task residue"
    subject = claim.subject.strip().casefold()
    nameless = not subject or subject in _LISTS.words("no_subject")
    return "vacuous" if nameless or (claim.attribute is None and not _content(claim)) else None


def _content(claim: Claim) -> set[str]:
    """Return the terms of a claim that say something of its subject."""
    about = {term_of(word) for word in re.findall(r"[^\W_]+", claim.subject)}
    return set(content_words(claim.text)) - about - stem_set(_LISTS["vacuous"])


def _plain(text: str) -> str:
    return text[:_LONGEST].replace("’", "'").casefold().strip()


_NOISE = LazyPattern(lambda: "|".join(f"(?:{pattern})" for pattern in _LISTS.rows("noise")), re.MULTILINE)
