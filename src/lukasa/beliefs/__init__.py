"""What becomes of a claim, given what is known. Pure: no model is asked, nothing is read or written.

wording         a sentence → the words that count, in order
keys            what makes two facts the same, and where they exclude each other
proposal        a claim, normalised, and the keys and slots under which its like is found
differences     why two sentences that are nearly alike are not the same
timeline        the facts of one slot in the order in which they were true
verdicts        all that may become of a claim
decide          which of these it is
outcome         the versions of facts that follow
"""

from lukasa.beliefs.decide import decide
from lukasa.beliefs.outcome import outcome
from lukasa.beliefs.proposal import lookups
from lukasa.beliefs.verdicts import Verdict

__all__ = ["Verdict", "decide", "lookups", "outcome"]
