"""Lukasa in the shape that other libraries expect: each module over the public API, importing nothing of its framework until it is used."""
