-- The audit trail of one agency: what the log says, judged. Every table here without the prefix local_ holds only
-- functions of the log, so that it is the same on every node. Instants are milliseconds since 1970 (UTC).

-- One row per offset of case-events, written once.
CREATE TABLE entries (
    "partition"    integer NOT NULL,
    "offset"       bigint  NOT NULL,
    broker_time    bigint  NOT NULL,
    log_time       bigint  NOT NULL,
    docket         text,
    docket_index   bigint  NOT NULL,
    docket_prev    bytea,
    event_id       uuid,
    event_type     text,
    variant        text,
    publisher      text,
    organ          text,
    aggregate_kind text,
    aggregate_id   text,
    header_hash    bytea,
    verdict        text    NOT NULL,
    reason         text,
    remembered     boolean NOT NULL,
    leaf           bytea   NOT NULL,
    leaf_hash      bytea   NOT NULL,
    PRIMARY KEY ("partition", "offset"),
    CHECK ((verdict = 'refused') = (reason IS NOT NULL))
);
-- Leaves hold hashes and signatures: compressing them costs time and wins nothing.
ALTER TABLE entries ALTER COLUMN leaf SET STORAGE EXTERNAL;
-- A docket from its first record to its last: its timeline, and its chain of leaves.
CREATE INDEX entries_of_docket ON entries (docket, docket_index) WHERE docket IS NOT NULL;
-- Identity: what a docket remembers by its event id.
CREATE INDEX entries_remembered ON entries (event_id) WHERE remembered;

-- What travelled beside the header, or the raw value where it was no envelope (its first mebibyte). Apart from the
-- entries, because a body may have to be erased one day, and an entry never.
CREATE TABLE bodies (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    carried     bytea   NOT NULL,
    PRIMARY KEY ("partition", "offset")
);
ALTER TABLE bodies ALTER COLUMN carried SET STORAGE EXTERNAL;

-- A docket as of its last record; views advance it to the instant they speak of, and store nothing.
CREATE TABLE dockets (
    case_id     text PRIMARY KEY,
    "partition" integer NOT NULL,
    last_offset bigint  NOT NULL,
    log_time    bigint  NOT NULL,
    "index"     bigint  NOT NULL,
    prev_leaf   bytea   NOT NULL,
    next_due    bigint,
    state       jsonb   NOT NULL
);
ALTER TABLE dockets ALTER COLUMN state SET STORAGE EXTERNAL;
-- The clocks process asks which dockets have something running out.
CREATE INDEX dockets_next_due ON dockets (next_due) WHERE next_due IS NOT NULL;

-- The next offset to read, per partition. It moves in the transaction that writes what was read.
CREATE TABLE positions (
    "partition" integer PRIMARY KEY,
    next_offset bigint NOT NULL CHECK (next_offset >= 0)
);

-- Local: when this node received and recorded what; differs from node to node and is never compared.
CREATE TABLE local_batches (
    serial       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "partition"  integer NOT NULL,
    first_offset bigint  NOT NULL,
    next_offset  bigint  NOT NULL,
    received_at  bigint  NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX local_batches_of_position ON local_batches ("partition", first_offset);

-- Whoever holds the database may still not rewrite the trail without first taking this away in plain sight.
CREATE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries are append-only: % is refused, because a trail that can be rewritten proves nothing',
        TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- What dockets hold, one row each. As of the docket's last record: a clock that has run out since is advanced by the reader.
CREATE VIEW cases AS
    SELECT case_id, "partition", last_offset, log_time, "index" AS records,
           coalesce(jsonb_path_query_first(state, '$.aggregates[*] ? (@.kind == "case").state') #>> '{}', 'none') AS state,
           jsonb_path_query_first(state, '$.aggregates[*] ? (@.kind == "case").facts.owner[0]') #>> '{}' AS owner
      FROM dockets
     -- A docket of sequence 000000 is the register docket of a region and year: it holds events of no case.
     WHERE substr(case_id, 17, 6) <> '000000';

CREATE VIEW referrals AS
    SELECT case_id, one ->> 'id' AS referral_id, one ->> 'state' AS state, (one ->> 'born')::bigint AS born,
           one #>> '{facts,sender,0}' AS sender, one #> '{facts,addressed}' AS addressed,
           one #>> '{facts,receiver,0}' AS receiver
      FROM dockets, jsonb_array_elements(state -> 'aggregates') AS one
     WHERE one ->> 'kind' = 'referral';

CREATE VIEW clocks AS
    SELECT case_id, (one ->> 'timer') || '/' || (one ->> 'aggregate') || '/' || (one ->> 'number') AS clock_id,
           one ->> 'timer' AS timer, one ->> 'kind' AS aggregate_kind, one ->> 'aggregate' AS aggregate_id,
           (one ->> 'number')::integer AS number, one ->> 'started_by' AS started_by,
           (one ->> 'start')::bigint AS start, (one ->> 'due_strict')::bigint AS due_strict,
           (one ->> 'due_rolled')::bigint AS due_rolled, one -> 'owed_by' AS owed_by,
           (one ->> 'window')::boolean AS "window", (one ->> 'provisional')::boolean AS provisional,
           one ->> 'outcome' AS outcome, (one ->> 'stopped_by')::bigint AS stopped_by,
           (one ->> 'stopped_at')::bigint AS stopped_at, (one ->> 'breached_at')::bigint AS breached_at
      FROM dockets, jsonb_array_elements(state -> 'clocks') AS one;
