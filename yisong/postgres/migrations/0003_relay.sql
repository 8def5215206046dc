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
