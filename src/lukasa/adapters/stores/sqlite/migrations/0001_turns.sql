-- Turns, their documents and vectors, and the journal.
-- The partition is a column of every key. Indexes that can be derived are in indexes.sql, not here.

CREATE TABLE meta(
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Tenant and user are compared byte for byte (BINARY is the default collation).
CREATE TABLE partitions(
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  user TEXT NOT NULL,
  version INTEGER NOT NULL,           -- of its last journal entry
  seq INTEGER NOT NULL,               -- of its last document
  documents INTEGER NOT NULL,         -- live ones
  terms INTEGER NOT NULL,             -- in all live documents together, repetitions included
  digest TEXT NOT NULL,               -- of its last journal entry
  UNIQUE(tenant, user)
) STRICT;

-- Whatever recall can return. Ascending ids follow `seq` within a partition.
CREATE TABLE documents(
  id INTEGER PRIMARY KEY,
  partition INTEGER NOT NULL REFERENCES partitions(id),
  name TEXT NOT NULL,                 -- the id that the world sees
  kind TEXT NOT NULL,
  seq INTEGER NOT NULL,
  version INTEGER NOT NULL,           -- of its last journal entry
  at INTEGER NOT NULL,                -- microseconds since 1970 (UTC)
  at_offset INTEGER NOT NULL,         -- minutes east of UTC in which it was given
  session TEXT,
  agent TEXT,
  speaker TEXT,
  role TEXT,
  origin TEXT,
  retired_at INTEGER,                 -- NULL: live
  retired_offset INTEGER,
  traits BLOB NOT NULL,               -- as domain.document.Traits packs them
  length INTEGER NOT NULL,            -- of `terms`
  terms TEXT NOT NULL,                -- a JSON list: the analysed text
  UNIQUE(partition, name),
  UNIQUE(partition, seq)
) STRICT;

CREATE TABLE turns(
  document INTEGER PRIMARY KEY REFERENCES documents(id),
  partition INTEGER NOT NULL REFERENCES partitions(id),
  key TEXT,                           -- the idempotency key
  recorded_at INTEGER NOT NULL,
  recorded_offset INTEGER NOT NULL,
  metadata TEXT NOT NULL,             -- a JSON object
  text TEXT NOT NULL,
  UNIQUE(partition, key)
) STRICT;

-- Top-level metadata with its types, so that filters are exact: JSON text would be parsed again, and rounded.
CREATE TABLE attributes(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  document INTEGER NOT NULL REFERENCES documents(id),
  name TEXT NOT NULL,
  element INTEGER NOT NULL,           -- 0: the value itself; n: the nth element of a list
  type TEXT NOT NULL CHECK(type IN ('bool', 'number', 'text', 'null', 'list', 'object')),
  value ANY,
  PRIMARY KEY(partition, document, name, element)
) STRICT, WITHOUT ROWID;

CREATE TABLE embedders(
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE vectors(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  embedder INTEGER NOT NULL REFERENCES embedders(id),
  document INTEGER NOT NULL REFERENCES documents(id),
  dense BLOB NOT NULL,                -- little-endian float32
  UNIQUE(partition, embedder, document)
) STRICT;

-- Apart from `vectors`: the warm matrix reads every dense vector and no token vector.
CREATE TABLE token_vectors(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  embedder INTEGER NOT NULL REFERENCES embedders(id),
  document INTEGER NOT NULL REFERENCES documents(id),
  dims INTEGER NOT NULL,
  codes BLOB NOT NULL,                -- rows of `dims` signed bytes
  UNIQUE(partition, embedder, document)
) STRICT;

CREATE TABLE changes(
  partition INTEGER NOT NULL REFERENCES partitions(id),
  version INTEGER NOT NULL,
  op TEXT NOT NULL,
  name TEXT NOT NULL,                 -- the document's
  verb TEXT NOT NULL,
  at INTEGER NOT NULL,
  at_offset INTEGER NOT NULL,
  reason TEXT NOT NULL,
  digest TEXT NOT NULL,               -- chained to the entry before
  PRIMARY KEY(partition, version)
) STRICT, WITHOUT ROWID;
