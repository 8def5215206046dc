-- nodes --
-- The hashes of these nodes of a partition's tree: of level 0 from the entries, of the others from the tree.
SELECT node.level::integer, node."index", node.hash
  FROM unnest(%(levels)s::smallint[], %(indexes)s::bigint[]) AS asked(level, "index")
  JOIN tree_nodes AS node
    ON node."partition" = %(partition)s AND node.level = asked.level AND node."index" = asked."index"
UNION ALL
SELECT 0, "offset", leaf_hash FROM entries
 WHERE "partition" = %(partition)s AND "offset" = ANY(%(leaves)s::bigint[])

-- sizes --
-- How many entries a partition has, and how many pairs of them its tree.
SELECT coalesce((SELECT next_offset FROM positions WHERE "partition" = %(partition)s), 0),
       coalesce((SELECT max("index") + 1 FROM tree_nodes WHERE "partition" = %(partition)s AND level = 1), 0)

-- hold_position --
-- Nobody else moves the partition on, or builds its tree, until this transaction ends.
SELECT next_offset FROM positions WHERE "partition" = %(partition)s FOR UPDATE

-- leaf_hashes --
-- The leaves at the offsets [first, end), in their order.
SELECT "offset", leaf_hash FROM entries
 WHERE "partition" = %(partition)s AND "offset" >= %(first)s AND "offset" < %(end)s ORDER BY "offset"

-- completed --
-- The nodes that a tree gained when it grew from first to end leaves.
SELECT asked.level, node."index", node.hash
  FROM generate_series(1, 62) AS asked(level)
 CROSS JOIN LATERAL (SELECT "index", hash FROM tree_nodes
                      WHERE "partition" = %(partition)s AND level = asked.level
                        AND "index" >= %(first)s::bigint >> asked.level AND "index" < %(end)s::bigint >> asked.level
                      OFFSET 0) AS node  -- each level from the index, whatever the planner thinks of the number of levels

-- completed_levels --
-- The same, of each level all hashes in one, in the order of the leaves; without levels that have a hash of another length.
SELECT asked.level, stored.hashes
  FROM generate_series(1, 62) AS asked(level)
 CROSS JOIN LATERAL (SELECT string_agg(hash, ''::bytea ORDER BY "index") AS hashes, every(octet_length(hash) = 32) AS whole
                       FROM tree_nodes
                      WHERE "partition" = %(partition)s AND level = asked.level
                        AND "index" >= %(first)s::bigint >> asked.level
                        AND "index" < %(end)s::bigint >> asked.level) AS stored
 WHERE stored.whole

-- beyond --
-- The first node of each level over offsets that the trail has not reached.
SELECT asked.level, beyond."index", beyond.hash
  FROM generate_series(1, 62) AS asked(level)
 CROSS JOIN LATERAL (SELECT "index", hash FROM tree_nodes
                      WHERE "partition" = %(partition)s AND level = asked.level
                        AND "index" >= coalesce((SELECT next_offset FROM positions
                                                  WHERE "partition" = %(partition)s), 0) >> asked.level
                      ORDER BY "index" LIMIT 1) AS beyond
