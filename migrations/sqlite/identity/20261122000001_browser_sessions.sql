-- Sessions of browsers. Safe beside running code: the columns may be empty, and the version before neither reads nor
-- writes them; its sessions stay as they are, and it never meets the token of one of these.

-- SHA-256 in hex of the token in the browser's cookie; empty for a session at the API, which has a refresh token instead.
ALTER TABLE sessions ADD COLUMN token_sha256 TEXT;
CREATE UNIQUE INDEX sessions_token ON sessions (token_sha256);

-- When the browser last showed its token, within a minute; empty at the API, where `rotated_at` says it.
ALTER TABLE sessions ADD COLUMN seen_at INTEGER;

-- Where the session began: it tells a person which of his sessions is which.
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN user_agent TEXT;
