-- positions --
-- How far the trail has come in each partition.
SELECT "partition", next_offset FROM positions ORDER BY "partition"

-- unpositioned --
-- The first entry in a partition in which the trail has never been, by its position.
SELECT "partition", "offset" FROM entries
 WHERE "offset" < 0 OR NOT EXISTS (SELECT 1 FROM positions WHERE positions."partition" = entries."partition")
 ORDER BY "partition", "offset" LIMIT 1

-- stray_body --
-- The first thing in a partition that is said to have travelled with an entry that there is not.
SELECT "offset" FROM bodies
 WHERE "partition" = %(partition)s
   AND NOT EXISTS (SELECT 1 FROM entries
                    WHERE entries."partition" = bodies."partition" AND entries."offset" = bodies."offset")
 ORDER BY "offset" LIMIT 1

-- dockets --
-- The dockets of a partition, each as of its newest record.
SELECT case_id, last_offset, log_time, "index", prev_leaf, next_due, state::text FROM dockets
 WHERE "partition" = %(partition)s

-- checkpoints --
-- The roots of a partition that stand here as ours up to a size: signed by this node and not withdrawn, or of others.
SELECT size, root, 'signed checkpoint' FROM local_signed AS one
 WHERE "partition" = %(partition)s AND size <= %(end)s
   AND NOT EXISTS (SELECT 1 FROM local_restatements AS taken_back
                    WHERE taken_back.node = %(node)s AND taken_back."partition" = one."partition"
                      AND taken_back.origin = one.origin AND one.size > taken_back.sound AND one.size <= taken_back.size)
 UNION
SELECT size, root, 'cosigned checkpoint' FROM local_cosignatures AS one
 WHERE "partition" = %(partition)s AND size <= %(end)s
   AND NOT EXISTS (SELECT 1 FROM local_restatements AS taken_back
                    WHERE taken_back.node = one.node AND taken_back."partition" = one."partition"
                      AND taken_back.origin = one.origin AND one.size > taken_back.sound AND one.size <= taken_back.size)
 ORDER BY 1, 3 DESC
