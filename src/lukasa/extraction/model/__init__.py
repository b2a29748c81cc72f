"""A model reads turns and proposes facts; rules judge, compare and write them. `job` is the path, `session` its steps."""
