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
    PRIMARY KEY ("partition", "offset")
);
CREATE INDEX local_parked_waiting ON local_parked (case_id) WHERE NOT redriven;
CREATE INDEX local_parked_asked ON local_parked (case_id) WHERE asked AND NOT redriven;
