"""Facts that a strong model gave, once, of a data set: to measure gate, recipes and context with, without asking anybody."""
