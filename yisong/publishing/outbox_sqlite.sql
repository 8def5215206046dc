-- The outbox of an agency system that has no node: the columns and meanings of the migration 0002_outbox.sql.
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
                   CHECK (state IN ('waiting', 'signed', 'logged', 'settled', 'parked')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    publisher_seq  INTEGER,
    header_hash    BLOB,
    value          BLOB,
    "partition"    INTEGER,
    "offset"       INTEGER,
    log_time       INTEGER,
    verdict        TEXT,
    reason         TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS local_outbox_open ON local_outbox (state, serial) WHERE state IN ('waiting', 'signed', 'logged');
CREATE INDEX IF NOT EXISTS local_outbox_chain ON local_outbox (case_id, publisher, publisher_seq);
