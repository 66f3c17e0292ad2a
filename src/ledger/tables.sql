-- What the chain says, in a form that is quick to ask. A new version of the program makes these again from the chain.
CREATE TABLE ledger (
    id      TEXT NOT NULL,           -- random; receipts and temporary names carry it
    made_at TEXT NOT NULL,
    retired_at TEXT,                 -- when a person said that it sends nothing any more
    records_key TEXT                 -- the fingerprint of the secret that records' keys are made under
) STRICT;

CREATE TABLE runs (
    id          INTEGER PRIMARY KEY,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    exit_code   INTEGER,
    warnings    TEXT -- a list in JSON; none where there were none
) STRICT;

CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    run          INTEGER,            -- none: adopted
    state        TEXT NOT NULL,
    digest       BLOB NOT NULL CHECK (length(digest) = 32),
    series       TEXT NOT NULL,
    series_key   TEXT NOT NULL,      -- the series as it is compared: see names::comparable
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
    picked_up_at TEXT,               -- when KP was first seen to have taken it out of its folder
    content_deleted_at TEXT,         -- when its original was deleted from the archive
    temporary_gone_at TEXT,          -- when it became certain that nothing of it can still come
    records      INTEGER,            -- how many records are in it; none: its series had no format
    sum_ore      INTEGER,            -- what they come to
    first_period TEXT,               -- the first and last month that they are for
    last_period  TEXT,
    observed     TEXT,               -- what would have held it and was only observed, with a comma between
    why          TEXT,
    who          TEXT
) STRICT;
CREATE INDEX deliveries_by_digest ON deliveries (digest);
CREATE INDEX deliveries_by_slot ON deliveries (series_key, period);
CREATE INDEX deliveries_by_month ON deliveries (max(coalesce(period, substr(started_at, 1, 7)), coalesce(last_period, '')));
CREATE INDEX deliveries_open ON deliveries (state) WHERE state IN ('uploading', 'publishing', 'delivered', 'in_doubt');
CREATE INDEX deliveries_not_free ON deliveries (id)
    WHERE state = 'not_delivered' AND temporary_gone_at IS NULL AND temporary IS NOT NULL;
CREATE INDEX deliveries_left ON deliveries (id)
    WHERE state = 'abandoned' AND why = 'temporary_left' AND temporary_gone_at IS NULL;

CREATE TABLE holds (
    id        INTEGER PRIMARY KEY,
    path      TEXT NOT NULL,
    digest    BLOB,
    series    TEXT,
    period    TEXT,
    reason    TEXT NOT NULL,
    reasons   TEXT NOT NULL,         -- all of them, that one first, with a comma between
    opened_at TEXT NOT NULL,
    ended_at  TEXT
) STRICT;
CREATE INDEX holds_open ON holds (path) WHERE ended_at IS NULL;

CREATE TABLE decisions (
    id      INTEGER PRIMARY KEY,
    verdict TEXT NOT NULL,
    digest  BLOB NOT NULL,
    series  TEXT NOT NULL,
    series_key TEXT NOT NULL,        -- as it is compared
    period  TEXT,
    path    TEXT NOT NULL,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    why     TEXT NOT NULL,
    reasons TEXT NOT NULL,           -- the reasons that an approval covers, with a comma between
    records INTEGER,                 -- of how many records it was told that KP has got them; none: it was not about records
    used_by INTEGER,                 -- the delivery that used an approval up
    withdrawn_at TEXT,               -- when a person took an approval back; then it lets nothing go
    withdrawn_by TEXT,
    withdrawn_why TEXT,
    content_deleted_at TEXT          -- when a rejected file was deleted from the archive
) STRICT;
CREATE INDEX decisions_by_digest ON decisions (digest);

-- Files that had been delivered already and were put away, unsent.
CREATE TABLE duplicates (
    id       INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL,       -- the one it repeats
    path     TEXT NOT NULL,
    at       TEXT NOT NULL,
    content_deleted_at TEXT          -- when it was deleted from the archive
) STRICT;

-- Where a delivery's temporary file lies on the server that may not be removed, and of which nothing becomes.
CREATE TABLE left_on_server (
    delivery INTEGER PRIMARY KEY,
    path     TEXT NOT NULL
) STRICT;

-- What suppliers were asked.
CREATE TABLE asked (
    id       INTEGER PRIMARY KEY,
    series   TEXT NOT NULL,
    period   TEXT,
    about    TEXT NOT NULL,
    sent_to  TEXT,                   -- none: the program made the text and did not send it
    subject  TEXT NOT NULL,
    at       TEXT NOT NULL,
    who      TEXT NOT NULL
) STRICT;

-- When a person was last told of an open matter.
CREATE TABLE told (
    matter TEXT PRIMARY KEY,
    at     TEXT NOT NULL
) STRICT;

-- Of which deliveries the records have keys, and what tells the description of their layout from every other.
CREATE TABLE keyed (
    delivery INTEGER PRIMARY KEY,
    by       TEXT NOT NULL,
    gone     INTEGER NOT NULL        -- 1: the content was gone, or could not be read by it, so that some have none
) STRICT;

-- What the keys of a delivery's records are in each month; the keys themselves are no part of the chain.
CREATE TABLE key_marks (
    mark     INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL,
    period   TEXT NOT NULL,          -- YYYY-MM; empty: the records name no month
    records  INTEGER NOT NULL,
    digest   BLOB NOT NULL CHECK (length(digest) = 32) -- over the sorted keys
) STRICT;
CREATE UNIQUE INDEX key_marks_by_delivery ON key_marks (delivery, period);
CREATE INDEX key_marks_by_period ON key_marks (period);

-- The keys, a block for each mark. This is no part of the chain, so that they can be deleted.
CREATE TABLE record_keys (
    id       INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL,
    period   TEXT NOT NULL,
    keys     BLOB NOT NULL,          -- sorted, 16 bytes each
    amounts  BLOB NOT NULL           -- sealed
) STRICT;
CREATE UNIQUE INDEX record_keys_by_delivery ON record_keys (delivery, period);

-- How far the files of the witness have been held against the ledger. This is no part of the chain: without it, all of
-- them are read again.
CREATE TABLE witness (
    file   TEXT PRIMARY KEY,         -- YYYY-MM.jsonl
    length INTEGER NOT NULL,         -- in bytes
    last   BLOB NOT NULL CHECK (length(last) = 32), -- the digest of the last bytes before that length
    events INTEGER NOT NULL          -- up to this event of the chain every line had been written
) STRICT;
