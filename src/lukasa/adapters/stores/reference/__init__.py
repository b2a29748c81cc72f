"""The store in memory; read `store` first, then `content` and `work`."""

from lukasa.adapters.stores.reference.store import ReferenceStore

__all__ = ["ReferenceStore"]
