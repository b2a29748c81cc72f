"""Local models: which files they are, how they are run, what is made of their output."""
