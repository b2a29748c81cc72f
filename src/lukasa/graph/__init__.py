"""Facts seen as a graph: subjects and values are entities, attributes are labels.

Nothing of it is stored, so a relation can neither outlive its fact nor disagree with it.

triples         a fact as subject, attribute and value; which attributes relate two entities
names           what a name is compared by, and which names are spelled alike
registry        the names in use, and their types
links           evidence that two names are one entity's → groups of names
aliases         groups of names → entities: whom a part of a name means, and "Ana's sister"
entities        all of that: names → entities, and an entity from its names and facts
view            facts → the graph
cache           the view of each partition as it is now
query           which entity a text names, what is around it, how two are connected
search          relations that bear on a text
export, page    the graph in the formats of other tools, and as one page to look at (page.html)
"""
