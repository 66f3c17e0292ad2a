-- The chain: everything that ever happened, in order. `hash` covers the hash before it, so that a change
-- anywhere shows. The other tables are what the chain says, in a form that is quick to ask.
CREATE TABLE events (
    seq  INTEGER PRIMARY KEY,
    at   TEXT NOT NULL,              -- RFC 3339 with offset
    body TEXT NOT NULL,              -- JSON, see event.rs
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;

CREATE TABLE ledger (
    id      TEXT NOT NULL,           -- random; receipts and temporary names carry it
    made_at TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    exit_code   INTEGER
) STRICT;

CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    run          INTEGER,            -- none: adopted
    state        TEXT NOT NULL,
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    series       TEXT NOT NULL,
    period       TEXT,               -- YYYY-MM
    path         TEXT NOT NULL,
    size         INTEGER NOT NULL,
    temporary    TEXT,
    remote_path  TEXT,
    reason       TEXT NOT NULL,
    decision     INTEGER,            -- the approval it goes by
    started_at   TEXT NOT NULL,
    changed_at   TEXT NOT NULL,
    delivered_at TEXT,
    why          TEXT,
    who          TEXT
) STRICT;
CREATE INDEX deliveries_by_digest ON deliveries (digest);
CREATE INDEX deliveries_by_slot ON deliveries (series, period);
CREATE INDEX deliveries_open ON deliveries (state) WHERE state IN ('uploading', 'publishing', 'delivered', 'in_doubt');

CREATE TABLE holds (
    id        INTEGER PRIMARY KEY,
    path      TEXT NOT NULL,
    digest    BLOB,
    series    TEXT,
    period    TEXT,
    reason    TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    ended_at  TEXT
) STRICT;
CREATE INDEX holds_open ON holds (path) WHERE ended_at IS NULL;

CREATE TABLE decisions (
    id      INTEGER PRIMARY KEY,
    verdict TEXT NOT NULL,
    digest  BLOB NOT NULL,
    series  TEXT NOT NULL,
    period  TEXT,
    path    TEXT NOT NULL,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    why     TEXT NOT NULL,
    used_by INTEGER                  -- the delivery that used an approval up
) STRICT;
CREATE INDEX decisions_by_digest ON decisions (digest);
