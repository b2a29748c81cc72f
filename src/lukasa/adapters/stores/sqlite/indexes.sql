-- What can be derived from the tables. Opening a store makes again whatever of this is missing.

-- name: documents_version
-- What changed after a version (`delta`).
CREATE INDEX documents_version ON documents(partition, version);

-- name: documents_session
CREATE INDEX documents_session ON documents(partition, session, seq);

-- name: documents_at
CREATE INDEX documents_at ON documents(partition, at);

-- name: documents_analysis
-- Whether other rules made the terms of any document, which every question asks.
CREATE INDEX documents_analysis ON documents(partition, analysis, seq);

-- name: documents_passages
-- How many passages documents have, without reading their terms (`unembedded`).
CREATE INDEX documents_passages ON documents(partition, seq, passages);

-- name: vectors_passages
-- How many of them have vectors, without reading these.
CREATE INDEX vectors_passages ON vectors(partition, embedder, document, passages);

-- name: facts_slot
CREATE INDEX facts_slot ON facts(partition, slot);

-- name: facts_subject
CREATE INDEX facts_subject ON facts(partition, subject);

-- name: fact_versions_version
-- What was believed at a version of the partition.
CREATE INDEX fact_versions_version ON fact_versions(partition, version);

-- name: extractions_extractor
CREATE INDEX extractions_extractor ON extractions(partition, extractor);

-- name: extractions_lacking
-- Turns of which the reading is not whole.
CREATE INDEX extractions_lacking ON extractions(partition, extractor) WHERE fallback <> '';

-- name: jobs_due
-- What is to be done next, of all partitions.
CREATE INDEX jobs_due ON jobs(due_at, name);

-- name: jobs_partition
CREATE INDEX jobs_partition ON jobs(partition, due_at, name);

-- name: jobs_running
-- Whether a session is busy.
CREATE INDEX jobs_running ON jobs(partition, session) WHERE state = 'running';

-- name: summaries_session
CREATE INDEX summaries_session ON summaries(partition, session);

-- name: changes_name
-- What happened to one turn or fact.
CREATE INDEX changes_name ON changes(partition, name, version);

-- name: changes_at
-- Which version a partition had at a moment.
CREATE INDEX changes_at ON changes(partition, at);

-- name: documents_fts
-- A row is a passage of a live document. Tokens are ours (fulltext.py); the tokenizer has nothing to do but to split at spaces.
-- Contentless: `documents.terms` has the words. No detail: a posting is a row id, which holds the length too.
CREATE VIRTUAL TABLE documents_fts USING fts5(
  tokens, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '%.~!'"
);

-- name: documents_postings
-- How many passages have a token.
CREATE VIRTUAL TABLE documents_postings USING fts5vocab(documents_fts, row);

-- name: documents_instances
-- Every pair of token and passage; only `verify` reads it.
CREATE VIRTUAL TABLE documents_instances USING fts5vocab(documents_fts, instance);
