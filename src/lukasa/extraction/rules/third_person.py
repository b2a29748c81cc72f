"""First person → third: "I love my dog" → "Ana loves their dog", so that a sentence can be read by itself.

The name comes first. Later mentions are "they" and "their", which need no gender; where others are called "they" in the
same sentence, the name is repeated instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lukasa.extraction.rules.lexicon import is_participle, is_past, table, third, verb, verb_forms
from lukasa.extraction.rules.parse import Clause, is_habitual, skip_adverbs
from lukasa.extraction.rules.tokens import ClauseWord, is_word


@dataclass(slots=True)
class Rewrite:
    """The words of a clause while they are replaced, one for one; an empty one leaves nothing behind."""

    words: Sequence[ClauseWord]
    name: str
    addressee: str | None
    out: list[str] = field(default_factory=list)
    named: bool = False
    """The speaker has been named."""

    others: bool = False
    """Other people are "they"."""

    used: set[str] = field(default_factory=set)
    """The names that were put in."""


def in_third_person(clause: Clause, name: str, addressee: str | None) -> Rewrite | None:
    """Replace "I" and "you" by names and make the verbs agree; `None`: who is meant is not clear, or another person is quoted."""
    words = clause.words
    if _quotes_another(words):
        return None
    # With another subject, "them" could be anybody.
    rival = not clause.first_person and words[0].low not in table("demonstratives") | {"it"}
    others = rival or any(word.low in table("they") for word in words)
    rewrite = Rewrite(words, name, addressee, out=[word.text for word in words], others=others)
    for index, word in enumerate(words):
        if word.low in table("first_person") and word.text != "US":
            _first_person(rewrite, index)
        elif word.low == "'s" and words[index - 1].low not in table("before_is"):
            # Two of them in a row would be hard to read: "Ana's sister's a judge".
            rewrite.out[index] = " has" if words[index + 1].low in {"been", "got"} else " is"
        elif word.low == "gonna" and rewrite.out[index] == word.text:
            rewrite.out[index] = "going to"
        elif word.low in table("second_person") and not _second_person(rewrite, index):
            return None
    return rewrite


def _quotes_another(words: Sequence[ClauseWord]) -> bool:
    """Whether "I" or "you" stand in quotation marks: there they are others."""
    quoted = False
    for word in words:
        if word.text in _MARKS:
            quoted = not quoted
        elif quoted and (word.low in table("first_person") or word.low in table("second_person")):
            return True
    return False


def _first_person(rewrite: Rewrite, index: int) -> None:
    low = rewrite.words[index].low
    again = rewrite.named and not rewrite.others
    match low:
        case "i" | "we":
            _subject(rewrite, index, again=again)
        case "my" | "our":
            rewrite.out[index] = "their" if again else f"{rewrite.name}'s"
        case "mine" | "ours":
            rewrite.out[index] = "theirs" if again else f"{rewrite.name}'s"
        case "myself" | "ourselves":
            rewrite.out[index] = "themselves" if rewrite.named else rewrite.name
        case _:
            rewrite.out[index] = "them" if again else rewrite.name
    rewrite.named = True
    rewrite.used.add(rewrite.name)


def _second_person(rewrite: Rewrite, index: int) -> bool:
    if rewrite.addressee is None:
        return False
    low = rewrite.words[index].low
    rewrite.used.add(rewrite.addressee)
    if low in {"your", "yours", "ur"}:
        rewrite.out[index] = f"{rewrite.addressee}'s"
        return True
    rewrite.out[index] = rewrite.addressee
    _agree(rewrite, index)
    return True


def _subject(rewrite: Rewrite, index: int, *, again: bool) -> None:
    before = rewrite.words[index - 1].low if index else ""
    if _compound(rewrite.words, index):
        rewrite.out[index] = rewrite.name
    elif before in table("inverted") and index >= 1:
        rewrite.out[index] = "they" if again else rewrite.name
        rewrite.out[index - 1] = {"am": "are" if again else "is"}.get(before, rewrite.out[index - 1])
    elif again and before in {"and", "but"} and _same_subject(rewrite.words, index):
        rewrite.out[index] = ""
        _agree(rewrite, index)
    elif again:
        rewrite.out[index] = "they"
        _agree_plural(rewrite, index)
    else:
        rewrite.out[index] = rewrite.name
        _agree(rewrite, index)


def _compound(words: Sequence[ClauseWord], index: int) -> bool:
    """Whether "I" is the last of several subjects: `My sister and I`."""
    if index < _FEWEST_COMPOUND or words[index - 1].low not in {"and", "&", "or"}:
        return False
    return not any(_is_verb(words, other) for other in range(index - 1))


def _is_verb(words: Sequence[ClauseWord], index: int) -> bool:
    low = words[index].low
    return low in table("finite") | {"'s"} or bool(verb_forms(low) & {"past", "third", "base"})


def _same_subject(words: Sequence[ClauseWord], index: int) -> bool:
    """Whether no other subject stands between the speaker's last mention and this one."""
    back = index - 2
    while back >= 0 and words[back].low not in {"i", "we"}:
        if words[back].low in table("other_subjects") or words[back].text[0].isupper():
            return False
        back -= 1
    return back >= 0


def _agree(rewrite: Rewrite, subject: int) -> None:
    """Make the verb of a subject, and the verbs that are joined to it, agree with one other person."""
    words = rewrite.words
    index = skip_adverbs(words, subject + 1)
    if index >= len(words) or not is_word(words[index]):
        return
    low = words[index].low
    if low in _SUFFIXES:
        rewrite.out[index] = _suffix(words, index)
        return
    rewrite.out[index] = _third(words, index)
    if _is_plain_present(words, index):
        _agree_joined(rewrite, index)


def _agree_plural(rewrite: Rewrite, subject: int) -> None:
    index = skip_adverbs(rewrite.words, subject + 1)
    if index >= len(rewrite.words):
        return
    low = rewrite.words[index].low
    changed = {"am": "are", "'m": "'re", "was": "were", "gonna": "are going to"}.get(low)
    if changed:
        rewrite.out[index] = changed


def _suffix(words: Sequence[ClauseWord], index: int) -> str:
    low = words[index].low
    if low == "'d":
        after = skip_adverbs(words, index + 1)
        follows = words[after].low if after < len(words) else ""
        return (
            " had"
            if follows in {"been", "better"} or (is_participle(follows) and follows != "like")
            else " would"
        )
    return {"'m": " is", "'re": " is", "'ve": " has", "'ll": " will"}[low]


def _third(words: Sequence[ClauseWord], index: int) -> str:
    """Return a verb as "she" has it, or as it is where it need not change."""
    word = words[index]
    low = word.low
    if low in _SPOKEN:
        return _SPOKEN[low]
    if low in table("unchanged"):
        return word.text
    if low in {"am", "are", "have", "do", "were"}:
        return third(low)
    forms = verb_forms(low)
    if not forms:
        kept = is_past(low) or not low.isalpha() or low in table("no_verbs") or low.endswith("ing")
    else:
        kept = "base" not in forms or (forms >= {"base", "past"} and not is_habitual(words))
    return word.text if kept else third(low)


def _is_plain_present(words: Sequence[ClauseWord], index: int) -> bool:
    lexeme = verb(words[index].low)
    if lexeme is None or lexeme.base in {"be", "do"} or "base" not in lexeme.forms:
        return False
    return words[index].low not in table("modals") and not (
        words[index].low == "have" and _perfect(words, index)
    )


def _perfect(words: Sequence[ClauseWord], index: int) -> bool:
    after = skip_adverbs(words, index + 1)
    return after < len(words) and is_participle(words[after].low)


def _agree_joined(rewrite: Rewrite, first: int) -> None:
    """Make verbs behind "and" agree: `I cook and clean` → `cooks and cleans`; not behind "to": `I like to swim and run`."""
    words = rewrite.words
    for index in range(first + 1, len(words) - 1):
        word = words[index]
        if word.low in table("stops") or word.text in ";:.!":
            return
        if word.low not in {"and", "or", "but", "then"}:
            continue
        after = skip_adverbs(words, index + 1)
        if after >= len(words):
            return
        low = words[after].low
        if verb_forms(low) == {"base"} and (low in table("joined") or _has_object(words, after)):
            rewrite.out[after] = third(low)


def _has_object(words: Sequence[ClauseWord], index: int) -> bool:
    """Whether what follows can only follow a verb."""
    return index + 1 < len(words) and words[index + 1].low in table("objects")


_SUFFIXES = frozenset({"'m", "'re", "'ve", "'ll", "'d"})
_SPOKEN = {
    "gonna": "is going to", "wanna": "wants to", "gotta": "has to", "dont": "doesn't", "im": "is", "ive": "has",
}  # fmt: skip
_MARKS = frozenset('"“”„«»')
_FEWEST_COMPOUND = 2
