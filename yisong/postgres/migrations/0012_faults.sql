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
