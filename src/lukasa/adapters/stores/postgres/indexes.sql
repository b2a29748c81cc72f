-- What can be derived from the tables. Opening a store makes again whatever of this is missing.

-- name: documents_name
CREATE INDEX documents_name ON documents(partition, name_key);

-- name: documents_version
-- What changed after a version (`delta`).
CREATE INDEX documents_version ON documents(partition, version);

-- name: documents_session
CREATE INDEX documents_session ON documents(partition, session_key, document);

-- name: documents_analysis
-- Whether other rules made the terms of any document, which every question asks.
CREATE INDEX documents_analysis ON documents(partition, analysis, document);

-- name: turns_key
CREATE INDEX turns_key ON turns(partition, key_key) WHERE key IS NOT NULL;

-- name: facts_key
CREATE INDEX facts_key ON facts(partition, key_key);

-- name: facts_slot
CREATE INDEX facts_slot ON facts(partition, slot_key) WHERE slot IS NOT NULL;

-- name: facts_subject
CREATE INDEX facts_subject ON facts(partition, subject_key);

-- name: fact_versions_version
-- What was believed at a version of the partition.
CREATE INDEX fact_versions_version ON fact_versions(partition, version);

-- name: fact_sources_turn
CREATE INDEX fact_sources_turn ON fact_sources(partition, turn_key);

-- name: fact_sources_document
CREATE INDEX fact_sources_document ON fact_sources(partition, document);

-- name: attributes_document
CREATE INDEX attributes_document ON attributes(partition, document);

-- name: passages_document
CREATE INDEX passages_document ON passages(partition, document);

-- name: passages_tokens
CREATE INDEX passages_tokens ON passages USING gin(tokens) WITH (fastupdate = off);

-- name: extractions_lacking
-- Turns of which the reading is not whole.
CREATE INDEX extractions_lacking ON extractions(partition) WHERE fallback <> '';

-- name: changes_name
-- What happened to one turn or fact.
CREATE INDEX changes_name ON changes(partition, name_key, version);

-- name: changes_at
-- Which version a partition had at a moment.
CREATE INDEX changes_at ON changes(partition, at);

-- name: jobs_due
-- What is to be done next, tenant by tenant.
CREATE INDEX jobs_due ON jobs(tenant_key, due_at, name);

-- name: jobs_running
-- Whether a session is busy.
CREATE INDEX jobs_running ON jobs(partition, session_key) WHERE state = 'running';

-- name: summaries_partition
CREATE INDEX summaries_partition ON summaries(partition);

-- name: usage_day
CREATE INDEX usage_day ON usage(partition, day);
