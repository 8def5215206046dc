-- What this node is to publish, in the order in which it was decided. Local: its serials, keys and waiting are nobody else's.
-- An event is written here, with its final id, in the transaction that settles its cause; the one sender does the rest.
CREATE TABLE local_outbox (
    serial         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id       bytea   NOT NULL UNIQUE,
    case_id        text    NOT NULL,
    publisher      text    NOT NULL,
    fields         text    NOT NULL,  -- the header as its author stated it, JSON
    body_schema    bytea   NOT NULL,
    payload        bytea   NOT NULL,  -- salt and encoded body
    digest         bytea   NOT NULL,  -- of fields and body: the same id with another digest is another event
    at             bigint,            -- a demo bus only: the record's timestamp
    state          text    NOT NULL DEFAULT 'waiting'
                   CHECK (state IN ('waiting', 'signed', 'logged', 'settled', 'parked')),
    attempts       integer NOT NULL DEFAULT 0,
    publisher_seq  bigint,
    header_hash    bytea,
    value          bytea,             -- the record's bytes; once sent they never change
    "partition"    integer,
    "offset"       bigint,
    log_time       bigint,
    verdict        text,
    reason         text
);
CREATE INDEX local_outbox_open ON local_outbox (state, serial) WHERE state IN ('waiting', 'signed', 'logged');
CREATE INDEX local_outbox_chain ON local_outbox (case_id, publisher, publisher_seq);
