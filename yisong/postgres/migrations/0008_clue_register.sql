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
