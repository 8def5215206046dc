-- What pictures need of a node's database that nobody else asks for.

-- span --
-- From when to when whatever counts for a campaign happened, as a vector says it.
SELECT min(at), max(at)
  FROM local_figures
  JOIN unnest(%(partitions)s::integer[], %(sizes)s::bigint[]) AS one ("partition", size) USING ("partition")
 WHERE since < size AND (until IS NULL OR until >= size) AND campaign = %(campaign)s;

-- unfinished --
-- The dockets of cases that are not at their end, or in which a referral is not.
SELECT case_id, state::text
  FROM dockets
 WHERE case_id IN (SELECT case_id FROM cases WHERE state <> 'none' AND state <> ALL(%(closed)s::text[])
                   UNION ALL
                   SELECT case_id FROM referrals WHERE state <> ALL(%(over)s::text[]));

-- openings --
-- What opened the cases of these dockets.
SELECT docket, leaf
  FROM entries
 WHERE docket = ANY(%(dockets)s::text[]) AND verdict IN ('admitted', 'admitted-late')
   AND (event_type = 'CaseOpened' OR (event_type = 'CriminalCaseFiled' AND aggregate_kind = 'case'))
 ORDER BY docket, docket_index;
