-- What a sender asks of the trail of its own node.

-- dockets --
-- Dockets as of their last record; each holds its publishers' chains.
SELECT case_id, state::text FROM dockets WHERE case_id = ANY(%(case_ids)s);

-- chains --
-- How far some chains have come, as of the last record of their dockets.
SELECT asked.case_id, asked.publisher, (chain ->> 0)::bigint, chain ->> 1
  FROM unnest(%(case_ids)s::text[], %(publishers)s::text[]) AS asked (case_id, publisher)
  JOIN dockets USING (case_id)
 CROSS JOIN LATERAL (SELECT state -> 'chains' -> asked.publisher AS chain) AS known
 WHERE chain IS NOT NULL;

-- judged --
-- The entries at some positions.
SELECT "partition", "offset", log_time, verdict, reason, remembered, header_hash
  FROM entries
 WHERE ("partition", "offset") IN (SELECT * FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]));

-- remembered --
-- The entries remembered under some event ids.
SELECT docket, publisher, event_id, "partition", "offset", log_time, verdict, reason, remembered, header_hash
  FROM entries WHERE remembered AND event_id = ANY(%(event_ids)s);

-- memory --
-- What a docket remembers under some event ids.
SELECT event_id, publisher, organ, header_hash FROM entries
 WHERE remembered AND docket = %(case_id)s AND event_id = ANY(%(event_ids)s);

-- reached --
-- How far the trail has come.
SELECT "partition", next_offset FROM positions;
