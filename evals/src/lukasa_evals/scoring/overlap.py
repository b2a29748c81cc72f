"""Words that an answer and the gold answer share. Pure. An empty answer never has the words of a gold answer."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from lukasa_evals.datasets.values import Category

if TYPE_CHECKING:
    from nltk.tokenize import NLTKWordTokenizer, PunktSentenceTokenizer

_MULTI_HOP = 1
"""LoCoMo's category whose gold answers are lists."""

_OPEN_DOMAIN = 3
"""LoCoMo's category whose gold answers give their reason after a semicolon."""

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)

_ABBREVIATIONS = frozenset(
    """
    a.d a.m adm apr aug ave b.c co col conn corp d.c dec dr e.g feb fla fri ft ga gen gov i.e inc jan jr ltd lt mass mg
    mich mon mr mrs ms n.c n.j n.y nov oct okla ore p.m pa ph.d prof rep reps sen sep sept sr st tenn thu tues u.k u.s
    u.s.a va vs w.va wed
    """.split()  # noqa: SIM905 - a page of quotes is harder to read
)


def paper_f1(answer: str, gold: str) -> float:
    """Return F1 as the Mem0 paper's evaluation does (§1.7): over sets of words, in lower case, `. , ! ?` as spaces."""
    said, wanted = _set(answer), _set(gold)
    return _f1(len(said & wanted), len(said), len(wanted))


def squad_f1(answer: str, gold: str) -> float:
    """Return F1 as SQuAD does: repeated words count, articles and punctuation do not. Nothing is all that nothing wants."""
    if not gold.strip():
        return float(not answer.strip())
    return _f1_of_words(_squad(answer), _squad(gold))


def locomo_f1(answer: str, gold: str, category: Category) -> float:
    """Return F1 as LoCoMo's own evaluation does: SQuAD's over stems, "and" left out like an article.

    A list (category 1) is worth the mean over its items of the best match; what stands after the first semicolon of
    an open-domain gold answer (category 3) is no part of it.
    """
    if category == _MULTI_HOP:
        said, wanted = answer.split(","), gold.split(",")
        return sum(max(_stemmed_f1(part, item) for part in said) for item in wanted) / len(wanted)
    if category == _OPEN_DOMAIN:
        gold = gold.split(";", maxsplit=1)[0]
    return _stemmed_f1(answer, gold)


def exact_match(answer: str, gold: str) -> float:
    """Return 1 when both have the same words in the same order, articles and punctuation apart (as SQuAD does)."""
    return float(bool(answer.strip()) and _squad(answer) == _squad(gold))


def bleu1(answer: str, gold: str) -> float:
    """Return BLEU-1 as the Mem0 paper's evaluation does: NLTK's `sentence_bleu`, smoothed by its method 1."""
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu  # noqa: PLC0415 - takes a while

    said, wanted = tokens(answer.lower()), tokens(gold.lower())
    if not said or not wanted:
        return 0.0
    smoothing = SmoothingFunction().method1
    return float(sentence_bleu([wanted], said, weights=(1, 0, 0, 0), smoothing_function=smoothing))


def tokens(text: str) -> list[str]:
    """Return words as NLTK's `word_tokenize` does, which splits sentences first and then their words.

    Its model of sentences has to be downloaded. Here the same algorithm runs with a list of abbreviations instead. On
    text in lower case it asks little else of the model: whether an abbreviation or a number ends a sentence is decided
    by capitals, which are not there.
    """
    split = _sentence_tokenizer().tokenize(text)
    return [token for sentence in split for token in _word_tokenizer().tokenize(sentence)]


@cache
def _sentence_tokenizer() -> PunktSentenceTokenizer:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer  # noqa: PLC0415 - takes a while

    parameters = PunktParameters()
    parameters.abbrev_types.update(_ABBREVIATIONS)
    return PunktSentenceTokenizer(parameters)


@cache
def _word_tokenizer() -> NLTKWordTokenizer:
    from nltk.tokenize import NLTKWordTokenizer  # noqa: PLC0415 - takes a while

    return NLTKWordTokenizer()


def _f1(common: int, said: int, wanted: int) -> float:
    if not common:
        return 0.0
    precision, recall = common / said, common / wanted
    return 2 * precision * recall / (precision + recall)


def _f1_of_words(said: Sequence[str], wanted: Sequence[str]) -> float:
    return _f1((Counter(said) & Counter(wanted)).total(), len(said), len(wanted))


def _set(text: str) -> set[str]:
    return set(re.sub(r"[.,!?]", " ", text.lower()).split())


def _squad(text: str) -> list[str]:
    bare = text.lower().translate(_NO_PUNCTUATION)
    return re.sub(r"\b(?:a|an|the)\b", " ", bare).split()


def _stemmed_f1(answer: str, gold: str) -> float:
    return _f1_of_words(_stems(answer), _stems(gold))


def _stems(text: str) -> list[str]:
    stem = _stemmer()
    return [stem(word) for word in _squad(text) if word != "and"]


@cache
def _stemmer() -> Callable[[str], str]:
    # Porter's stems by NLTK differ from Snowball's for some hundred words ("skies", "dying").
    from nltk.stem import PorterStemmer  # noqa: PLC0415 - takes a while

    stem: Callable[[str], str] = PorterStemmer().stem
    return stem
