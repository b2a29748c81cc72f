"""The write paths: `remember`, `erase`, `undo`."""
