"""In what two sentences of nearly the same words differ: "two cats" and "three cats" are no duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

from lukasa.text.normalise import Word, words
from lukasa.text.patterns import word_set

_LONGEST = 200
"""Words of a sentence that are compared one by one; longer texts differ unless they are equal. The comparison is
quadratic, and a page is no fact."""


def nearly_same(one: str, other: str, *, least: float) -> bool:
    """Whether two sentences share at least so much of their words (Jaccard), and do not disagree."""
    first, second = (
        {_root(word) for word in words(text) if word.term not in word_set(LIGHT)} for text in (one, other)
    )
    if not first or not second or len(first & second) < least * len(first | second):
        return False
    return disagree(one, other) is None


def disagree(one: str, other: str) -> str | None:
    """Return the first hard difference between two sentences; `None`: one says the same as the other, or adds to it.

    That is a number, a name, a date, a negation, the direction or the order, more or less of it, a unit, the contrary,
    who it belongs to, how sure or when it is; or another word in a word's place, since synonyms are not known here.
    """
    # In one order, or the matching of blocks could differ with who is compared with whom.
    first, second = sorted((words(one), words(other)))
    left, right = ([word.term for word in sentence] for sentence in (first, second))
    if left == right:
        return None
    if max(len(left), len(right)) > _LONGEST:
        return "length"
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    changes = [(first[a:b], second[c:d]) for tag, a, b, c, d in blocks if tag != "equal"]
    return _hard(changes) or _moved(changes) or _replaced(changes)


def _hard(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Return the class of a changed word that never is a matter of wording, the first in the order of classes."""
    classes: set[str] = set()
    for gone, come in changes:
        sorts = {sort for word in (*gone, *come) if (sort := _sort(word)) is not None}
        # "A small dog" is a dog: the contrary needs something to be contrary to.
        classes |= sorts if gone and come else sorts - {"contrary"}
    return next((sort for sort in SORTS if sort in classes), None)


def _sort(word: Word) -> str | None:
    if any(character.isdecimal() for character in word.term):
        return "number"
    if (sort := _sorts().get(word.term)) is not None:
        return sort
    if word.raw[:1].isupper() and word.term not in word_set(LIGHT):
        return "name"
    return None


def _moved(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Whether a word that is gone in one place has come in another: "Alice paid Bob" and "Bob paid Alice"."""
    gone = Counter(word.term for left, _ in changes for word in left)
    come = Counter(word.term for _, right in changes for word in right)
    return "order" if gone & come else None


def _replaced(changes: Sequence[tuple[Sequence[Word], Sequence[Word]]]) -> str | None:
    """Whether something else stands in a word's place, or each has something that the other has not."""
    gone = [word for left, _ in changes for word in left if word.term not in word_set(LIGHT)]
    come = [word for _, right in changes for word in right if word.term not in word_set(LIGHT)]
    if not gone or not come:
        return None
    return None if [_root(word) for word in gone] == [_root(word) for word in come] else "wording"


def _root(word: Word) -> str:
    """Return a word without -ing: "is working" and "works" are the same."""
    stem = word.term.removesuffix("ing")
    return stem if len(stem) > 2 else word.term  # noqa: PLR2004 - "king", "ring"


@cache
def _sorts() -> dict[str, str]:
    """Return each word that makes a hard difference, with its class; the first class that has it counts."""
    return {word: sort for sort, listed in reversed(SORTS.items()) for word in listed.split()}


# --- tables ----------------------------------------------------------------------------------------------------------

SORTS: dict[str, str] = {
    "negation": (
        "not no never none nobody nothing neither nor without hardly barely rarely seldom lacks lack except unless "
        "stopped stop quit quits former formerly ex longer anymore cannot nowhere"
    ),
    "number": "half double twice once thrice dozen couple several few many most all both each every some any only pair",
    "name": "",
    "date": (
        "january february march april may june july august september october november december monday tuesday "
        "wednesday thursday friday saturday sunday yesterday today tomorrow tonight morning afternoon evening night "
        "noon midnight weekend weekday spring summer autumn fall winter last next ago since until till daily weekly "
        "monthly yearly annually hourly day week month year decade century christmas easter birthday am pm early "
        "earlier late later before after during previous previously recently soon"
    ),
    "direction": (
        "to from into onto out in on off over under above below behind before after toward towards through up down "
        "inside outside left right north south east west with against for by between among across around along near "
        "than via per until at about beside instead"
    ),
    "degree": (
        "more less better worse best worst bigger smaller larger taller shorter longer older younger faster slower "
        "higher lower richer poorer cheaper earlier later most least enough too almost nearly exactly mostly partly "
        "stronger weaker warmer colder hotter harder easier heavier lighter bigger biggest smallest largest oldest "
        "youngest fastest tallest shortest first second third always often sometimes usually occasionally so such "
        "increased decreased rose fell gained lost grew shrank"
    ),
    "unit": (
        "km kilometre kilometer mile metre meter cm centimetre inch foot feet yard kg kilo kilogram gram pound lb "
        "ounce stone litre liter gallon hour minute second dollar euro pound yen franc rupee celsius fahrenheit "
        "percent degree hundred thousand million billion gb mb tb"
    ),
    "contrary": (
        "like love hate dislike despise loathe enjoy adore detest agree disagree accept reject win lose won lost "
        "buy sell bought sold lend borrow lent borrowed give take gave took send receive sent received arrive leave "
        "arrived start begin finish started began finished open close opened closed join joined left married divorced "
        "single engaged alive dead died born pass fail passed failed hot cold happy sad old new young good bad true "
        "false allow forbid allowed forbidden safe dangerous alone together sick healthy allergic immune "
        "vegetarian vegan big small high low rich poor full empty easy hard early late same different teach learn "
        "taught learned learnt push pull employ employed unemployed hired fired remember forget remembered forgot "
        "increase decrease raise lower"
    ),
    "person": (
        "i me my mine myself you your yours he him his she her hers they them their theirs we us our ours its who "
        "whose mum mother dad father parent brother sister sibling son daughter child kid wife husband partner "
        "boyfriend girlfriend fiancé fiancée friend neighbour colleague boss uncle aunt cousin niece nephew "
        "grandmother grandfather grandma grandpa 's else"
    ),
    "time": (
        "was were had did will would shall used been going gonna became becomes become went gone go lived worked "
        "studied played moved visited planned wanted liked loved hated"
    ),
    "certainty": (
        "may might can could should must would maybe perhaps probably possibly apparently allegedly hopes hope wants "
        "want plan wish intend try tries tried consider considering think believe supposedly if whether or but "
        "pretend refuse refused fail"
    ),
}
"""In the order in which they are reported. Any such word that one sentence has and the other has not makes a difference;
one of `contrary` only where something else stands in its place. A `name` is told by its capital, not by a list."""

LIGHT = (
    "a an the is am are be been being has have do does and that this it there of as then well quite pretty rather "
    "indeed please who which got get"
)
"""Words that come and go with the wording."""
