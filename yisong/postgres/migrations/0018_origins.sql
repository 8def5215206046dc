-- What is signed of a partition belongs to an origin of it: the first, or one that came after all nodes had restated it.
ALTER TABLE local_signed ADD COLUMN origin integer NOT NULL DEFAULT 1;
ALTER TABLE local_signed ALTER COLUMN origin DROP DEFAULT;
ALTER TABLE local_signed DROP CONSTRAINT local_signed_pkey, ADD PRIMARY KEY ("partition", origin, size);
ALTER TABLE local_cosignatures ADD COLUMN origin integer NOT NULL DEFAULT 1;
ALTER TABLE local_cosignatures ALTER COLUMN origin DROP DEFAULT;
ALTER TABLE local_cosignatures DROP CONSTRAINT local_cosignatures_pkey,
    ADD PRIMARY KEY ("partition", origin, size, node);
ALTER TABLE local_disagreements ADD COLUMN origin integer NOT NULL DEFAULT 1;
ALTER TABLE local_disagreements ALTER COLUMN origin DROP DEFAULT;
ALTER TABLE local_disagreements DROP CONSTRAINT local_disagreements_pkey,
    ADD PRIMARY KEY ("partition", origin, size, node, root);
ALTER TABLE local_disagreements DROP CONSTRAINT local_disagreements_settled_check,
    ADD CONSTRAINT local_disagreements_settled_check CHECK (settled IN ('restated', 'repaired', 'ended'));

-- place: offset in the topic checkpoints, for what a node has restated in which order decides. What is known is read again.
ALTER TABLE local_restatements ADD COLUMN origin integer NOT NULL DEFAULT 1;
ALTER TABLE local_restatements ALTER COLUMN origin DROP DEFAULT;
ALTER TABLE local_restatements DROP CONSTRAINT local_restatements_pkey,
    ADD PRIMARY KEY (node, "partition", origin, size);
ALTER TABLE local_restatements ADD COLUMN place bigint;
DELETE FROM local_checkpoints_read WHERE EXISTS (SELECT 1 FROM local_restatements);

CREATE OR REPLACE FUNCTION refuse_smaller_size() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM local_signed
                WHERE "partition" = NEW."partition" AND origin = NEW.origin AND size >= NEW.size) THEN
        RAISE EXCEPTION 'size % of partition % is not beyond what was signed: one root a size, and sizes only grow',
            NEW.size, NEW."partition" USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

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
