-- oldest: 1
-- The same tables as the embedded store has, but the partition comes first in every key, so that all of one user's rows lie
-- together: tables are hash-partitioned by it, and Citus can distribute them by it, colocated, as they are.
-- No row refers to another partition's, so there is nothing that a foreign key could hold together but a mistake of the
-- writer; `verify` looks for those.
-- Texts of any length are looked up by a hash of them (`…_key`): a B-tree refuses entries of more than 2.7 KB, and what was
-- erased must not stay in one. All texts compare byte for byte.

CREATE FUNCTION text_key(words text) RETURNS bigint
  LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN hashtextextended(words, 0);
CREATE FUNCTION text_keys(words text[]) RETURNS bigint[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (SELECT array_agg(hashtextextended(word, 0)) FROM unnest(words) AS word);

CREATE SEQUENCE epochs;

CREATE TABLE meta(
  name text COLLATE "C" PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);

CREATE TABLE embedders(
  embedder integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fingerprint text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE partitions(
  partition uuid NOT NULL,            -- made from tenant and user
  tenant text COLLATE "C" NOT NULL,
  "user" text COLLATE "C" NOT NULL,
  epoch bigint NOT NULL DEFAULT nextval('epochs'),  -- another one when it is erased as a whole and begun again
  version bigint NOT NULL DEFAULT 0,  -- of its last journal entry
  seq bigint NOT NULL DEFAULT 0,      -- of its last document
  documents bigint NOT NULL DEFAULT 0,   -- passages of live turns
  terms bigint NOT NULL DEFAULT 0,    -- in all of them together, repetitions included
  facts bigint NOT NULL DEFAULT 0,    -- passages of live facts
  fact_terms bigint NOT NULL DEFAULT 0,
  digest text COLLATE "C" NOT NULL,   -- of its last journal entry
  PRIMARY KEY(partition)
) PARTITION BY HASH (partition);

-- Whatever recall can return. Its number is its `seq`.
CREATE TABLE documents(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  name text COLLATE "C" NOT NULL,     -- the id that the world sees
  name_key bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(name, 0)) STORED,
  kind text COLLATE "C" NOT NULL,
  version bigint NOT NULL,            -- of its last journal entry
  at bigint NOT NULL,                 -- microseconds since 1970 (UTC)
  at_offset integer NOT NULL,         -- minutes east of UTC in which it was given
  session text COLLATE "C",
  session_key bigint GENERATED ALWAYS AS (hashtextextended(session, 0)) STORED,
  agent text COLLATE "C",
  speaker text COLLATE "C",
  role text COLLATE "C",
  origin text COLLATE "C",
  retired_at bigint,                  -- NULL: live
  retired_offset integer,
  words bigint NOT NULL,
  length bigint NOT NULL,             -- of `terms`
  terms bytea NOT NULL,               -- the analysed text: JSON, compressed
  passages integer NOT NULL,
  analysis bigint NOT NULL,           -- which rules made `terms`
  PRIMARY KEY(partition, document)
) PARTITION BY HASH (partition);

CREATE TABLE turns(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  key text COLLATE "C",               -- the idempotency key
  key_key bigint GENERATED ALWAYS AS (hashtextextended(key, 0)) STORED,
  recorded_at bigint NOT NULL,
  recorded_offset integer NOT NULL,
  metadata text COLLATE "C" NOT NULL, -- a JSON object
  text text COLLATE "C" NOT NULL,
  PRIMARY KEY(partition, document)
) PARTITION BY HASH (partition);

-- One row a fact: what its last version is looked up by. The version itself is in fact_versions.
CREATE TABLE facts(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  key text COLLATE "C" NOT NULL,      -- the normalised content
  key_key bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(key, 0)) STORED,
  occurrence bigint NOT NULL,
  slot text COLLATE "C",
  slot_key bigint GENERATED ALWAYS AS (hashtextextended(slot, 0)) STORED,
  subject text COLLATE "C" NOT NULL,  -- casefolded
  subject_key bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(subject, 0)) STORED,
  revision bigint NOT NULL,           -- of its last version
  current boolean NOT NULL,           -- believed now
  valid_from bigint,
  valid_to bigint,
  expires_at bigint,
  turns text COLLATE "C" NOT NULL,    -- a JSON list: ids of the turns that its last version rests on
  text text COLLATE "C" NOT NULL,
  PRIMARY KEY(partition, document)
) PARTITION BY HASH (partition);

-- Append-only; only an erasure takes rows away.
CREATE TABLE fact_versions(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  revision bigint NOT NULL,
  version bigint NOT NULL,            -- of the journal entry that recorded it
  attribute text COLLATE "C",         -- of `body`
  body text COLLATE "C" NOT NULL,     -- as domain.fact_body packs it
  PRIMARY KEY(partition, document, revision)
) PARTITION BY HASH (partition);

-- Every place that any version rests on.
CREATE TABLE fact_sources(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  turn text COLLATE "C" NOT NULL,     -- the turn's id
  turn_key bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(turn, 0)) STORED
) PARTITION BY HASH (partition);

-- Top-level metadata with its types, so that filters are exact.
CREATE TABLE attributes(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  name text COLLATE "C" NOT NULL,
  element integer NOT NULL,           -- 0: the value itself; n: the nth element of a list
  type text COLLATE "C" NOT NULL,
  number numeric,                     -- exact; of a bool, 0 or 1
  text text COLLATE "C"
) PARTITION BY HASH (partition);

-- Full-text: a row is a passage of a live document. `tokens` are hashes of partition, kind and term (fulltext.py).
CREATE TABLE passages(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  passage integer NOT NULL,
  length integer NOT NULL,            -- terms, repetitions included
  tokens bigint[] NOT NULL,           -- each once
  counts integer[]                    -- how often each occurs; NULL: once
) PARTITION BY HASH (partition);

CREATE TABLE vectors(
  partition uuid NOT NULL,
  embedder integer NOT NULL,
  document bigint NOT NULL,
  dense bytea NOT NULL,               -- a signed byte a component
  passages integer NOT NULL,          -- how many vectors stand one behind the other
  PRIMARY KEY(partition, embedder, document)
) PARTITION BY HASH (partition);

CREATE TABLE token_vectors(
  partition uuid NOT NULL,
  embedder integer NOT NULL,
  document bigint NOT NULL,
  dims integer NOT NULL,
  codes bytea NOT NULL,
  counts text COLLATE "C",            -- a JSON list: tokens of each passage; NULL: one passage
  PRIMARY KEY(partition, embedder, document)
) PARTITION BY HASH (partition);

-- Which extractor has read a turn, and what the gate refused of it.
CREATE TABLE extractions(
  partition uuid NOT NULL,
  document bigint NOT NULL,
  extractor text COLLATE "C" NOT NULL,
  facts bigint NOT NULL,
  refused text COLLATE "C" NOT NULL,  -- a JSON object: count by reason
  fallback text COLLATE "C" NOT NULL, -- why the reading is not whole
  PRIMARY KEY(partition, document)
) PARTITION BY HASH (partition);

CREATE TABLE changes(
  partition uuid NOT NULL,
  version bigint NOT NULL,
  op text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,     -- the document's
  name_key bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(name, 0)) STORED,
  verb text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  at_offset integer NOT NULL,
  reason text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,   -- chained to the entry before
  call bigint NOT NULL,               -- version of the first entry of the same apply
  caused_by text COLLATE "C" NOT NULL,
  content text COLLATE "C" NOT NULL,  -- digest of what was stored
  PRIMARY KEY(partition, version)
) PARTITION BY HASH (partition);

-- What was erased and must not come back. A digest outlives its partition.
CREATE TABLE tombstones(
  partition uuid NOT NULL,
  digest text COLLATE "C" NOT NULL,
  PRIMARY KEY(partition, digest)
) PARTITION BY HASH (partition);

CREATE TABLE jobs(
  partition uuid NOT NULL,
  tenant_key bigint NOT NULL,
  name text COLLATE "C" NOT NULL,     -- the same for the same work
  kind text COLLATE "C" NOT NULL,
  session text COLLATE "C",
  session_key bigint GENERATED ALWAYS AS (hashtextextended(session, 0)) STORED,
  state text COLLATE "C" NOT NULL,    -- waiting, running, dead
  due_at bigint NOT NULL,
  created_at bigint NOT NULL,
  attempts bigint NOT NULL,
  wanted bigint NOT NULL,             -- how often it was queued
  worker text COLLATE "C" NOT NULL,
  leased_until bigint,
  error text COLLATE "C" NOT NULL,
  guidance text COLLATE "C" NOT NULL,
  PRIMARY KEY(partition, name)
) PARTITION BY HASH (partition);

CREATE TABLE summaries(
  partition uuid NOT NULL,
  session text COLLATE "C",           -- NULL: of the whole partition
  text text COLLATE "C" NOT NULL,
  through bigint NOT NULL,            -- seq of the last turn that it covers
  made_by text COLLATE "C" NOT NULL,
  updated_at bigint NOT NULL
) PARTITION BY HASH (partition);

CREATE TABLE usage(
  partition uuid NOT NULL,
  day date NOT NULL,                  -- in UTC
  purpose text COLLATE "C" NOT NULL,
  model text COLLATE "C" NOT NULL,
  calls bigint NOT NULL,
  tokens_in bigint NOT NULL,
  tokens_out bigint NOT NULL,
  tokens_cached bigint NOT NULL,
  dollars double precision NOT NULL,
  unpriced bigint NOT NULL
) PARTITION BY HASH (partition);

-- The last transaction of each connection that wrote to the partition lately: whether it took effect. The number of a
-- transaction does not say it, for a server that was killed gives numbers that it has not yet written down to others.
CREATE TABLE commits(
  partition uuid NOT NULL,
  connection uuid NOT NULL,
  token uuid NOT NULL,                -- of the transaction
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY(partition, connection)
) PARTITION BY HASH (partition);

-- What is compressed already, or changes not at all, is stored as it is.
ALTER TABLE vectors ALTER COLUMN dense SET STORAGE EXTERNAL;
ALTER TABLE token_vectors ALTER COLUMN codes SET STORAGE EXTERNAL;
ALTER TABLE documents ALTER COLUMN terms SET STORAGE EXTERNAL;

-- The pieces of each table, and the second wall: a transaction sees the rows of the partition that it has named, or of all
-- when it says so. The sub-selects are evaluated once a statement, not once a row. `passages` has hashes and numbers only, and
-- no index but a B-tree could be used behind a policy; names are read through `documents`, which has one.
DO $$
DECLARE
  target text;
  pieces integer := current_setting('lukasa.pieces')::integer;
BEGIN
  FOREACH target IN ARRAY ARRAY[
    'partitions', 'documents', 'turns', 'facts', 'fact_versions', 'fact_sources', 'attributes', 'passages', 'vectors',
    'token_vectors', 'extractions', 'changes', 'tombstones', 'jobs', 'summaries', 'usage',
    'commits'
  ] LOOP
    FOR piece IN 0 .. pieces - 1 LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                     target || '_' || piece, target, pieces, piece);
    END LOOP;
    CONTINUE WHEN target = 'passages';
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
      'CREATE POLICY wall ON %I USING ('
      'partition = (SELECT CASE current_setting(''lukasa.scope'', true) WHEN ''all'' THEN NULL '
      'ELSE NULLIF(current_setting(''lukasa.scope'', true), '''')::uuid END) '
      'OR (SELECT current_setting(''lukasa.scope'', true) = ''all''))', target);
  END LOOP;
END $$;

-- Tombstones that came from a store which does not say whose they are; each digest is of the names of its partition.
DROP POLICY wall ON tombstones;
CREATE POLICY wall ON tombstones USING (
  partition = '00000000-0000-0000-0000-000000000000'::uuid
  OR partition = (SELECT CASE current_setting('lukasa.scope', true) WHEN 'all' THEN NULL
                  ELSE NULLIF(current_setting('lukasa.scope', true), '')::uuid END)
  OR (SELECT current_setting('lukasa.scope', true) = 'all'));

-- The planner's statistics keep samples of values, which an erasure would have to look for: it gets none of what people said.
DO $$
DECLARE
  target record;
BEGIN
  FOR target IN
    SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'p' AND attnum > 0
      AND atttypid IN ('text'::regtype, 'bytea'::regtype) AND attname NOT IN ('kind', 'state', 'op', 'role', 'type')
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 0', target.relname, target.attname);
  END LOOP;
END $$;
