PRAGMA application_id = 1953655654;
PRAGMA user_version = 2;
CREATE TABLE events (
    seq  INTEGER PRIMARY KEY,
    at   TEXT NOT NULL,              -- RFC 3339 with offset
    body TEXT NOT NULL,              -- JSON, see event.rs
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
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
    picked_up_at TEXT,               -- when KP was first seen to have taken it out of its folder
    content_deleted_at TEXT,         -- when its original was deleted from the archive
    why          TEXT,
    who          TEXT
) STRICT;
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
    used_by INTEGER,                 -- the delivery that used an approval up
    content_deleted_at TEXT          -- when a rejected file was deleted from the archive
) STRICT;
CREATE TABLE duplicates (
    id       INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL,       -- the one it repeats
    path     TEXT NOT NULL,
    at       TEXT NOT NULL,
    content_deleted_at TEXT          -- when it was deleted from the archive
) STRICT;
CREATE TABLE told (
    matter TEXT PRIMARY KEY,
    at     TEXT NOT NULL
) STRICT;
INSERT INTO events VALUES (1, '2026-11-26T06:14:38+00:00', '{"event":"ledger_made","ledger":"f7c42ce315a7929d"}', X'EE1F8D3342D428FF327866FDE0684969BAFC188EB9486A24276EBD63F9D91FA4');
INSERT INTO events VALUES (2, '2026-11-26T06:14:38+00:00', '{"event":"run_started","run":1}', X'3A5136D673B23320308603EB413AF41AEF6E08A87C38ACF1A21D2C6E136AD761');
INSERT INTO events VALUES (3, '2026-11-26T06:14:38+00:00', '{"event":"held","hold":1,"path":"tom_202611.txt","digest":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","series":"tom_*.txt","period":"2026-11","reason":"empty"}', X'2D1967564962E2EC0969F83429675E044227E134BCA4AF1C9CD8998AD1BD0FA3');
INSERT INTO events VALUES (4, '2026-11-26T06:14:38+00:00', '{"event":"started","delivery":1,"run":1,"series":"mad_korsbaek_*.txt","period":"2026-11","digest":"2d57e843f0d132775b342a6cd5ac31f24b755fb38cae39957f670fba74d14c9d","size":50,"path":"mad_korsbaek_202611.txt","temporary":"ind/.mad_korsbaek_202611.txt.1-f7c42ce315a7929d.part","remote_path":"ind/mad_korsbaek_202611.txt","reason":"new"}', X'EA761A356D254E4AA05E1B3ACB840687EC34034391D9635EB109FEB32BD27026');
INSERT INTO events VALUES (5, '2026-11-26T06:14:38+00:00', '{"event":"started","delivery":2,"run":1,"series":"vask_korsbaek_*.txt","period":"2026-11","digest":"d5a232542e2f360c75cf211151c0d8f122fceed98e412d6a621e2663638d6369","size":31,"path":"vask_korsbaek_202611.txt","temporary":"ind/.vask_korsbaek_202611.txt.2-f7c42ce315a7929d.part","remote_path":"ind/vask_korsbaek_202611.txt","reason":"new"}', X'0D9904C17BD7EEEB39525A16FD2580BA92551E5A1B25707C556E8942CBBD3A89');
INSERT INTO events VALUES (6, '2026-11-26T06:14:38+00:00', '{"event":"stepped","delivery":1,"step":"publish"}', X'4CB083FA7053319592DE0996E897361A8D375C1949C40CB332A57D24750D2164');
INSERT INTO events VALUES (7, '2026-11-26T06:14:38+00:00', '{"event":"stepped","delivery":2,"step":"publish"}', X'ECBE1003AD75708A323B40692ED2C20863FDD0E6CB389ECBD3A5C64477F91688');
INSERT INTO events VALUES (8, '2026-11-26T06:14:38+00:00', '{"event":"stepped","delivery":1,"step":"confirm"}', X'3ED3C55982E088C0FE49982ABFBF53CF61473DE4FEF1665861EACA25C29752A9');
INSERT INTO events VALUES (9, '2026-11-26T06:14:38+00:00', '{"event":"stepped","delivery":2,"step":"confirm"}', X'7CEC3C115589531D068A979115389525F1FA1D61EB0AEB5CF609B1123B79136C');
INSERT INTO events VALUES (10, '2026-11-26T06:14:38+00:00', '{"event":"stepped","delivery":1,"step":"put_away","why":"archived"}', X'196ABA5429A0E8399E474DFB028A7B5A74E44970607F7E51C90158F4F3A5E88D');
INSERT INTO events VALUES (11, '2026-11-26T06:14:38+00:00', '{"event":"stepped","delivery":2,"step":"put_away","why":"archived"}', X'BCC609838746B0728725D0B63BCF2E3B06B2091D773E52CAC09647471E287221');
INSERT INTO events VALUES (12, '2026-11-26T06:14:38+00:00', '{"event":"run_finished","run":1,"exit":3}', X'2F522135339F8F8ADA33C464AD040C92A994EC524624D383AFE5C4333ACA552C');
INSERT INTO events VALUES (13, '2026-11-26T06:14:38+00:00', '{"event":"stepped","delivery":2,"step":"resolve_not_delivered","why":"KP mistede den","who":"root"}', X'EB839F49902C486FC708946797CE926FDF6784BFE1756EA8C770A53CB11F17D7');
INSERT INTO events VALUES (14, '2026-11-26T06:14:38+00:00', '{"event":"run_started","run":2}', X'A03ED3AAFAAC129F060E5B507BFC6ECBEDE17B45776FAF3696FF6B16A60D8251');
INSERT INTO events VALUES (15, '2026-11-26T06:14:38+00:00', '{"event":"held","hold":2,"path":"mad_korsbaek_202601.txt","digest":"330ee93b3eac7246a0ef15d99f24dfbcc2b726dc2a5e9938d30938437a4d4892","series":"mad_korsbaek_*.txt","period":"2026-01","reason":"old_period"}', X'9BE29B94F0F9576FD4488D2C10A3F7255035068A34905129B2AA0CD1B19AFA5A');
INSERT INTO events VALUES (16, '2026-11-26T06:14:38+00:00', '{"event":"run_finished","run":2,"exit":3}', X'3DD5C60BDCD596253CE9D5B6C24B896A0794CCD566EA3BA8145D918C3A79F201');
INSERT INTO events VALUES (17, '2026-11-26T06:14:38+00:00', '{"event":"decided","decision":1,"verdict":"approved","series":"mad_korsbaek_*.txt","period":"2026-01","digest":"330ee93b3eac7246a0ef15d99f24dfbcc2b726dc2a5e9938d30938437a4d4892","path":"mad_korsbaek_202601.txt","why":"efterslæb","who":"root"}', X'6255CA440F4FF06E20FC6909635E7DBBD02FEB12C8BB2F82D521CBC309F4A607');
INSERT INTO ledger VALUES ('f7c42ce315a7929d', '2026-11-26T06:14:38+00:00');
INSERT INTO runs VALUES (1, '2026-11-26T06:14:38+00:00', '2026-11-26T06:14:38+00:00', 3);
INSERT INTO runs VALUES (2, '2026-11-26T06:14:38+00:00', '2026-11-26T06:14:38+00:00', 3);
INSERT INTO deliveries VALUES (1, 1, 'archived', X'2D57E843F0D132775B342A6CD5AC31F24B755FB38CAE39957F670FBA74D14C9D', 'mad_korsbaek_*.txt', '2026-11', 'mad_korsbaek_202611.txt', 50, 'ind/.mad_korsbaek_202611.txt.1-f7c42ce315a7929d.part', 'ind/mad_korsbaek_202611.txt', 'new', NULL, '2026-11-26T06:14:38+00:00', '2026-11-26T06:14:38+00:00', '2026-11-26T06:14:38+00:00', NULL, NULL, 'archived', NULL);
INSERT INTO deliveries VALUES (2, 1, 'not_delivered', X'D5A232542E2F360C75CF211151C0D8F122FCEED98E412D6A621E2663638D6369', 'vask_korsbaek_*.txt', '2026-11', 'vask_korsbaek_202611.txt', 31, 'ind/.vask_korsbaek_202611.txt.2-f7c42ce315a7929d.part', 'ind/vask_korsbaek_202611.txt', 'new', NULL, '2026-11-26T06:14:38+00:00', '2026-11-26T06:14:38+00:00', NULL, NULL, NULL, 'KP mistede den', 'root');
INSERT INTO holds VALUES (1, 'tom_202611.txt', X'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855', 'tom_*.txt', '2026-11', 'empty', '2026-11-26T06:14:38+00:00', NULL);
INSERT INTO holds VALUES (2, 'mad_korsbaek_202601.txt', X'330EE93B3EAC7246A0EF15D99F24DFBCC2B726DC2A5E9938D30938437A4D4892', 'mad_korsbaek_*.txt', '2026-01', 'old_period', '2026-11-26T06:14:38+00:00', NULL);
INSERT INTO decisions VALUES (1, 'approved', X'330EE93B3EAC7246A0EF15D99F24DFBCC2B726DC2A5E9938D30938437A4D4892', 'mad_korsbaek_*.txt', '2026-01', 'mad_korsbaek_202601.txt', '2026-11-26T06:14:38+00:00', 'root', 'efterslæb', NULL, NULL);
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the chain is append-only'); END;
CREATE INDEX deliveries_by_digest ON deliveries (digest);
CREATE INDEX deliveries_by_slot ON deliveries (series, period);
CREATE INDEX deliveries_open ON deliveries (state) WHERE state IN ('uploading', 'publishing', 'delivered', 'in_doubt');
CREATE INDEX holds_open ON holds (path) WHERE ended_at IS NULL;
CREATE INDEX decisions_by_digest ON decisions (digest);
