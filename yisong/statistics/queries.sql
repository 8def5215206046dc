-- spans --
-- From where, and up to where, each partition is to be counted.
SELECT positions."partition", coalesce(local_figures_read.next_offset, 0), positions.next_offset
  FROM positions LEFT JOIN local_figures_read USING ("partition")
 ORDER BY 1;

-- move --
-- Note how far a partition has been counted.
INSERT INTO local_figures_read ("partition", next_offset) VALUES (%(partition)s, %(end)s)
ON CONFLICT ("partition") DO UPDATE SET next_offset = excluded.next_offset;

-- clear_figures --
-- Forget what was counted in a partition, before all of it is counted anew.
DELETE FROM local_figures WHERE "partition" = %(partition)s;

-- clear_kinds --
DELETE FROM local_figure_kinds WHERE "partition" = %(partition)s;

-- clear_filed --
DELETE FROM local_filed_figures WHERE "partition" = %(partition)s;

-- forget_figures --
-- Forget what was counted in some dockets, before they are counted anew.
DELETE FROM local_figures WHERE docket = ANY(%(dockets)s);

-- forget_kinds --
DELETE FROM local_figure_kinds WHERE docket = ANY(%(dockets)s);

-- forget_filed --
DELETE FROM local_filed_figures WHERE docket = ANY(%(dockets)s);

-- forget_sealed --
DELETE FROM local_figures_sealed WHERE docket = ANY(%(dockets)s);

-- whole --
-- Every event of a partition that counts for something, in log order.
SELECT e."partition", e."offset", e.docket, e.docket_index, uuid_send(e.event_id), e.event_type, e.variant, e.publisher, e.organ,
       e.aggregate_kind, e.aggregate_id, e.leaf, b.carried
  FROM entries AS e
  LEFT JOIN bodies AS b ON b."partition" = e."partition" AND b."offset" = e."offset" AND e.event_type = ANY(%(read)s)
 WHERE e."partition" = %(partition)s AND e."offset" < %(end)s AND e.event_type = ANY(%(wanted)s)
   AND e.verdict IN ('admitted', 'admitted-late')
 ORDER BY e."offset";

-- of_dockets --
-- The same of some dockets, up to an offset.
SELECT e."partition", e."offset", e.docket, e.docket_index, uuid_send(e.event_id), e.event_type, e.variant, e.publisher, e.organ,
       e.aggregate_kind, e.aggregate_id, e.leaf, b.carried
  FROM entries AS e
  LEFT JOIN bodies AS b ON b."partition" = e."partition" AND b."offset" = e."offset" AND e.event_type = ANY(%(read)s)
 WHERE e.docket = ANY(%(dockets)s) AND e."offset" < %(end)s AND e.event_type = ANY(%(wanted)s)
   AND e.verdict IN ('admitted', 'admitted-late')
 ORDER BY e."offset";

-- touched --
-- The dockets to which something was added that counts, or by which a clock may have been found to have run out.
SELECT DISTINCT e.docket
  FROM entries AS e
 WHERE e."partition" = %(partition)s AND e."offset" >= %(first)s AND e."offset" < %(end)s AND e.docket IS NOT NULL
   AND ((e.verdict IN ('admitted', 'admitted-late') AND e.event_type = ANY(%(wanted)s))
        OR EXISTS (SELECT FROM local_figures AS f
                    WHERE f.docket = e.docket AND f.stat IN ('rectifications_ordered', 'supervised_open')));

-- opened --
-- The dockets with a body for which this line has been given a key since it was counted; and those with one that was counted, and
-- that this node has erased since. The columns are those whose value stands in bodies.
SELECT docket FROM local_figures_sealed AS one
 WHERE EXISTS (SELECT FROM local_body_keys AS given WHERE given.event_id = one.event_id)
UNION
SELECT e.docket
  FROM local_erased AS gone JOIN entries AS e ON e."partition" = gone."partition" AND e."offset" = gone."offset"
 WHERE EXISTS (SELECT FROM local_figures AS f
                WHERE f.docket = e.docket AND gone."offset" IN (f."offset", f.since) AND f.value IS NOT NULL
                  AND f.stat IN ('sites_patrolled', 'works_checked', 'problems_found', 'items_seized', 'fine_fen', 'confiscated_fen',
                                 'amount_involved_fen', 'sites_suspended', 'sites_closed', 'links_removed', 'apps_delisted'))
    OR EXISTS (SELECT FROM local_filed_figures AS f
                WHERE f.docket = e.docket AND gone."offset" IN (f."offset", f.since) AND f.period IS NOT NULL)
    OR EXISTS (SELECT FROM local_figure_kinds AS k
                WHERE k.docket = e.docket AND k.until IS NULL AND k.since >= gone."offset"
                  AND CASE e.event_type WHEN 'ClueFound' THEN k.source IS NOT NULL
                                        WHEN 'CaseOpened' THEN k.case_platform IS NOT NULL END);

-- place --
-- In which partition some dockets lie.
SELECT case_id, "partition" FROM dockets WHERE case_id = ANY(%(dockets)s);

-- ran_out --
-- The periods of rectifications and supervisions that were missed, and the first record by which the log says so.
SELECT case_id, timer, aggregate_id, started_by::bigint, breached_at,
       (SELECT min("offset") FROM entries WHERE docket = case_id AND log_time >= breached_at)
  FROM clocks
 WHERE case_id = ANY(%(dockets)s) AND timer IN ('T-RECT', 'T-JS-DUE') AND breached_at IS NOT NULL;

-- counted --
-- How far each partition has been counted.
SELECT positions."partition", coalesce(local_figures_read.next_offset, 0)
  FROM positions LEFT JOIN local_figures_read USING ("partition");

-- cells --
-- What adds up, at a vector, by organ, and by what kind of thing where that is asked for.
WITH vector AS (
    SELECT * FROM unnest(%(partitions)s::integer[], %(sizes)s::bigint[]) AS one ("partition", size)
), kinds AS (
    SELECT kind.* FROM local_figure_kinds AS kind JOIN vector USING ("partition")
     WHERE %(by)s::text IS NOT NULL AND since < size AND (until IS NULL OR until >= size)
), counted AS (
    SELECT f.*, f.stat = ANY(%(of_clue)s) AS of_clue
      FROM local_figures AS f JOIN vector USING ("partition")
     WHERE since < size AND (until IS NULL OR until >= size)
       AND (%(first)s::bigint IS NULL OR at >= %(first)s) AND (%(end)s::bigint IS NULL OR at < %(end)s)
       AND (%(campaign)s::text IS NULL OR campaign = %(campaign)s)
       AND stat <> 'cluster_links' AND stat <> ALL(%(stocks)s)
)
SELECT stat, unit, organ, access, key, coalesce(sum(value), 0)::bigint, count(*) FILTER (WHERE why <> 'unknown'),
       count(*) FILTER (WHERE why = 'unknown')
  FROM (SELECT stat, CASE WHEN stat = 'items_seized' THEN detail END AS unit, organ, access, value, why,
               unnest(CASE %(by)s::text
                      WHEN 'work_type' THEN CASE WHEN kinds.docket IS NULL THEN '{unknown}'::text[]
                                                 ELSE coalesce(CASE WHEN of_clue THEN clue_works ELSE case_works END,
                                                               ARRAY[NULL::text]) END
                      WHEN 'platform_type' THEN ARRAY[CASE WHEN platform IS NOT NULL THEN platform
                                                           WHEN kinds.docket IS NULL THEN 'unknown'
                                                           WHEN of_clue THEN clue_platform ELSE case_platform END]
                      WHEN 'source' THEN ARRAY[CASE WHEN kinds.docket IS NULL THEN 'unknown' ELSE source END]
                      ELSE '{""}'::text[] END) AS key
          FROM counted LEFT JOIN kinds ON kinds.docket = counted.docket) AS one
 GROUP BY stat, unit, organ, access, key;

-- stocks --
-- Which cases are under supervision, or overdue in it, at the end of a period, as a vector says it.
WITH vector AS (
    SELECT * FROM unnest(%(partitions)s::integer[], %(sizes)s::bigint[]) AS one ("partition", size)
), kinds AS (
    SELECT kind.* FROM local_figure_kinds AS kind JOIN vector USING ("partition")
     WHERE %(by)s::text IS NOT NULL AND since < size AND (until IS NULL OR until >= size)
), standing AS (
    SELECT stat, organ, about
      FROM local_figures JOIN vector USING ("partition")
     WHERE since < size AND (until IS NULL OR until >= size) AND stat = ANY(%(stocks)s)
       AND (%(end)s::bigint IS NULL OR at < %(end)s) AND (%(campaign)s::text IS NULL OR campaign = %(campaign)s)
     GROUP BY stat, organ, about, docket HAVING sum(value) > 0
)
SELECT stat, organ, about,
       unnest(CASE %(by)s::text
              WHEN 'work_type' THEN CASE WHEN kinds.docket IS NULL THEN '{unknown}'::text[]
                                         ELSE coalesce(case_works, ARRAY[NULL::text]) END
              WHEN 'platform_type' THEN ARRAY[CASE WHEN kinds.docket IS NULL THEN 'unknown' ELSE case_platform END]
              WHEN 'source' THEN ARRAY[CASE WHEN kinds.docket IS NULL THEN 'unknown' ELSE source END]
              ELSE '{""}'::text[] END)
  FROM standing LEFT JOIN kinds ON kinds.docket = about;

-- clusters --
-- Of how many cases of a cluster campaign criminal cases were filed in a period: by what the filing says, or a link.
WITH vector AS (
    SELECT * FROM unnest(%(partitions)s::integer[], %(sizes)s::bigint[]) AS one ("partition", size)
), counted AS (
    SELECT f.* FROM local_figures AS f JOIN vector USING ("partition")
     WHERE since < size AND (until IS NULL OR until >= size) AND stat IN ('criminal_cases', 'cluster_links')
), filed AS (
    SELECT * FROM counted
     WHERE stat = 'criminal_cases' AND (%(first)s::bigint IS NULL OR at >= %(first)s)
       AND (%(end)s::bigint IS NULL OR at < %(end)s) AND (%(campaign)s::text IS NULL OR campaign = %(campaign)s)
), members AS (
    SELECT detail AS cluster, docket FROM filed WHERE detail IS NOT NULL
    UNION
    SELECT link.detail, filed.docket FROM filed JOIN counted AS link ON link.stat = 'cluster_links' AND link.about = filed.docket
     WHERE link.detail IS NOT NULL
)
SELECT cluster, count(*) FROM members GROUP BY cluster ORDER BY cluster;

-- filed --
-- What was filed on a period or a campaign, as a vector says it; and what can't be read here.
WITH vector AS (
    SELECT * FROM unnest(%(partitions)s::integer[], %(sizes)s::bigint[]) AS one ("partition", size)
)
SELECT f."partition", f."offset", f.organ, f.variant, f.at, f.period, f.template, f.report_version, f.stat, f.unit, f.kind, f.key,
       f.value, e.event_id::text
  FROM local_filed_figures AS f JOIN vector USING ("partition")
  JOIN entries AS e ON e."partition" = f."partition" AND e."offset" = f."offset"
 WHERE since < size AND (until IS NULL OR until >= size) AND f.variant = ANY(%(variants)s)
   AND (f.period IS NULL OR %(period)s::text IS NULL OR f.period = %(period)s)
   AND (%(campaign)s::text IS NULL OR f.campaign = %(campaign)s) AND (%(first)s::bigint IS NULL OR f.at >= %(first)s)
 ORDER BY f."partition", f."offset";

-- changed --
-- What counts at one of two vectors and not at the other, with the event and the one that made the difference.
WITH vector AS (
    SELECT * FROM unnest(%(partitions)s::integer[], %(sizes)s::bigint[], %(olds)s::bigint[]) AS one ("partition", size, old)
)
SELECT f."partition", f."offset", f.docket, f.stat, CASE WHEN f.stat = 'items_seized' THEN f.detail END, f.about, f.value, f.organ,
       since < size AND (until IS NULL OR until >= size) AS now, f."offset" >= old AS new,
       e.event_type, e.event_id::text, by.event_type, by.event_id::text, by."offset"
  FROM local_figures AS f JOIN vector USING ("partition")
  JOIN entries AS e ON e."partition" = f."partition" AND e."offset" = f."offset"
  JOIN entries AS by ON by."partition" = f."partition"
                    AND by."offset" = CASE WHEN since < size AND (until IS NULL OR until >= size) THEN since ELSE until END
 WHERE (since < size AND (until IS NULL OR until >= size)) <> (since < old AND (until IS NULL OR until >= old))
   AND (%(first)s::bigint IS NULL OR at >= %(first)s OR f.stat = ANY(%(stocks)s)) AND (%(end)s::bigint IS NULL OR at < %(end)s)
   AND (%(campaign)s::text IS NULL OR f.campaign = %(campaign)s) AND f.stat <> 'cluster_links'
 ORDER BY f.stat, f."partition", f."offset", f.since;

-- newest --
-- The newest log time before a vector.
SELECT coalesce(max(log_time), 0)
  FROM entries JOIN unnest(%(partitions)s::integer[], %(sizes)s::bigint[]) AS one ("partition", size) USING ("partition")
 WHERE "offset" < size;

-- versions --
-- The versions that were frozen of a scope.
SELECT version, document FROM local_statistics WHERE scope = %(scope)s ORDER BY version;

-- freeze --
-- Keep one more version, for ever.
INSERT INTO local_statistics (scope, version, document) VALUES (%(scope)s, %(version)s, %(document)s);
