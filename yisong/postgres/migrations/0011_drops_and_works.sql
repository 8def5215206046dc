-- What an officer has put aside for good, because no desk will ever be able to answer it: who, why and when (ms). The
-- record stays here as it came.
ALTER TABLE local_parked
    ADD COLUMN dropped_by  text,
    ADD COLUMN dropped_why text,
    ADD COLUMN dropped_at  bigint;

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
