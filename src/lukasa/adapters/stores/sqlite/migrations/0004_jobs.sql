-- What is kept beside the memory: work for later, rolling summaries, and what model calls took. None of it is journalled.

ALTER TABLE extractions ADD COLUMN fallback TEXT NOT NULL DEFAULT '';     -- why the reading is not whole

CREATE TABLE jobs(
  name TEXT PRIMARY KEY,              -- the same for the same work
  partition INTEGER NOT NULL REFERENCES partitions(id),
  kind TEXT NOT NULL,
  session TEXT,
  state TEXT NOT NULL,                -- waiting, running, dead
  due_at INTEGER NOT NULL,            -- microseconds since 1970 (UTC), as all times here
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  wanted INTEGER NOT NULL,            -- how often it was queued
  worker TEXT NOT NULL,
  leased_until INTEGER,
  error TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE summaries(
  id INTEGER PRIMARY KEY,
  partition INTEGER NOT NULL REFERENCES partitions(id),
  session TEXT,                       -- NULL: of the whole partition
  text TEXT NOT NULL,
  through INTEGER NOT NULL,           -- seq of the last turn that it covers
  made_by TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE usage(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  day TEXT NOT NULL,                  -- in UTC
  purpose TEXT NOT NULL,
  model TEXT NOT NULL,
  calls INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  tokens_cached INTEGER NOT NULL,
  dollars REAL NOT NULL,
  unpriced INTEGER NOT NULL,
  PRIMARY KEY(partition, day, purpose, model)
) STRICT, WITHOUT ROWID;
