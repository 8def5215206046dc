-- A node's line of another algorithm (ML-DSA-44) on the same checkpoint, where it signs one.
ALTER TABLE local_cosignatures ADD COLUMN second text;
ALTER TABLE local_disagreements ADD COLUMN second text;

-- A restatement as its node signed it (RFC 8785), to be shown far from the bus. Those that are known are read again.
ALTER TABLE local_restatements ADD COLUMN value bytea;
DELETE FROM local_checkpoints_read WHERE EXISTS (SELECT 1 FROM local_restatements);
