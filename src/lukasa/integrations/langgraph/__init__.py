"""LangGraph: its `BaseStore` over the memory of one user."""

from lukasa.integrations.langgraph.store import LukasaStore

__all__ = ["LukasaStore"]
