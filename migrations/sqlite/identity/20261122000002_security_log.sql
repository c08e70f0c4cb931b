-- What failed and what was refused. Safe beside running code: the version before it does not know the table.
--
-- Beside the log of events and never part of it: these rows are kept for a time, and those of a person go with him. One row is
-- what came from one source within a minute. What is not known is empty and not NULL, so that the key tells sources apart.
CREATE TABLE security_log (
    -- Since 1970.
    minute     INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    -- One word on how or why.
    detail     TEXT NOT NULL,
    client_id  TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    -- The network, as the limits tell callers apart: an IPv4 address, an IPv6 /64.
    address    TEXT NOT NULL,
    -- Of the first; the others of the same minute are only counted.
    request_id TEXT NOT NULL,
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (minute, kind, detail, client_id, user_id, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX security_log_user ON security_log (user_id) WHERE user_id <> '';
