"""What becomes of a claim, given the facts that are known. Everything but `believe` is pure: no model, no I/O."""

from lukasa.beliefs.decide import decide
from lukasa.beliefs.outcome import outcome
from lukasa.beliefs.proposal import lookups
from lukasa.beliefs.timeline import PlacedClaim
from lukasa.beliefs.verdicts import Verdict

__all__ = ["PlacedClaim", "Verdict", "decide", "lookups", "outcome"]
