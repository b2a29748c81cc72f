"""Hooks of coding agents: what is remembered goes into a prompt, what was said is remembered."""
