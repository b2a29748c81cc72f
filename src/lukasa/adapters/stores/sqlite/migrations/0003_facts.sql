-- Facts with all their versions, what they rest on, and what the journal needs to take changes back and to show tampering.

ALTER TABLE partitions ADD COLUMN facts INTEGER NOT NULL DEFAULT 0;        -- live ones
ALTER TABLE partitions ADD COLUMN fact_terms INTEGER NOT NULL DEFAULT 0;   -- in all live facts together

ALTER TABLE changes ADD COLUMN call INTEGER NOT NULL DEFAULT 0;            -- version of the first entry of the same apply
ALTER TABLE changes ADD COLUMN caused_by TEXT NOT NULL DEFAULT '';         -- the turn that led to it
ALTER TABLE changes ADD COLUMN content TEXT NOT NULL DEFAULT '';           -- digest of what was stored

-- One row a fact: what its last version is looked up by. The version itself is in fact_versions.
CREATE TABLE facts(
  document INTEGER PRIMARY KEY REFERENCES documents(id),
  partition INTEGER NOT NULL REFERENCES partitions(id),
  key TEXT NOT NULL,                  -- the normalised content
  occurrence INTEGER NOT NULL,
  slot TEXT,
  subject TEXT NOT NULL,              -- casefolded
  revision INTEGER NOT NULL,          -- of its last version
  current INTEGER NOT NULL,           -- 1: believed now
  valid_from INTEGER,                 -- microseconds since 1970 (UTC); NULL: open
  valid_to INTEGER,
  expires_at INTEGER,
  turns TEXT NOT NULL,                -- a JSON list: ids of the turns that its last version rests on
  text TEXT NOT NULL,
  UNIQUE(partition, key, occurrence)
) STRICT;

-- Append-only; only an erasure takes rows away.
CREATE TABLE fact_versions(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  document INTEGER NOT NULL REFERENCES documents(id),
  revision INTEGER NOT NULL,
  version INTEGER NOT NULL,           -- of the journal entry that recorded it
  body TEXT NOT NULL,                 -- as domain.fact_body packs it
  PRIMARY KEY(partition, document, revision)
) STRICT, WITHOUT ROWID;

-- Every place that any version rests on.
CREATE TABLE fact_sources(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  turn TEXT NOT NULL,                 -- the turn's id
  document INTEGER NOT NULL REFERENCES documents(id),
  PRIMARY KEY(partition, turn, document)
) STRICT, WITHOUT ROWID;

-- The facts that a fact was derived from.
CREATE TABLE fact_bases(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  basis TEXT NOT NULL,                -- the id of the other fact
  document INTEGER NOT NULL REFERENCES documents(id),
  PRIMARY KEY(partition, basis, document)
) STRICT, WITHOUT ROWID;

-- Which extractor has read a turn, and what the gate refused of it.
CREATE TABLE extractions(
  document INTEGER PRIMARY KEY REFERENCES documents(id),
  partition INTEGER NOT NULL REFERENCES partitions(id),
  extractor TEXT NOT NULL,
  facts INTEGER NOT NULL,
  refused TEXT NOT NULL               -- a JSON object: count by reason
) STRICT;

-- What was erased and must not come back. A digest is bound to its partition and outlives it.
CREATE TABLE tombstones(
  digest TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
