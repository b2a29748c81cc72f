"""What may become a fact, and why not. Pure: the same for every extractor, rules or model."""

from lukasa.gate.judge import SENTINELS, Admitted, Quarantined, Reason, Refused, Ruling, judge

__all__ = ["SENTINELS", "Admitted", "Quarantined", "Reason", "Refused", "Ruling", "judge"]
