-- Who may open a sealed body, and who has read what. Local: each node has its own readers.

-- Content keys wrapped for the keys of this line, as the topic body-keys has them: what bodies are opened with, at the
-- moment of reading.
CREATE TABLE local_body_keys (
    event_id bytea NOT NULL CHECK (octet_length(event_id) = 16),
    key_id   text  NOT NULL,
    wrapped  bytea NOT NULL,
    PRIMARY KEY (event_id, key_id)
);

-- How far body-keys has been read.
CREATE TABLE local_body_keys_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0)
);

-- To which keys this node gives, or withdraws, the content keys of which bodies. owed: the content key is to be wrapped yet ·
-- made: it is not on body-keys for certain · sent · withdrawn: a tombstone is to be sent · gone: it lies there.
CREATE TABLE local_wraps (
    event_id  bytea NOT NULL CHECK (octet_length(event_id) = 16),
    key_id    text  NOT NULL,
    body_hash bytea NOT NULL CHECK (octet_length(body_hash) = 32),
    wrapped   bytea,
    state     text  NOT NULL CHECK (state IN ('owed', 'made', 'sent', 'withdrawn', 'gone')),
    PRIMARY KEY (event_id, key_id),
    CHECK ((wrapped IS NOT NULL) = (state IN ('made', 'sent')))
);
CREATE INDEX local_wraps_open ON local_wraps (state) WHERE state IN ('owed', 'made', 'withdrawn');

-- How far in each partition the entries have been looked at: whether a reader is to be given a key, or a body to be erased.
CREATE TABLE local_sharing (
    "partition" integer PRIMARY KEY,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0)
);

-- What travels once a body is sealed, and the hash of what was sealed; then the clear text is no longer here.
ALTER TABLE local_outbox
    ADD COLUMN carried   bytea,
    ADD COLUMN body_hash bytea CHECK (octet_length(body_hash) = 32);

-- The bodies that their publishers have erased. Entries, leaves and proofs stand; what was carried is gone from here.
CREATE TABLE local_erased (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    event_id    bytea   NOT NULL,
    by_offset   bigint  NOT NULL,  -- of the admitted BodyErased, in the same partition
    PRIMARY KEY ("partition", "offset")
);

-- Who has read what, in which case and for what purpose. Written in the transaction that reads, and never changed.
CREATE TABLE local_readings (
    serial  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    account text   NOT NULL CHECK (account <> ''),
    organ   text   NOT NULL,
    what    text   NOT NULL CHECK (what IN ('body', 'history', 'dossier', 'token', 'evidence')),
    case_id text   NOT NULL,  -- empty for evidence that an organ takes from its own store, whatever cites it
    events  uuid[] NOT NULL,  -- of which events the body was shown; empty for a whole history or dossier
    purpose text   NOT NULL CHECK (purpose <> ''),
    sha256  bytea  CHECK (octet_length(sha256) = 32),  -- of the file that was taken away
    CHECK ((sha256 IS NOT NULL) = (what = 'evidence'))
);
CREATE INDEX local_readings_of_case ON local_readings (case_id, serial);
CREATE TRIGGER local_readings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON local_readings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();
