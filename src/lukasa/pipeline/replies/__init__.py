"""What a model replied → values. Pure; no reply raises, hangs, or is believed to say what it does not.

salvage     text → the JSON values that it may hold: fenced, wrapped in prose, cut off, badly quoted
fit         a JSON value → what was asked for: keys and types as models write them; items that make no sense are left out
numbered    ids shown to a model as small integers
shape       what was asked for → the JSON schema that providers enforce
"""

from lukasa.pipeline.replies.fit import Read, read
from lukasa.pipeline.replies.numbered import Numbered
from lukasa.pipeline.replies.salvage import salvage
from lukasa.pipeline.replies.shape import shape_of

__all__ = ["Numbered", "Read", "read", "salvage", "shape_of"]
