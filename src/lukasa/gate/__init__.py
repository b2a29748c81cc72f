"""What may become a fact, and why not. Pure: the same for every extractor, rules or model.

judge           the questions in their order, and the rulings
grounding       is every name, number and date of a claim in the words it rests on (grounding_data: words that need no support)
polarity        does it affirm what they affirm, and deny what they deny
direction       who did it to whom
instructions    does it tell the assistant what to do (instructions_data: in which words)
chatter         does it say anything that lasts (chatter_data: the families of junk)
"""

from lukasa.gate.judge import SENTINELS, Admitted, Quarantined, Reason, Refused, Ruling, judge

__all__ = ["SENTINELS", "Admitted", "Quarantined", "Reason", "Refused", "Ruling", "judge"]
