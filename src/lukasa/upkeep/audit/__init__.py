"""Looking for rot: what is stored twice, excludes each other, says nothing, or should not be there. No model is asked.

`alike` and `near` compare items, `loops` follows copies, `alone` looks at each by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from lukasa.domain.audit import FLAW_SORTS, Audit, AuditItem
from lukasa.upkeep.audit.attribution import attributed
from lukasa.upkeep.audit.loops import loops
from lukasa.upkeep.audit.near import near_duplicates
from lukasa.upkeep.audit.pairs import contradictions, duplicates
from lukasa.upkeep.audit.single import junk, orphans, secrets, stale
from lukasa.upkeep.audit.standing import standing

__all__ = ["audit"]


def audit(items: Sequence[AuditItem], *, now: datetime) -> Audit:
    """Return what is wrong with turns and facts, whoever stored them: only their own words and labels are looked at.

    What stands is compared: facts that are current and neither forgotten nor expired at *now* (aware). Secrets and
    orphans are looked for in all. The time it takes grows with the number of items, not with its square.
    """
    facts = [item for item in items if item.kind == "fact"]
    believed = [attributed(item) for item in facts if standing(item, now)]
    disputed = [item for item in facts if standing(item, now, status="conflicting")]
    opposable = [
        item for item in believed if standing(item, now)
    ]  # Its sentence may have told that it is over.
    flaws = [
        *duplicates([item for item in items if standing(item, now)]),
        *near_duplicates(believed),
        *contradictions([*opposable, *disputed]),
        *junk(believed),
        *secrets(items),
        *loops(items),
        *stale(facts, now),
        *orphans(items),
    ]
    kinds = Counter(item.kind for item in items)
    counts = Counter(flaw.sort for flaw in flaws)
    return Audit(
        checked={"turns": kinds["turn"], "facts": kinds["fact"]},
        counts={sort: counts[sort] for sort in FLAW_SORTS},
        flaws=flaws,
    )
