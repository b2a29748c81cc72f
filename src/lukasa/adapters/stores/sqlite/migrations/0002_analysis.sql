-- Which rules made `terms` and `traits`, so that those of older rules can be found and made anew.
-- What was stored before does not say: 0.
ALTER TABLE documents ADD COLUMN analysis INTEGER NOT NULL DEFAULT 0;
