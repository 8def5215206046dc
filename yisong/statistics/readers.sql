-- spans --
-- From where, and up to where, it is to be looked at who may read what was counted: from the start where another version of the
-- rulebook has said it, or the trail was repaired.
SELECT counted."partition",
       CASE WHEN known.rulebook = %(rulebook)s AND known.next_offset <= counted.next_offset THEN known.next_offset ELSE 0 END,
       counted.next_offset
  FROM local_figures_read AS counted LEFT JOIN local_figure_readers_read AS known USING ("partition")
 ORDER BY 1;

-- move --
INSERT INTO local_figure_readers_read ("partition", next_offset, rulebook) VALUES (%(partition)s, %(end)s, %(rulebook)s)
ON CONFLICT ("partition") DO UPDATE SET next_offset = excluded.next_offset, rulebook = excluded.rulebook;

-- clear --
-- Forget all of a partition, before it is looked at anew.
DELETE FROM local_figure_readers WHERE "partition" = %(partition)s;

-- forget --
DELETE FROM local_figure_readers WHERE docket = ANY(%(dockets)s);

-- touched --
-- The dockets to which something was added that says who may read what.
SELECT DISTINCT docket FROM entries
 WHERE "partition" = %(partition)s AND "offset" >= %(first)s AND "offset" < %(end)s AND docket IS NOT NULL
   AND event_type = ANY(%(wanted)s) AND verdict IN ('admitted', 'admitted-late');

-- of_dockets --
-- What some dockets say of that, up to an offset, in log order.
SELECT "partition", "offset", docket, docket_index, uuid_send(event_id), event_type, variant, publisher, organ, aggregate_kind,
       aggregate_id, leaf
  FROM entries
 WHERE docket = ANY(%(dockets)s) AND "offset" < %(end)s AND event_type = ANY(%(wanted)s)
   AND verdict IN ('admitted', 'admitted-late')
 ORDER BY "offset";

-- known --
-- How far it is known who may read what was counted.
SELECT positions."partition", coalesce(least(counted.next_offset, known.next_offset), 0)
  FROM positions
  LEFT JOIN local_figures_read AS counted USING ("partition")
  LEFT JOIN local_figure_readers_read AS known USING ("partition");

-- progress --
-- How many records are known in that way, of how many that the trail has.
SELECT coalesce(sum(least(counted.next_offset, known.next_offset)), 0)::bigint, coalesce(sum(positions.next_offset), 0)::bigint
  FROM positions
  LEFT JOIN local_figures_read AS counted USING ("partition")
  LEFT JOIN local_figure_readers_read AS known USING ("partition");

-- masked --
-- Before a question of the statistics: their tables, as one organ may read what they were made of. An amount that it may not read
-- is there without its value. Of a seizure, a fine or a confiscation it is not said whether there was one, nor how many.
WITH closed AS MATERIALIZED (
    SELECT "partition", "offset", docket, event_type, min(since) AS since FROM local_figure_readers
     WHERE NOT %(reader)s = ANY(organs) GROUP BY "partition", "offset", docket, event_type
), local_figures AS (
    SELECT f."partition", f."offset", f.docket, f.since, f.until, f.stat, CASE WHEN closed.docket IS NULL THEN f.detail END AS detail,
           f.about, CASE WHEN closed.docket IS NULL OR f.stat <> ALL(%(amounts)s) THEN f.value END AS value,
           CASE WHEN closed.docket IS NULL OR f.stat <> ALL(%(amounts)s) THEN f.why ELSE 'not-in-audience' END AS why,
           f.organ, f.access, f.at, f.campaign, CASE WHEN closed.docket IS NULL THEN f.platform END AS platform
      FROM public.local_figures AS f
      LEFT JOIN closed ON closed."partition" = f."partition" AND closed."offset" = f."offset" AND closed.since <= f.since
     WHERE closed.docket IS NULL OR f.stat NOT IN ('items_seized', 'fine_fen', 'confiscated_fen')
    UNION ALL
    SELECT f."partition", f."offset", f.docket, f.since, f.until, shut.stat, NULL, f.about, NULL, 'not-in-audience', f.organ, f.access,
           f.at, f.campaign, NULL
      FROM public.local_figures AS f
      JOIN closed ON closed."partition" = f."partition" AND closed."offset" = f."offset" AND closed.since <= f.since
      JOIN (VALUES ('sites_patrolled', 'items_seized'), ('cases_penalised', 'fine_fen'), ('cases_penalised', 'confiscated_fen'))
           AS shut (beside, stat) ON shut.beside = f.stat
      JOIN entries AS e ON e."partition" = f."partition" AND e."offset" = f."offset" AND e.variant IS DISTINCT FROM 'non_monetary'
), local_figure_kinds AS (
    SELECT k."partition", k.docket, k.since, k.until,
           CASE WHEN clue.docket IS NULL THEN k.source END AS source,
           CASE WHEN clue.docket IS NULL THEN k.clue_works END AS clue_works,
           CASE WHEN clue.docket IS NULL THEN k.clue_platform END AS clue_platform,
           CASE WHEN opened.docket IS NULL THEN k.case_works END AS case_works,
           CASE WHEN opened.docket IS NULL THEN k.case_platform END AS case_platform
      FROM public.local_figure_kinds AS k
      LEFT JOIN (SELECT docket, min(since) AS since FROM closed WHERE event_type = 'ClueFound' GROUP BY docket) AS clue
             ON clue.docket = k.docket AND clue.since <= k.since
      LEFT JOIN (SELECT docket, min(since) AS since FROM closed WHERE event_type = 'CaseOpened' GROUP BY docket) AS opened
             ON opened.docket = k.docket AND opened.since <= k.since
), local_filed_figures AS (
    SELECT f."partition", f."offset", f.docket, f.since, f.until, f.organ, f.variant, f.campaign, f.at,
           CASE WHEN closed.docket IS NULL THEN f.period END AS period,
           CASE WHEN closed.docket IS NULL THEN f.template END AS template,
           CASE WHEN closed.docket IS NULL THEN f.report_version END AS report_version,
           CASE WHEN closed.docket IS NULL THEN f.stat END AS stat, CASE WHEN closed.docket IS NULL THEN f.unit END AS unit,
           CASE WHEN closed.docket IS NULL THEN f.kind END AS kind, CASE WHEN closed.docket IS NULL THEN f.key END AS key,
           CASE WHEN closed.docket IS NULL THEN f.value END AS value
      FROM public.local_filed_figures AS f
      LEFT JOIN closed ON closed."partition" = f."partition" AND closed."offset" = f."offset" AND closed.since <= f.since
), 

-- closed --
-- Whether there is an event that one organ may not read, and another may (null: the whole line), in a docket that counts for something
-- in a period or campaign, as a vector says it; or a report.
WITH vector AS (
    SELECT * FROM unnest(%(partitions)s::integer[], %(sizes)s::bigint[]) AS one ("partition", size)
)
SELECT EXISTS (SELECT FROM local_figure_readers AS readers JOIN vector USING ("partition")
 WHERE readers.since < size AND NOT %(reader)s = ANY(organs) AND (%(maker)s::text IS NULL OR %(maker)s = ANY(organs))
   AND (event_type = 'PeriodicReportFiled'
        OR docket IN (SELECT about FROM local_figures WHERE stat = ANY(%(stocks)s))
        OR EXISTS (SELECT FROM local_figures AS f
                    WHERE f.docket = readers.docket AND f.since < size
                      AND (%(first)s::bigint IS NULL OR f.at >= %(first)s OR f.stat = ANY(%(stocks)s))
                      AND (%(end)s::bigint IS NULL OR f.at < %(end)s)
                      AND (%(campaign)s::text IS NULL OR f.campaign = %(campaign)s))));

-- versions --
-- The versions that were frozen of a scope: when (ms), as which organ may read, and what they say.
SELECT version, (extract(epoch FROM frozen_at) * 1000)::bigint, frozen_for, document
  FROM local_statistics WHERE scope = %(scope)s ORDER BY version;

-- scopes --
-- The scopes of which something was frozen.
SELECT DISTINCT scope FROM local_statistics ORDER BY scope;

-- freeze --
INSERT INTO local_statistics (scope, version, document, frozen_for)
VALUES (%(scope)s, %(version)s, %(document)s, %(reader)s);

-- span --
-- Between which instants (ms) something counts.
SELECT min(at), max(at) FROM local_figures;
