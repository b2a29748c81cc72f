"""How much of what was said is found: rankings and contexts, without any model that answers."""
