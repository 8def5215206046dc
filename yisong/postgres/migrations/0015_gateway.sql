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
