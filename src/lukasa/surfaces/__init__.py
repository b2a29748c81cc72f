"""Doors: they use the public API only."""
