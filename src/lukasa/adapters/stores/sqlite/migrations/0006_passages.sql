-- A long turn is indexed in passages. What was stored before has one; its vectors, of one row, stay as they are.

ALTER TABLE documents ADD COLUMN passages INTEGER NOT NULL DEFAULT 1;  -- how many; of several, `terms` is a list of lists
ALTER TABLE vectors ADD COLUMN passages INTEGER NOT NULL DEFAULT 1;    -- how many vectors stand one behind the other in `dense`
ALTER TABLE token_vectors ADD COLUMN counts TEXT;                      -- a JSON list: tokens of each passage; NULL: one passage
