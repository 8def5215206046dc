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
