"""Facts seen as a graph: subjects and values are entities, attributes are labels. Pure.

Nothing of it is stored: what facts say is said once, so that a relation cannot outlive its fact or disagree with it.

triples         what the graph keeps of a fact; which attributes relate two entities
names           what a name is compared by, and which names are spelled alike
registry        the names in use, and their types
contexts        what names have in common, which shows that one is a misspelling of the other
links, groups   evidence that two names are one entity's → groups of names
parts, kinship, aliases   a part of a name, "Ana's sister" → entities
entities        all of that, brought up to date by the facts that changed; an entity from its names and facts
view            facts → the graph, brought up to date likewise
query           what is around an entity, and how two are connected
search          relations that bear on a text
export          the graph in the formats of other tools
page            the graph as one page to look at (page.html: the page)
"""

from lukasa.graph.export import FORMATS, exported
from lukasa.graph.page import page
from lukasa.graph.query import Walk
from lukasa.graph.view import View, graph_of

__all__ = ["FORMATS", "View", "Walk", "exported", "graph_of", "page"]
