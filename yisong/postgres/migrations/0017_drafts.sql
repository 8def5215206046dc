-- Acts with two signatures: drafts that this node has sent to another organ's node, and those that it was sent. Local: nothing
-- of a draft is on the log. Instants are milliseconds since 1970 (UTC).

-- drafted: the header is final and waits for its second signature; nothing behind it in its chain gets a number.
ALTER TABLE local_outbox DROP CONSTRAINT local_outbox_state_check;
ALTER TABLE local_outbox ADD CONSTRAINT local_outbox_state_check
    CHECK (state IN ('waiting', 'drafted', 'signed', 'logged', 'settled', 'parked'));
CREATE UNIQUE INDEX local_outbox_drafted ON local_outbox (case_id, publisher) WHERE state = 'drafted';

-- Drafts of events in our outbox, by the hash of their header, which never changes. answer: what has come of it and is not
-- carried out yet, or was: signed (key_id, signature) · declined (officer, reason) · unanswered until the instant until.
CREATE TABLE local_drafts_sent (
    header_hash bytea  PRIMARY KEY CHECK (octet_length(header_hash) = 32),
    event_id    bytea  NOT NULL REFERENCES local_outbox (event_id),
    case_id     text   NOT NULL,
    publisher   text   NOT NULL,
    organ       text   NOT NULL,  -- whose signature it waits for
    event_type  text   NOT NULL,
    header      bytea  NOT NULL,
    at          bigint NOT NULL,  -- for which instant of the log it was made
    sent_at     bigint NOT NULL,
    until       bigint NOT NULL,
    state       text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'completed', 'declined', 'withdrawn')),
    answer      text   CHECK (answer IN ('signed', 'declined', 'unanswered')),
    key_id      text,
    signature   bytea  CHECK (octet_length(signature) = 64),
    officer     text,
    reason      text,
    CHECK ((answer = 'signed') = (signature IS NOT NULL AND key_id IS NOT NULL))
);
-- At most one draft is open per docket and publisher.
CREATE UNIQUE INDEX local_drafts_sent_open ON local_drafts_sent (case_id, publisher) WHERE state = 'open';

-- Drafts that wait, or waited, for the signature of an organ of this line.
CREATE TABLE local_drafts_received (
    header_hash bytea  PRIMARY KEY CHECK (octet_length(header_hash) = 32),
    event_id    bytea  NOT NULL,
    case_id     text   NOT NULL,
    publisher   text   NOT NULL,
    organ       text   NOT NULL,
    event_type  text   NOT NULL,
    header      bytea  NOT NULL,
    carried     bytea,            -- only while it is open: what was not signed is not kept
    at          bigint NOT NULL,
    received_at bigint NOT NULL,
    until       bigint NOT NULL,
    state       text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'signed', 'declined', 'withdrawn', 'expired')),
    officer     text,
    reason      text,
    answered_at bigint,
    duty        uuid              -- of the officer who is to look at it, once the desk has made it
);
CREATE INDEX local_drafts_received_open ON local_drafts_received (case_id, publisher) WHERE state = 'open';

-- What is to be said on the drafts topics, byte for byte as it is sent; forgotten once Kafka has it.
CREATE TABLE local_draft_messages (
    serial  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency  text   NOT NULL,      -- on whose topic
    case_id text   NOT NULL,
    value   bytea  NOT NULL
);

-- How far our own drafts topic has been read.
CREATE TABLE local_drafts_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0)
);
