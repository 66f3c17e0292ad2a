-- The chain: everything that ever happened, in order. `hash` covers the hash before it, so that a change
-- anywhere shows. This table never changes its form.
CREATE TABLE events (
    seq  INTEGER PRIMARY KEY,
    at   TEXT NOT NULL,              -- RFC 3339 with offset
    body TEXT NOT NULL,              -- JSON, see event.rs
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
