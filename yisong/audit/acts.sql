-- What is asked of a node for whoever derives something from what happened: admitted events of some types.

-- acts --
-- Admitted events of these types, logged up to an instant, in the order of the log, each with what travelled, where it is kept.
SELECT entries."partition", entries."offset", log_time, docket, docket_index, verdict, leaf, carried
  FROM entries
  LEFT JOIN bodies ON bodies."partition" = entries."partition" AND bodies."offset" = entries."offset"
 WHERE event_type = ANY(%(event_types)s) AND verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL
   AND log_time <= %(at)s
 ORDER BY log_time, entries."partition", entries."offset";

-- telling --
-- Of these dockets the admitted events of some types, each docket in its own order.
SELECT "partition", "offset", log_time, docket, docket_index, verdict, leaf, NULL::bytea
  FROM entries
 WHERE docket = ANY(%(dockets)s) AND event_type = ANY(%(event_types)s) AND verdict IN ('admitted', 'admitted-late')
 ORDER BY docket, docket_index;

-- positions --
-- How far the trail has come.
SELECT "partition", next_offset FROM positions;

-- acts_between --
-- The same in one stretch of one partition, without what travelled.
SELECT "partition", "offset", log_time, docket, docket_index, verdict, leaf
  FROM entries
 WHERE "partition" = %(partition)s AND "offset" >= %(begin)s AND "offset" < %(end)s
   AND event_type = ANY(%(event_types)s) AND verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL
 ORDER BY "offset";

-- sizes --
-- How many records these dockets have.
SELECT case_id, "index" FROM dockets WHERE case_id = ANY(%(case_ids)s::text[]);

-- carried_at --
-- What travelled with the records at these positions, where it is kept.
SELECT "partition", "offset", carried
  FROM unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS at ("partition", "offset")
  JOIN bodies USING ("partition", "offset");
