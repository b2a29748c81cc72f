"""What becomes of a claim, given the facts that are known. Everything but `believe` is pure: no model, no I/O.

believe         the path: turns → claims → verdicts → versions of facts
keys            what makes two facts the same, and where they exclude each other
proposal        a claim as a fact would say it, and how it compares with a known fact
timeline        its place among the facts of its slot, in the order in which they were true
verdicts        everything that can become of a claim
decide          which verdict it is
outcome         the versions of facts that carry the verdict out
edits           what people and time do to facts
"""

from lukasa.beliefs.decide import decide
from lukasa.beliefs.outcome import outcome
from lukasa.beliefs.proposal import lookups
from lukasa.beliefs.timeline import PlacedClaim
from lukasa.beliefs.verdicts import Verdict

__all__ = ["PlacedClaim", "Verdict", "decide", "lookups", "outcome"]
