-- Every statement that the store executes, but for migrations/ and indexes.sql. `{slots}` are filled with fixed
-- fragments (filters.py, reader.py), never with values: values are always bound.

-- ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: configure
-- FULL: a commit is on the disk before it is acknowledged.
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16000;
PRAGMA journal_size_limit = 67108864;

-- name: busy_timeout
PRAGMA busy_timeout;

-- name: only_read
PRAGMA query_only = ON;
-- There are several of them, and the pages that each question needs are other ones: more would only take memory.
PRAGMA cache_size = -4000;

-- name: write_ahead
-- The page size matters to a new file only. Rows of token vectors have 2 to 6 KB: 10,000 of them took 93 MB in pages of
-- 8 KB, most of which held one, and 76 MB in these.
PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;

-- name: application_id
PRAGMA application_id;

-- name: user_version
PRAGMA user_version;

-- name: mark_ours
PRAGMA application_id = 1280658241;

-- name: objects
SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name;

-- name: begin
BEGIN;

-- name: begin_write
-- IMMEDIATE: a writer waits at the door, instead of failing when it turns from reading to writing.
BEGIN IMMEDIATE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: create_migrations
CREATE TABLE migrations(
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL
) STRICT;

-- name: migrations
SELECT number, checksum FROM migrations ORDER BY number;

-- name: add_migration
INSERT INTO migrations(number, name, checksum) VALUES(?, ?, ?);

-- name: meta
SELECT value FROM meta WHERE name = :name;

-- name: set_meta
INSERT INTO meta(name, value) VALUES(:name, :value) ON CONFLICT(name) DO UPDATE SET value = excluded.value;

-- name: drop_scrub
DELETE FROM meta WHERE name = :name;

-- ── Partitions ─────────────────────────────────────────────────────────────────────────────────────────────

-- name: partition
SELECT id, version, seq, documents, terms, facts, fact_terms, digest FROM partitions
WHERE tenant = :tenant AND user = :user;

-- name: partition_version
SELECT version FROM partitions WHERE tenant = :tenant AND user = :user;

-- name: add_partition
INSERT INTO partitions(id, tenant, user, version, seq, documents, terms, digest)
VALUES(:id, :tenant, :user, 0, 0, 0, 0, :digest);

-- name: last_partition
SELECT max(coalesce((SELECT max(id) FROM partitions), 0),
           coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'last_partition'), 0));

-- name: update_partition
UPDATE partitions
SET version = :version, seq = :seq, documents = :documents, terms = :terms, facts = :facts,
    fact_terms = :fact_terms, digest = :digest
WHERE id = :id;

-- name: partitions
SELECT tenant, user FROM partitions ORDER BY id;

-- name: partition_rows
SELECT id, tenant, user, version, seq, documents, terms, facts, fact_terms, digest FROM partitions ORDER BY id;

-- ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: known_ids
SELECT name FROM documents
WHERE partition = :partition AND name IN (SELECT value FROM json_each(:names));

-- name: known_keys
SELECT turns.key, documents.name, documents.role, documents.speaker, turns.text
FROM turns JOIN documents ON documents.id = turns.document
WHERE turns.partition = :partition AND turns.key IN (SELECT value FROM json_each(:keys));

-- name: missing_turns
-- But for those that the fact rested on before: older versions of Lukasa could leave such facts.
SELECT value FROM json_each(:turns) WHERE value NOT IN (
  SELECT name FROM documents WHERE partition = :partition AND kind = 'turn' AND name IN (
    SELECT value FROM json_each(:turns))
  UNION ALL
  SELECT turn FROM fact_sources WHERE partition = :partition AND document = :document AND turn IN (
    SELECT value FROM json_each(:turns)));

-- name: last_document
SELECT coalesce(max(id), 0) FROM documents;

-- name: add_document
INSERT INTO documents(id, partition, name, kind, seq, version, at, at_offset,
                      session, agent, speaker, role, origin, retired_at, retired_offset,
                      words, length, terms, passages, analysis)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_turn
INSERT INTO turns(document, partition, key, recorded_at, recorded_offset, metadata, text)
VALUES(?, ?, ?, ?, ?, ?, ?);

-- name: add_attribute
INSERT INTO attributes(partition, document, name, element, type, value) VALUES(?, ?, ?, ?, ?, ?);

-- name: embedder
SELECT id FROM embedders WHERE fingerprint = :fingerprint;

-- name: add_embedder
INSERT INTO embedders(fingerprint) VALUES(:fingerprint) RETURNING id;

-- name: put_vector
INSERT INTO vectors(partition, embedder, document, dense, passages) VALUES(?, ?, ?, ?, ?)
ON CONFLICT(partition, embedder, document) DO UPDATE SET dense = excluded.dense, passages = excluded.passages;

-- name: put_tokens
INSERT INTO token_vectors(partition, embedder, document, dims, codes, counts) VALUES(?, ?, ?, ?, ?, ?)
ON CONFLICT(partition, embedder, document) DO UPDATE SET
  dims = excluded.dims, codes = excluded.codes, counts = excluded.counts;

-- name: drop_tokens
DELETE FROM token_vectors WHERE partition = :partition AND embedder = :embedder AND document = :document;

-- name: vectors_of
SELECT vectors.dense, vectors.passages, token_vectors.dims, token_vectors.codes, token_vectors.counts
FROM vectors LEFT JOIN token_vectors USING(partition, embedder, document)
WHERE vectors.partition = :partition AND vectors.embedder = :embedder AND vectors.document = :document;

-- name: document
SELECT id, kind, retired_at IS NULL, terms, words, analysis FROM documents
WHERE partition = :partition AND name = :name;

-- name: fact_row
SELECT documents.id, documents.retired_at IS NULL, documents.terms, facts.revision
FROM documents JOIN facts ON facts.document = documents.id
WHERE documents.partition = :partition AND documents.name = :name;

-- name: fact_holder
SELECT documents.name FROM facts JOIN documents ON documents.id = facts.document
WHERE facts.partition = :partition AND facts.key = :key AND facts.occurrence = :occurrence;

-- name: put_fact
INSERT INTO facts(document, partition, key, occurrence, slot, subject, revision, current, valid_from, valid_to,
                  expires_at, turns, text)
VALUES(:document, :partition, :key, :occurrence, :slot, :subject, :revision, :current, :valid_from, :valid_to,
       :expires_at, :turns, :text)
ON CONFLICT(document) DO UPDATE SET
  key = excluded.key, occurrence = excluded.occurrence, slot = excluded.slot, subject = excluded.subject,
  revision = excluded.revision, current = excluded.current, valid_from = excluded.valid_from,
  valid_to = excluded.valid_to, expires_at = excluded.expires_at, turns = excluded.turns, text = excluded.text;

-- name: add_version
INSERT INTO fact_versions(partition, document, revision, version, body)
VALUES(:partition, :document, :revision, :version, :body);

-- name: add_source
INSERT INTO fact_sources(partition, turn, document) VALUES(?, ?, ?) ON CONFLICT DO NOTHING;

-- name: update_fact_document
UPDATE documents
SET version = :version, at = :at, at_offset = :at_offset, speaker = :speaker, origin = :origin,
    retired_at = :retired_at, retired_offset = :retired_offset
WHERE id = :document;

-- name: drop_vectors
-- The few embedders are named, as the key has them before the document.
DELETE FROM vectors
WHERE partition = :partition AND embedder IN (SELECT id FROM embedders) AND document = :document;

-- name: drop_all_tokens
DELETE FROM token_vectors
WHERE partition = :partition AND embedder IN (SELECT id FROM embedders) AND document = :document;

-- name: drop_attributes
DELETE FROM attributes WHERE partition = :partition AND document = :document;

-- name: put_extraction
INSERT INTO extractions(document, partition, extractor, facts, refused, fallback) VALUES(?, ?, ?, ?, ?, ?)
ON CONFLICT(document) DO UPDATE SET
  extractor = excluded.extractor, facts = excluded.facts, refused = excluded.refused, fallback = excluded.fallback;

-- name: extraction
SELECT extractor, facts, refused, fallback FROM extractions WHERE document = :document;

-- name: any_tombstone
SELECT EXISTS(SELECT 1 FROM tombstones);

-- name: tombstones
SELECT digest FROM tombstones WHERE digest IN (SELECT value FROM json_each(:digests));

-- name: add_tombstone
INSERT INTO tombstones(digest) VALUES(?) ON CONFLICT DO NOTHING;

-- name: drop_tombstone
DELETE FROM tombstones WHERE digest = :digest;

-- name: update_document
UPDATE documents SET retired_at = :retired_at, retired_offset = :retired_offset, version = :version
WHERE id = :document;

-- name: update_terms
UPDATE documents SET terms = :terms, passages = :passages, length = :length, words = :words, analysis = :analysis, version = :version
WHERE id = :document;

-- name: touch_document
UPDATE documents SET version = :version WHERE id = :document;

-- name: add_change
INSERT INTO changes(partition, version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: turns
SELECT documents.name, documents.seq, documents.at, documents.at_offset, documents.session, documents.agent,
       documents.speaker, documents.role, documents.origin, documents.retired_at, documents.retired_offset,
       turns.key, turns.recorded_at, turns.recorded_offset, turns.metadata, turns.text
FROM documents JOIN turns ON turns.document = documents.id LEFT JOIN facts ON facts.document = documents.id
WHERE documents.partition = :partition AND {conditions}
ORDER BY {order}
LIMIT :limit;

-- name: last_of_part
-- By version, not by `seq`: the index by version finds what is new, and where the next part begins.
SELECT max(version), count(*)
FROM (SELECT version FROM documents WHERE partition = :partition AND version > :since ORDER BY version LIMIT :limit);

-- name: turn_heads
-- A text for each column instead of a row for each turn, and vectors one behind the other: several times faster to bring into
-- Python. Words may be NULL, which a joined text leaves out; numbers are shorter joined.
SELECT json_group_array(name), json_group_array(session), json_group_array(speaker), json_group_array(role),
       group_concat(seq), group_concat(at), group_concat(retired_at IS NOT NULL), group_concat(words),
       group_concat(passages), group_concat(coalesce(length(dense), 0)), CAST(group_concat(dense, '') AS BLOB)
FROM (
  SELECT documents.*, vectors.dense
  FROM documents LEFT JOIN vectors
    ON vectors.partition = documents.partition AND vectors.embedder = :embedder AND vectors.document = documents.id
  WHERE documents.partition = :partition AND documents.version > :since AND documents.version <= :until
    AND documents.kind = 'turn');

-- name: fact_heads
SELECT documents.name, documents.kind, documents.seq, documents.at, documents.session, documents.speaker,
       documents.role, documents.retired_at IS NOT NULL, documents.words, documents.passages, vectors.dense,
       facts.current, facts.turns, facts.valid_from, facts.valid_to, facts.expires_at
FROM documents LEFT JOIN vectors
  ON vectors.partition = documents.partition AND vectors.embedder = :embedder AND vectors.document = documents.id
JOIN facts ON facts.document = documents.id
WHERE documents.partition = :partition AND documents.version > :since AND documents.version <= :until
  AND documents.kind = 'fact';

-- name: names
SELECT documents.name
FROM documents LEFT JOIN turns ON turns.document = documents.id LEFT JOIN facts ON facts.document = documents.id
WHERE documents.partition = :partition AND documents.retired_at IS NULL AND {conditions};

-- name: names_of
SELECT documents.id, documents.name
FROM documents LEFT JOIN turns ON turns.document = documents.id LEFT JOIN facts ON facts.document = documents.id
WHERE documents.id IN (SELECT value FROM json_each(:documents)) AND {conditions};

-- name: tokens
-- CROSS keeps the order of the join: otherwise all token vectors of the partition are gone through.
SELECT documents.name, token_vectors.codes, token_vectors.dims, token_vectors.counts
FROM documents CROSS JOIN token_vectors
  ON token_vectors.partition = documents.partition AND token_vectors.document = documents.id
 AND token_vectors.embedder = :embedder
WHERE documents.partition = :partition AND documents.name IN (SELECT value FROM json_each(:names));

-- name: unembedded
-- A document whose number of vectors is not that of its passages has none that tell its passages apart. The indexes are
-- named, or SQLite would read terms and vectors of all documents to come to the numbers behind them.
SELECT documents.name FROM documents INDEXED BY documents_passages
WHERE documents.partition = :partition AND NOT EXISTS (
  SELECT 1 FROM vectors INDEXED BY vectors_passages
  WHERE vectors.partition = documents.partition AND vectors.embedder = :embedder
    AND vectors.document = documents.id AND vectors.passages = min(documents.passages, :most))
ORDER BY documents.seq
LIMIT :limit;

-- name: outdated
-- Two ranges of the index by analysis; `<>` would go through all of the partition.
SELECT name, analysis, seq FROM documents WHERE partition = :partition AND analysis < :analysis
UNION ALL
SELECT name, analysis, seq FROM documents WHERE partition = :partition AND analysis > :analysis
ORDER BY analysis, seq
LIMIT :limit;

-- name: backlog
SELECT
  (SELECT count(*) FROM documents WHERE partition = :partition)
    - (SELECT count(*) FROM documents CROSS JOIN vectors INDEXED BY vectors_passages
         ON vectors.partition = documents.partition AND vectors.embedder = :embedder
        AND vectors.document = documents.id AND vectors.passages = min(documents.passages, :most)
       WHERE documents.partition = :partition),
  (SELECT count(*) FROM documents WHERE partition = :partition AND analysis < :analysis)
    + (SELECT count(*) FROM documents WHERE partition = :partition AND analysis > :analysis);

-- name: unextracted
SELECT documents.name FROM documents
WHERE documents.partition = :partition AND documents.kind = 'turn' AND documents.retired_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM extractions
  WHERE extractions.document = documents.id AND extractions.extractor = :extractor)
ORDER BY documents.seq
LIMIT :limit;

-- name: unextracted_in
SELECT documents.name FROM documents
WHERE documents.partition = :partition AND documents.kind = 'turn' AND documents.retired_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM extractions
  WHERE extractions.document = documents.id AND extractions.extractor = :extractor)
  AND EXISTS (SELECT 1 FROM json_each(:sessions) WHERE json_each.value IS documents.session)
ORDER BY documents.seq
LIMIT :limit;

-- name: lacking
SELECT documents.name FROM extractions JOIN documents ON documents.id = extractions.document
WHERE extractions.partition = :partition AND extractions.extractor = :extractor AND extractions.fallback <> ''
  AND documents.retired_at IS NULL
  AND (:sessions IS NULL OR EXISTS (SELECT 1 FROM json_each(:sessions) WHERE json_each.value IS documents.session))
ORDER BY documents.seq
LIMIT :limit;

-- name: unextracted_count
SELECT count(*) FROM documents
WHERE documents.partition = :partition AND documents.kind = 'turn' AND documents.retired_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM extractions
  WHERE extractions.document = documents.id AND extractions.extractor = :extractor);

-- name: journal
SELECT version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content FROM changes
WHERE partition = :partition AND version > :since
ORDER BY version
LIMIT :limit;

-- name: journal_of_turns
SELECT version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content FROM changes
WHERE partition = :partition AND op IN ('add', 'retire', 'restore')
ORDER BY version;

-- name: version_at
SELECT coalesce(max(version), 0) FROM changes WHERE partition = :partition AND at <= :at;

-- name: changed_since
SELECT 1 FROM changes
WHERE partition = :partition AND version > :since
  AND (op = 'erase' OR name IN (SELECT value FROM json_each(:names)))
LIMIT 1;

-- name: gone
SELECT name FROM changes
WHERE partition = :partition AND version > :since AND version <= :until AND op = 'erase'
ORDER BY version;

-- name: facts
-- CROSS keeps the order of the join: otherwise all versions of the partition's facts are gone through.
SELECT documents.name, documents.seq, fact_versions.body
FROM facts CROSS JOIN documents ON documents.id = facts.document
CROSS JOIN fact_versions ON fact_versions.partition = facts.partition AND fact_versions.document = facts.document
 AND fact_versions.revision = {revision}
WHERE {conditions}
ORDER BY documents.seq;

-- name: history
SELECT documents.name, documents.seq, fact_versions.body
FROM documents CROSS JOIN fact_versions
  ON fact_versions.partition = documents.partition AND fact_versions.document = documents.id
WHERE documents.partition = :partition AND documents.name IN (SELECT value FROM json_each(:names))
-- The plus keeps it from reading the partition in that order to look for a few names.
ORDER BY +documents.seq, fact_versions.revision;

-- name: counts
SELECT coalesce(sum(kind = 'turn'), 0), coalesce(sum(kind = 'fact'), 0), count(*),
       coalesce(sum(kind = 'turn' AND retired_at IS NOT NULL), 0)
FROM documents WHERE {conditions};

-- name: partition_count
SELECT count(*) FROM partitions;

-- name: refused_counts
SELECT refused FROM extractions WHERE refused <> '{}' AND {conditions};

-- name: session_count
SELECT count(*) FROM (SELECT DISTINCT partition, session FROM documents WHERE session IS NOT NULL AND {conditions});

-- name: vector_counts
SELECT embedders.fingerprint, count(*) FROM vectors JOIN embedders ON embedders.id = vectors.embedder
WHERE {conditions}
GROUP BY embedders.id;

-- ── Full-text ──────────────────────────────────────────────────────────────────────────────────────────────

-- name: index_document
INSERT INTO documents_fts(rowid, tokens) VALUES(?, ?);

-- name: unindex_document
-- A contentless index must be told what to take out.
INSERT INTO documents_fts(documents_fts, rowid, tokens) VALUES('delete', ?, ?);

-- name: drop_fulltext
DROP TABLE IF EXISTS documents_postings;
DROP TABLE IF EXISTS documents_instances;
DROP TABLE IF EXISTS documents_fts;

-- name: posting_count
SELECT doc FROM documents_postings WHERE term = :token;

-- name: postings
-- One text instead of a row each: several times faster to bring into Python.
SELECT group_concat(rowid) FROM documents_fts WHERE documents_fts MATCH :phrase;

-- name: repeated
-- The tokens of a term that occurs more than once in some document: `term~2`, `term~3`, …
SELECT term FROM documents_postings WHERE term >= :first AND term < :last;

-- name: shown_documents
-- What `words.py` shows of documents: turns, and facts that are believed now.
SELECT documents.id, documents.at, documents.at_offset, documents.session, documents.speaker, documents.role,
       documents.origin, turns.text, facts.text
FROM documents
LEFT JOIN turns ON turns.document = documents.id
LEFT JOIN facts ON facts.document = documents.id
WHERE documents.id IN (SELECT value FROM json_each(:documents)) AND documents.retired_at IS NULL
  AND (facts.document IS NULL OR (facts.current = 1 AND (facts.expires_at IS NULL OR facts.expires_at > :now)));

-- name: pinned_facts
-- What `words.py` shows without a question: pinned facts, then the last ones of the kinds that are asked for.
SELECT documents.id, documents.at, documents.at_offset, NULL, NULL, NULL, NULL, NULL, facts.text
FROM facts
CROSS JOIN documents ON documents.id = facts.document
CROSS JOIN fact_versions ON fact_versions.partition = facts.partition AND fact_versions.document = facts.document
                        AND fact_versions.revision = facts.revision
WHERE facts.partition = :partition AND facts.current = 1 AND documents.retired_at IS NULL
  AND (facts.expires_at IS NULL OR facts.expires_at > :now)
  AND (fact_versions.body ->> 'pinned' = 1 OR fact_versions.body ->> 'kind' IN (SELECT value FROM json_each(:kinds)))
ORDER BY fact_versions.body ->> 'pinned' = 1 DESC, documents.seq DESC LIMIT :limit;

-- name: lengths
-- Terms of passages that are too long for their row ids: of old documents, and of what is stored without our passages.
SELECT id, length, CASE WHEN passages > 1 THEN terms END FROM documents
WHERE id IN (SELECT value FROM json_each(:documents));

-- name: live_count
-- Passages: see `real_counts`.
SELECT coalesce(sum(documents + facts), 0) FROM partitions;

-- name: live_documents
SELECT id, partition, kind, length, passages, terms FROM documents WHERE retired_at IS NULL ORDER BY id;

-- ── Verifying ──────────────────────────────────────────────────────────────────────────────────────────────

-- name: refresh_fulltext
-- A search lets FTS5 see what other connections wrote since the last one; the integrity check does not, and would
-- report segments that were merged meanwhile as damage.
SELECT rowid FROM documents_fts WHERE documents_fts MATCH 'x' LIMIT 1;

-- name: own_tables
SELECT name FROM sqlite_schema
WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE 'documents\_fts%' ESCAPE '\'
ORDER BY name;

-- name: columns
SELECT name, type, pk FROM pragma_table_info(:table) ORDER BY cid;

-- name: raw_rows
SELECT {columns} FROM {table};

-- name: integrity
PRAGMA integrity_check(20);

-- name: page_count
PRAGMA page_count;

-- name: foreign_keys
PRAGMA foreign_key_check;

-- name: all_changes
SELECT partition, version, op, name, verb, at, reason, digest, call, caused_by, content
FROM changes ORDER BY partition, version;

-- name: wrong_versions
-- Documents whose version is not that of their last journal entry.
SELECT documents.partition, documents.name, documents.version, last.version
FROM documents LEFT JOIN (
  SELECT partition, name, max(version) AS version FROM changes GROUP BY partition, name
) AS last ON last.partition = documents.partition AND last.name = documents.name
WHERE documents.version IS NOT last.version;

-- name: real_counts
-- Passages and terms of live turns, then of live facts. `seq` may have gone further: what was erased had numbers too.
SELECT partition, max(seq),
       sum(CASE WHEN kind = 'turn' AND retired_at IS NULL THEN passages ELSE 0 END),
       sum(CASE WHEN kind = 'turn' AND retired_at IS NULL THEN length ELSE 0 END),
       sum(CASE WHEN kind = 'fact' AND retired_at IS NULL THEN passages ELSE 0 END),
       sum(CASE WHEN kind = 'fact' AND retired_at IS NULL THEN length ELSE 0 END)
FROM documents GROUP BY partition;

-- name: wandered
-- Rows that say another partition than their document does, and turns without a document or the reverse.
SELECT 'turn', documents.name FROM turns JOIN documents ON documents.id = turns.document
WHERE turns.partition <> documents.partition
UNION ALL
SELECT 'vector', documents.name FROM vectors JOIN documents ON documents.id = vectors.document
WHERE vectors.partition <> documents.partition
UNION ALL
SELECT 'token vectors', documents.name FROM token_vectors JOIN documents ON documents.id = token_vectors.document
WHERE token_vectors.partition <> documents.partition
UNION ALL
SELECT 'attribute', documents.name FROM attributes JOIN documents ON documents.id = attributes.document
WHERE attributes.partition <> documents.partition
UNION ALL
SELECT 'fact', documents.name FROM facts JOIN documents ON documents.id = facts.document
WHERE facts.partition <> documents.partition
UNION ALL
SELECT 'document without its turn', documents.name FROM documents
WHERE documents.kind = 'turn' AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.document = documents.id)
UNION ALL
SELECT 'document without its fact', documents.name FROM documents
WHERE documents.kind = 'fact' AND NOT EXISTS (
  SELECT 1 FROM facts JOIN fact_versions USING(partition, document, revision) WHERE facts.document = documents.id)
UNION ALL
SELECT 'fact whose source is gone', documents.name
FROM fact_sources JOIN documents ON documents.id = fact_sources.document
WHERE NOT EXISTS (
  SELECT 1 FROM documents AS turn
  WHERE turn.partition = fact_sources.partition AND turn.name = fact_sources.turn AND turn.kind = 'turn')
UNION ALL
SELECT 'token vectors without a dense vector', documents.name
FROM token_vectors JOIN documents ON documents.id = token_vectors.document
WHERE NOT EXISTS (
  SELECT 1 FROM vectors
  WHERE vectors.partition = token_vectors.partition AND vectors.embedder = token_vectors.embedder
    AND vectors.document = token_vectors.document);

-- name: misshapen
-- Vectors that are not whole rows, not as long as the others of their embedder, or not as many as they say.
WITH first AS MATERIALIZED (
  SELECT embedder, length(dense) / max(1, passages) AS size, min(rowid) FROM vectors GROUP BY embedder),
first_tokens AS MATERIALIZED (
  SELECT embedder, dims, min(rowid) FROM token_vectors GROUP BY embedder)
SELECT documents.name, length(vectors.dense)
FROM vectors JOIN documents ON documents.id = vectors.document JOIN first ON first.embedder = vectors.embedder
WHERE vectors.passages < 1 OR length(vectors.dense) <> first.size * vectors.passages
UNION ALL
SELECT documents.name, length(token_vectors.codes)
FROM token_vectors JOIN documents ON documents.id = token_vectors.document
JOIN vectors USING(partition, embedder, document)
JOIN first_tokens ON first_tokens.embedder = token_vectors.embedder
WHERE token_vectors.dims < 1 OR token_vectors.dims <> first_tokens.dims OR length(token_vectors.codes) % token_vectors.dims <> 0
   OR CASE
     WHEN token_vectors.counts IS NULL THEN vectors.passages <> 1
     WHEN NOT json_valid(token_vectors.counts) THEN 1
     ELSE json_array_length(token_vectors.counts) <> vectors.passages
       OR (SELECT sum(value) FROM json_each(token_vectors.counts)) * token_vectors.dims <> length(token_vectors.codes) END;

-- name: vector_count
SELECT count(*) FROM vectors;

-- name: metadata
SELECT document, metadata FROM turns WHERE metadata <> '{}'
UNION ALL
SELECT facts.document, json_extract(fact_versions.body, '$.metadata')
FROM facts JOIN fact_versions USING(partition, document, revision)
WHERE json_extract(fact_versions.body, '$.metadata') <> '{}'
ORDER BY 1;

-- name: contents_of_turns
SELECT changes.partition, changes.version, changes.content, documents.name, documents.at, documents.session,
       documents.agent, documents.speaker, documents.role, documents.origin, turns.key, turns.recorded_at,
       turns.metadata, turns.text
FROM changes
JOIN documents ON documents.partition = changes.partition AND documents.name = changes.name
JOIN turns ON turns.document = documents.id
WHERE changes.op = 'add' AND changes.content <> '';

-- name: contents_of_versions
SELECT fact_versions.partition, fact_versions.version, changes.content, documents.name, fact_versions.revision,
       fact_versions.body
FROM fact_versions JOIN documents ON documents.id = fact_versions.document
LEFT JOIN changes ON changes.partition = fact_versions.partition AND changes.version = fact_versions.version;

-- name: lost_contents
-- Entries that say what was stored, where nothing is stored any more: only an erasure may do that, and it says so.
SELECT version, name FROM changes
WHERE content <> '' AND op = 'add' AND NOT EXISTS (
  SELECT 1 FROM documents JOIN turns ON turns.document = documents.id
  WHERE documents.partition = changes.partition AND documents.name = changes.name)
UNION ALL
SELECT version, name FROM changes
WHERE content <> '' AND op <> 'add' AND NOT EXISTS (
  SELECT 1 FROM fact_versions
  WHERE fact_versions.partition = changes.partition AND fact_versions.version = changes.version);

-- name: unlike_versions
-- Facts whose looked-up columns are not those of their last version.
SELECT documents.name FROM facts JOIN documents ON documents.id = facts.document
JOIN fact_versions USING(partition, document, revision)
WHERE facts.key <> json_extract(body, '$.key') OR facts.text <> json_extract(body, '$.text')
   OR facts.slot IS NOT json_extract(body, '$.slot')
   OR facts.revision <> (SELECT max(revision) FROM fact_versions AS v
                         WHERE v.partition = facts.partition AND v.document = facts.document);

-- name: attributes
SELECT document, name, element, type, value FROM attributes;

-- name: instances
SELECT doc, term FROM documents_instances;

-- ── Jobs, summaries, usage ─────────────────────────────────────────────────────────────────────────────────

-- name: queue_job
INSERT INTO jobs(name, partition, kind, session, state, due_at, created_at, attempts, wanted, worker, error, guidance)
VALUES(:name, :partition, :kind, :session, 'waiting', :due_at, :created_at, 0, 1, '', '', :guidance)
ON CONFLICT(name) DO UPDATE SET
  wanted = wanted + 1,
  guidance = CASE excluded.guidance WHEN '' THEN guidance ELSE excluded.guidance END,
  due_at = min(due_at, excluded.due_at),
  state = CASE WHEN state = 'dead' THEN 'waiting' ELSE state END;

-- name: held_job
-- The partition too: whoever holds a job of another one must not end it through this one.
SELECT wanted FROM jobs
WHERE name = :name AND partition = :partition
  AND state = 'running' AND worker = :worker AND attempts = :attempts;

-- name: drop_job
DELETE FROM jobs WHERE name = :name;

-- name: requeue_job
UPDATE jobs SET state = 'waiting', due_at = :due_at, attempts = 0, worker = '', leased_until = NULL, error = ''
WHERE name = :name;

-- name: postpone_job
UPDATE jobs SET state = :state, due_at = :due_at, worker = '', leased_until = NULL, error = :error
WHERE name = :name AND partition = :partition
  AND state = 'running' AND worker = :worker AND attempts = :attempts;

-- name: due_jobs
-- A lease begins when its job is due, so what ran out was due too: the index is read no further than now.
SELECT jobs.name, jobs.partition, jobs.session FROM jobs
WHERE due_at <= :now AND (state = 'waiting' OR (state = 'running' AND leased_until <= :now))
  AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
  AND NOT EXISTS (
    SELECT 1 FROM jobs AS other
    WHERE other.partition = jobs.partition AND other.session IS jobs.session
      AND other.state = 'running' AND other.leased_until > :now)
ORDER BY due_at, name;

-- name: take_job
UPDATE jobs SET state = 'running', worker = :worker, leased_until = :until, attempts = attempts + 1
WHERE name = :name;

-- name: release_session
-- Only leases that ran out are left in the session of a job that was just taken: whoever held them has lost them.
UPDATE jobs SET state = 'waiting', worker = '', leased_until = NULL
WHERE partition = :partition AND session IS :session AND state = 'running' AND name <> :name;

-- name: extend_job
UPDATE jobs SET leased_until = :until
WHERE name = :name AND state = 'running' AND worker = :worker AND attempts = :attempts;

-- name: jobs
SELECT partitions.tenant, partitions.user, kind, session, state, due_at, created_at, attempts, wanted, worker,
  leased_until, error, guidance
FROM jobs JOIN partitions ON partitions.id = jobs.partition
WHERE {conditions}
ORDER BY due_at, name
LIMIT :limit;

-- name: revive_jobs
UPDATE jobs SET state = 'waiting', due_at = :now, attempts = 0
WHERE state = 'dead' AND (:partition IS NULL OR partition = :partition);

-- name: drop_jobs_of_emptied
-- Jobs of sessions of which no turn is left: the name of a session may say as much as its words.
DELETE FROM jobs WHERE partition = :partition
  AND session IN (
    SELECT session FROM documents WHERE partition = :partition AND id IN (SELECT value FROM json_each(:numbers)))
  AND session NOT IN (
    SELECT session FROM documents
    WHERE partition = :partition AND session IS NOT NULL AND id NOT IN (SELECT value FROM json_each(:numbers)));

-- name: clear_job_errors
UPDATE jobs SET error = '' WHERE partition = :partition;

-- name: drop_older_summary
DELETE FROM summaries WHERE partition = :partition AND session IS :session AND through <= :through;

-- name: put_summary
INSERT INTO summaries(partition, session, text, through, made_by, updated_at)
SELECT :partition, :session, :text, :through, :made_by, :updated_at
WHERE NOT EXISTS (SELECT 1 FROM summaries WHERE partition = :partition AND session IS :session);

-- name: summaries
-- NULL, the whole partition, comes first.
SELECT session, text, through, made_by, updated_at FROM summaries
WHERE partition = :partition
ORDER BY session;

-- name: drop_summaries_of
DELETE FROM summaries WHERE partition = :partition AND (session IS NULL OR session IN (
  SELECT session FROM documents WHERE partition = :partition AND id IN (SELECT value FROM json_each(:numbers))
  UNION ALL SELECT value FROM json_each(:sessions)));

-- name: spend
INSERT INTO usage(partition, day, purpose, model, calls, tokens_in, tokens_out, tokens_cached, dollars, unpriced)
VALUES(:partition, :day, :purpose, :model, :calls, :tokens_in, :tokens_out, :tokens_cached, :dollars, :unpriced)
ON CONFLICT(partition, day, purpose, model) DO UPDATE SET
  calls = calls + excluded.calls,
  tokens_in = tokens_in + excluded.tokens_in,
  tokens_out = tokens_out + excluded.tokens_out,
  tokens_cached = tokens_cached + excluded.tokens_cached,
  dollars = dollars + excluded.dollars,
  unpriced = unpriced + excluded.unpriced;

-- name: spent
SELECT day, purpose, model, sum(calls), sum(tokens_in), sum(tokens_out), sum(tokens_cached), sum(dollars), sum(unpriced)
FROM usage
WHERE (:partition IS NULL OR partition = :partition) AND day >= :since AND day <= :until
GROUP BY day, purpose, model
ORDER BY day, purpose, model;

-- ── Erasing ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: documents_of
SELECT id, name, kind, retired_at IS NULL, terms FROM documents
WHERE partition = :partition AND name IN (SELECT value FROM json_each(:names));

-- name: documents_in
SELECT id, name, kind, retired_at IS NULL, terms FROM documents WHERE partition = :partition;

-- name: erase_rows
DELETE FROM {table} WHERE {conditions};

-- name: first_call_about
SELECT min(CASE WHEN call > 0 THEN call ELSE version END) FROM changes
WHERE partition = :partition AND (name IN (SELECT value FROM json_each(:names))
                                  OR version IN (SELECT value FROM json_each(:versions)));

-- name: journal_from
SELECT version, op, name, verb, at, reason, content, call, caused_by FROM changes
WHERE partition = :partition AND version >= :first ORDER BY version;

-- name: digest_before
SELECT digest FROM changes WHERE partition = :partition AND version < :first ORDER BY version DESC LIMIT 1;

-- name: rechain
UPDATE changes SET reason = ?, content = ?, digest = ? WHERE partition = ? AND version = ?;

-- name: rewrite_version
UPDATE fact_versions SET body = :body WHERE partition = :partition AND document = :document AND revision = :revision;

-- name: version_numbers
SELECT revision, version FROM fact_versions WHERE partition = :partition AND document = :document;

-- name: optimize_fulltext
-- Merges all segments, which is when FTS5 lets go of what was taken out of it.
INSERT INTO documents_fts(documents_fts) VALUES('optimize');

-- name: vacuum
-- Writes the file anew: pages keep old bytes in their gaps.
VACUUM;

-- name: checkpoint
PRAGMA wal_checkpoint(TRUNCATE);

-- ── Moving ─────────────────────────────────────────────────────────────────────────────────────────────────
-- What is selected has the columns of domain.dump.

-- name: dump_partitions
SELECT version, seq, documents, terms, facts, fact_terms, digest FROM partitions WHERE id = :partition;

-- name: dump_documents
SELECT seq, name, kind, version, at, at_offset, session, agent, speaker, role, origin, retired_at, retired_offset,
       words, length, terms, passages, analysis
FROM documents WHERE partition = :partition ORDER BY seq;

-- name: dump_turns
SELECT documents.seq, key, recorded_at, recorded_offset, metadata, text
FROM documents JOIN turns ON turns.document = documents.id
WHERE documents.partition = :partition ORDER BY documents.seq;

-- name: dump_facts
SELECT documents.seq, key, occurrence, slot, subject, revision, current, valid_from, valid_to, expires_at, turns, text
FROM documents JOIN facts ON facts.document = documents.id
WHERE documents.partition = :partition ORDER BY documents.seq;

-- name: dump_fact_versions
SELECT documents.seq, revision, fact_versions.version, body
FROM fact_versions JOIN documents ON documents.id = fact_versions.document
WHERE fact_versions.partition = :partition ORDER BY documents.seq, revision;

-- name: dump_fact_sources
SELECT documents.seq, turn FROM fact_sources JOIN documents ON documents.id = fact_sources.document
WHERE fact_sources.partition = :partition;

-- name: dump_vectors
SELECT fingerprint, documents.seq, dense, vectors.passages
FROM vectors JOIN embedders ON embedders.id = vectors.embedder JOIN documents ON documents.id = vectors.document
WHERE vectors.partition = :partition;

-- name: dump_token_vectors
SELECT fingerprint, documents.seq, dims, codes, counts
FROM token_vectors JOIN embedders ON embedders.id = token_vectors.embedder
JOIN documents ON documents.id = token_vectors.document
WHERE token_vectors.partition = :partition;

-- name: dump_extractions
SELECT documents.seq, extractor, facts, refused, fallback
FROM extractions JOIN documents ON documents.id = extractions.document
WHERE extractions.partition = :partition;

-- name: dump_changes
SELECT version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content FROM changes
WHERE partition = :partition ORDER BY version;

-- name: dump_jobs
SELECT name, kind, session, state, due_at, created_at, attempts, wanted, worker, leased_until, error, guidance FROM jobs
WHERE partition = :partition;

-- name: dump_summaries
SELECT session, text, through, made_by, updated_at FROM summaries WHERE partition = :partition;

-- name: dump_usage
SELECT day, purpose, model, calls, tokens_in, tokens_out, tokens_cached, dollars, unpriced FROM usage
WHERE partition = :partition;

-- name: move_fact
INSERT INTO facts(document, partition, key, occurrence, slot, subject, revision, current, valid_from, valid_to,
                  expires_at, turns, text)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: move_version
INSERT INTO fact_versions(partition, document, revision, version, body) VALUES(?, ?, ?, ?, ?);

-- name: move_job
INSERT INTO jobs(name, partition, kind, session, state, due_at, created_at, attempts, wanted, worker, leased_until, error,
                 guidance)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: move_summary
INSERT INTO summaries(partition, session, text, through, made_by, updated_at) VALUES(?, ?, ?, ?, ?, ?);

-- name: move_usage
INSERT INTO usage(partition, day, purpose, model, calls, tokens_in, tokens_out, tokens_cached, dollars, unpriced)
VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: graves
SELECT digest FROM tombstones ORDER BY digest;
