-- The log. Safe beside running code: it is the first version of the schema.
--
-- AUTOINCREMENT, because a position that was given out once must never be given out again. All writes go through one
-- transaction at a time, so positions become visible in their order and a reader that goes on from the last one it saw
-- misses nothing.
CREATE TABLE events (
    position       INTEGER PRIMARY KEY AUTOINCREMENT,
    aggregate_type TEXT NOT NULL,
    aggregate_id   TEXT NOT NULL,
    sequence       INTEGER NOT NULL CHECK (sequence > 0),
    event_type     TEXT NOT NULL,
    event_version  TEXT NOT NULL,
    payload        TEXT NOT NULL,
    metadata       TEXT NOT NULL,
    -- Microseconds since 1970, UTC.
    recorded_at    INTEGER NOT NULL,
    CONSTRAINT events_stream UNIQUE (aggregate_type, aggregate_id, sequence)
) STRICT;

-- A rebuild that needs few types reads only those.
CREATE INDEX events_type ON events (event_type, position);

-- A stream has no gaps, whoever writes to it.
CREATE TRIGGER events_dense BEFORE INSERT ON events
WHEN NEW.sequence <> 1 + coalesce(
    (SELECT max(sequence) FROM events WHERE aggregate_type = NEW.aggregate_type AND aggregate_id = NEW.aggregate_id), 0)
BEGIN SELECT raise(ABORT, 'events_dense'); END;

CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT raise(ABORT, 'the log is append-only'); END;

CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
