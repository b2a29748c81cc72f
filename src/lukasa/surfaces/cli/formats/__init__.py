"""Files of conversations, read session by session. Readers are pure: they store nothing.

`detect` says which format a file has and which reader to ask; `source` opens and decodes; `records` takes JSON
apart without holding the whole file; `shape` checks what was found; `dates` reads what people write as a date.
"""
