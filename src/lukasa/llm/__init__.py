"""What a model replied → values. Pure; no reply raises, hangs, or is believed to say what it does not.

salvage     text → the JSON values that it may hold: fenced, wrapped in prose and thoughts, one a line, cut off
mend        broken JSON → the value that it was to be; what cannot be made out is left out
fit         a JSON value → what was asked for, whatever is wrapped around it; items that make no sense are left out
fields      an object → the fields of what was asked for: keys, types and words as models write them
numbered    ids shown to a model as small integers
shape       what was asked for → the JSON schema that providers enforce
"""

from lukasa.llm.fit import Read, read
from lukasa.llm.numbered import Numbered
from lukasa.llm.salvage import salvage
from lukasa.llm.schema import shape_of

__all__ = ["Numbered", "Read", "read", "salvage", "shape_of"]
