-- Of a dense vector only the direction counts: a signed byte a component in place of float32. `directions` is a function of migrations.py.
-- What was stored before is converted, so that no model has to run: the embedder that made it gives the same bytes now.

UPDATE vectors SET dense = directions(dense, passages);
