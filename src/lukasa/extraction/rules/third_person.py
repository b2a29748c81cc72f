"""First person → third: "I love my dog" → "Ana loves their dog", so that a sentence can be read by itself.

The name comes first. Later mentions are "they" and "their", which need no gender; where others are called "they" in the
same sentence, the name is repeated instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lukasa.extraction.rules.lexicon import is_participle, is_past, table, third, verb
from lukasa.extraction.rules.parse import Clause, is_habitual, skip_adverbs
from lukasa.extraction.rules.tokens import Word, is_word


@dataclass(slots=True)
class Rewrite:
    """The words of a clause while they are replaced, one for one; an empty one leaves nothing behind."""

    words: Sequence[Word]
    name: str
    addressee: str | None
    out: list[str] = field(default_factory=list)
    named: bool = False
    """The speaker has been named."""

    others: bool = False
    """Somebody else is "they"."""

    used: set[str] = field(default_factory=set)
    """The names that were put in."""


def in_third_person(clause: Clause, name: str, addressee: str | None) -> Rewrite | None:
    """Replace "I" and "you" by names and make the verbs agree; `None`: who is meant is not clear, or somebody is quoted."""
    words = clause.words
    if _quotes_somebody(words):
        return None
    # With another subject, "them" could be anybody.
    rival = not clause.first_person and words[0].low not in table("DEMONSTRATIVES") | {"it"}
    others = rival or any(word.low in table("THEY") for word in words)
    rewrite = Rewrite(words, name, addressee, out=[word.text for word in words], others=others)
    for place, word in enumerate(words):
        if word.low in table("FIRST_PERSON") and word.text != "US":
            _first_person(rewrite, place)
        elif word.low == "'s" and words[place - 1].low not in table("BEFORE_IS"):
            # Two of them in a row would be hard to read: "Ana's sister's a judge".
            rewrite.out[place] = " has" if words[place + 1].low in {"been", "got"} else " is"
        elif word.low == "gonna" and rewrite.out[place] == word.text:
            rewrite.out[place] = "going to"
        elif word.low in table("SECOND_PERSON") and not _second_person(rewrite, place):
            return None
    return rewrite


def _quotes_somebody(words: Sequence[Word]) -> bool:
    """Tell whether "I" or "you" stand in quotation marks: there they are others."""
    quoted = False
    for word in words:
        if word.text in _MARKS:
            quoted = not quoted
        elif quoted and (word.low in table("FIRST_PERSON") or word.low in table("SECOND_PERSON")):
            return True
    return False


def _first_person(rewrite: Rewrite, place: int) -> None:
    low = rewrite.words[place].low
    again = rewrite.named and not rewrite.others
    match low:
        case "i" | "we":
            _subject(rewrite, place, again=again)
        case "my" | "our":
            rewrite.out[place] = "their" if again else _possessive(rewrite.name)
        case "mine" | "ours":
            rewrite.out[place] = "theirs" if again else _possessive(rewrite.name)
        case "myself" | "ourselves":
            rewrite.out[place] = "themselves" if rewrite.named else rewrite.name
        case _:
            rewrite.out[place] = "them" if again else rewrite.name
    rewrite.named = True
    rewrite.used.add(rewrite.name)


def _second_person(rewrite: Rewrite, place: int) -> bool:
    if rewrite.addressee is None:
        return False
    low = rewrite.words[place].low
    rewrite.used.add(rewrite.addressee)
    if low in {"your", "yours", "ur"}:
        rewrite.out[place] = _possessive(rewrite.addressee)
        return True
    rewrite.out[place] = rewrite.addressee
    _agree(rewrite, place)
    return True


def _subject(rewrite: Rewrite, place: int, *, again: bool) -> None:
    before = rewrite.words[place - 1].low if place else ""
    if _compound(rewrite.words, place):
        rewrite.out[place] = rewrite.name
    elif before in table("INVERTED") and place >= 1:
        rewrite.out[place] = "they" if again else rewrite.name
        rewrite.out[place - 1] = {"am": "are" if again else "is"}.get(before, rewrite.out[place - 1])
    elif again and before in {"and", "but"} and _same_subject(rewrite.words, place):
        rewrite.out[place] = ""
        _agree(rewrite, place)
    elif again:
        rewrite.out[place] = "they"
        _agree_plural(rewrite, place)
    else:
        rewrite.out[place] = rewrite.name
        _agree(rewrite, place)


def _compound(words: Sequence[Word], place: int) -> bool:
    """Tell whether "I" is the last of several subjects: `My sister and I`."""
    if place < _FEWEST_COMPOUND or words[place - 1].low not in {"and", "&", "or"}:
        return False
    return not any(_is_verb(words, other) for other in range(place - 1))


def _is_verb(words: Sequence[Word], place: int) -> bool:
    known = verb(words[place].low)
    return words[place].low in table("FINITE") | {"'s"} or (
        known is not None and bool(known.forms & {"past", "third", "base"})
    )


def _same_subject(words: Sequence[Word], place: int) -> bool:
    """Tell whether nobody else acts between the speaker's last mention and this one."""
    back = place - 2
    while back >= 0 and words[back].low not in {"i", "we"}:
        if words[back].low in table("OTHER_SUBJECTS") or words[back].text[0].isupper():
            return False
        back -= 1
    return back >= 0


def _agree(rewrite: Rewrite, subject: int) -> None:
    """Make the verb of a subject, and the verbs that are joined to it, agree with one other person."""
    words = rewrite.words
    place = skip_adverbs(words, subject + 1)
    if place >= len(words) or not is_word(words[place]):
        return
    low = words[place].low
    if low in _SUFFIXES:
        rewrite.out[place] = _suffix(words, place)
        return
    rewrite.out[place] = _third(words, place)
    if _is_plain_present(words, place):
        _agree_joined(rewrite, place)


def _agree_plural(rewrite: Rewrite, subject: int) -> None:
    """Make the verb agree with "they"."""
    place = skip_adverbs(rewrite.words, subject + 1)
    if place >= len(rewrite.words):
        return
    low = rewrite.words[place].low
    changed = {"am": "are", "'m": "'re", "was": "were", "gonna": "are going to"}.get(low)
    if changed:
        rewrite.out[place] = changed


def _suffix(words: Sequence[Word], place: int) -> str:
    low = words[place].low
    if low == "'d":
        after = skip_adverbs(words, place + 1)
        follows = words[after].low if after < len(words) else ""
        return (
            " had"
            if follows in {"been", "better"} or (is_participle(follows) and follows != "like")
            else " would"
        )
    return {"'m": " is", "'re": " is", "'ve": " has", "'ll": " will"}[low]


def _third(words: Sequence[Word], place: int) -> str:
    """Return a verb as "she" has it, or as it is where it need not change."""
    word = words[place]
    low = word.low
    if low in _SPOKEN:
        return _SPOKEN[low]
    if low in table("UNCHANGED"):
        return word.text
    if low in {"am", "are", "have", "do", "were"}:
        return third(low)
    known = verb(low)
    if known is None:
        return (
            word.text
            if is_past(low) or not low.isalpha() or low in table("NO_VERBS") or low.endswith("ing")
            else third(low)
        )
    if "base" not in known.forms or (known.forms >= {"base", "past"} and not is_habitual(words)):
        return word.text
    return third(low)


def _is_plain_present(words: Sequence[Word], place: int) -> bool:
    known = verb(words[place].low)
    if known is None or known.base in {"be", "do"} or "base" not in known.forms:
        return False
    return words[place].low not in table("MODALS") and not (
        words[place].low == "have" and _perfect(words, place)
    )


def _perfect(words: Sequence[Word], place: int) -> bool:
    after = skip_adverbs(words, place + 1)
    return after < len(words) and is_participle(words[after].low)


def _agree_joined(rewrite: Rewrite, first: int) -> None:
    """Make verbs behind "and" agree: `I cook and clean` → `cooks and cleans`; not behind "to": `I like to swim and run`."""
    words = rewrite.words
    for place in range(first + 1, len(words) - 1):
        word = words[place]
        if word.low in table("STOPS") or word.text in ";:.!":
            return
        if word.low not in {"and", "or", "but", "then"}:
            continue
        after = skip_adverbs(words, place + 1)
        if after >= len(words):
            return
        known = verb(words[after].low)
        if (
            known
            and known.forms == {"base"}
            and (words[after].low in table("JOINED") or _has_object(words, after))
        ):
            rewrite.out[after] = third(words[after].low)


def _has_object(words: Sequence[Word], place: int) -> bool:
    """Tell whether what follows can only follow a verb."""
    return place + 1 < len(words) and words[place + 1].low in table("OBJECTS")


def _possessive(name: str) -> str:
    return f"{name}'s"


_SUFFIXES = frozenset({"'m", "'re", "'ve", "'ll", "'d"})
_SPOKEN = {
    "gonna": "is going to", "wanna": "wants to", "gotta": "has to", "dont": "doesn't", "im": "is", "ive": "has",
}  # fmt: skip
_MARKS = frozenset('"“”„«»')
_FEWEST_COMPOUND = 2
