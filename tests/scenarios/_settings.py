"""Settings of scenarios: no model, and rules that stay as they are when the real ones are tuned."""

from __future__ import annotations

from lukasa import Settings
from lukasa.policy import RecallPolicy

WEIGHTS = {"lexical": 1.0, "late": 1.0, "window": 2.0}

# What counts how much was chosen for the real model.
SURE = RecallPolicy(fusion=dict.fromkeys(("late", "dense", "lexical"), WEIGHTS))

SETTINGS = Settings(embedder="hashing", tokens="words", recall=SURE)
