-- What was stored before is converted by functions of migrations.py, so that no model has to run: the embedder that made a vector gives the same
-- bytes now. Of a dense vector only the direction counts: a signed byte a component in place of float32.

UPDATE vectors SET dense = directions(dense, passages);

-- Terms are compressed. Of what a text is like, only how many words it has is asked for.

ALTER TABLE documents ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN packed BLOB NOT NULL DEFAULT x'';
UPDATE documents SET packed = compressed(CAST(terms AS BLOB)), words = words_of_traits(traits);
ALTER TABLE documents DROP COLUMN traits;
ALTER TABLE documents DROP COLUMN terms;
ALTER TABLE documents RENAME COLUMN packed TO terms;   -- as `fulltext.packed` makes it
