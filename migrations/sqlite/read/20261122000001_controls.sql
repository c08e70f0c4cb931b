-- What a projection was made from, and what its operator asked for. Safe beside running code of the version before: it
-- adds columns that have a default, and a table.
--
-- The last event in the tables, so that a log that was restored from an older backup is not taken for the one they were
-- made from. NULL: not known yet.
ALTER TABLE projections ADD COLUMN mark_position INTEGER;
ALTER TABLE projections ADD COLUMN mark_event TEXT;

CREATE TABLE projection_controls (
    name              TEXT NOT NULL PRIMARY KEY,
    -- Never falls, so that nobody takes the tables of another for those that he began himself.
    newest_generation INTEGER NOT NULL,
    paused            INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
) STRICT;

INSERT INTO projection_controls (name, newest_generation) SELECT name, max(generation) FROM projections GROUP BY name;
