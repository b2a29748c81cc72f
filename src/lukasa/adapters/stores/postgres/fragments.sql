-- Conditions and expressions of SQL with a name, for the slots of queries.sql. Values in them are bound, as there.

-- name: revision_then
(SELECT max(v.revision) FROM fact_versions AS v
 WHERE v.partition = facts.partition AND v.document = facts.document AND v.version <= %(as_of)s)

-- name: named
facts.document = ANY(ARRAY(
  SELECT document FROM documents
  WHERE partition = %(partition)s AND name_key = ANY(text_keys(%(ids)s::text[])) AND name = ANY(%(ids)s::text[])))

-- name: alike
facts.document = ANY(ARRAY(
  SELECT document FROM facts
  WHERE partition = %(partition)s AND key_key = ANY(text_keys(%(keys)s::text[])) AND key = ANY(%(keys)s::text[])
  UNION ALL
  SELECT document FROM facts
  WHERE partition = %(partition)s AND slot_key = ANY(text_keys(%(slots)s::text[])) AND slot = ANY(%(slots)s::text[])))

-- name: resting_on
facts.document = ANY(ARRAY(
  SELECT document FROM fact_sources
  WHERE partition = %(partition)s AND turn_key = ANY(text_keys(%(turns)s::text[])) AND turn = ANY(%(turns)s::text[])))

-- name: of_sessions
(documents.session = ANY(%(sessions)s::text[]) OR (%(of_no_session)s AND documents.session IS NULL))

-- name: of_documents
document = ANY(%(numbers)s::bigint[])

-- name: resting_on_erased
turn_key = ANY(text_keys(%(names)s::text[])) AND turn = ANY(%(names)s::text[])

-- name: of_version
document = %(document)s AND revision = %(revision)s

-- name: of_ids
documents.name_key = ANY(text_keys(%(ids)s::text[])) AND documents.name = ANY(%(ids)s::text[])

-- name: of_keys
turns.key IS NOT NULL AND turns.key_key = ANY(text_keys(%(keys)s::text[])) AND turns.key = ANY(%(keys)s::text[])

-- name: of_session
documents.session_key = text_key(%(session)s) AND documents.session = %(session)s

-- name: about
facts.subject_key = text_key(%(subject)s) AND facts.subject = %(subject)s
