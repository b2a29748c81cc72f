"""Look for rot: what is stored twice, excludes each other, says nothing, or should not be there. No model is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from lukasa.domain.audit import FLAW_SORTS, Audit, AuditItem
from lukasa.upkeep.audit.attribution import attributed
from lukasa.upkeep.audit.items import standing
from lukasa.upkeep.audit.loops import loops
from lukasa.upkeep.audit.pairs import contradictions, duplicates, near_duplicates
from lukasa.upkeep.audit.single import junk, orphans, secrets, stale

__all__ = ["audit"]


def audit(items: Sequence[AuditItem], *, now: datetime) -> Audit:
    """Return what is wrong with turns and facts, whoever stored them: only their own words and labels are looked at.

    Compared are facts that are current and neither forgotten nor expired at *now* (aware). Secrets and orphans are
    looked for in all items. The time it takes grows with the number of items, not with its square.
    """
    facts = [item for item in items if item.kind == "fact"]
    current = [attributed(item) for item in facts if standing(item, now)]
    disputed = [item for item in facts if standing(item, now, status="conflicting")]
    # Attribution makes a fact superseded when its sentence says that it is over.
    lasting = [item for item in current if standing(item, now)]
    flaws = [
        *duplicates([item for item in items if standing(item, now)]),
        *near_duplicates(current),
        *contradictions([*lasting, *disputed]),
        *junk(current),
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
