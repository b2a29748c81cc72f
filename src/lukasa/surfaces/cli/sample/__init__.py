"""A conversation to try Lukasa on: a year of two friends, and an assistant that one of them talks to."""
