"""What a caller hands in, made durable: `remember`; and taken back: `erase`, `undo`."""
