-- Conditions and expressions of SQL with a name, for the slots of queries.sql. Values in them are bound, as there.

-- name: revision_then
(SELECT max(v.revision) FROM fact_versions AS v
 WHERE v.partition = facts.partition AND v.document = facts.document AND v.version <= :as_of)

-- name: named
facts.document IN (SELECT id FROM documents
                   WHERE partition = :partition AND name IN (SELECT value FROM json_each(:ids)))

-- name: alike
facts.document IN (SELECT document FROM facts
                   WHERE partition = :partition AND key IN (SELECT value FROM json_each(:keys))
                   UNION ALL
                   SELECT document FROM facts
                   WHERE partition = :partition AND slot IN (SELECT value FROM json_each(:slots)))

-- name: resting_on
facts.document IN (SELECT document FROM fact_sources
                   WHERE partition = :partition AND turn IN (SELECT value FROM json_each(:turns)))
