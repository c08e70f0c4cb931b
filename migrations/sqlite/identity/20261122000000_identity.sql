-- People, their sessions, and what must be deletable. Safe beside running code: it is the first version of the schema.
CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    -- As typed; shown to people.
    email         TEXT NOT NULL,
    -- Lower case; signs in.
    email_key     TEXT NOT NULL CONSTRAINT users_email UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled_at   INTEGER,
    created_at    INTEGER NOT NULL
) STRICT;

-- One sign-in. The refresh token is `<session id>.<generation>.<MAC>`, so nothing secret is stored.
CREATE TABLE sessions (
    id           TEXT PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    generation   INTEGER NOT NULL,
    rotated_at   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);

-- The request behind an event: the event carries only `commitment`, the SHA-256 over salt, address and user agent.
CREATE TABLE request_contexts (
    commitment  TEXT PRIMARY KEY,
    salt        TEXT NOT NULL,
    address     TEXT,
    user_agent  TEXT,
    recorded_at INTEGER NOT NULL
) STRICT;

-- How often and when last an app was used, by secret; generation 0 counts calls with a token. Not in the log, which must
-- not grow with traffic.
CREATE TABLE app_usage (
    app_id            TEXT NOT NULL,
    secret_generation INTEGER NOT NULL,
    uses              INTEGER NOT NULL,
    last_used_at      INTEGER NOT NULL,
    PRIMARY KEY (app_id, secret_generation)
) STRICT;
