-- Where each projection stands. Safe beside running code: it is the first version of the schema.
--
-- The tables of the projections themselves are not here: each projection describes its own, and they are made with a
-- generation number behind their name, beside the live ones. A view of the plain name is the pointer to the live ones.
CREATE TABLE projections (
    name           text COLLATE "C" NOT NULL,
    generation     bigint NOT NULL,
    version        bigint NOT NULL,
    -- 'stopped' is a live one that met an event it cannot apply; 'verifying' is thrown away after its comparison.
    state          text NOT NULL CHECK (state IN ('live', 'stopped', 'building', 'verifying')),
    position       bigint NOT NULL,
    error          text,
    error_position bigint,
    -- Microseconds since 1970, UTC.
    updated_at     bigint NOT NULL,
    -- The last event in the tables, so that a log that was restored from an older backup is not taken for the one they were
    -- made from.
    mark_position  bigint,
    mark_event     text,
    CONSTRAINT projections_pk PRIMARY KEY (name, generation)
);

-- What an operator asked of a projection.
CREATE TABLE projection_controls (
    name              text COLLATE "C" NOT NULL CONSTRAINT projection_controls_pk PRIMARY KEY,
    -- Never falls, so that nobody takes the tables of another for those that he began himself.
    newest_generation bigint NOT NULL,
    paused            bigint NOT NULL DEFAULT 0 CHECK (paused IN (0, 1))
);
