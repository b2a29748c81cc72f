"""Whether a clause is worth a claim: stated, about a person's life, meant to last, and clear without its surroundings."""

from __future__ import annotations

from collections.abc import Sequence

from lukasa.domain.fact import FactKind
from lukasa.extraction.rules.lexicon import table, verb, verb_forms
from lukasa.extraction.rules.parse import Clause
from lukasa.extraction.rules.tokens import ClauseWord
from lukasa.text.analysis import is_stop_word

MOST_WORDS = 60
"""A longer clause was pasted or rambles: its turn has it."""


def content_count(words: Sequence[ClauseWord], names: Sequence[str] = ()) -> int:
    """Count the words with content of their own; names and numbers count twice."""
    name_parts = {part.lower() for name in names for part in name.split()}
    count = 0
    seen: set[str] = set()
    for index, word in enumerate(words):
        low = word.low.removesuffix("'s") or word.low
        if low in seen or not low[0].isalnum() or low in name_parts:
            continue
        seen.add(low)
        if low[0].isdigit() or (index and word.text[0].isupper() and word.low not in table("always_capital")):
            count += 2
        elif low in table("number_words") or (
            low not in table("vague") and not is_stop_word(low) and low not in table("adverbs")
        ):
            count += 1
    return count


def is_assertion(clause: Clause, *, addressee: bool, names: Sequence[str] = ()) -> bool:
    """Whether the clause states something of a person's life that may be believed."""
    words = clause.words
    if (
        len(words) > MOST_WORDS
        or _asks(words)
        or _supposes(clause)
        or not _means_whom(clause, addressee=addressee)
    ):
        return False
    if clause.first_person:
        return _speaker_states(clause, names)
    return _other_states(clause, names)


def continues(clause: Clause, names: Sequence[str] = ()) -> bool:
    """Whether the clause tells more of what was said before, as "it", "they" or "she"."""
    words = clause.words
    if clause.subject != 1 or words[0].low not in table("pronouns") or _asks(words) or _supposes(clause):
        return False
    return (
        not any(word.low in table("second_person") for word in words)
        and content_count(words, names) >= _CONTENT_OTHER
    )


def _asks(words: Sequence[ClauseWord]) -> bool:
    return any(word.text == "?" for word in words) or words[0].low in table("asking")


def _supposes(clause: Clause) -> bool:
    """Whether it is wished, supposed or advised rather than so."""
    if clause.modal in {"would", "could", "should", "might", "may", "must", "shall"}:
        return not (clause.modal == "could" and clause.negated) and not _wants(clause)
    lows = [word.low for word in clause.words]
    return lows[0] in {"if", "imagine", "suppose", "unless", "maybe", "perhaps", "let"} or "if" in lows


def _wants(clause: Clause) -> bool:
    return clause.modal == "would" and clause.base in {"like", "love", "prefer"} and not clause.negated


def _means_whom(clause: Clause, *, addressee: bool) -> bool:
    """Whether "you" can only be the other speaker: something was given or said to them."""
    places = [index for index, word in enumerate(clause.words) if word.low in table("second_person")]
    if not places:
        return True
    if not addressee or not clause.first_person or places[0] < clause.verb:
        return False
    if (
        clause.tense == "past"
        and all(clause.words[index].low == "your" for index in places)
        and content_count(clause.words) >= _CONTENT_YOURS
    ):
        return True
    return clause.base in table("to_you") and clause.tense in {"past", "perfect", "future"}


def _speaker_states(clause: Clause, names: Sequence[str]) -> bool:
    """Whether a clause about the speaker is more than talk."""
    if not clause.rest:
        return _tells_by_verb(clause)
    if any(talk(clause) for talk in (_only_thinks, _everybody, _cannot, _likes_that)):
        return False
    if _shows_media(clause):
        return content_count(clause.words, names) >= _CONTENT_OTHER
    if _feels(clause) or _promises(clause):
        return content_count(clause.rest, names) >= _CONTENT_FEELING
    return content_count(clause.words, names) > 0


def _tells_by_verb(clause: Clause) -> bool:
    """Whether the verb is enough: "I don't drive", not "I see", "I did", "I can't wait"."""
    empty = (
        table("loose") | table("mental") | table("states") | table("cannot") | {"mind", "care", "remember"}
    )
    return clause.negated and bool(clause.base) and clause.base not in empty


def _only_thinks(clause: Clause) -> bool:
    return clause.base in table("mental") and not _minds_something(clause)


def _cannot(clause: Clause) -> bool:
    """Whether it is "can't wait", "can't believe": only what one waits for may tell something."""
    if clause.modal != "can" or not clause.negated or clause.base not in table("cannot"):
        return False
    return clause.base != "wait" or content_count(clause.rest) < _CONTENT_WAIT


def _likes_that(clause: Clause) -> bool:
    return clause.base in table("tastes") | {"feel", "find"} and clause.rest[0].low in table("pointing")


def _feels(clause: Clause) -> bool:
    return clause.base == "be" and any(word.low in table("feelings") for word in clause.rest[:4])


def _promises(clause: Clause) -> bool:
    """Whether it is a polite "I'll try it": a plan has a day, or tells more."""
    if clause.tense != "future" or clause.base not in table("promises"):
        return False
    return not any(word.low in table("dated") for word in clause.rest)


def _everybody(clause: Clause) -> bool:
    """Whether "we" is mankind or the two who talk: "we can do it", "we're all in it together"."""
    if not any(word.low == "we" for word in clause.words[: clause.subject]):
        return False
    return (
        clause.modal == "can"
        or clause.base == "need"
        or any(word.low in {"all", "both", "each", "together"} for word in clause.words[: clause.verb + 3])
    )


def _shows_media(clause: Clause) -> bool:
    return any(word.low in _MEDIA for word in clause.rest) and _points(clause)


def is_thin(clause: Clause, names: Sequence[str] = ()) -> bool:
    """Whether a clause says too little to stand for itself."""
    return content_count(clause.words, names) < _enough(clause)


def _enough(clause: Clause) -> int:
    if clause.base == "have" and clause.negated:
        return 1
    if _dangles(clause):
        return 4
    return 2 if clause.base in table("loose") or not clause.base or _points(clause) else 1


def _dangles(clause: Clause) -> bool:
    """Whether "it" or "those" come before anything that they could mean: "I use it to plan trips"."""
    for word in clause.rest:
        if word.low in table("dangling"):
            return True
        if content_count([word]) and verb(word.low) is None:
            return False
    return False


def _points(clause: Clause) -> bool:
    """Whether something is meant that stands elsewhere: "I did that for her"."""
    return any(word.low in table("pointing") for word in clause.rest)


def _minds_something(clause: Clause) -> bool:
    """Whether a verb of thinking says more than that: plans ("hope to …"), skills ("know how to …")."""
    lows = [word.low for word in clause.rest[:3]]
    if clause.base in {"hope", "wish", "expect"}:
        return (lows[0] == "to" and clause.base != "wish") or (
            clause.progressive and lows[0] in {"to", "for"}
        )
    if clause.base == "know":
        return lows[:2] == ["how", "to"]
    if clause.base == "think":
        return lows[0] in {"about", "of"} and len(lows) > 1 and "gerund" in verb_forms(lows[1])
    if clause.base in {"believe", "see"}:
        saw = clause.base == "see" and (clause.tense == "past" or clause.progressive)
        return saw or (clause.base == "believe" and lows[0] == "in")
    return clause.tense == "past" and clause.base in {"imagine", "realize", "realise", "decide"}


def _other_states(clause: Clause, names: Sequence[str]) -> bool:
    """Whether a clause about another person or a thing belongs to a life that is spoken of."""
    words = clause.words
    first = words[0].low
    if clause.base in table("impressions") - table("states") or _is_imperative(clause):
        return False
    mine = any(word.low in table("mine") for word in words) and not _of_mankind(clause)
    if first in table("demonstratives"):
        return mine and clause.subject > 1 and content_count(words, names) >= _CONTENT_OTHER
    if _own(clause):
        return content_count(words, names) >= _CONTENT_OWN or (clause.subject, words[1].low) == (2, "name")
    if (
        first in table("unclear") | table("second_person")
        or first.startswith(("any", "every", "no"))
        or not clause.rest
    ):
        return False
    if _is_name(clause, names):
        return content_count(words, names) >= _CONTENT_NAMED
    return mine and content_count(words, names) >= _CONTENT_OTHER and not _is_activity(clause)


def _of_mankind(clause: Clause) -> bool:
    """Whether "us" is everybody: "Books help us grow" is about no one's life, "The storm woke us" is."""
    if clause.tense in {"past", "perfect"}:
        return False
    return not any(word.low in {"i", "me", "my", "mine"} for word in clause.words)


def _is_activity(clause: Clause) -> bool:
    """Whether the subject is what one does: "Running helps me", but not "Winning a cup is my dream"."""
    if "gerund" not in verb_forms(clause.words[0].low):
        return False
    return clause.base != "be" or not clause.rest or clause.rest[0].low not in {"my", "our"}


def _is_imperative(clause: Clause) -> bool:
    """Whether it begins with a verb that is no subject: "Check out the photo that …", but "Work is fun"."""
    return clause.subject > 1 and "base" in verb_forms(clause.words[0].low)


def _own(clause: Clause) -> bool:
    """Whether the subject is the speaker's: `my sister`, `one of my friends`."""
    lows = [word.low for word in clause.words[: clause.subject]]
    return lows[0] in {"my", "our"} or ("of" in lows[1:2] and bool({"my", "our"} & set(lows)))


def _is_name(clause: Clause, names: Sequence[str]) -> bool:
    """Whether the subject is a person by name: known, or capitalised and no common word."""
    subject = clause.words[: clause.subject]
    first = subject[0].low
    if not subject[0].text[0].isupper() or first in table("determiners") or is_stop_word(first):
        return False
    if first in {part.lower() for name in names for part in name.split()}:
        return True
    if verb(first) is not None or first in table("vague") or first in table("adverbs"):
        return False
    # One word with a capital may only begin the sentence: "Nature heals". What people did is told in the past.
    return all(word.text[0].isupper() for word in subject) and (
        len(subject) > 1 or clause.tense in {"past", "perfect"}
    )


def kind_of(clause: Clause, *, dated: bool) -> FactKind:
    if _plans(clause):
        return "plan"
    if clause.base in table("tastes") | {"prefer"} and clause.tense in {"present", "perfect"}:
        return "preference"
    if clause.tense in {"past", "perfect"} and not (clause.progressive and clause.tense == "perfect"):
        return "event" if dated or clause.base not in table("states") else "fact"
    return "profile" if _lasts(clause) and not dated else "fact"


def _plans(clause: Clause) -> bool:
    if clause.tense == "future" or (clause.modal and clause.modal != "can"):
        return True
    if clause.tense not in {"present", "perfect"}:
        return False
    return clause.base in table("planning") or (clause.base == "think" and clause.progressive)


def _lasts(clause: Clause) -> bool:
    if clause.tense != "present" or clause.progressive:
        return False
    if clause.base in {"be", "have"}:
        return bool(clause.rest) and (
            clause.rest[0].low in {"a", "an", "two", "three", "four"} or clause.rest[0].low.isdecimal()
        )
    return clause.base in {"live", "work", "study", "own", "speak"}


_MEDIA = frozenset({"pic", "photo", "picture"})
# --- thresholds, in content words (`content_count`: names and numbers count twice) ---------------------------------------
#
# Set by hand on labelled sentences, so that hardly any claim is empty: what is left out is still found in its turn. The
# less a clause says by its form of whose life it is about, the more content it needs.

_CONTENT_OWN = 2
"""About something of the speaker's: "My sister paints"."""

_CONTENT_NAMED = 2
"""About a person by name: "Tom sold a boat"."""

_CONTENT_OTHER = 3
"""About anything else that touches the speaker ("The storm flooded our cellar"), a photo, or a continuation with "it"."""

_CONTENT_YOURS = 3
""""Your" is the listener's only when enough was done with it: "I read your essay on bees"."""

_CONTENT_FEELING = 3
"""Feelings and polite promises pass with an object of their own: "I'm proud of my daughter's degree in physics"."""

_CONTENT_WAIT = 2
""""Can't wait" passes with what is waited for: "can't wait for the Lisbon trip"."""
