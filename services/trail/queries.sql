-- start_positions --
-- Begin partitions that this trail has never read at their first offset, 0: the log is kept for ever.
INSERT INTO positions ("partition", next_offset)
SELECT unnest(%(partitions)s::integer[]), 0 ON CONFLICT DO NOTHING

-- positions --
-- Where each partition goes on.
SELECT "partition", next_offset FROM positions WHERE "partition" = ANY(%(partitions)s::integer[])

-- move_positions --
-- Move partitions on. Fewer rows come back than asked when another process has moved one: roll back and leave.
UPDATE positions AS held SET next_offset = asked.next_offset
  FROM unnest(%(partitions)s::integer[], %(expected)s::bigint[], %(next_offsets)s::bigint[])
       AS asked("partition", expected, next_offset)
 WHERE held."partition" = asked."partition" AND held.next_offset = asked.expected
RETURNING held."partition"

-- newest_entries --
-- The newest entries of a partition that stand for a record: what the log must still say when we start.
SELECT "partition", "offset", leaf FROM entries
 WHERE "partition" = %(partition)s AND "offset" >= %(next_offset)s::bigint - %(newest)s::bigint
   AND "offset" < %(next_offset)s AND verdict <> 'absent'

-- dockets --
-- The stored state of these dockets, each as of its last record.
SELECT case_id, state::text FROM dockets WHERE case_id = ANY(%(case_ids)s::text[])

-- remembered_of_dockets --
-- All that these dockets remember.
SELECT docket, event_id, publisher, organ, header_hash FROM entries
 WHERE remembered AND docket = ANY(%(case_ids)s::text[]) ORDER BY "offset"

-- remembered_by_id --
-- What a docket remembers under an event id, for dockets too long to be read whole.
SELECT docket, event_id, publisher, organ, header_hash FROM entries
  JOIN unnest(%(case_ids)s::text[], %(ids)s::uuid[]) AS asked(case_id, id) ON event_id = id AND docket = case_id
 WHERE remembered ORDER BY "offset"

-- stage_dockets --
-- A place for the dockets of one batch, private to this connection.
CREATE TEMPORARY TABLE IF NOT EXISTS staged (LIKE dockets INCLUDING STORAGE) ON COMMIT DELETE ROWS

-- write_dockets --
-- Every docket of the batch, as of its newest record.
INSERT INTO dockets SELECT * FROM staged
ON CONFLICT (case_id) DO UPDATE SET
    last_offset = excluded.last_offset, log_time = excluded.log_time, "index" = excluded."index",
    prev_leaf = excluded.prev_leaf, next_due = excluded.next_due, state = excluded.state

-- note_batch --
-- When we received what: local, never compared.
INSERT INTO local_batches ("partition", first_offset, next_offset, received_at)
SELECT *, %(received_at)s::bigint FROM unnest(%(partitions)s::integer[], %(expected)s::bigint[], %(next_offsets)s::bigint[])

-- waiting_for_inbox --
-- What comes next into the inbox: of each partition its oldest rows from an offset on, so many rows and bytes at most.
SELECT "partition", "offset", key, value
  FROM (SELECT oldest.*, row_number() OVER so_far AS place, sum(octet_length(oldest.value)) OVER so_far AS bytes
          FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS asked("partition", first)
         CROSS JOIN LATERAL (SELECT * FROM local_relay AS one
                              WHERE one."partition" = asked."partition" AND one."offset" >= asked.first
                              ORDER BY one."offset" LIMIT %(rows)s) AS oldest
        WINDOW so_far AS (PARTITION BY oldest."partition" ORDER BY oldest."offset")) AS next
 WHERE place = 1 OR bytes <= %(bytes)s
 ORDER BY "partition", "offset"

-- lies_in_inbox --
-- Forget what Kafka has: each partition up to an offset, and nothing lies before it that was not sent.
DELETE FROM local_relay AS sent USING unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS asked("partition", last)
 WHERE sent."partition" = asked."partition" AND sent."offset" <= asked.last

-- count_waiting_for_inbox --
-- How much does not lie in the inbox yet, of each partition from an offset on.
SELECT coalesce(sum(rows), 0)::bigint
  FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS asked("partition", first)
 CROSS JOIN LATERAL (SELECT count(*) AS rows FROM local_relay AS one
                      WHERE one."partition" = asked."partition" AND one."offset" >= asked.first) AS counted

-- note_log_ends --
-- Where the log ends, as the broker has just said.
INSERT INTO local_log_ends ("partition", next_offset, seen_at)
SELECT "partition", next_offset, %(seen_at)s
  FROM unnest(%(partitions)s::integer[], %(next_offsets)s::bigint[]) AS seen ("partition", next_offset)
ON CONFLICT ("partition") DO UPDATE SET next_offset = excluded.next_offset, seen_at = excluded.seen_at;
