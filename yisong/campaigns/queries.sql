-- What the register dockets of a node's database say of campaigns and reports, and what belongs to a campaign.

-- began --
-- When the log of this bus began, as far as our trail has it.
SELECT min(log_time) FROM entries WHERE "offset" = 0;

-- registers --
-- Which of these register dockets there are, how late it is there, and when they began.
SELECT case_id, log_time, (SELECT log_time FROM entries WHERE docket = case_id ORDER BY docket_index LIMIT 1)
  FROM dockets WHERE case_id = ANY(%(case_ids)s::text[]);

-- live --
-- Which of these dockets live by the wall clock, on a bus where the others have a time of their own.
SELECT case_id FROM local_live WHERE case_id = ANY(%(case_ids)s::text[]);

-- lengths --
-- How many records these dockets have.
SELECT case_id, "index" FROM dockets WHERE case_id = ANY(%(case_ids)s::text[]) ORDER BY case_id;

-- said --
-- What was announced, filed and put right in these dockets, each from one record on up to another.
SELECT docket, docket_index, entries."partition", entries."offset", log_time, leaf, carried
  FROM unnest(%(case_ids)s::text[], %(above)s::bigint[], %(upto)s::bigint[]) AS asked (case_id, above, upto)
  JOIN entries ON docket = asked.case_id AND docket_index > asked.above AND docket_index <= asked.upto
  LEFT JOIN bodies ON bodies."partition" = entries."partition" AND bodies."offset" = entries."offset"
 WHERE event_type IN ('CampaignPhaseChanged', 'PeriodicReportFiled', 'EventCorrected')
   AND verdict IN ('admitted', 'admitted-late')
 ORDER BY docket, docket_index;

-- naming --
-- Every admitted event whose leaf holds one of these ids, wherever it stands in it: the header says which it is.
SELECT docket, log_time, "partition", "offset", leaf
  FROM entries
 WHERE verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL
   AND EXISTS (SELECT FROM unnest(%(ids)s::bytea[]) AS id WHERE position(id IN leaf) > 0)
 ORDER BY log_time, "partition", "offset";

-- case_states --
-- In which state these cases are, and whose they are, as of their newest records.
SELECT case_id, state, owner FROM cases WHERE case_id = ANY(%(case_ids)s::text[]) ORDER BY case_id;

-- positions --
-- How far the trail has come.
SELECT "partition", next_offset FROM positions;

-- naming_between --
-- The same in one stretch of one partition.
SELECT docket, event_type, log_time, "offset", leaf
  FROM entries
 WHERE "partition" = %(partition)s AND "offset" >= %(begin)s AND "offset" < %(end)s
   AND verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL
   AND EXISTS (SELECT FROM unnest(%(ids)s::bytea[]) AS id WHERE position(id IN leaf) > 0)
 ORDER BY "offset";

-- erased --
-- Whose bodies were erased.
SELECT "partition", "offset" FROM local_erased;
