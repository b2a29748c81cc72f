-- What a call of `remember` wants found in its turns, until they are read.

ALTER TABLE jobs ADD COLUMN guidance TEXT NOT NULL DEFAULT '';         -- JSON; empty: as configured
