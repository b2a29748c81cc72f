"""Asking a language model, and reading its reply. No reply raises, hangs, or is believed to say what it does not.

ask       a request of a given shape, with one repair round; ids shown as small integers
budget    what calls cost, checked before each and recorded after it
schema    a pydantic model as the JSON schema that providers enforce
salvage   text to the JSON values that it may hold
fit       a JSON value to the model that was asked for, whatever is wrapped around it
fields    an object to the fields of the model: keys, types and words as models write them
"""
