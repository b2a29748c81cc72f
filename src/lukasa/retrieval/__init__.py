"""From a question to hits or a context; `recall` is the path."""
