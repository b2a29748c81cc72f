-- Every statement that the store executes, but for migrations/ and indexes.sql. `{slots}` are filled with fixed
-- fragments (filters.py, reader.py), never with values: values are always bound.
-- The partition is a condition of every statement on a partition's rows, though the policy `wall` demands it too.

-- ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: configure
SELECT set_config('search_path', quote_ident(%(schema)s), false),
       set_config('lock_timeout', %(lock)s, false),
       set_config('statement_timeout', %(statement)s, false),
       set_config('idle_in_transaction_session_timeout', %(statement)s, false),
       set_config('client_min_messages', 'error', false),
       set_config('lukasa.connection', gen_random_uuid()::text, false);

-- name: configure_migration
-- The owner of the tables is who migrates: the policies hold for the owner too.
SELECT set_config('lukasa.pieces', %(pieces)s, false), set_config('lukasa.scope', 'all', false),
       set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false);

-- name: schema_exists
SELECT to_regclass(quote_ident(%(schema)s) || '.lukasa_migrations') IS NOT NULL,
       EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
               WHERE nspname = %(schema)s AND relname IN ('documents', 'turns', 'partitions'));

-- name: lock_migrations
SELECT pg_advisory_lock(4973279812376);

-- name: unlock_migrations
SELECT pg_advisory_unlock(4973279812376);

-- name: create_migrations
CREATE TABLE lukasa_migrations(
  number integer PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  oldest integer NOT NULL
);

-- name: migrations
SELECT number, checksum, oldest FROM lukasa_migrations ORDER BY number;

-- name: add_migration
INSERT INTO lukasa_migrations(number, name, checksum, oldest) VALUES(%(number)s, %(name)s, %(checksum)s, %(oldest)s);

-- name: indexes
SELECT indexname::text FROM pg_indexes WHERE schemaname = %(schema)s;

-- name: invalid_indexes
SELECT relname::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %(schema)s AND NOT indisvalid;

-- name: unwalled
-- Tables of ours for which the policy does not hold.
SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %(schema)s AND relkind = 'p' AND relname <> 'passages'
  AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = pg_class.oid AND polname = 'wall'));

-- name: server
SELECT current_setting('server_version'), pg_is_in_recovery(), current_setting('synchronous_commit'),
       (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
       CASE WHEN pg_is_in_recovery()
            THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp())::bigint END,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       (SELECT coalesce(string_agg(extname || ' ' || extversion, ', ' ORDER BY extname), '') FROM pg_extension
        WHERE extname <> 'plpgsql');

-- name: standbys
-- Where each is, in bytes behind; NULL: this role may not know (`pg_monitor`), or it has not said yet.
SELECT sync_state, pg_wal_lsn_diff(CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END, replay_lsn)::bigint
FROM pg_stat_replication;

-- name: dead_rows
SELECT relname::text, n_dead_tup, n_live_tup FROM pg_stat_user_tables WHERE schemaname = %(schema)s
ORDER BY n_dead_tup DESC, relname;

-- name: begin
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;

-- name: begin_read
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: enter
-- From here on the transaction sees this partition alone (`all`: every one).
SELECT set_config('lukasa.scope', %(scope)s, true);

-- name: enter_write
-- One writer of a partition at a time: the lock comes before the first look at its rows. The number says later, if the
-- connection breaks at the commit, whether the transaction has ended.
SELECT set_config('lukasa.scope', %(scope)s, true), pg_current_xact_id()::text,
       CASE WHEN %(lock)s::bigint IS NOT NULL THEN pg_advisory_xact_lock(%(lock)s::bigint) END;

-- name: transaction_status
SELECT pg_xact_status(%(transaction)s::text::xid8);

-- name: note_commit
-- Rows of connections that have been closed for long go.
WITH old AS (
  DELETE FROM commits
  WHERE partition = %(partition)s AND at < now() - interval '1 day' AND connection <> current_setting('lukasa.connection')::uuid)
INSERT INTO commits(partition, connection, token)
VALUES(%(partition)s, current_setting('lukasa.connection')::uuid, %(token)s)
ON CONFLICT(partition, connection) DO UPDATE SET token = excluded.token, at = excluded.at;

-- name: committed
SELECT EXISTS (SELECT 1 FROM commits WHERE partition = %(partition)s AND token = %(token)s);

-- ── Partitions ─────────────────────────────────────────────────────────────────────────────────────────────

-- name: partition
SELECT partition, tenant, "user", epoch, version, seq, documents, terms, facts, fact_terms, digest FROM partitions
WHERE partition = %(partition)s;

-- name: partition_version
SELECT version FROM partitions WHERE partition = %(partition)s;

-- name: add_partition
INSERT INTO partitions(partition, tenant, "user", digest) VALUES(%(partition)s, %(tenant)s, %(user)s, %(digest)s)
RETURNING epoch;

-- name: update_partition
UPDATE partitions
SET version = %(version)s, seq = %(seq)s, documents = %(documents)s, terms = %(terms)s, facts = %(facts)s,
    fact_terms = %(fact_terms)s, digest = %(digest)s
WHERE partition = %(partition)s;

-- name: partitions
SELECT tenant, "user" FROM partitions ORDER BY epoch;

-- name: partition_rows
SELECT partition, tenant, "user", version, seq, documents, terms, facts, fact_terms, digest FROM partitions ORDER BY epoch;

-- ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: known_ids
SELECT name FROM documents
WHERE partition = %(partition)s AND name_key = ANY(text_keys(%(names)s::text[])) AND name = ANY(%(names)s::text[]);

-- name: known_keys
SELECT turns.key, documents.name, documents.role, documents.speaker, turns.text
FROM turns JOIN documents USING(partition, document)
WHERE turns.partition = %(partition)s AND turns.key IS NOT NULL
  AND turns.key_key = ANY(text_keys(%(keys)s::text[])) AND turns.key = ANY(%(keys)s::text[]);

-- name: missing_turns
-- But for those that the fact rested on before: older versions of Lukasa could leave such facts.
SELECT turn FROM unnest(%(turns)s::text[]) AS turn
WHERE NOT EXISTS (
    SELECT 1 FROM documents
    WHERE partition = %(partition)s AND name_key = text_key(turn) AND name = turn AND kind = 'turn')
  AND NOT EXISTS (
    SELECT 1 FROM fact_sources
    WHERE fact_sources.partition = %(partition)s AND turn_key = text_key(turn.turn) AND fact_sources.turn = turn.turn
      AND document = (SELECT document FROM documents
                      WHERE partition = %(partition)s AND name_key = text_key(%(name)s) AND name = %(name)s));

-- name: add_document
INSERT INTO documents(partition, document, name, kind, version, at, at_offset, session, agent, speaker, role, origin,
                      retired_at, retired_offset, words, length, terms, passages, analysis)
VALUES(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: add_turn
INSERT INTO turns(partition, document, key, recorded_at, recorded_offset, metadata, text) VALUES(%s, %s, %s, %s, %s, %s, %s);

-- name: add_attribute
INSERT INTO attributes(partition, document, name, element, type, number, text) VALUES(%s, %s, %s, %s, %s, %s, %s);

-- name: embedder
SELECT embedder FROM embedders WHERE fingerprint = %(fingerprint)s;

-- name: add_embedder
INSERT INTO embedders(fingerprint) VALUES(%(fingerprint)s) ON CONFLICT(fingerprint) DO NOTHING;

-- name: put_vector
INSERT INTO vectors(partition, embedder, document, dense, passages) VALUES(%s, %s, %s, %s, %s)
ON CONFLICT(partition, embedder, document) DO UPDATE SET dense = excluded.dense, passages = excluded.passages;

-- name: put_tokens
INSERT INTO token_vectors(partition, embedder, document, dims, codes, counts) VALUES(%s, %s, %s, %s, %s, %s)
ON CONFLICT(partition, embedder, document) DO UPDATE SET
  dims = excluded.dims, codes = excluded.codes, counts = excluded.counts;

-- name: drop_tokens
DELETE FROM token_vectors WHERE partition = %(partition)s AND embedder = %(embedder)s AND document = %(document)s;

-- name: vectors_of
SELECT vectors.dense, vectors.passages, token_vectors.dims, token_vectors.codes, token_vectors.counts
FROM vectors LEFT JOIN token_vectors USING(partition, embedder, document)
WHERE vectors.partition = %(partition)s AND vectors.embedder = %(embedder)s AND vectors.document = %(document)s;

-- name: document
SELECT document, kind, retired_at IS NULL, terms, words, analysis FROM documents
WHERE partition = %(partition)s AND name_key = text_key(%(name)s) AND name = %(name)s;

-- name: fact_row
SELECT documents.document, documents.retired_at IS NULL, documents.terms, facts.revision
FROM documents JOIN facts USING(partition, document)
WHERE documents.partition = %(partition)s AND documents.name_key = text_key(%(name)s) AND documents.name = %(name)s;

-- name: fact_holder
SELECT documents.name FROM facts JOIN documents USING(partition, document)
WHERE facts.partition = %(partition)s AND facts.key_key = text_key(%(key)s) AND facts.key = %(key)s
  AND facts.occurrence = %(occurrence)s;

-- name: put_fact
INSERT INTO facts(partition, document, key, occurrence, slot, subject, revision, current, valid_from, valid_to,
                  expires_at, turns, text)
VALUES(%(partition)s, %(document)s, %(key)s, %(occurrence)s, %(slot)s, %(subject)s, %(revision)s, %(current)s,
       %(valid_from)s, %(valid_to)s, %(expires_at)s, %(turns)s, %(text)s)
ON CONFLICT(partition, document) DO UPDATE SET
  key = excluded.key, occurrence = excluded.occurrence, slot = excluded.slot, subject = excluded.subject,
  revision = excluded.revision, current = excluded.current, valid_from = excluded.valid_from,
  valid_to = excluded.valid_to, expires_at = excluded.expires_at, turns = excluded.turns, text = excluded.text;

-- name: add_version
INSERT INTO fact_versions(partition, document, revision, version, attribute, body)
VALUES(%(partition)s, %(document)s, %(revision)s, %(version)s, %(attribute)s, %(body)s);

-- name: add_source
INSERT INTO fact_sources(partition, document, turn)
SELECT %(partition)s, %(document)s, turn FROM unnest(%(turns)s::text[]) AS turn
WHERE NOT EXISTS (
  SELECT 1 FROM fact_sources AS stored
  WHERE stored.partition = %(partition)s AND stored.turn_key = text_key(turn.turn) AND stored.turn = turn.turn
    AND stored.document = %(document)s);

-- name: update_fact_document
UPDATE documents
SET version = %(version)s, at = %(at)s, at_offset = %(at_offset)s, speaker = %(speaker)s, origin = %(origin)s,
    retired_at = %(retired_at)s, retired_offset = %(retired_offset)s
WHERE partition = %(partition)s AND document = %(document)s;

-- name: drop_vectors
DELETE FROM vectors
WHERE partition = %(partition)s AND embedder = ANY(ARRAY(SELECT embedder FROM embedders)) AND document = %(document)s;

-- name: drop_all_tokens
DELETE FROM token_vectors
WHERE partition = %(partition)s AND embedder = ANY(ARRAY(SELECT embedder FROM embedders)) AND document = %(document)s;

-- name: drop_attributes
DELETE FROM attributes WHERE partition = %(partition)s AND document = %(document)s;

-- name: put_extraction
INSERT INTO extractions(partition, document, extractor, facts, refused, fallback) VALUES(%s, %s, %s, %s, %s, %s)
ON CONFLICT(partition, document) DO UPDATE SET
  extractor = excluded.extractor, facts = excluded.facts, refused = excluded.refused, fallback = excluded.fallback;

-- name: extraction
SELECT extractor, facts, refused, fallback FROM extractions WHERE partition = %(partition)s AND document = %(document)s;

-- name: tombstones
SELECT digest FROM tombstones WHERE partition IN (%(partition)s, %(moved)s) AND digest = ANY(%(digests)s::text[]);

-- name: add_tombstones
INSERT INTO tombstones(partition, digest) SELECT %(partition)s, unnest(%(digests)s::text[]) ON CONFLICT DO NOTHING;

-- name: drop_tombstone
DELETE FROM tombstones WHERE partition IN (%(partition)s, %(moved)s) AND digest = %(digest)s;

-- name: update_document
UPDATE documents SET retired_at = %(retired_at)s, retired_offset = %(retired_offset)s, version = %(version)s
WHERE partition = %(partition)s AND document = %(document)s;

-- name: update_terms
UPDATE documents
SET terms = %(terms)s, passages = %(passages)s, length = %(length)s, words = %(words)s, analysis = %(analysis)s,
    version = %(version)s
WHERE partition = %(partition)s AND document = %(document)s;

-- name: touch_document
UPDATE documents SET version = %(version)s WHERE partition = %(partition)s AND document = %(document)s;

-- name: add_change
INSERT INTO changes(partition, version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content)
VALUES(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s);

-- ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: turns
SELECT documents.name, documents.document, documents.at, documents.at_offset, documents.session, documents.agent,
       documents.speaker, documents.role, documents.origin, documents.retired_at, documents.retired_offset,
       turns.key, turns.recorded_at, turns.recorded_offset, turns.metadata, turns.text
FROM documents JOIN turns USING(partition, document) LEFT JOIN facts USING(partition, document)
WHERE documents.partition = %(partition)s AND {conditions}
ORDER BY {order}
LIMIT %(limit)s;

-- name: heads
-- By version, not by `seq`: the index by version finds what is new, and where the next part begins. Cut before it is joined,
-- or the planner joins all that is left, part after part.
SELECT documents.name, documents.kind, documents.document, documents.at, documents.session, documents.speaker,
       documents.role, documents.retired_at IS NOT NULL, documents.words, documents.passages, vectors.dense,
       coalesce(facts.current, true), facts.turns, facts.valid_from, facts.valid_to, facts.expires_at,
       documents.version
FROM (
  SELECT * FROM documents WHERE partition = %(partition)s AND version > %(since)s ORDER BY version LIMIT %(limit)s
) AS documents LEFT JOIN vectors
  ON vectors.partition = %(partition)s AND vectors.embedder = %(embedder)s AND vectors.document = documents.document
LEFT JOIN facts ON facts.partition = %(partition)s AND facts.document = documents.document
ORDER BY documents.version;

-- name: names
SELECT documents.name
FROM documents LEFT JOIN turns USING(partition, document) LEFT JOIN facts USING(partition, document)
WHERE documents.partition = %(partition)s AND documents.retired_at IS NULL AND {conditions};

-- name: names_of
SELECT documents.document, documents.name
FROM documents LEFT JOIN turns USING(partition, document) LEFT JOIN facts USING(partition, document)
WHERE documents.partition = %(partition)s AND documents.document = ANY(%(documents)s::bigint[]) AND {conditions};

-- name: tokens
SELECT documents.name, token_vectors.codes, token_vectors.dims, token_vectors.counts
FROM documents JOIN token_vectors
  ON token_vectors.partition = documents.partition AND token_vectors.document = documents.document
 AND token_vectors.embedder = %(embedder)s
WHERE documents.partition = %(partition)s
  AND documents.name_key = ANY(text_keys(%(names)s::text[])) AND documents.name = ANY(%(names)s::text[]);

-- name: unembedded
-- A document whose number of vectors is not that of its passages has none that tell its passages apart.
SELECT documents.name FROM documents
WHERE documents.partition = %(partition)s AND NOT EXISTS (
  SELECT 1 FROM vectors
  WHERE vectors.partition = documents.partition AND vectors.embedder = %(embedder)s
    AND vectors.document = documents.document AND vectors.passages = least(documents.passages, %(most)s))
ORDER BY documents.document
LIMIT %(limit)s;

-- name: outdated
-- Two ranges of the index by analysis; `<>` would go through all of the partition.
SELECT name FROM (
  SELECT name, analysis, document FROM documents WHERE partition = %(partition)s AND analysis < %(analysis)s
  UNION ALL
  SELECT name, analysis, document FROM documents WHERE partition = %(partition)s AND analysis > %(analysis)s
) AS old
ORDER BY analysis, document
LIMIT %(limit)s;

-- name: backlog
SELECT
  (SELECT count(*) FROM documents WHERE partition = %(partition)s AND NOT EXISTS (
     SELECT 1 FROM vectors
     WHERE vectors.partition = documents.partition AND vectors.embedder = %(embedder)s
       AND vectors.document = documents.document AND vectors.passages = least(documents.passages, %(most)s))),
  (SELECT count(*) FROM documents WHERE partition = %(partition)s AND analysis < %(analysis)s)
    + (SELECT count(*) FROM documents WHERE partition = %(partition)s AND analysis > %(analysis)s);

-- name: unextracted
SELECT documents.name FROM documents
WHERE documents.partition = %(partition)s AND documents.kind = 'turn' AND documents.retired_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM extractions
  WHERE extractions.partition = documents.partition AND extractions.document = documents.document
    AND extractions.extractor = %(extractor)s)
  AND {sessions}
ORDER BY documents.document
LIMIT %(limit)s;

-- name: lacking
SELECT documents.name FROM extractions JOIN documents USING(partition, document)
WHERE extractions.partition = %(partition)s AND extractions.extractor = %(extractor)s AND extractions.fallback <> ''
  AND documents.retired_at IS NULL AND {sessions}
ORDER BY documents.document
LIMIT %(limit)s;

-- name: unextracted_count
SELECT count(*) FROM documents
WHERE documents.partition = %(partition)s AND documents.kind = 'turn' AND documents.retired_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM extractions
  WHERE extractions.partition = documents.partition AND extractions.document = documents.document
    AND extractions.extractor = %(extractor)s);

-- name: journal
SELECT version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content FROM changes
WHERE partition = %(partition)s AND version > %(since)s
ORDER BY version
LIMIT %(limit)s;

-- name: journal_of_turns
SELECT version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content FROM changes
WHERE partition = %(partition)s AND op IN ('add', 'retire', 'restore')
ORDER BY version;

-- name: version_at
SELECT coalesce(max(version), 0) FROM changes WHERE partition = %(partition)s AND at <= %(at)s;

-- name: changed_since
SELECT 1 FROM changes
WHERE partition = %(partition)s AND version > %(since)s AND (op = 'erase' OR name = ANY(%(names)s::text[]))
LIMIT 1;

-- name: gone
SELECT name FROM changes
WHERE partition = %(partition)s AND version > %(since)s AND version <= %(until)s AND op = 'erase'
ORDER BY version;

-- name: facts
SELECT documents.name, documents.document, fact_versions.body
FROM facts JOIN documents USING(partition, document)
JOIN fact_versions ON fact_versions.partition = facts.partition AND fact_versions.document = facts.document
 AND fact_versions.revision = {revision}
WHERE {conditions}
ORDER BY documents.document;

-- name: history
SELECT documents.name, documents.document, fact_versions.body
FROM documents JOIN fact_versions USING(partition, document)
WHERE documents.partition = %(partition)s
  AND documents.name_key = ANY(text_keys(%(names)s::text[])) AND documents.name = ANY(%(names)s::text[])
ORDER BY documents.document, fact_versions.revision;

-- name: counts
SELECT count(*) FILTER (WHERE kind = 'turn'), count(*) FILTER (WHERE kind = 'fact'), count(*),
       count(*) FILTER (WHERE kind = 'turn' AND retired_at IS NOT NULL)
FROM documents WHERE {conditions};

-- name: partition_count
SELECT count(*) FROM partitions;

-- name: refused_counts
SELECT refused FROM extractions WHERE refused <> '{}' AND {conditions};

-- name: session_count
SELECT count(*) FROM (SELECT DISTINCT partition, session FROM documents WHERE session IS NOT NULL AND {conditions}) AS named;

-- name: vector_counts
SELECT embedders.fingerprint, count(*) FROM vectors JOIN embedders USING(embedder)
WHERE {conditions}
GROUP BY embedders.fingerprint;

-- name: size
SELECT coalesce(sum(pg_relation_size(pg_class.oid)), 0)::bigint FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = %(schema)s OR pg_class.oid IN (
  SELECT reltoastrelid FROM pg_class AS owner JOIN pg_namespace AS n ON n.oid = owner.relnamespace WHERE n.nspname = %(schema)s);

-- ── Full-text ──────────────────────────────────────────────────────────────────────────────────────────────

-- name: index_passage
INSERT INTO passages(partition, document, passage, length, tokens, counts) VALUES(%s, %s, %s, %s, %s::bigint[], %s::integer[]);

-- name: unindex_document
DELETE FROM passages WHERE partition = %(partition)s AND document = %(document)s;

-- name: postings
-- One value a term instead of a row a posting: several times faster to bring into Python.
SELECT wanted.token, found.*
FROM unnest(%(tokens)s::bigint[]) WITH ORDINALITY AS wanted(token, place), LATERAL (
  SELECT count(*), string_agg(int8send(document), ''::bytea), string_agg(int4send(passage), ''::bytea),
         string_agg(int4send(length), ''::bytea),
         string_agg(int4send(CASE WHEN counts IS NULL THEN 1 ELSE counts[array_position(tokens, wanted.token)] END), ''::bytea)
  FROM passages
  WHERE partition = %(partition)s AND tokens @> ARRAY[wanted.token]) AS found
ORDER BY wanted.place;

-- ── Verifying ──────────────────────────────────────────────────────────────────────────────────────────────

-- name: live_documents
SELECT partition, document, kind, length, passages, terms FROM documents WHERE retired_at IS NULL ORDER BY partition, document;

-- name: all_passages
SELECT partition, document, passage, length, tokens, counts FROM passages ORDER BY partition, document, passage;

-- name: all_changes
SELECT partition, version, op, name, verb, at, reason, digest, call, caused_by, content
FROM changes ORDER BY partition, version;

-- name: wrong_versions
-- Documents whose version is not that of their last journal entry.
SELECT documents.name, documents.version, last.version
FROM documents LEFT JOIN (
  SELECT partition, name, max(version) AS version FROM changes GROUP BY partition, name
) AS last ON last.partition = documents.partition AND last.name = documents.name
WHERE documents.version IS DISTINCT FROM last.version;

-- name: real_counts
-- Passages and terms of live turns, then of live facts. `seq` may have gone further: what was erased had numbers too.
SELECT partition, max(document),
       coalesce(sum(passages) FILTER (WHERE kind = 'turn' AND retired_at IS NULL), 0)::bigint,
       coalesce(sum(length) FILTER (WHERE kind = 'turn' AND retired_at IS NULL), 0)::bigint,
       coalesce(sum(passages) FILTER (WHERE kind = 'fact' AND retired_at IS NULL), 0)::bigint,
       coalesce(sum(length) FILTER (WHERE kind = 'fact' AND retired_at IS NULL), 0)::bigint
FROM documents GROUP BY partition;

-- name: orphans
-- Rows of a document, or of a partition, that is not there.
SELECT 'turn', document FROM turns
WHERE NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.partition = turns.partition AND d.document = turns.document AND d.kind = 'turn')
UNION ALL
SELECT 'fact', document FROM facts
WHERE NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.partition = facts.partition AND d.document = facts.document AND d.kind = 'fact')
UNION ALL
SELECT 'version of a fact', document FROM fact_versions
WHERE NOT EXISTS (SELECT 1 FROM facts AS d WHERE d.partition = fact_versions.partition AND d.document = fact_versions.document)
UNION ALL
SELECT 'source', document FROM fact_sources
WHERE NOT EXISTS (SELECT 1 FROM facts AS d WHERE d.partition = fact_sources.partition AND d.document = fact_sources.document)
UNION ALL
SELECT 'vectors', document FROM vectors
WHERE NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.partition = vectors.partition AND d.document = vectors.document)
UNION ALL
SELECT 'token vectors without a dense vector', document FROM token_vectors
WHERE NOT EXISTS (SELECT 1 FROM vectors AS d WHERE d.partition = token_vectors.partition AND d.embedder = token_vectors.embedder
                                              AND d.document = token_vectors.document)
UNION ALL
SELECT 'extraction', document FROM extractions
WHERE NOT EXISTS (SELECT 1 FROM documents AS d WHERE d.partition = extractions.partition AND d.document = extractions.document)
UNION ALL
SELECT 'document without its turn', document FROM documents
WHERE kind = 'turn' AND NOT EXISTS (SELECT 1 FROM turns AS d WHERE d.partition = documents.partition AND d.document = documents.document)
UNION ALL
SELECT 'document without its fact', document FROM documents
WHERE kind = 'fact' AND NOT EXISTS (
  SELECT 1 FROM facts JOIN fact_versions USING(partition, document, revision)
  WHERE facts.partition = documents.partition AND facts.document = documents.document)
UNION ALL
SELECT 'fact whose source is gone', document FROM fact_sources
WHERE NOT EXISTS (
  SELECT 1 FROM documents AS turn
  WHERE turn.partition = fact_sources.partition AND turn.name_key = fact_sources.turn_key AND turn.name = fact_sources.turn
    AND turn.kind = 'turn')
UNION ALL
SELECT 'document of no partition', document FROM documents
WHERE NOT EXISTS (SELECT 1 FROM partitions AS d WHERE d.partition = documents.partition);

-- name: misshapen
-- Vectors that are not whole rows, not as long as the others of their embedder, or not as many as they say.
WITH first AS MATERIALIZED (
  SELECT DISTINCT ON (embedder) embedder, length(dense) / greatest(1, passages) AS size FROM vectors ORDER BY embedder),
first_tokens AS MATERIALIZED (
  SELECT DISTINCT ON (embedder) embedder, dims FROM token_vectors ORDER BY embedder)
SELECT vectors.document, length(vectors.dense)
FROM vectors JOIN first USING(embedder)
WHERE vectors.passages < 1 OR length(vectors.dense) <> first.size * vectors.passages
UNION ALL
SELECT token_vectors.document, length(token_vectors.codes)
FROM token_vectors JOIN vectors USING(partition, embedder, document)
JOIN first_tokens USING(embedder)
WHERE token_vectors.dims < 1 OR token_vectors.dims <> first_tokens.dims OR length(token_vectors.codes) %% token_vectors.dims <> 0
   OR CASE
     WHEN token_vectors.counts IS NULL THEN vectors.passages <> 1
     WHEN NOT token_vectors.counts IS JSON ARRAY THEN true
     ELSE json_array_length(token_vectors.counts::json) <> vectors.passages
       OR (SELECT coalesce(sum(value::bigint), 0) FROM json_array_elements_text(token_vectors.counts::json) AS value)
          * token_vectors.dims <> length(token_vectors.codes) END;

-- name: vector_count
SELECT count(*) FROM vectors;

-- name: metadata
SELECT partition, document, metadata FROM turns WHERE metadata <> '{}';

-- name: last_versions
SELECT facts.partition, facts.document, facts.key, facts.slot, facts.text, facts.revision, fact_versions.attribute,
       fact_versions.body,
       (SELECT max(revision) FROM fact_versions AS v WHERE v.partition = facts.partition AND v.document = facts.document)
FROM facts JOIN fact_versions USING(partition, document, revision);

-- name: contents_of_turns
SELECT changes.partition, changes.version, changes.content, documents.name, documents.at, documents.session,
       documents.agent, documents.speaker, documents.role, documents.origin, turns.key, turns.recorded_at,
       turns.metadata, turns.text
FROM changes
JOIN documents ON documents.partition = changes.partition AND documents.name_key = changes.name_key
  AND documents.name = changes.name
JOIN turns ON turns.partition = documents.partition AND turns.document = documents.document
WHERE changes.op = 'add' AND changes.content <> '';

-- name: contents_of_versions
SELECT fact_versions.partition, fact_versions.version, changes.content, fact_versions.document, fact_versions.revision,
       fact_versions.body
FROM fact_versions LEFT JOIN changes USING(partition, version);

-- name: lost_contents
-- Entries that say what was stored, where nothing is stored any more: only an erasure may do that, and it says so.
SELECT version, name FROM changes
WHERE content <> '' AND op = 'add' AND NOT EXISTS (
  SELECT 1 FROM documents JOIN turns USING(partition, document)
  WHERE documents.partition = changes.partition AND documents.name_key = changes.name_key AND documents.name = changes.name)
UNION ALL
SELECT version, name FROM changes
WHERE content <> '' AND op <> 'add' AND NOT EXISTS (
  SELECT 1 FROM fact_versions
  WHERE fact_versions.partition = changes.partition AND fact_versions.version = changes.version);

-- name: attributes
SELECT partition, document, name, element, type, number, text FROM attributes;

-- ── Jobs, summaries, usage ─────────────────────────────────────────────────────────────────────────────────

-- name: queue_job
INSERT INTO jobs(partition, tenant_key, name, kind, session, state, due_at, created_at, attempts, wanted, worker, error, guidance)
VALUES(%(partition)s, text_key(%(tenant)s), %(name)s, %(kind)s, %(session)s, 'waiting', %(due_at)s, %(created_at)s, 0, 1, '', '', %(guidance)s)
ON CONFLICT(partition, name) DO UPDATE SET
  wanted = jobs.wanted + 1,
  guidance = CASE excluded.guidance WHEN '' THEN jobs.guidance ELSE excluded.guidance END,
  due_at = least(jobs.due_at, excluded.due_at),
  state = CASE WHEN jobs.state = 'dead' THEN 'waiting' ELSE jobs.state END;

-- name: held_job
-- The partition too: whoever holds a job of another one must not end it through this one.
SELECT wanted FROM jobs
WHERE name = %(name)s AND partition = %(partition)s
  AND state = 'running' AND worker = %(worker)s AND attempts = %(attempts)s
FOR UPDATE;

-- name: drop_job
DELETE FROM jobs WHERE partition = %(partition)s AND name = %(name)s;

-- name: requeue_job
UPDATE jobs SET state = 'waiting', due_at = %(due_at)s, attempts = 0, worker = '', leased_until = NULL, error = ''
WHERE partition = %(partition)s AND name = %(name)s;

-- name: postpone_job
UPDATE jobs SET state = %(state)s, due_at = %(due_at)s, worker = '', leased_until = NULL, error = %(error)s
WHERE name = %(name)s AND partition = %(partition)s
  AND state = 'running' AND worker = %(worker)s AND attempts = %(attempts)s;

-- name: due_tenants
-- A step of the index for each tenant, however many jobs it has.
WITH RECURSIVE turns(tenant_key) AS (
  SELECT %(after)s::bigint
  UNION ALL
  SELECT (
    SELECT jobs.tenant_key FROM jobs
    WHERE jobs.tenant_key > turns.tenant_key AND due_at <= %(now)s
      AND (state = 'waiting' OR (state = 'running' AND leased_until <= %(now)s))
      AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
    ORDER BY jobs.tenant_key LIMIT 1)
  FROM turns WHERE turns.tenant_key IS NOT NULL)
SELECT tenant_key FROM turns WHERE tenant_key > %(after)s LIMIT %(page)s;

-- name: due_jobs
-- A lease begins when its job is due, so what ran out was due too: the index is read no further than now. Rows that others
-- lock are not skipped: a worker would take the second job of a session while another looks at the first.
SELECT jobs.due_at, jobs.name, jobs.partition, jobs.session, text_key(jobs.partition::text || coalesce('s' || jobs.session, ''))
FROM jobs
WHERE tenant_key = %(tenant)s AND due_at <= %(now)s
  AND (state = 'waiting' OR (state = 'running' AND leased_until <= %(now)s))
  AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
  AND (due_at, name) > (%(after_due)s, %(after_name)s)
  AND NOT EXISTS (
    SELECT 1 FROM jobs AS other
    WHERE other.partition = jobs.partition AND other.session IS NOT DISTINCT FROM jobs.session
      AND other.state = 'running' AND other.leased_until > %(now)s)
ORDER BY due_at, name
LIMIT %(page)s;

-- name: notify
SELECT pg_notify(%(channel)s, '');

-- name: lock_session
-- Two workers that look at once at two jobs of one session see neither of them running: only one gets this lock, and the
-- statement after it sees what the other has committed.
SELECT pg_try_advisory_xact_lock(%(lock)s::bigint);

-- name: take_job
UPDATE jobs SET state = 'running', worker = %(worker)s, leased_until = %(until)s, attempts = attempts + 1
WHERE partition = %(partition)s AND name = %(name)s
  AND (state = 'waiting' OR (state = 'running' AND leased_until <= %(now)s)) AND due_at <= %(now)s
  AND NOT EXISTS (
    SELECT 1 FROM jobs AS other
    WHERE other.partition = jobs.partition AND other.session IS NOT DISTINCT FROM jobs.session
      AND other.state = 'running' AND other.leased_until > %(now)s);

-- name: release_session
-- Only leases that ran out are left in the session of a job that was just taken: whoever held them has lost them.
UPDATE jobs SET state = 'waiting', worker = '', leased_until = NULL
WHERE partition = %(partition)s AND session IS NOT DISTINCT FROM %(session)s AND state = 'running' AND name <> %(name)s;

-- name: extend_job
UPDATE jobs SET leased_until = %(until)s
WHERE partition = %(partition)s AND name = %(name)s AND state = 'running' AND worker = %(worker)s AND attempts = %(attempts)s;

-- name: jobs
SELECT partitions.tenant, partitions.user, kind, session, state, due_at, created_at, attempts, wanted, worker,
  leased_until, error, guidance
FROM jobs JOIN partitions USING(partition)
WHERE {conditions}
ORDER BY due_at, name
LIMIT %(limit)s;

-- name: revive_jobs
UPDATE jobs SET state = 'waiting', due_at = %(now)s, attempts = 0
WHERE state = 'dead' AND (%(partition)s::uuid IS NULL OR partition = %(partition)s);

-- name: drop_jobs_of_emptied
-- Jobs of sessions of which no turn is left: the name of a session may say as much as its words.
DELETE FROM jobs WHERE partition = %(partition)s
  AND session IN (
    SELECT session FROM documents WHERE partition = %(partition)s AND document = ANY(%(numbers)s::bigint[]))
  AND NOT EXISTS (
    SELECT 1 FROM documents
    WHERE documents.partition = %(partition)s AND documents.session_key = jobs.session_key
      AND documents.session = jobs.session AND document <> ALL(%(numbers)s::bigint[]));

-- name: clear_job_errors
UPDATE jobs SET error = '' WHERE partition = %(partition)s;

-- name: drop_older_summary
DELETE FROM summaries
WHERE partition = %(partition)s AND session IS NOT DISTINCT FROM %(session)s AND through <= %(through)s;

-- name: put_summary
INSERT INTO summaries(partition, session, text, through, made_by, updated_at)
SELECT %(partition)s, %(session)s, %(text)s, %(through)s, %(made_by)s, %(updated_at)s
WHERE NOT EXISTS (
  SELECT 1 FROM summaries WHERE partition = %(partition)s AND session IS NOT DISTINCT FROM %(session)s);

-- name: summaries
SELECT session, text, through, made_by, updated_at FROM summaries
WHERE partition = %(partition)s
ORDER BY session NULLS FIRST;

-- name: drop_summaries_of
DELETE FROM summaries WHERE partition = %(partition)s AND (session IS NULL OR session IN (
  SELECT session FROM documents WHERE partition = %(partition)s AND document = ANY(%(numbers)s::bigint[])
  UNION ALL SELECT unnest(%(sessions)s::text[])));

-- name: spend
UPDATE usage SET
  calls = calls + %(calls)s, tokens_in = tokens_in + %(tokens_in)s, tokens_out = tokens_out + %(tokens_out)s,
  tokens_cached = tokens_cached + %(tokens_cached)s, dollars = dollars + %(dollars)s, unpriced = unpriced + %(unpriced)s
WHERE partition = %(partition)s AND day = %(day)s AND purpose = %(purpose)s AND model = %(model)s;

-- name: begin_spending
INSERT INTO usage(partition, day, purpose, model, calls, tokens_in, tokens_out, tokens_cached, dollars, unpriced)
VALUES(%(partition)s, %(day)s, %(purpose)s, %(model)s, %(calls)s, %(tokens_in)s, %(tokens_out)s, %(tokens_cached)s,
       %(dollars)s, %(unpriced)s);

-- name: spent
SELECT day, purpose, model, sum(calls)::bigint, sum(tokens_in)::bigint, sum(tokens_out)::bigint,
       sum(tokens_cached)::bigint, sum(dollars), sum(unpriced)::bigint
FROM usage
WHERE (%(partition)s::uuid IS NULL OR partition = %(partition)s)
  AND (%(since)s::date IS NULL OR day >= %(since)s) AND (%(until)s::date IS NULL OR day <= %(until)s)
GROUP BY day, purpose, model
ORDER BY day, purpose, model;

-- ── Erasing ────────────────────────────────────────────────────────────────────────────────────────────────

-- name: documents_of
SELECT document, name, kind, retired_at IS NULL, terms FROM documents
WHERE partition = %(partition)s AND name_key = ANY(text_keys(%(names)s::text[])) AND name = ANY(%(names)s::text[]);

-- name: documents_in
SELECT document, name, kind, retired_at IS NULL, terms FROM documents WHERE partition = %(partition)s;

-- name: erase_rows
DELETE FROM {table} WHERE partition = %(partition)s AND {conditions};

-- name: first_call_about
SELECT min(CASE WHEN call > 0 THEN call ELSE version END) FROM changes
WHERE partition = %(partition)s AND (name = ANY(%(names)s::text[]) OR version = ANY(%(versions)s::bigint[]));

-- name: journal_from
SELECT version, op, name, verb, at, reason, content, call, caused_by FROM changes
WHERE partition = %(partition)s AND version >= %(first)s ORDER BY version;

-- name: digest_before
SELECT digest FROM changes WHERE partition = %(partition)s AND version < %(first)s ORDER BY version DESC LIMIT 1;

-- name: rechain
UPDATE changes SET reason = %s, content = %s, digest = %s WHERE partition = %s AND version = %s;

-- name: rewrite_version
UPDATE fact_versions SET body = %(body)s, attribute = %(attribute)s
WHERE partition = %(partition)s AND document = %(document)s AND revision = %(revision)s;

-- name: version_numbers
SELECT revision, version FROM fact_versions WHERE partition = %(partition)s AND document = %(document)s;

-- name: piece_of
SELECT piece FROM generate_series(0, (SELECT count(*)::integer - 1 FROM pg_inherits WHERE inhparent = 'partitions'::regclass)) AS piece
WHERE satisfies_hash_partition('partitions'::regclass,
  (SELECT count(*)::integer FROM pg_inherits WHERE inhparent = 'partitions'::regclass), piece, %(partition)s::uuid);

-- name: pieces
SELECT count(*)::integer FROM pg_inherits WHERE inhparent = 'partitions'::regclass;

-- name: owe_scrub
INSERT INTO meta(name, value) VALUES(%(name)s, '1')
ON CONFLICT(name) DO UPDATE SET value = (meta.value::bigint + 1)::text;

-- name: owed_scrubs
SELECT name, value FROM meta WHERE name LIKE 'scrub %%' ORDER BY name;

-- name: end_scrub
-- What was erased meanwhile has made the number grow: it stays owed.
DELETE FROM meta WHERE name = %(name)s AND value = %(value)s;

-- name: drop_commits
-- Of partitions that are gone; what is of several partitions has a number that none has.
DELETE FROM commits
WHERE partition <> %(moved)s AND NOT EXISTS (SELECT 1 FROM partitions WHERE partitions.partition = commits.partition);

-- name: size_of
SELECT coalesce(sum(pg_total_relation_size(name::regclass)), 0)::bigint FROM unnest(%(names)s::text[]) AS name;

-- name: enter_session
-- A rewrite cannot be part of a transaction.
SELECT set_config('lukasa.scope', %(scope)s, false), set_config('lock_timeout', %(lock)s, false);

-- ── Moving ─────────────────────────────────────────────────────────────────────────────────────────────────
-- What is selected has the columns of domain.dump.

-- name: dump_partitions
SELECT version, seq, documents, terms, facts, fact_terms, digest FROM partitions WHERE partition = %(partition)s;

-- name: dump_documents
SELECT document, name, kind, version, at, at_offset, session, agent, speaker, role, origin, retired_at, retired_offset,
       words, length, terms, passages, analysis
FROM documents WHERE partition = %(partition)s ORDER BY document;

-- name: dump_turns
SELECT document, key, recorded_at, recorded_offset, metadata, text FROM turns
WHERE partition = %(partition)s ORDER BY document;

-- name: dump_facts
SELECT document, key, occurrence, slot, subject, revision, current::integer, valid_from, valid_to, expires_at, turns, text
FROM facts WHERE partition = %(partition)s ORDER BY document;

-- name: dump_fact_versions
SELECT document, revision, version, body FROM fact_versions WHERE partition = %(partition)s ORDER BY document, revision;

-- name: dump_fact_sources
SELECT document, turn FROM fact_sources WHERE partition = %(partition)s;

-- name: dump_vectors
SELECT fingerprint, document, dense, passages FROM vectors JOIN embedders USING(embedder)
WHERE partition = %(partition)s;

-- name: dump_token_vectors
SELECT fingerprint, document, dims, codes, counts FROM token_vectors JOIN embedders USING(embedder)
WHERE partition = %(partition)s;

-- name: dump_extractions
SELECT document, extractor, facts, refused, fallback FROM extractions WHERE partition = %(partition)s;

-- name: dump_changes
SELECT version, op, name, verb, at, at_offset, reason, digest, call, caused_by, content FROM changes
WHERE partition = %(partition)s ORDER BY version;

-- name: dump_jobs
SELECT name, kind, session, state, due_at, created_at, attempts, wanted, worker, leased_until, error, guidance FROM jobs
WHERE partition = %(partition)s;

-- name: dump_summaries
SELECT session, text, through, made_by, updated_at FROM summaries WHERE partition = %(partition)s;

-- name: dump_usage
SELECT day::text, purpose, model, calls, tokens_in, tokens_out, tokens_cached, dollars, unpriced FROM usage
WHERE partition = %(partition)s;

-- name: move_version
INSERT INTO fact_versions(partition, document, revision, version, attribute, body) VALUES(%s, %s, %s, %s, %s, %s);

-- name: move_source
INSERT INTO fact_sources(partition, document, turn) VALUES(%s, %s, %s);

-- name: move_job
INSERT INTO jobs(partition, tenant_key, name, kind, session, state, due_at, created_at, attempts, wanted, worker, leased_until, error, guidance)
VALUES(%s, text_key(%s), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: move_summary
INSERT INTO summaries(partition, session, text, through, made_by, updated_at) VALUES(%s, %s, %s, %s, %s, %s);

-- name: move_usage
INSERT INTO usage(partition, day, purpose, model, calls, tokens_in, tokens_out, tokens_cached, dollars, unpriced)
VALUES(%s, %s::text::date, %s, %s, %s, %s, %s, %s, %s, %s);

-- name: graves
SELECT DISTINCT digest FROM tombstones ORDER BY digest;
