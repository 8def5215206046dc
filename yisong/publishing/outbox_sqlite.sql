-- The outbox of an agency system that has no node: columns and meanings of the migrations 0002_outbox, 0013_sealing and 0024_trace.
CREATE TABLE IF NOT EXISTS local_outbox (
    serial         INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id       BLOB    NOT NULL UNIQUE,
    case_id        TEXT    NOT NULL,
    publisher      TEXT    NOT NULL,
    fields         TEXT    NOT NULL,
    body_schema    BLOB    NOT NULL,
    payload        BLOB    NOT NULL,
    digest         BLOB    NOT NULL,
    at             INTEGER,
    state          TEXT    NOT NULL DEFAULT 'waiting'
                   CHECK (state IN ('waiting', 'drafted', 'signed', 'logged', 'settled', 'parked')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    publisher_seq  INTEGER,
    header_hash    BLOB,
    value          BLOB,
    "partition"    INTEGER,
    "offset"       INTEGER,
    log_time       INTEGER,
    verdict        TEXT,
    reason         TEXT,
    carried        BLOB,
    body_hash      BLOB,
    trace          TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS local_outbox_open ON local_outbox (state, serial) WHERE state IN ('waiting', 'signed', 'logged');
CREATE UNIQUE INDEX IF NOT EXISTS local_outbox_drafted ON local_outbox (case_id, publisher) WHERE state = 'drafted';
CREATE INDEX IF NOT EXISTS local_outbox_chain ON local_outbox (case_id, publisher, publisher_seq);
CREATE TABLE IF NOT EXISTS local_wraps (
    event_id  BLOB NOT NULL,
    key_id    TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    wrapped   BLOB,
    state     TEXT NOT NULL CHECK (state IN ('owed', 'made', 'sent', 'withdrawn', 'gone')),
    PRIMARY KEY (event_id, key_id)
) STRICT;
