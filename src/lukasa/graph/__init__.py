"""Facts seen as a graph: subjects and values are entities, attributes are labels.

Nothing of it is stored, so a relation can neither outlive its fact nor disagree with it.
"""
