-- What the API asks of the database of its node.

-- signs_of_life --
-- When the broker was last heard (ms), and how many records lie on the log that the trail has not read.
SELECT min(seen_at), coalesce(sum(greatest(ends.next_offset - coalesce(positions.next_offset, 0), 0)), 0)::bigint
  FROM local_log_ends AS ends LEFT JOIN positions USING ("partition");

-- cases --
-- Cases by their id, behind one, as of their newest record. concerning: those of which an event lies in an organ's inbox.
SELECT case_id, state, owner, log_time, records
  FROM cases
 WHERE case_id > %(after)s
   AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(owner)s::text IS NULL OR owner = %(owner)s)
   AND (%(region)s::text IS NULL OR substr(case_id, 5, 6) = %(region)s)
   AND (%(year)s::text IS NULL OR substr(case_id, 12, 4) = %(year)s)
   AND (%(concerning)s::text IS NULL OR EXISTS (
        SELECT 1 FROM entries JOIN local_inbox AS inbox
            ON inbox."partition" = entries."partition" AND inbox."offset" = entries."offset"
         WHERE entries.docket = cases.case_id AND inbox.organ = %(concerning)s))
 ORDER BY case_id LIMIT %(limit)s;

-- inbox --
-- What lies in an organ's inbox behind a cursor: of every partition a beginning of what is left, so that no cursor that is
-- made of it passes over anything.
SELECT "partition", "offset", entries.log_time, entries.verdict, entries.leaf
  FROM (SELECT "partition", "offset", row_number() OVER (PARTITION BY "partition" ORDER BY "offset") AS turn
          FROM local_inbox LEFT JOIN unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS read ("partition", upto)
               USING ("partition")
         WHERE organ = %(organ)s AND "offset" >= coalesce(upto, 0)
         ORDER BY turn, "partition" LIMIT %(limit)s) AS next
  JOIN entries USING ("partition", "offset")
 ORDER BY turn, "partition";

-- acknowledged --
-- Up to where an account has acknowledged the inbox of its organ.
SELECT "partition", next_offset FROM local_inbox_acks WHERE account = %(account)s AND organ = %(organ)s;

-- acknowledge --
-- Note up to where it has; it never goes back.
INSERT INTO local_inbox_acks (account, organ, "partition", next_offset)
SELECT %(account)s, %(organ)s, "partition", next_offset
  FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS said ("partition", next_offset)
ON CONFLICT (account, organ, "partition")
   DO UPDATE SET next_offset = greatest(local_inbox_acks.next_offset, excluded.next_offset);

-- judged_up_to --
-- How far the trail has come.
SELECT "partition", next_offset FROM positions;

-- agreement --
-- By partition and node: the largest checkpoint of it that this node's own tree confirms, and the smallest that differs.
-- Of the origin under which the partition is signed now.
SELECT "partition", node, max(size), NULL::bigint
  FROM local_cosignatures
  LEFT JOIN (SELECT "partition", max(number) AS number FROM local_origins GROUP BY 1) AS begun USING ("partition")
 WHERE origin = coalesce(begun.number, 1)
 GROUP BY "partition", node
UNION ALL
SELECT "partition", node, NULL, min(size) FROM local_disagreements WHERE settled IS NULL GROUP BY "partition", node;
