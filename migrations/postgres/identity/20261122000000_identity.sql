-- People, their sessions, and what must be deletable. Safe beside running code: it is the first version of the schema.
-- Times are microseconds since 1970, UTC.
CREATE TABLE users (
    id            text COLLATE "C" CONSTRAINT users_pk PRIMARY KEY,
    -- As typed; shown to people.
    email         text NOT NULL,
    -- Lower case; signs in.
    email_key     text COLLATE "C" NOT NULL CONSTRAINT users_email UNIQUE,
    name          text NOT NULL,
    password_hash text NOT NULL,
    disabled_at   bigint,
    created_at    bigint NOT NULL
);

-- One sign-in. The refresh token is `<session id>.<generation>.<MAC>`, so nothing secret is stored.
CREATE TABLE sessions (
    id           text COLLATE "C" CONSTRAINT sessions_pk PRIMARY KEY,
    user_id      text COLLATE "C" NOT NULL CONSTRAINT sessions_user_fk REFERENCES users (id) ON DELETE CASCADE,
    generation   bigint NOT NULL,
    rotated_at   bigint NOT NULL,
    created_at   bigint NOT NULL,
    expires_at   bigint NOT NULL,
    ended_at     bigint,
    -- SHA-256 in hex of the token in the browser's cookie; empty for a session at the API, which has a refresh token instead.
    token_sha256 text COLLATE "C",
    -- When the browser last showed its token, within a minute; empty at the API, where `rotated_at` says it.
    seen_at      bigint,
    -- Where the session began: it tells a person which of his sessions is which.
    address      text,
    user_agent   text
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE UNIQUE INDEX sessions_token ON sessions (token_sha256);

-- The request behind an event: the event carries only `commitment`, the SHA-256 over salt, address and user agent.
CREATE TABLE request_contexts (
    commitment  text COLLATE "C" CONSTRAINT request_contexts_pk PRIMARY KEY,
    salt        text NOT NULL,
    address     text,
    user_agent  text,
    recorded_at bigint NOT NULL
);

-- How often and when last an app was used, by secret; generation 0 counts calls with a token. Not in the log, which must
-- not grow with traffic.
CREATE TABLE app_usage (
    app_id            text COLLATE "C" NOT NULL,
    secret_generation bigint NOT NULL,
    uses              bigint NOT NULL,
    last_used_at      bigint NOT NULL,
    CONSTRAINT app_usage_pk PRIMARY KEY (app_id, secret_generation)
);

-- What failed and what was refused, beside the log of events and never part of it: these rows are kept for a time, and those of
-- a person go with him. One row is what came from one source within a minute. What is not known is empty and not NULL, so that
-- the key tells sources apart.
CREATE TABLE security_log (
    -- Since 1970.
    minute     bigint NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    -- One word on how or why.
    detail     text COLLATE "C" NOT NULL,
    client_id  text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    -- The network, as the limits tell callers apart: an IPv4 address, an IPv6 /64.
    address    text COLLATE "C" NOT NULL,
    -- Of the first; the others of the same minute are only counted.
    request_id text NOT NULL,
    first_at   bigint NOT NULL,
    last_at    bigint NOT NULL,
    count      bigint NOT NULL,
    CONSTRAINT security_log_pk PRIMARY KEY (minute, kind, detail, client_id, user_id, address)
);
CREATE INDEX security_log_user ON security_log (user_id) WHERE user_id <> '';

-- What is noted of the values in a column, to plan by, are values of the column: of what tells who somebody is nothing is
-- noted, because it would stay after him. Nothing is planned by it but the e-mail address, and that is unique.
ALTER TABLE users
    ALTER email SET STATISTICS 0, ALTER email_key SET STATISTICS 0, ALTER name SET STATISTICS 0,
    ALTER password_hash SET STATISTICS 0;
ALTER TABLE sessions ALTER address SET STATISTICS 0, ALTER user_agent SET STATISTICS 0;
ALTER TABLE request_contexts ALTER address SET STATISTICS 0, ALTER user_agent SET STATISTICS 0;
ALTER TABLE security_log ALTER address SET STATISTICS 0;
