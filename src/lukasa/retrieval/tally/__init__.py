"""Questions that are answered by counting and sorting facts: how many, which, when first, when last, in what order, how long.

asked           a question → what is to be counted, or nothing: when in doubt, nothing
things          facts → the things or occasions that count, each once
work            what is asked and facts → the sentence, with the facts that it rests on
show            the sentence in a context, with marks
"""

from lukasa.retrieval.tally.asked import Wanted, wanted
from lukasa.retrieval.tally.show import Shown, shown
from lukasa.retrieval.tally.work import tally

__all__ = ["Shown", "Wanted", "shown", "tally", "wanted"]
