-- The log. Safe beside running code: it is the first version of the schema.
--
-- postgres-es writes and reads its seven columns and knows nothing of the others, which have defaults.
CREATE TABLE events (
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id   text COLLATE "C" NOT NULL,
    sequence       bigint NOT NULL CONSTRAINT events_sequence_positive CHECK (sequence > 0),
    event_type     text COLLATE "C" NOT NULL,
    event_version  text COLLATE "C" NOT NULL,
    payload        json NOT NULL,
    metadata       json NOT NULL,
    -- Drawn under the lock of `events_appending`, one by one: a reader relies on both.
    position       bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT events_stream PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);

CREATE UNIQUE INDEX events_position ON events (position) INCLUDE (recorded_at);
-- A rebuild that needs few types reads only those.
CREATE INDEX events_type ON events (event_type, position);

-- Who appends holds this lock until his transaction ends, together with all the others who append. A reader who finds a hole
-- among the positions waits for those who held it at that moment, and for nobody else; then whatever is still missing was
-- taken back. The lock's number is the table's own, so that two installations in one database do not wait for each other.
CREATE FUNCTION events_appending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(TG_RELID::bigint);
    RETURN NULL;
END $$;
CREATE TRIGGER events_appending BEFORE INSERT ON events
    FOR EACH STATEMENT EXECUTE FUNCTION events_appending();

-- A stream has no gaps, whoever writes to it; whoever comes too late or too early has lost a race. The time never goes back
-- behind what can be seen, whatever the server's clock does.
CREATE FUNCTION events_in_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    newest timestamptz;
BEGIN
    IF NEW.sequence <> 1 + coalesce((SELECT max(e.sequence) FROM events e
            WHERE e.aggregate_type = NEW.aggregate_type AND e.aggregate_id = NEW.aggregate_id), 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = 'events_in_order';
    END IF;
    SELECT e.recorded_at INTO newest FROM events e ORDER BY e.position DESC LIMIT 1;
    NEW.recorded_at := greatest(NEW.recorded_at, newest);
    RETURN NEW;
END $$;
CREATE TRIGGER events_in_order BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION events_in_order();

-- What makes the log tamper-evident: a hash for each event and signed checkpoints. The index is stored and not derived from
-- the order of rows, so that a row that was taken out leaves its gap.
CREATE TABLE event_hashes (
    leaf_index bigint CONSTRAINT event_hashes_pk PRIMARY KEY CHECK (leaf_index >= 0),
    position   bigint NOT NULL CONSTRAINT event_hashes_position UNIQUE,
    leaf       bytea NOT NULL CHECK (length(leaf) = 32),
    -- Of the event's stream, up to and with this event.
    chain      bytea NOT NULL CHECK (length(chain) = 32)
);

CREATE TABLE checkpoints (
    -- How many events it covers.
    size     bigint CONSTRAINT checkpoints_pk PRIMARY KEY CHECK (size > 0),
    position bigint NOT NULL,
    -- The signed note (C2SP tlog-checkpoint).
    note     text NOT NULL,
    -- What the tree needs to go on from here.
    frontier bytea NOT NULL
);

-- Sealing goes on where it ended: whoever seals beside another finds the place taken.
CREATE FUNCTION event_hashes_dense() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.leaf_index <> coalesce((SELECT max(h.leaf_index) + 1 FROM event_hashes h), 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = 'event_hashes_dense';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER event_hashes_dense BEFORE INSERT ON event_hashes
    FOR EACH ROW EXECUTE FUNCTION event_hashes_dense();

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the table % is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER event_hashes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_hashes
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER checkpoints_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
