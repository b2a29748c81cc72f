"""Facts seen as a graph: subjects and values are entities, attributes are labels. Pure.

Nothing of it is stored: what facts say is said once, so that a relation cannot outlive its fact or disagree with it.

labels          which attributes relate two entities, and of what type the value is
told            what is kept of a fact
naming          what a name is compared by
folding, spelling, contexts   names that are spelled alike; a slip of the pen, and what shows that it is one
register        the names in use, and their types
links, groups   what speaks for joining two names → groups of names
parts, kinfolk, followers     a part of a name, "Ana's sister" → entities
names           all of that, brought up to date by the facts that changed
portrait        what is told of an entity → the entity
view            facts → the graph, brought up to date likewise
walk            what is around an entity, and how two are connected
export          the graph in the formats of other tools
page            the graph as one page to look at (page.html: the page)
policy          the numbers that can be tuned
"""

from lukasa.graph.export import FORMATS, exported
from lukasa.graph.page import page
from lukasa.graph.policy import GraphPolicy
from lukasa.graph.query import Walk
from lukasa.graph.view import View, graph_of

__all__ = ["FORMATS", "GraphPolicy", "View", "Walk", "exported", "graph_of", "page"]
