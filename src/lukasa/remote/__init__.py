"""A memory that another process serves: the verbs, sent over HTTP."""
