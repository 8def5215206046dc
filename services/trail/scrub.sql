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

-- docket --
-- A docket as of its newest record.
SELECT "partition", last_offset, log_time, "index", prev_leaf, next_due, state::text FROM dockets
 WHERE case_id = %(case_id)s

-- stray_docket --
-- Dockets of a partition without a record before an offset, although they say that they have one.
SELECT case_id, last_offset FROM dockets
 WHERE "partition" = %(partition)s AND last_offset < %(end)s AND case_id <> ALL(%(known)s::text[])
 ORDER BY last_offset

-- leaves --
-- The leaves of a docket up to its newest record.
SELECT leaf FROM entries
 WHERE docket = %(case_id)s AND "partition" = %(partition)s AND "offset" <= %(last)s ORDER BY "offset"

-- newest --
-- What the newest record of a docket says of it.
SELECT log_time, docket_index, leaf_hash FROM entries WHERE "partition" = %(partition)s AND "offset" = %(offset)s
