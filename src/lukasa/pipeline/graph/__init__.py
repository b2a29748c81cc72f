"""Facts seen as a graph: subjects and values are entities, attributes are labels. Pure.

Nothing of it is stored: what facts say is said once, so that a relation cannot outlive its fact or disagree with it.

labels          which attributes relate two entities, and of what type the value is
naming          names → entities: the same name, a part of one, an alias that was stated
view            facts → the graph
walk            what is around an entity, and how two are connected
export          the graph in the formats of other tools
page            the graph as one page to look at (page.html: the page)
"""

from lukasa.pipeline.graph.export import FORMATS, exported
from lukasa.pipeline.graph.page import page
from lukasa.pipeline.graph.view import graph_of
from lukasa.pipeline.graph.walk import Walk

__all__ = ["FORMATS", "Walk", "exported", "graph_of", "page"]
