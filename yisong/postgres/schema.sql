-- The whole schema of a node's database as it is now. Migrations lead here; a test proves that they do.
-- Tables whose name begins with local_ differ from node to node and are never compared.

CREATE TABLE local_migrations (name text PRIMARY KEY);

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
-- Registers, exports and linked cases: the admitted events of a few types, of all dockets.
CREATE INDEX entries_of_type ON entries (event_type, log_time)
    WHERE verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL;

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
    RAISE EXCEPTION '% are append-only: % is refused, because a trail that can be rewritten proves nothing',
        TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- The Merkle tree of each partition (RFC 6962) above its leaves, which are leaf_hash of the entries: one row for each
-- complete subtree, over the offsets [index * 2^level, (index + 1) * 2^level). Written with the entry that completes it.
CREATE TABLE tree_nodes (
    "partition" integer  NOT NULL,
    level       smallint NOT NULL CHECK (level BETWEEN 1 AND 62),
    "index"     bigint   NOT NULL CHECK ("index" >= 0),
    hash        bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY ("partition", level, "index")
);
CREATE TRIGGER tree_nodes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_nodes
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
                   CHECK (state IN ('waiting', 'drafted', 'signed', 'logged', 'settled', 'parked')),
    attempts       integer NOT NULL DEFAULT 0,
    publisher_seq  bigint,
    header_hash    bytea,
    value          bytea,             -- the record's bytes; once sent they never change
    "partition"    integer,
    "offset"       bigint,
    log_time       bigint,
    verdict        text,
    reason         text,
    carried        bytea,             -- what travels once the body is sealed, and the hash of what was sealed; then
    body_hash      bytea CHECK (octet_length(body_hash) = 32),  -- the payload is empty: the clear text is no longer here
    trace          text               -- where tracing is on: the W3C traceparent in which it was decided
);
CREATE INDEX local_outbox_open ON local_outbox (state, serial) WHERE state IN ('waiting', 'signed', 'logged');
CREATE INDEX local_outbox_chain ON local_outbox (case_id, publisher, publisher_seq);
-- What has its final header and waits for its second signature: one a chain.
CREATE UNIQUE INDEX local_outbox_drafted ON local_outbox (case_id, publisher) WHERE state = 'drafted';

-- What concerns our agency and does not lie in its inbox yet. Written in the transaction of the trail that records the event,
-- and deleted once Kafka has it: no event of an inbox is missing, whatever crashes, and some may come twice. Local: each
-- agency has other rows.
CREATE TABLE local_relay (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    key         bytea   NOT NULL,
    value       bytea   NOT NULL,  -- the record's bytes, the state of the docket after the event included
    PRIMARY KEY ("partition", "offset")
);
ALTER TABLE local_relay ALTER COLUMN value SET STORAGE EXTERNAL;

-- What this agency's desk has made of its inbox. Local: other agencies owe other things, so it is never compared.
-- Instants are milliseconds since 1970 (UTC).

-- Which deliveries have been answered, and how: exactly one row each, claimed in the transaction that holds the effect.
-- A negative offset, -1 - n, is record n of the inbox itself, of which nobody can say what it delivered.
CREATE TABLE local_settled (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    case_id     text    NOT NULL,
    outcome     text    NOT NULL CHECK (outcome IN ('emit', 'owe', 'ignore', 'park')),
    reason      text,
    PRIMARY KEY ("partition", "offset")
);

-- Which events answered a delivery; what became of each stands in local_outbox.
CREATE TABLE local_emitted (
    event_id    bytea   PRIMARY KEY,
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    name        text    NOT NULL
);

-- What this agency owes: which organ, until when, under which article, because of which event.
CREATE TABLE local_duties (
    id          uuid    PRIMARY KEY,
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    event_id    uuid    NOT NULL,
    case_id     text    NOT NULL,
    name        text    NOT NULL,
    organ       text    NOT NULL,
    owed        text[]  NOT NULL,  -- event types any of which fulfils it; empty: an officer says when it is done
    about_kind  text    NOT NULL,
    about_id    text    NOT NULL,
    article     text    NOT NULL,
    why         text    NOT NULL,
    due_strict  bigint,
    due_rolled  bigint,
    clock_id    text,
    advice      jsonb   NOT NULL,
    about_state text    NOT NULL,  -- in which state the aggregate and the case were when it arose
    case_state  text    NOT NULL,
    opened_at   bigint  NOT NULL,
    state       text    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'void')),
    closed_by   bigint,            -- offset in the same partition
    closed_at   bigint,
    officer     text
);
CREATE INDEX local_duties_open ON local_duties (case_id) WHERE state = 'open';

-- Every change of a duty, in its order.
CREATE TABLE local_duty_history (
    serial   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    duty     uuid   NOT NULL REFERENCES local_duties (id),
    state    text   NOT NULL,
    "offset" bigint,               -- of the event that made the change, in the duty's partition
    at       bigint NOT NULL,
    officer  text,
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX local_duty_history_of_duty ON local_duty_history (duty, serial);

-- Deliveries that a person must look at, and those of the same case behind them. They wait in the order of the case.
CREATE TABLE local_parked (
    serial      bigint  GENERATED ALWAYS AS IDENTITY UNIQUE,  -- in which order they came, which is that of the case
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    case_id     text    NOT NULL,
    reason      text    NOT NULL,
    detail      text    NOT NULL,
    value       bytea   NOT NULL,  -- the inbox record, as it came
    parked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts    integer NOT NULL DEFAULT 1,
    asked       boolean NOT NULL DEFAULT false,  -- somebody has asked to run it again
    redriven    boolean NOT NULL DEFAULT false,  -- it has been answered since, and holds nothing back any more
    -- What an officer has put aside for good, because no desk will ever be able to answer it: who, why and when (ms). The
    -- record stays here as it came.
    dropped_by  text,
    dropped_why text,
    dropped_at  bigint,
    PRIMARY KEY ("partition", "offset")
);
CREATE INDEX local_parked_waiting ON local_parked (case_id) WHERE NOT redriven;
CREATE INDEX local_parked_asked ON local_parked (case_id) WHERE asked AND NOT redriven;

-- What the clocks service of this node watches. Local: when it looked, and whose turn it is here, is nobody else's.

-- How far in each partition its trail's entries have been looked at.
CREATE TABLE local_watched (
    "partition" integer PRIMARY KEY,
    next_offset bigint NOT NULL CHECK (next_offset >= 0)
);

-- What is to be said of a clock: a breach or a warning, from the instant falls_at on; turn_at: when this node says it if
-- nobody has. log_time: of a docket that has a time of its own (a demo bus), and null where the wall clock counts.
CREATE TABLE local_watch (
    case_id  text    NOT NULL,
    notice   text    NOT NULL,
    falls_at bigint  NOT NULL,
    rank     integer NOT NULL,
    turn_at  bigint  NOT NULL,
    log_time bigint,
    tries    integer NOT NULL DEFAULT 0,
    event_id bytea,
    PRIMARY KEY (case_id, notice)
);
CREATE INDEX local_watch_turns ON local_watch (turn_at);

-- The dockets of a demo bus that live by the wall clock; on a production bus all of them do, and this stays empty.
CREATE TABLE local_live (
    case_id text PRIMARY KEY,
    taken   boolean NOT NULL DEFAULT false
);

-- The filing register 备案库 of the telecoms line, from which its desk answers look-ups. Empty on every other node.
-- Local: it is this line's own, and no verdict reads it. A filing holds from its first day until before its last.
CREATE TABLE local_filings (
    authority       text NOT NULL,  -- the organ of the filing province
    kind            text NOT NULL CHECK (kind IN ('domain', 'app')),
    value           text NOT NULL,  -- a domain as A-label, or the bundle id of an app
    icp_no          text,
    licence_no      text,
    sponsor_kind    text NOT NULL,
    sponsor_name    text,           -- of an organisation; of a person its token
    sponsor_uscc    text,
    contact_ref     text,           -- where the contact is kept, never the contact itself
    access_provider text,
    access_region   text,
    valid_from      date NOT NULL,
    valid_to        date CHECK (valid_to > valid_from),
    PRIMARY KEY (kind, value, valid_from)
);

-- Which papers were handed in with a referral, by hash: what the police desk compares its manifest with. The files stay
-- where they are kept. Local: empty on every other node, and no verdict reads it.
CREATE TABLE local_papers (
    serial      bigint GENERATED ALWAYS AS IDENTITY,
    referral    text   NOT NULL,
    kind        text   NOT NULL,
    sha256      bytea  NOT NULL CHECK (length(sha256) = 32),
    size        bigint NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (referral, kind, sha256)
);

-- What the desk of the copyright line puts a new clue beside. Empty on every other node. Local: it is this line's own reading
-- of bodies, and no verdict reads it. Append-only: a second delivery of the same event adds nothing.

-- The archive series of the case of each clue that this line may read.
CREATE TABLE local_clue_series (
    case_id text PRIMARY KEY,
    series  text NOT NULL
);

-- What the clues of a case name as their targets, in the form in which two can be compared.
CREATE TABLE local_clue_targets (
    kind    text NOT NULL,
    value   text NOT NULL,
    case_id text NOT NULL,
    PRIMARY KEY (kind, value, case_id)
);

-- What the clues of a case say is infringed, in the form in which two can be compared: a work may be put on the list of
-- protected works later. An empty identifier is none.
CREATE TABLE local_clue_works (
    case_id    text NOT NULL,
    title      text NOT NULL,
    work_type  text NOT NULL,
    identifier text NOT NULL,
    PRIMARY KEY (case_id, title, work_type, identifier)
);
CREATE INDEX local_clue_works_title ON local_clue_works (title);

-- Entries of the list of protected works 重点作品白名单, and their removals, by position.
CREATE TABLE local_protected_works (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    log_time    bigint  NOT NULL,
    organ       text    NOT NULL,
    removal     boolean NOT NULL,
    doc_no      text    NOT NULL,
    title       text    NOT NULL,
    work_type   text,               -- null: of any kind
    identifier  text,
    valid_from  date,
    valid_to    date,
    PRIMARY KEY ("partition", "offset")
);
CREATE INDEX local_protected_works_title ON local_protected_works (title);
CREATE INDEX local_protected_works_identifier ON local_protected_works (identifier) WHERE identifier IS NOT NULL;

-- What this node has cosigned, and what came of the other nodes' checkpoints. Local: no verdict reads it.

-- What is signed of a partition belongs to an origin of it: the first, or one that came after all nodes had restated it.

-- What this node has signed of a partition: one root a size, for ever, and sizes that only grow. Written before it is
-- published. newest: the newest log time of the first size entries; null where the line came back from the topic.
CREATE TABLE local_signed (
    "partition" integer NOT NULL,
    size        bigint  NOT NULL CHECK (size > 0),
    root        bytea   NOT NULL CHECK (octet_length(root) = 32),
    line        text    NOT NULL,
    newest      bigint,
    origin      integer NOT NULL,
    PRIMARY KEY ("partition", origin, size)
);
CREATE FUNCTION refuse_smaller_size() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM local_signed
                WHERE "partition" = NEW."partition" AND origin = NEW.origin AND size >= NEW.size) THEN
        RAISE EXCEPTION 'size % of partition % is not beyond what was signed: one root a size, and sizes only grow',
            NEW.size, NEW."partition" USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER local_signed_grows BEFORE INSERT ON local_signed
    FOR EACH ROW EXECUTE FUNCTION refuse_smaller_size();
CREATE TRIGGER local_signed_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON local_signed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- Statements of this node for the topic checkpoints, byte for byte as they are sent. Those that Kafka has are forgotten,
-- but for the newest, whose counter the next one continues.
CREATE TABLE local_statements (
    counter   bigint  PRIMARY KEY CHECK (counter > 0),
    value     bytea   NOT NULL,
    published boolean NOT NULL DEFAULT false
);

-- Lines, of this node and the others, that verify and whose root is that of our own tree: what receipts are made of.
-- second: the node's line of another algorithm (ML-DSA-44) on the same checkpoint, where it signs one.
CREATE TABLE local_cosignatures (
    "partition" integer NOT NULL,
    size        bigint  NOT NULL,
    node        text    NOT NULL,
    root        bytea   NOT NULL CHECK (octet_length(root) = 32),
    line        text    NOT NULL,
    second      text,
    origin      integer NOT NULL,
    PRIMARY KEY ("partition", origin, size, node)
);

-- Lines that verify and whose root is not that of our own tree. place: offset in the topic checkpoints. settled: since
-- then the node has restated, or our own tree was repaired and has that root now, or all have restated and the origin ended.
CREATE TABLE local_disagreements (
    "partition" integer NOT NULL,
    size        bigint  NOT NULL,
    node        text    NOT NULL,
    root        bytea   NOT NULL CHECK (octet_length(root) = 32),
    our_root    bytea   NOT NULL CHECK (octet_length(our_root) = 32),
    line        text    NOT NULL,
    place       bigint  NOT NULL,
    settled     text CHECK (settled IN ('restated', 'repaired', 'ended')),
    second      text,
    origin      integer NOT NULL,
    PRIMARY KEY ("partition", origin, size, node, root)
);
CREATE INDEX local_disagreements_open ON local_disagreements ("partition", node, size) WHERE settled IS NULL;

-- What nodes, this one too, have withdrawn: all that they signed of sizes above sound up to size. value: as the node has
-- signed it (RFC 8785), to be shown far from the bus. place: offset in the topic checkpoints.
CREATE TABLE local_restatements (
    node        text    NOT NULL,
    "partition" integer NOT NULL,
    sound       bigint  NOT NULL,
    size        bigint  NOT NULL CHECK (size > sound),
    old_root    bytea   NOT NULL,
    new_root    bytea   NOT NULL,
    why         text    NOT NULL,
    said_at     bigint  NOT NULL,
    value       bytea,
    origin      integer NOT NULL,
    place       bigint,
    PRIMARY KEY (node, "partition", origin, size)
);

-- The origins of a partition after the first, each with the last checkpoint that was taken back of the one before. place:
-- offset in the topic checkpoints of the restatement that began it. A function of that topic alone, and never changed.
CREATE TABLE local_origins (
    "partition" integer NOT NULL,
    number      integer NOT NULL CHECK (number > 1),
    size        bigint  NOT NULL CHECK (size > 0),
    root        bytea   NOT NULL CHECK (octet_length(root) = 32),
    place       bigint  NOT NULL,
    begun_at    bigint  NOT NULL,
    PRIMARY KEY ("partition", number)
);

-- What each node said last: which rulebook was in force at which log time, and why it does not sign, if so.
CREATE TABLE local_peers (
    node     text    PRIMARY KEY,
    counter  bigint  NOT NULL,
    rulebook bytea   NOT NULL,
    covered  bigint  NOT NULL,
    said_at  bigint  NOT NULL,
    halts    text    NOT NULL
);

-- From which offset the topic checkpoints is read after a restart.
CREATE TABLE local_checkpoints_read (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    next_offset bigint  NOT NULL
);

-- What this node has found altered in its own trail, and whether that was put right since. Local. what: the part of the row
-- or tree that does not fit; never a value. Instants are milliseconds since 1970 (UTC).
CREATE TABLE local_faults (
    serial      bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    what        text    NOT NULL,
    found_at    bigint  NOT NULL,
    settled_at  bigint
);
CREATE UNIQUE INDEX local_faults_open ON local_faults ("partition", "offset", what) WHERE settled_at IS NULL;

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
    what    text   NOT NULL CHECK (what IN ('body', 'history', 'dossier', 'token', 'evidence', 'register')),
    case_id text   NOT NULL,  -- empty for a register, and for evidence that an organ takes from its own store
    events  uuid[] NOT NULL,  -- of which events the body was shown; empty for a whole history or dossier
    purpose text   NOT NULL CHECK (purpose <> ''),
    sha256  bytea  CHECK (octet_length(sha256) = 32),  -- of the file that was taken away
    token   text,  -- a P2 token that was asked for, and why it was not resolved, where it was not
    refused text,
    CHECK ((sha256 IS NOT NULL) = (what = 'evidence')),
    CONSTRAINT local_readings_token CHECK ((token IS NOT NULL) = (what = 'token')),
    CONSTRAINT local_readings_refused CHECK (refused IS NULL OR what = 'token')
);
CREATE INDEX local_readings_of_case ON local_readings (case_id, serial);
CREATE INDEX local_readings_of_tokens ON local_readings (organ, at) WHERE what = 'token';
CREATE TRIGGER local_readings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON local_readings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- What the gateway of this node keeps. Local: no verdict reads it. Instants are milliseconds since 1970 (UTC).

-- The sign of life of the node's process for the gateway, which has no line to Kafka: where the log ended, and when that
-- was last heard from the broker. It grows old where the broker or the process is away.
CREATE TABLE local_log_ends (
    "partition" integer PRIMARY KEY,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    seen_at     bigint NOT NULL
);

-- Which organs of this line an admitted event concerns: what each finds in its inbox. Written with the entry.
CREATE TABLE local_inbox (
    organ       text    NOT NULL,
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    PRIMARY KEY (organ, "partition", "offset")
);

-- Up to where an account has acknowledged the inbox of its organ; it never goes back.
CREATE TABLE local_inbox_acks (
    account     text    NOT NULL,
    organ       text    NOT NULL,
    "partition" integer NOT NULL,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (account, organ, "partition")
);

-- The next case number of a region and year that this line gives away.
CREATE TABLE local_case_numbers (
    region text    NOT NULL,
    year   integer NOT NULL,
    next   integer NOT NULL CHECK (next > 0),
    PRIMARY KEY (region, year)
);

-- What lies in the evidence store of this line: whose it is, under which hash. The content is no part of the database.
CREATE TABLE local_evidence (
    organ       text   NOT NULL,
    sha256      bytea  NOT NULL CHECK (length(sha256) = 32),
    size        bigint NOT NULL CHECK (size >= 0),
    media_type  text   NOT NULL,
    account     text   NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (organ, sha256)
);

-- Who may come through the doors of this node: people by account, agency systems by token. Local: no verdict reads it.
-- Instants are milliseconds since 1970 (UTC).

-- People. An account is never deleted, nor its roles changed, so that the log of logins means the same person for ever:
-- lock it and make another. password: argon2id in PHC form. must_change: somebody else has set it. locked: by an administrator.
CREATE TABLE local_accounts (
    account     text    PRIMARY KEY CHECK (account ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    organ       text    NOT NULL,
    roles       text[]  NOT NULL,
    password    text    NOT NULL CHECK (password LIKE '$argon2id$%'),
    password_at bigint  NOT NULL,
    must_change boolean NOT NULL DEFAULT true,
    locked      boolean NOT NULL DEFAULT false,
    made_at     bigint  NOT NULL,
    CONSTRAINT local_accounts_roles CHECK (
        cardinality(roles) > 0 AND array_position(roles, NULL) IS NULL AND
        roles <@ ARRAY['officer', 'approver', 'auditor', 'operator', 'account-administrator', 'audit-administrator']),
    -- The three administrators are kept apart 三员分立, and none of them sees a case.
    CONSTRAINT local_accounts_apart CHECK (
        cardinality(roles) = 1 OR NOT roles && ARRAY['operator', 'account-administrator', 'audit-administrator'])
);
CREATE FUNCTION refuse_other_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an account keeps its name, organ and roles: lock it and make another'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER local_accounts_stay BEFORE UPDATE OF account, organ, roles ON local_accounts
    FOR EACH ROW WHEN (OLD.account IS DISTINCT FROM NEW.account OR OLD.organ IS DISTINCT FROM NEW.organ
                       OR OLD.roles IS DISTINCT FROM NEW.roles)
    EXECUTE FUNCTION refuse_other_roles();
-- The gateway makes accounts of people who work on cases; an administrator is made, locked and unlocked by the owner of the
-- database alone, lest the administrator of accounts make himself another one.
CREATE FUNCTION refuse_administrators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RAISE EXCEPTION 'an administrator is made, locked and unlocked at the node itself'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER local_accounts_administrators BEFORE INSERT OR UPDATE OF locked ON local_accounts
    FOR EACH ROW WHEN (NEW.roles && ARRAY['operator', 'account-administrator', 'audit-administrator'])
    EXECUTE FUNCTION refuse_administrators();
CREATE TRIGGER local_accounts_kept BEFORE DELETE OR TRUNCATE ON local_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- Sessions of people, by the SHA-256 of the secret in the cookie.
CREATE TABLE local_sessions (
    secret_hash bytea  PRIMARY KEY CHECK (octet_length(secret_hash) = 32),
    account     text   NOT NULL REFERENCES local_accounts,
    made_at     bigint NOT NULL,
    seen_at     bigint NOT NULL,
    by_provider boolean NOT NULL DEFAULT false  -- no password of ours is asked of him, nor to be changed
);
CREATE INDEX local_sessions_account ON local_sessions (account);

-- Logins that are under way at the identity provider, by the SHA-256 of the state that the browser takes there and back.
CREATE TABLE local_provider_logins (
    state_hash bytea  PRIMARY KEY CHECK (octet_length(state_hash) = 32),
    nonce      text   NOT NULL,
    verifier   text   NOT NULL,
    back       text   NOT NULL,
    made_at    bigint NOT NULL
);

-- Tries to log in that failed, by account and by address. subject: SHA-256 of the account's name as it was typed (somebody
-- may have typed a password there), or the address. since: the first failure, or the one that locked.
CREATE TABLE local_login_failures (
    kind     text    NOT NULL CHECK (kind IN ('account', 'address')),
    subject  text    NOT NULL,
    failures integer NOT NULL,
    since    bigint  NOT NULL,
    PRIMARY KEY (kind, subject)
);

-- Tokens of agency systems, by their SHA-256. used_at: to the hour.
CREATE TABLE local_tokens (
    serial     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea  NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    system     text   NOT NULL CHECK (system ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    organ      text   NOT NULL,
    scopes     text[] NOT NULL CHECK (
        cardinality(scopes) > 0 AND array_position(scopes, NULL) IS NULL AND
        scopes <@ ARRAY['publish', 'read', 'audit']),
    made_at    bigint NOT NULL,
    expires_at bigint NOT NULL CHECK (expires_at > made_at),
    used_at    bigint,
    revoked_at bigint
);

-- The log of logins and of changes of accounts and tokens; for the audit administrator. who: the account, or the system of
-- a token; null: no such account. by_whom: who did it. address: where from, null at the node's own command line.
CREATE TABLE local_logins (
    serial  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      bigint NOT NULL,
    what    text   NOT NULL CHECK (what IN ('login', 'login-refused', 'locked-out', 'logout', 'password-changed',
                                            'password-refused', 'password-set', 'account-made', 'account-locked',
                                            'account-unlocked', 'token-made', 'token-revoked', 'provider-login',
                                            'provider-login-refused')),
    who     text,
    by_whom text,
    address text
);
CREATE TRIGGER local_logins_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON local_logins
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- Acts with two signatures. Local: nothing of a draft is on the log. Instants are milliseconds since 1970 (UTC).

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

-- What P2 tokens of organs of this line stand for, and who has asked. Local: no verdict reads it. Instants are milliseconds
-- since 1970 (UTC).

-- The secret of an organ under which its persons' values are sealed, itself sealed to the organ's key to seal with (key_id).
CREATE TABLE local_pii_secrets (
    organ  text  PRIMARY KEY,
    key_id text  NOT NULL,
    sealed bytea NOT NULL
);

-- Token -> value. sealed: nonce and AES-256-GCM under a key of the organ's secret. known_by: HMAC of the value under another,
-- so that the same value gets the same token. Both are gone once it is erased; a token is never given again.
CREATE TABLE local_pii_tokens (
    token         text   PRIMARY KEY,
    organ         text   NOT NULL REFERENCES local_pii_secrets,
    known_by      bytea  UNIQUE CHECK (octet_length(known_by) = 32),
    sealed        bytea,
    account       text   NOT NULL,
    made_at       bigint NOT NULL,
    erased_at     bigint,
    erased_by     text,
    erased_reason text,
    CHECK ((sealed IS NULL) = (erased_at IS NOT NULL) AND (known_by IS NULL) = (erased_at IS NOT NULL)),
    CHECK ((erased_at IS NULL) = (erased_by IS NULL) AND (erased_at IS NULL) = (erased_reason IS NULL))
);

-- What accounts of this line have asked of other lines. sealed: the answer as it came, for the key key_id of the organ; it is
-- opened at the moment of reading, and gone a day later.
CREATE TABLE local_pii_asked (
    request_id  uuid   PRIMARY KEY,
    account     text   NOT NULL,
    organ       text   NOT NULL,
    owner       text   NOT NULL,
    case_id     text   NOT NULL,
    token       text   NOT NULL,
    purpose     text   NOT NULL,
    asked_at    bigint NOT NULL,
    answered_at bigint,
    key_id      text,
    sealed      bytea,
    CHECK (answered_at IS NOT NULL OR (key_id IS NULL AND sealed IS NULL))
);
CREATE INDEX local_pii_asked_answers ON local_pii_asked (answered_at) WHERE sealed IS NOT NULL;

-- What other lines have asked of organs of this one. sealed: the request as it came, until it is answered.
CREATE TABLE local_pii_requests (
    organ       text   NOT NULL,
    request_id  uuid   NOT NULL,
    owner       text   NOT NULL,
    received_at bigint NOT NULL,
    state       text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'void')),
    key_id      text   NOT NULL,
    sealed      bytea,
    PRIMARY KEY (organ, request_id),
    CHECK ((state = 'open') = (sealed IS NOT NULL))
);
CREATE INDEX local_pii_requests_open ON local_pii_requests (received_at) WHERE state = 'open';

-- What is to be said on the topics pii-<agency>, byte for byte as it is sent; forgotten once Kafka has it.
CREATE TABLE local_pii_letters (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency text   NOT NULL,
    value  bytea  NOT NULL
);

-- How far our own topic has been read.
CREATE TABLE local_pii_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0)
);

-- What the statistics have made of the trail. Local: each line may read other bodies; no verdict reads it. Rows follow from the
-- entries and bodies of their docket, and are made again with it whenever something is added to it.

-- How far the entries have been counted.
CREATE TABLE local_figures_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint NOT NULL CHECK (next_offset >= 0)
);

-- What the event at (partition, offset) adds to a column, as the log says it from the record since to before until. value null:
-- why. organ: for whose region it counts; access: of sites, who gives access. at in ms since 1970 (UTC).
CREATE TABLE local_figures (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    docket      text    NOT NULL,
    since       bigint  NOT NULL,
    until       bigint  CHECK (until > since),
    stat        text    NOT NULL,
    detail      text,
    about       text,
    value       bigint,
    why         text,
    organ       text    NOT NULL,
    access      text,
    at          bigint  NOT NULL,
    campaign    text,
    platform    text,
    CHECK ((value IS NULL) = (why IS NOT NULL) OR stat = 'cluster_links')
);
CREATE INDEX local_figures_at ON local_figures (at);
CREATE INDEX local_figures_docket ON local_figures (docket);

-- Bodies that this line is to read and has no key for yet: their dockets are counted again once it has.
CREATE TABLE local_figures_sealed (
    docket   text  NOT NULL,
    event_id bytea NOT NULL CHECK (octet_length(event_id) = 16),
    PRIMARY KEY (docket, event_id)
);

-- Of what kind a docket is, from the record since to before until. Null: not readable here.
CREATE TABLE local_figure_kinds (
    "partition"   integer NOT NULL,
    docket        text    NOT NULL,
    since         bigint  NOT NULL,
    until         bigint  CHECK (until > since),
    source        text,
    clue_works    text[],
    clue_platform text,
    case_works    text[],
    case_platform text,
    PRIMARY KEY (docket, since)
);

-- Figures that organs have filed, one row each; one without a figure where a report has none, or can't be read here.
CREATE TABLE local_filed_figures (
    "partition"    integer NOT NULL,
    "offset"       bigint  NOT NULL,
    docket         text    NOT NULL,
    since          bigint  NOT NULL,
    until          bigint  CHECK (until > since),
    organ          text    NOT NULL,
    variant        text    NOT NULL,
    campaign       text,
    at             bigint  NOT NULL,
    period         text,
    template       text,
    report_version integer,
    stat           text,
    unit           text,
    kind           text,
    key            text,
    value          bigint
);
CREATE INDEX local_filed_figures_docket ON local_filed_figures (docket);

-- How far it is known which organs may read what was counted; another version of the rulebook may say otherwise.
CREATE TABLE local_figure_readers_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0),
    rulebook    integer NOT NULL  -- the number of the version that said it
);

-- Which organs of this line may read the body of the event at (partition, offset), as it stands from the record since on: the event
-- itself, or a correction of it. Only where not every organ of the line may.
CREATE TABLE local_figure_readers (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    since       bigint  NOT NULL,
    docket      text    NOT NULL,
    event_type  text    NOT NULL,
    organs      text[]  NOT NULL
);
CREATE INDEX local_figure_readers_docket ON local_figure_readers (docket);

-- Statistics that were frozen: canonical JSON (RFC 8785), byte for byte, with the vector and the rulebook version in it. frozen_for:
-- as which organ may read; null: as the whole line may.
CREATE TABLE local_statistics (
    scope      text    NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    document   bytea   NOT NULL,
    frozen_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    frozen_for text,
    PRIMARY KEY (scope, version)
);
CREATE TRIGGER local_statistics_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON local_statistics
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- Who waits for something in this database is told, and does not have to ask again and again. What is told holds nothing:
-- it says where to look.
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_ARGV[0], '');
    RETURN NULL;
END
$$;
-- The sender: something is to be published, the trail has judged something, a draft was answered.
CREATE TRIGGER local_outbox_tells AFTER INSERT ON local_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION tell('yisong_sender');
CREATE TRIGGER local_batches_tells AFTER INSERT ON local_batches
    FOR EACH STATEMENT EXECUTE FUNCTION tell('yisong_sender');
CREATE TRIGGER local_drafts_sent_tells AFTER UPDATE ON local_drafts_sent
    FOR EACH ROW WHEN (NEW.answer IS DISTINCT FROM OLD.answer) EXECUTE FUNCTION tell('yisong_sender');
-- The gateway: an event of ours has got its verdict, or was put aside.
CREATE TRIGGER local_outbox_tells_verdicts AFTER UPDATE ON local_outbox
    FOR EACH ROW WHEN (NEW.state IN ('settled', 'parked') AND NEW.state <> OLD.state) EXECUTE FUNCTION tell('yisong_verdicts');
