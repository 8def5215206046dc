-- hold --
-- One process of a node signs its checkpoints: whoever holds this lock of the database.
SELECT pg_try_advisory_lock(%(lock)s)

-- take_turn --
-- Whoever adds a statement does it alone, so that counters continue.
SELECT pg_advisory_xact_lock(%(lock)s)

-- own_trees --
-- Of each partition: how many entries it has, and how many pairs of them its tree.
SELECT held."partition", held.next_offset,
       coalesce((SELECT max(node."index") + 1 FROM tree_nodes AS node
                  WHERE node."partition" = held."partition" AND node.level = 1), 0)
  FROM positions AS held

-- altered --
-- The partitions of which this node has found its own trail altered, and not put right since.
SELECT DISTINCT "partition" FROM local_faults WHERE settled_at IS NULL

-- newest_log_time --
-- The newest log time of the entries at the offsets [first, end).
SELECT max(log_time) FROM entries
 WHERE "partition" = %(partition)s AND "offset" >= %(first)s AND "offset" < %(end)s

-- origins --
-- The origins after the first, of all partitions.
SELECT "partition", number, size, root FROM local_origins ORDER BY "partition", number

-- origins_of --
-- The origins of a partition after the first, the newest first.
SELECT number, size, root FROM local_origins WHERE "partition" = %(partition)s ORDER BY number DESC

-- taken_back --
-- What was withdrawn of each origin, in the order of the topic.
SELECT node, "partition", origin, sound, size, old_root FROM local_restatements
 WHERE place IS NOT NULL ORDER BY place

-- begin_origin --
INSERT INTO local_origins ("partition", number, size, root, place, begun_at)
VALUES (%(partition)s, %(number)s, %(size)s, %(root)s, %(place)s, %(begun_at)s)

-- origin_ended --
-- Of an earlier origin nobody has to agree any more.
UPDATE local_disagreements SET settled = 'ended'
 WHERE "partition" = %(partition)s AND origin < %(number)s AND settled IS NULL

-- signed --
-- The largest size that was ever signed of each partition, under its origin of now.
SELECT newest."partition", newest.size, newest.root
  FROM (SELECT DISTINCT ON ("partition") "partition", origin, size, root FROM local_signed
         ORDER BY "partition" DESC, origin DESC, size DESC) AS newest
 WHERE newest.origin = coalesce((SELECT max(number) FROM local_origins AS begun
                                  WHERE begun."partition" = newest."partition"), 1)

-- standing_signed --
-- The largest size of each partition that was signed under its origin of now and not withdrawn since.
SELECT newest."partition", newest.size, newest.root
  FROM (SELECT DISTINCT ON ("partition") "partition", origin, size, root FROM local_signed AS one
         WHERE NOT EXISTS (SELECT 1 FROM local_restatements AS taken_back
                            WHERE taken_back.node = %(node)s AND taken_back."partition" = one."partition"
                              AND taken_back.origin = one.origin
                              AND one.size > taken_back.sound AND one.size <= taken_back.size)
         ORDER BY "partition" DESC, origin DESC, size DESC) AS newest
 WHERE newest.origin = coalesce((SELECT max(number) FROM local_origins AS begun
                                  WHERE begun."partition" = newest."partition"), 1)

-- covered --
-- Up to which size of each partition the newest log time is known, and which it is.
SELECT DISTINCT ON ("partition") "partition", size, newest FROM local_signed
 WHERE newest IS NOT NULL ORDER BY "partition", size DESC

-- sign --
INSERT INTO local_signed ("partition", origin, size, root, line, newest)
VALUES (%(partition)s, %(origin)s, %(size)s, %(root)s, %(line)s, %(newest)s)

-- adopt --
-- What we signed and had forgotten, because this database is an older copy.
INSERT INTO local_signed ("partition", origin, size, root, line)
SELECT %(partition)s, %(origin)s, %(size)s, %(root)s, %(line)s
 WHERE NOT EXISTS (SELECT 1 FROM local_signed
                    WHERE "partition" = %(partition)s AND origin = %(origin)s AND size >= %(size)s)

-- last_counter --
-- The counter of our newest statement, here or on the topic.
SELECT greatest((SELECT max(counter) FROM local_statements),
                (SELECT counter FROM local_peers WHERE node = %(node)s), 0)

-- add_statement --
INSERT INTO local_statements (counter, value) VALUES (%(counter)s, %(value)s)

-- unpublished --
-- The oldest statements that Kafka may not have.
SELECT counter, value FROM local_statements WHERE NOT published ORDER BY counter LIMIT 100

-- published --
UPDATE local_statements SET published = true WHERE counter = %(counter)s

-- forget_statements --
-- What Kafka has, but for the newest.
DELETE FROM local_statements WHERE published AND counter < %(counter)s

-- add_cosignatures --
INSERT INTO local_cosignatures ("partition", origin, size, node, root, line, second)
SELECT * FROM unnest(%(partitions)s::integer[], %(origins)s::integer[], %(sizes)s::bigint[], %(nodes)s::text[],
                     %(roots)s::bytea[], %(lines)s::text[], %(seconds)s::text[])
           AS one("partition", origin, size, node, root, line, second)
 WHERE NOT EXISTS (SELECT 1 FROM local_restatements AS taken_back
                    WHERE taken_back.node = one.node AND taken_back."partition" = one."partition"
                      AND taken_back.origin = one.origin AND one.size > taken_back.sound AND one.size <= taken_back.size)
ON CONFLICT DO NOTHING

-- add_disagreement --
INSERT INTO local_disagreements ("partition", origin, size, node, root, our_root, line, second, place, settled)
SELECT %(partition)s, %(origin)s, %(size)s, %(node)s, %(root)s, %(our_root)s, %(line)s, %(second)s, %(place)s,
       (SELECT 'restated' FROM local_restatements
         WHERE node = %(node)s AND "partition" = %(partition)s AND origin = %(origin)s
           AND sound < %(size)s AND size >= %(size)s LIMIT 1)
ON CONFLICT DO NOTHING

-- other_roots --
-- Which other roots a node has signed for this size of this origin: it must never have.
SELECT root FROM local_disagreements
 WHERE "partition" = %(partition)s AND origin = %(origin)s AND size = %(size)s AND node = %(node)s AND root <> %(root)s
UNION
SELECT root FROM local_cosignatures
 WHERE "partition" = %(partition)s AND origin = %(origin)s AND size = %(size)s AND node = %(node)s AND root <> %(root)s

-- count_open --
SELECT count(*) FROM local_disagreements
 WHERE settled IS NULL AND "partition" = %(partition)s AND node = %(node)s

-- open_disagreements --
-- Roots that are not ours, and that nobody has withdrawn.
SELECT "partition", size, root, node, line, place, second, origin FROM local_disagreements
 WHERE settled IS NULL ORDER BY "partition", size, node

-- repaired --
-- Our own tree has that root now.
UPDATE local_disagreements SET settled = 'repaired'
 WHERE "partition" = %(partition)s AND origin = %(origin)s AND size = %(size)s AND root = %(root)s AND settled IS NULL

-- add_restatement --
INSERT INTO local_restatements (node, "partition", origin, sound, size, old_root, new_root, why, said_at, value, place)
VALUES (%(node)s, %(partition)s, %(origin)s, %(sound)s, %(size)s, %(old_root)s, %(new_root)s, %(why)s, %(said_at)s,
        %(value)s, %(place)s)
ON CONFLICT (node, "partition", origin, size)
DO UPDATE SET value = excluded.value, place = excluded.place WHERE local_restatements.place IS NULL

-- withdraw_lines --
DELETE FROM local_cosignatures
 WHERE node = %(node)s AND "partition" = %(partition)s AND origin = %(origin)s
   AND size > %(sound)s AND size <= %(size)s

-- restated --
UPDATE local_disagreements SET settled = 'restated'
 WHERE node = %(node)s AND "partition" = %(partition)s AND origin = %(origin)s
   AND size > %(sound)s AND size <= %(size)s AND settled IS NULL

-- add_peer --
INSERT INTO local_peers (node, counter, rulebook, covered, said_at, halts)
VALUES (%(node)s, %(counter)s, %(rulebook)s, %(covered)s, %(said_at)s, %(halts)s)
ON CONFLICT (node) DO UPDATE SET counter = excluded.counter, rulebook = excluded.rulebook, covered = excluded.covered,
       said_at = excluded.said_at, halts = excluded.halts
 WHERE local_peers.counter < excluded.counter

-- peers --
SELECT node, counter, rulebook, covered, said_at, halts FROM local_peers

-- agreed --
-- The largest size of each partition, under its origin of now, at which a node's root was ours.
SELECT held."partition", peer.node, newest.size
  FROM positions AS held
 CROSS JOIN local_peers AS peer
 CROSS JOIN LATERAL (SELECT size FROM local_cosignatures AS one
                      WHERE one."partition" = held."partition" AND one.node = peer.node
                        AND one.origin = coalesce((SELECT max(number) FROM local_origins AS begun
                                                    WHERE begun."partition" = held."partition"), 1)
                      ORDER BY one.size DESC LIMIT 1) AS newest

-- read_from --
SELECT next_offset FROM local_checkpoints_read

-- read_up_to --
INSERT INTO local_checkpoints_read (next_offset) VALUES (%(next_offset)s)
ON CONFLICT (only_row) DO UPDATE SET next_offset = excluded.next_offset

-- all_signed --
-- Every size of a partition that was signed under one of its origins and still stands.
SELECT size, root FROM local_signed AS one
 WHERE "partition" = %(partition)s AND origin = %(origin)s
   AND NOT EXISTS (SELECT 1 FROM local_restatements AS taken_back
                    WHERE taken_back.node = %(node)s AND taken_back."partition" = one."partition"
                      AND taken_back.origin = one.origin AND one.size > taken_back.sound AND one.size <= taken_back.size)
 ORDER BY size

-- smallest_checkpoint --
-- The smallest checkpoint of one origin over an offset that so many of these nodes have cosigned.
SELECT size, root, array_agg(line ORDER BY node) || array_remove(array_agg(second ORDER BY node), NULL)
  FROM local_cosignatures
 WHERE "partition" = %(partition)s AND origin = %(origin)s AND size > %(offset)s AND node = ANY(%(nodes)s::text[])
 GROUP BY size, root HAVING count(*) >= %(least)s ORDER BY size LIMIT 1

-- leaf --
-- What a receipt proves.
SELECT leaf FROM entries WHERE "partition" = %(partition)s AND "offset" = %(offset)s

-- newest_checkpoint --
-- The largest checkpoint of one origin that so many of these nodes have cosigned.
SELECT size, root, array_agg(line ORDER BY node) || array_remove(array_agg(second ORDER BY node), NULL)
  FROM local_cosignatures
 WHERE "partition" = %(partition)s AND origin = %(origin)s AND node = ANY(%(nodes)s::text[])
 GROUP BY size, root HAVING count(*) >= %(least)s ORDER BY size DESC LIMIT 1

-- restatements --
-- What nodes have withdrawn of a partition, or of all, as they have signed it; oldest first.
SELECT value, said_at FROM local_restatements
 WHERE value IS NOT NULL AND (%(partition)s::integer IS NULL OR "partition" = %(partition)s)
 ORDER BY said_at, node, "partition"
