-- Behind the gateway a reader is an organ, not a line: which organs of this line may read the bodies that were counted. Only of
-- those that not every organ of the line may read.
CREATE TABLE local_figure_readers_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0),
    rulebook    integer NOT NULL  -- the number of the version that said it
);

CREATE TABLE local_figure_readers (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    since       bigint  NOT NULL,
    docket      text    NOT NULL,
    event_type  text    NOT NULL,
    organs      text[]  NOT NULL
);
CREATE INDEX local_figure_readers_docket ON local_figure_readers (docket);

ALTER TABLE local_statistics ADD COLUMN frozen_for text;
