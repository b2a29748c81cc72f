"""The engine: a memory, and handles bound to one partition of it. Async; `_blocking` has the other face.

`parts` is what it is made of, `memory` the verbs over all partitions, `handle` those over one: `turns`, `facts`, `changes`,
`answers`, `graph` and `jobs`.
"""
