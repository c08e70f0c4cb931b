-- Where each projection stands. Safe beside running code: it is the first version of the schema.
--
-- The tables of the projections themselves are not here: each projection describes its own, and they are made with a
-- generation number behind their name, beside the live ones. A view of the plain name is the pointer to the live ones.
CREATE TABLE projections (
    name           TEXT NOT NULL,
    generation     INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    -- 'stopped' is a live one that met an event it cannot apply; 'verifying' is thrown away after its comparison.
    state          TEXT NOT NULL CHECK (state IN ('live', 'stopped', 'building', 'verifying')),
    position       INTEGER NOT NULL,
    error          TEXT,
    error_position INTEGER,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (name, generation)
) STRICT;
