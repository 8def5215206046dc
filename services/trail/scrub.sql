-- found --
-- Note what was found, once while it is open.
INSERT INTO local_faults ("partition", "offset", what, found_at)
VALUES (%(partition)s, %(offset)s, %(what)s, %(at)s) ON CONFLICT DO NOTHING RETURNING serial

-- sound --
-- A partition without a fault: what was open of it was put right.
UPDATE local_faults SET settled_at = %(at)s WHERE "partition" = %(partition)s AND settled_at IS NULL

-- open --
-- How many faults of these partitions are open.
SELECT count(*) FROM local_faults WHERE settled_at IS NULL AND "partition" = ANY(%(partitions)s)

-- positions --
-- How far these partitions are by now.
SELECT "partition", next_offset FROM positions WHERE "partition" = ANY(%(partitions)s) ORDER BY "partition"
