"""Settings of scenarios: no model, and rules that stay as they are when the real ones are tuned."""

from __future__ import annotations

from lukasa import Settings
from lukasa.policy import RecallPolicy

WEIGHTS = {"lexical": 1.0, "late_raw": 5.0, "window": 2.0}

# How sure to be, and what counts how much, was calibrated for the real model.
SURE = RecallPolicy(min_confidence=0.0, fusion=dict.fromkeys(("late", "dense", "lexical"), WEIGHTS))

SETTINGS = Settings(embedder="hashing", tokens="words", recall=SURE)
