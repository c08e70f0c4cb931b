-- What makes the log tamper-evident: a hash for each event and signed checkpoints. Safe beside running code: two new
-- tables that the version before does not know; what it appends is sealed once this version runs.
--
-- The index is stored and not derived from the order of rows, so that a row that was taken out leaves its gap.
CREATE TABLE event_hashes (
    leaf_index INTEGER PRIMARY KEY CHECK (leaf_index >= 0),
    position   INTEGER NOT NULL CONSTRAINT event_hashes_position UNIQUE,
    leaf       BLOB NOT NULL CHECK (length(leaf) = 32),
    -- Of the event's stream, up to and with this event.
    chain      BLOB NOT NULL CHECK (length(chain) = 32)
) STRICT;

CREATE TABLE checkpoints (
    -- How many events it covers.
    size     INTEGER PRIMARY KEY CHECK (size > 0),
    position INTEGER NOT NULL,
    -- The signed note (C2SP tlog-checkpoint).
    note     TEXT NOT NULL,
    -- What the tree needs to go on from here.
    frontier BLOB NOT NULL
) STRICT;

-- Sealing goes on where it ended: whoever seals beside another finds the place taken.
CREATE TRIGGER event_hashes_dense BEFORE INSERT ON event_hashes
WHEN NEW.leaf_index <> coalesce((SELECT max(leaf_index) + 1 FROM event_hashes), 0)
BEGIN SELECT raise(ABORT, 'event_hashes_dense'); END;

CREATE TRIGGER event_hashes_no_update BEFORE UPDATE ON event_hashes
BEGIN SELECT raise(ABORT, 'the evidence is append-only'); END;

CREATE TRIGGER event_hashes_no_delete BEFORE DELETE ON event_hashes
BEGIN SELECT raise(ABORT, 'the evidence is append-only'); END;

CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
BEGIN SELECT raise(ABORT, 'the evidence is append-only'); END;

CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN SELECT raise(ABORT, 'the evidence is append-only'); END;
