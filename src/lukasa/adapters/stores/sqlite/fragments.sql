-- Conditions and expressions of SQL with a name, for the slots of queries.sql. Values in them are bound, as there.

-- name: revision_then
(SELECT max(v.revision) FROM fact_versions AS v
 WHERE v.partition = facts.partition AND v.document = facts.document AND v.version <= :as_of)

-- name: alike
(facts.document IN (SELECT document FROM facts AS f
                    WHERE f.partition = :partition AND f.key IN (SELECT value FROM json_each(:keys)))
 OR facts.document IN (SELECT document FROM facts AS f
                       WHERE f.partition = :partition AND f.slot IN (SELECT value FROM json_each(:slots))))

-- name: resting_on
facts.document IN (SELECT document FROM fact_sources
                   WHERE partition = :partition AND turn IN (SELECT value FROM json_each(:turns)))
