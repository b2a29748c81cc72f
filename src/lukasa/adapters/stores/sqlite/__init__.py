"""One file: SQLite with a write-ahead log."""
