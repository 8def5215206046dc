-- proofs --
-- For each of these positions of one partition: the largest number of nodes that have cosigned one checkpoint over it.
WITH reach AS (
    SELECT signed.size, count(*) AS nodes
      FROM (SELECT 1 AS number UNION ALL
            SELECT number FROM local_origins WHERE "partition" = %(partition)s) AS origin
     CROSS JOIN LATERAL (SELECT * FROM local_cosignatures AS one
                          WHERE one."partition" = %(partition)s AND one.origin = origin.number
                            AND one.size > %(first)s AND one.node = ANY(%(nodes)s::text[])) AS signed
     GROUP BY signed.origin, signed.size, signed.root
)
SELECT wanted."offset", coalesce(max(reach.nodes), 0)
  FROM unnest(%(offsets)s::bigint[]) AS wanted ("offset")
  LEFT JOIN (SELECT nodes, max(size) AS size FROM reach GROUP BY nodes) AS reach ON reach.size > wanted."offset"
 GROUP BY wanted."offset";

-- cosigned --
-- For each of these positions and each node: the first line with which it cosigned a checkpoint over it, and did not take
-- that back. A partition that all nodes have restated has several origins.
SELECT wanted."partition", wanted."offset", peer.node, first.line
  FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS wanted ("partition", "offset")
 CROSS JOIN unnest(%(nodes)s::text[]) AS peer (node)
 CROSS JOIN LATERAL (SELECT smallest.line
                       FROM (SELECT 1 AS number UNION ALL
                             SELECT number FROM local_origins WHERE "partition" = wanted."partition") AS origin
                      CROSS JOIN LATERAL (SELECT line FROM local_cosignatures AS one
                                           WHERE one."partition" = wanted."partition" AND one.node = peer.node
                                             AND one.origin = origin.number AND one.size > wanted."offset"
                                           ORDER BY one.size LIMIT 1) AS smallest
                      ORDER BY origin.number LIMIT 1) AS first;

-- dockets_waiting --
-- Every docket in which a clock still runs or was never stopped.
SELECT case_id, state::text FROM dockets
 WHERE jsonb_path_exists(state, '$.clocks[*] ? (@.stopped_by == null && @.ended == false && @.window == false)');

-- acts_at --
-- What was said at these positions: its type, whose it is, when it was logged, its leaf.
SELECT entries."partition", entries."offset", event_type, organ, log_time, leaf
  FROM entries
  JOIN unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS wanted ("partition", "offset")
    ON entries."partition" = wanted."partition" AND entries."offset" = wanted."offset";

-- served --
-- What recipients say was served on them in these cases.
SELECT docket, organ, log_time, leaf
  FROM entries
 WHERE docket = ANY(%(case_ids)s) AND event_type = 'DocumentServed' AND verdict IN ('admitted', 'admitted-late')
 ORDER BY docket, docket_index;

-- cases_found --
-- Cases by number, state, owner; the newest first.
SELECT case_id, state, owner, records, log_time
  FROM cases
 WHERE (%(prefix)s::text IS NULL OR starts_with(case_id, %(prefix)s))
   AND (%(part)s::text IS NULL OR position(%(part)s IN case_id) > 0)
   AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(owner)s::text IS NULL OR owner = %(owner)s)
   AND (%(before)s::bigint IS NULL OR (log_time, case_id) < (%(before)s, %(before_case)s))
 ORDER BY log_time DESC, case_id DESC
 LIMIT %(most)s;

-- cases_of_event --
-- In which case an event of this id is remembered, and the number it has there.
SELECT docket, docket_index FROM entries WHERE event_id = %(event_id)s AND remembered AND docket IS NOT NULL;

-- cases_of_document --
-- Entries whose header may bear this document number.
SELECT docket, docket_index, leaf FROM entries
 WHERE docket IS NOT NULL AND position(convert_to(%(doc_no)s, 'UTF8') IN leaf) > 0
 ORDER BY log_time DESC LIMIT 50;

-- states --
-- Which states cases are in, and how many of each.
SELECT state, count(*) FROM cases GROUP BY state ORDER BY count(*) DESC;

-- aggregates --
-- Which aggregates of a kind a case has.
SELECT DISTINCT aggregate_id FROM entries
 WHERE docket = %(case_id)s AND aggregate_kind = %(kind)s AND verdict IN ('admitted', 'admitted-late');
