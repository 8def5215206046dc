-- What this node has cosigned, and what came of the other nodes' checkpoints. Local: no verdict reads it.

-- What this node has signed of a partition: one root a size, for ever, and sizes that only grow. Written before it is
-- published. newest: the newest log time of the first size entries; null where the line came back from the topic.
CREATE TABLE local_signed (
    "partition" integer NOT NULL,
    size        bigint  NOT NULL CHECK (size > 0),
    root        bytea   NOT NULL CHECK (octet_length(root) = 32),
    line        text    NOT NULL,
    newest      bigint,
    PRIMARY KEY ("partition", size)
);
CREATE FUNCTION refuse_smaller_size() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM local_signed WHERE "partition" = NEW."partition" AND size >= NEW.size) THEN
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
CREATE TABLE local_cosignatures (
    "partition" integer NOT NULL,
    size        bigint  NOT NULL,
    node        text    NOT NULL,
    root        bytea   NOT NULL CHECK (octet_length(root) = 32),
    line        text    NOT NULL,
    PRIMARY KEY ("partition", size, node)
);

-- Lines that verify and whose root is not that of our own tree. place: offset in the topic checkpoints. settled: since
-- then the node has restated, or our own tree was repaired and has that root now.
CREATE TABLE local_disagreements (
    "partition" integer NOT NULL,
    size        bigint  NOT NULL,
    node        text    NOT NULL,
    root        bytea   NOT NULL CHECK (octet_length(root) = 32),
    our_root    bytea   NOT NULL CHECK (octet_length(our_root) = 32),
    line        text    NOT NULL,
    place       bigint  NOT NULL,
    settled     text CHECK (settled IN ('restated', 'repaired')),
    PRIMARY KEY ("partition", size, node, root)
);
CREATE INDEX local_disagreements_open ON local_disagreements ("partition", node, size) WHERE settled IS NULL;

-- What nodes, this one too, have withdrawn: all that they signed of sizes above sound up to size.
CREATE TABLE local_restatements (
    node        text    NOT NULL,
    "partition" integer NOT NULL,
    sound       bigint  NOT NULL,
    size        bigint  NOT NULL CHECK (size > sound),
    old_root    bytea   NOT NULL,
    new_root    bytea   NOT NULL,
    why         text    NOT NULL,
    said_at     bigint  NOT NULL,
    PRIMARY KEY (node, "partition", size)
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
