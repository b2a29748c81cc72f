"""Text → terms: what full-text search matches, the same at write and at query, so that every store ranks alike.

The language of a short message is a guess, so no word's index term may hang on it alone. Hence:

- each word has one *anchor* term that depends on the word only: folded, then stemmed by the rules of its script (Latin:
  English; Cyrillic: Russian; …). Whatever stands around it, a word in a question meets the same word in a turn.
- where function words or letters show another language of the Latin script, that language's stem is *added* when it
  differs: it brings `Wohnungen` and `Wohnung` together, and costs nothing when the guess was wrong.
- text without spaces becomes overlapping pairs of characters, single characters beside them where one can be a word.
- an identifier is kept whole *and* split: `GPT-4o` → `gpt-4o gpt 4o`.

Pure, deterministic, and safe in threads. Linear in the length of the text.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from importlib import import_module
from itertools import pairwise
from operator import or_
from typing import Any, NamedTuple

from lukasa.domain.erasure import text_cache
from lukasa.text import language_data as data
from lukasa.text.patterns import scan, slices

ANALYSIS_VERSION = 2
"""Raise it with every change to the terms of a turn, to its text in `rendering.py`, or to `passages.py`: what was stored before is
then known to be outdated, and `reindex` rebuilds it."""

MAX_TERM = 64
"""Longer terms are cut: what follows tells no two apart in practice, and a 5 MB blob must not become a term."""

_CACHED_CHUNK = 40
"""Longer chunks are not cached: they do not come back, and would push out those that do."""

_MAX_STEM = 40


class Token(NamedTuple):
    """A word, identifier or pair of characters, with its terms."""

    term: str
    """The anchor."""

    parts: tuple[str, ...] = ()
    """Further terms: the parts of an identifier, a single character."""

    languages: int = 0
    """The mask of the languages in which it is a function word, or for which its letters speak."""

    word: str = ""
    """The plain Latin word, casefolded with its accents, for stemming by language; empty for anything else."""

    stop: int = 0
    """The mask of the languages in which it tells nothing."""


def analyse(text: str, *, language: str | None = None) -> list[str]:
    """Return the terms of *text* in order, with repetitions.

    *language* (ISO 639-1) replaces detection; one that we have no stemmer for adds no stems.
    """
    tokens = _tokens(text)
    code = detect(tokens) if language is None else language
    terms: list[str] = []
    for token in tokens:
        terms.append(token.term)
        if token.parts:
            terms.extend(token.parts)
        if code and token.word:
            terms.extend(_other_stem(token, code))
    return terms


def query_terms(text: str, *, language: str | None = None) -> list[str]:
    """Return the distinct terms of a question in order, without stop words unless nothing else remains."""
    tokens = _tokens(text)
    code = detect(tokens) if language is None else language
    terms: dict[str, None] = {}
    for token in _telling(tokens, code):
        terms.update(dict.fromkeys((token.term, *token.parts)))
        if code and token.word:
            terms.update(dict.fromkeys(_other_stem(token, code)))
    return list(terms) or list(dict.fromkeys(analyse(text, language=language)))


def content_words(text: str, *, language: str | None = None) -> list[str]:
    """Return the distinct words of *text* that tell something, one term each: what coverage is counted in."""
    tokens = _tokens(text)
    code = detect(tokens) if language is None else language
    return list(dict.fromkeys(token.term for token in _telling(tokens, code)))


def is_stop_word(word: str) -> bool:
    """Whether *word* is a function word in English, or in the language of its script."""
    return bool(data.function_words().get(fold(word.casefold()), 0) & _always())


def detect(tokens: Iterable[Token]) -> str | None:
    """Return the language whose function words and letters lead those of English, or `None`: English, or unclear.

    A word that several languages share is a smaller vote for each.
    """
    votes = [token.languages for token in tokens if token.languages]
    english = data.bit("en")
    if all(mask & english for mask in votes):
        return None
    scores = dict.fromkeys(("en", *data.STEMMERS), 0.0)
    for mask in votes:
        share = 1.0 / mask.bit_count()
        for code in scores:
            if mask & data.bit(code):
                scores[code] += share
    # Spanish and Catalan often tie on a short turn: the first, the one with more speakers, is the better guess.
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > scores["en"] else None


def is_latin(text: str) -> bool:
    """Whether most letters of *text* are Latin ones, or it has none. Full-width letters are others."""
    if text.isascii():
        return True
    others = [
        letter >= "\u0370" and not "\u1e00" <= letter <= "\u1eff" for letter in text if letter.isalpha()
    ]
    return 2 * sum(others) < max(1, len(others))


def in_english(text: str) -> bool:
    """Whether the function words of *text* are rather English ones, or it has none of any language; names decide nothing."""
    return detect(token._replace(languages=token.stop) for token in _tokens(text)) is None


def fold(word: str) -> str:
    """Return a casefolded word without what people leave out: accents, Arabic vowel signs and tatweel, nukta.

    Marks that make another letter stay: Hindi vowel signs, the breve of й, Thai tones.
    """
    if word.isascii():
        return word
    bare = _DROPPED.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", bare).translate(_FOLDED)


def _telling(tokens: Iterable[Token], code: str | None) -> Iterator[Token]:
    stop = _always() | (data.bit(code) if code else 0)
    return (token for token in tokens if not token.stop & stop)


@cache
def _always() -> int:
    """Return the languages whose function words are stop words without detection: no two share a script."""
    return sum(data.bit(code) for code in ("en", "ru", "el", "ar", "hi", "cjk"))


# --- from text to tokens ---------------------------------------------------------------------------------------------

_INVISIBLE = dict.fromkeys([0xAD, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F)]) | {
    0x200B: " ",
    0x2018: "'",
    0x2019: "'",
    0x02BC: "'",
    0x2010: "-",
    0x2011: "-",
}
_DROPPED = re.compile(
    # й and ї are letters of their own, not accented ones.
    "(?<!и)\u0306|(?<!і)\u0308|[\u0300-\u0305\u0307\u0309-\u036f\u0483-\u0487"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u093c]"
)
_FOLDED = str.maketrans(
    {
        "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
        "ى": "ي", "ی": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ँ": "ं",
    }
)  # fmt: skip

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_UNSPACED = "\u0e01-\u0e4e\u0e81-\u0ede\u1000-\u1049\u1050-\u109d\u1780-\u17d3\u17dc\u17dd"
_MARKS = (  # Python's \w leaves out combining marks, without which Hindi, Arabic or NFD words fall to pieces.
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711-\u07f3\u07fd\u0816-\u082d\u0859-\u085b\u0898-\u08e1\u08e3-\u0963"
    "\u0966-\u0df3\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbc\u135d-\u135f\u1ab0-\u1abd\u1dc0-\u1dff"
    "\u20d0-\u20dc"
)
_RUN = re.compile(f"(?P<han>[{_HAN}{_KANA}]+)|(?P<hangul>[{_HANGUL}]+)|(?P<unspaced>[{_UNSPACED}]+)")
_CLUSTER = re.compile(
    ".[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3]*"
)

_W = f"[\\w{_MARKS}]"
_TOKEN = re.compile(
    rf"""
      (?P<url> (?:https?|ftp)://[^\s<>"']+ | www\.[^\s<>"']+ )
    | (?P<mail> {_W}[\w.+-]{{0,63}}@[\w-]+(?:\.[\w-]+)+ )
    | (?P<tag> (?<!{_W})[@\#]{_W}+ )
    | (?P<initials> (?<!{_W})(?:[^\W\d_]\.){{2,}}(?:[^\W\d_](?!{_W}))? )
    | (?P<symbolic> (?<![\w.])(?:[A-Za-z](?:\+\+|\#)(?!{_W}) | \.[A-Za-z][A-Za-z]+(?![\w.])) )
    | (?P<amount> [$€£¥₹₩]?\d+(?:[.,:]\d+)*%? (?: (?!{_W})(?![-/.]\w) | (?=[apAP][mM]\b) ) )
    | (?P<word> {_W}+(?:[-.'’/&+:]{_W}+)* )
    """,
    re.VERBOSE,
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_VERSION = re.compile(r"v?(\d+\.\d+)((?:\.\d+)*)")
_MEASURED = re.compile(rf"(\d+(?:[.,]\d+)?)({data.UNITS})")
_LETTERS_DIGITS = re.compile(r"([^\W\d_]{2,})(\d+\w*)")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PLAIN = re.compile(r"[^\d_\-./&+:']+")
_HUMPED = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")


def _tokens(text: str) -> list[Token]:
    if not text.isascii():
        text = "".join(map(_normal, slices(text)))
    tokens: list[Token] = []
    for chunk in text.split():
        tokens.extend(_known_chunk(chunk) if len(chunk) <= _CACHED_CHUNK else _chunk(chunk))
    return tokens


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_INVISIBLE)


@text_cache(1 << 15)
def _known_chunk(chunk: str) -> tuple[Token, ...]:
    return tuple(_chunk(chunk))


def _chunk(chunk: str) -> Iterator[Token]:
    """Split what stands between two spaces at the borders of scripts that write no spaces."""
    if chunk.isascii():
        yield from _spaced(chunk)
        return
    done = 0
    for run in scan(_RUN, chunk):
        yield from _spaced(chunk[done : run.start()])
        done = run.end()
        match run.lastgroup:
            case "han":
                yield from _pairs(list(run.group()), alone=_is_han)
            case "hangul":
                yield from _hangul(run.group())
            case _:
                yield from _pairs(_CLUSTER.findall(run.group()), alone=None)
    yield from _spaced(chunk[done:])


def _spaced(text: str) -> Iterator[Token]:
    for token in scan(_TOKEN, text):
        raw = token.group()
        match token.lastgroup:
            case "url":
                yield from _url(raw)
            case "mail":
                yield _identifier(raw.casefold(), re.split(r"[@.+_-]", raw))
            case "tag":
                yield _identifier(raw.casefold(), [raw[1:], *_humps(raw[1:])])
            case "initials":
                yield from _word(raw.replace(".", ""))
            case "symbolic":
                yield _identifier(raw.casefold(), [raw.strip(".+#")] if raw[0] == "." else [])
            case "amount":
                yield _amount(raw)
            case _:
                yield from _compound(raw)


# --- kinds of token --------------------------------------------------------------------------------------------------


def _identifier(whole: str, parts: Iterable[str]) -> Token:
    """Make the token of something that is kept whole, with its parts as words.

    Letters alone are stemmed like any word: `iPhone` must meet `iphone`, and `self-care` `selfcare`.
    """
    term = fold(whole)[:MAX_TERM]
    if term.isalpha() or not term.isascii():
        term = _anchor(term)
    terms = (term_of(part) for part in parts if part)
    return Token(term, tuple(part for part in dict.fromkeys(terms) if part and part != term))


def _url(raw: str) -> Iterator[Token]:
    address = raw.split("://", 1)[-1].removeprefix("www.")
    host, _, path = address.partition("/")
    host = host.rstrip(".,;:!?)")
    yield _identifier(host.casefold(), host.split("."))
    for part in re.split(r"[\W_]+", path):
        if part:
            yield from _compound(part)


def _amount(raw: str) -> Token:
    """Read a number, price, percentage, clock time or version: whole, and its bare number."""
    number = raw.strip("$€£¥₹₩%")
    plain = number.replace(",", "") if _GROUPED.fullmatch(number) else number
    version = _VERSION.fullmatch(plain)
    parts = [version.group(1)] if version and version.group(2) else []
    return _identifier(raw.replace(number, plain), [plain, *parts])


def _compound(raw: str) -> Iterator[Token]:
    """Read a word, or words joined by hyphens, dots, slashes, underscores and apostrophes."""
    raw = raw.strip("_")
    if "'" in raw:
        yield from _apostrophes(raw)
    elif _PLAIN.fullmatch(raw) and next(scan(_HUMPED, raw), None) is None:
        yield from _word(raw)
    elif raw:
        yield _joined(raw)


def _joined(raw: str) -> Token:
    pieces = [piece for piece in re.split(r"[-./&+:_]", raw) if piece]
    if len(pieces) == 1:
        return _identifier(raw.casefold(), _humps(raw))
    if version := _VERSION.fullmatch(raw.casefold()):
        return _identifier(raw.casefold(), [raw[raw[0] in "vV" :], version.group(1)])
    if all(piece.isalpha() for piece in pieces) and "-" in raw:
        # A hyphen between words comes and goes: `e-mail`, `email`; `self-care`, `self care`.
        words = [part for piece in pieces for part in (piece, *_humps(piece)) if len(part) > 1]
        return _identifier("".join(pieces).casefold(), words)
    numeric = all(piece.isdecimal() for piece in pieces)
    # The day of a date or the score of a match is no word of its own.
    parts = [piece for piece in pieces if not numeric or len(piece) > 2]  # noqa: PLR2004 - two digits
    return _identifier(raw.casefold(), [part for piece in parts for part in (piece, *_humps(piece))])


def _humps(word: str) -> list[str]:
    """Return the parts of `camelCase`, `XK4471`, `10km`, `snake_case`; none for a plain word."""
    if "_" in word:
        return [part for piece in word.split("_") if piece for part in (piece, *_humps(piece))]
    if measured := _MEASURED.fullmatch(word.casefold()):
        return list(measured.groups())
    if split := _LETTERS_DIGITS.fullmatch(word):
        return [*split.groups(), *_humps(split.group(1))]
    if _PLURAL_ACRONYM.fullmatch(word):
        return [word[:-1]]
    if _HUMPED.search(word):
        return [part for match in _CAMEL.finditer(word) if len(part := match.group()) > 1]
    return []


def _apostrophes(raw: str) -> Iterator[Token]:
    """Read possessives (`Anna's`), contractions (`don't`), elisions (`l'eau`) and names (`O'Brien`)."""
    lower = raw.casefold()
    if lower.endswith("n't"):
        base = lower[:-3]
        yield from _word(data.NEGATED.get(base, base))
        yield from _word("not")
        return
    head, _, tail = raw.rpartition("'")
    if tail.casefold() == "s":
        yield from _compound(head)
    elif (ending := "'" + tail.casefold()) in data.CONTRACTIONS:
        yield from _compound(head)
        yield from _word(data.CONTRACTIONS[ending])
    elif head.casefold() in data.ELISIONS:
        yield from _compound(tail)
    else:
        pieces = [piece for piece in raw.split("'") if piece]
        yield _identifier("".join(pieces).casefold(), [piece for piece in pieces if len(piece) > 1])


def _word(raw: str) -> Iterator[Token]:
    if not raw:
        return
    word = unicodedata.normalize("NFKC", raw.casefold())
    folded = fold(word)
    if not folded:
        return
    masks = data.function_words().get(folded, 0)
    latin = folded[0] < "\u0370" and len(word) <= _MAX_STEM
    parts = (term_of(raw[:-1]),) if _PLURAL_ACRONYM.fullmatch(raw) else ()
    yield Token(
        term=_anchor(folded[:MAX_TERM]),
        parts=parts,
        languages=masks | (0 if word.isascii() else _spoken_for(word[:_MAX_STEM])),
        word=word if latin else "",
        stop=masks,
    )


def _pairs(units: list[str], *, alone: object) -> Iterator[Token]:
    """Cut text without spaces into overlapping pairs, with the single characters that can be words."""
    singles = [unit if alone and _is_han(unit) else "" for unit in units]
    if len(units) == 1:
        yield Token(fold(units[0]), stop=data.function_words().get(units[0], 0))
    for index, (first, second) in enumerate(pairwise(units)):
        last = index == len(units) - 2
        parts = (singles[index], singles[index + 1] if last else "")
        stop = data.function_words().get(first + second, 0)
        yield Token(fold(first + second), tuple(part for part in parts if part), stop=stop)


def _hangul(run: str) -> Iterator[Token]:
    """Cut a Korean word into pairs; a noun of one syllable stands alone once its particle is taken off."""
    yield from _pairs(list(run), alone=None)
    stem = next((run.removesuffix(end) for end in data.particles() if run.endswith(end) and run != end), "")
    if len(stem) == 1:
        yield Token(stem)


def _is_han(character: str) -> bool:
    return not "\u3041" <= character <= "\u31ff"


# --- stems -----------------------------------------------------------------------------------------------------------


def term_of(word: str) -> str:
    """Return the anchor term of one word."""
    return _anchor(fold(unicodedata.normalize("NFKC", word.casefold()))[:MAX_TERM])


@cache
def stem_set(table: str) -> frozenset[str]:
    """Return the terms that the words of a table are compared by."""
    return frozenset(term_of(word) for word in table.split())


@text_cache(1 << 15)
def _anchor(folded: str) -> str:
    """Return what a folded word is indexed under, whatever text it stands in."""
    if any(character.isdecimal() for character in folded):
        return "".join(_digit(character) for character in folded)
    if len(folded) > _MAX_STEM:
        return folded
    if folded[:1] < "\u0370":
        return _stem("english", data.irregular().get(folded, folded))
    for first, last, algorithm in data.SCRIPT_STEMMERS:
        if first <= folded[0] <= last:
            return fold(_stem(algorithm, folded)) or folded
    return folded


def _other_stem(token: Token, code: str) -> tuple[str, ...]:
    """Return the stem by the rules of *code*, when it is another one than the anchor."""
    algorithm = data.STEMMERS.get(code)
    if algorithm is None:
        return ()
    stem = _folded_stem(algorithm, token.word)
    return () if stem in {token.term, ""} else (stem,)


@text_cache(1 << 14)
def _folded_stem(algorithm: str, word: str) -> str:
    return fold(_stem(algorithm, word))[:MAX_TERM]


@text_cache(1 << 12)
def _spoken_for(word: str) -> int:
    """Return the mask of the languages for which the letters of a word speak."""
    return reduce(or_, (data.letters().get(character, 0) for character in word), 0)


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


_local = threading.local()


def _stem(algorithm: str, word: str) -> str:
    """Stem with this thread's own stemmer: Snowball's keep the word they work on."""
    stemmers: dict[str, object] = _local.__dict__
    if algorithm not in stemmers:
        # Not `snowballstemmer.stemmer()`: that prefers PyStemmer where installed, whose algorithms may be of another
        # version, and terms must not depend on the machine.
        module = import_module(f"snowballstemmer.{algorithm}_stemmer")
        stemmers[algorithm] = getattr(module, f"{algorithm.capitalize()}Stemmer")()
    stemmer: Any = stemmers[algorithm]
    stem = str(stemmer.stemWord(word))
    stemmer.stemWord("")  # It keeps its last word.
    return stem
