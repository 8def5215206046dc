-- positions --
-- How far the trail has come in each partition.
SELECT "partition", next_offset FROM positions;

-- docket --
-- The state of one docket as of its newest record.
SELECT state::text FROM dockets WHERE case_id = %(case_id)s;

-- some_dockets --
-- The states of these dockets as of their newest records, as far as there are any.
SELECT case_id, state::text FROM dockets WHERE case_id = ANY(%(case_ids)s);

-- known_dockets --
-- Which of these dockets have a record at all.
SELECT case_id FROM dockets WHERE case_id = ANY(%(case_ids)s);

-- fresh_dockets --
-- The dockets with a number that tests and replays use: 9 as its first digit.
SELECT case_id FROM dockets WHERE case_id LIKE 'CRB-______-____-9%%';

-- live --
-- The dockets of a demo bus that live by the wall clock.
SELECT case_id FROM local_live;

-- verdicts --
-- What was said of the records at these positions.
SELECT entries."partition", entries."offset", verdict, reason, leaf_hash
  FROM entries
  JOIN unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS wanted ("partition", "offset")
    ON entries."partition" = wanted."partition" AND entries."offset" = wanted."offset";

-- docket_entries --
-- A docket as it was known at an instant: its records up to that log time, in their order.
SELECT "partition", "offset", broker_time, verdict, reason, leaf, leaf_hash
  FROM entries
 WHERE docket = %(case_id)s AND log_time <= %(at)s
 ORDER BY docket_index;

-- bodies --
-- What travelled beside the headers at these positions, where it is still kept.
SELECT bodies."partition", bodies."offset", carried
  FROM bodies
  JOIN unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS wanted ("partition", "offset")
    ON bodies."partition" = wanted."partition" AND bodies."offset" = wanted."offset";

-- all_docket_entries --
-- Every docket, record by record in its order: to fold all of them again.
SELECT docket, "partition", "offset", broker_time, verdict, reason, leaf, leaf_hash
  FROM entries
 WHERE docket IS NOT NULL
 ORDER BY docket, docket_index;

-- partition_digests --
-- Each partition before the given offset in one hash: every column of every entry, and whether the leaf has its hash.
SELECT entries."partition", count(*),
       sha256(string_agg(sha256(convert_to(ROW("offset", broker_time, log_time, docket, docket_index, docket_prev,
              event_id, event_type, variant, publisher, organ, aggregate_kind, aggregate_id, header_hash, verdict,
              reason, remembered, leaf_hash, sha256('\x00'::bytea || leaf) = leaf_hash)::text, 'UTF8')), ''::bytea
              ORDER BY "offset"))
  FROM entries
  JOIN unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS upto ("partition", next_offset)
    ON entries."partition" = upto."partition" AND entries."offset" < upto.next_offset
 GROUP BY entries."partition";

-- entry_digests --
-- The entries of one partition before the given offset, each in one hash, in their order: to find the first that differs.
SELECT "offset",
       sha256(convert_to(ROW("offset", broker_time, log_time, docket, docket_index, docket_prev,
              event_id, event_type, variant, publisher, organ, aggregate_kind, aggregate_id, header_hash, verdict,
              reason, remembered, leaf_hash, sha256('\x00'::bytea || leaf) = leaf_hash)::text, 'UTF8'))
  FROM entries
 WHERE "partition" = %(partition)s AND "offset" < %(next_offset)s
 ORDER BY "offset";

-- entry --
-- One entry, column by column; its leaf by its hash, as stored and as computed now.
SELECT jsonb_set(to_jsonb(entries) - 'leaf', '{leaf_hash_now}', to_jsonb(encode(sha256('\x00'::bytea || leaf), 'hex')))
  FROM entries
 WHERE "partition" = %(partition)s AND "offset" = %(offset)s;

-- docket_digests --
-- Each docket in one hash, as of its newest record.
SELECT case_id, "partition", last_offset,
       sha256(convert_to(ROW(log_time, "index", prev_leaf, next_due, state)::text, 'UTF8'))
  FROM dockets
 ORDER BY case_id;

-- dockets_with_clocks --
-- Every docket in which a clock was ever started.
SELECT case_id, state::text FROM dockets WHERE state->'clocks' <> '[]'::jsonb;

-- admitted_acts --
-- Where acts of these types lie, whose they are, and when they were logged.
SELECT "partition", "offset", organ, log_time, event_type
  FROM entries
 WHERE event_type = ANY(%(event_types)s) AND verdict IN ('admitted', 'admitted-late');

-- refused_acts --
-- Acts of these types that are genuine and were refused all the same.
SELECT leaf
  FROM entries
 WHERE event_type = ANY(%(event_types)s) AND verdict = 'refused' AND remembered;

-- supervision_acts --
-- The orders of joint supervisions, their ends, and what recipients say was served on them, docket by docket.
SELECT log_time, leaf
  FROM entries
 WHERE event_type IN ('JointSupervisionOrdered', 'JointSupervisionLifted', 'DocumentServed')
   AND verdict IN ('admitted', 'admitted-late')
 ORDER BY docket, docket_index;

-- waiting_clues --
-- Every clue that nobody has made a case of or closed: its docket, and what was said when it was found.
SELECT dockets.case_id, dockets.state::text, found.leaf, bodies.carried
  FROM cases
  JOIN dockets USING (case_id)
  JOIN entries AS found ON found.docket = case_id AND found.event_type = 'ClueFound'
                       AND found.verdict IN ('admitted', 'admitted-late')
  LEFT JOIN bodies ON bodies."partition" = found."partition" AND bodies."offset" = found."offset"
 WHERE cases.state IN ('clue', 'handed_over');

-- unrelayed --
-- How much of what concerns the agency does not lie in its inbox yet.
SELECT count(*) FROM local_relay;

-- not_looked_at --
-- In how many partitions the clocks have not looked at all that the trail has read.
SELECT count(*) FROM positions LEFT JOIN local_watched USING ("partition")
 WHERE local_watched.next_offset IS DISTINCT FROM positions.next_offset;

-- notices_due --
-- How many notices wait to be said that are true already, in dockets that have a time of their own.
SELECT count(*) FROM local_watch WHERE log_time IS NOT NULL;

-- unsent --
-- How many events of the node have no verdict yet.
SELECT count(*) FROM local_outbox WHERE state IN ('waiting', 'signed', 'logged');

-- leaf --
-- The leaf at one position, as it is stored.
SELECT leaf FROM entries WHERE "partition" = %(partition)s AND "offset" = %(offset)s;

-- remembered_places --
-- Where an event of this id is remembered.
SELECT "partition", "offset", docket, verdict, reason FROM entries
 WHERE event_id = %(event_id)s AND remembered ORDER BY "partition", "offset";

-- place --
-- What stands at a position.
SELECT "partition", "offset", docket, verdict, reason FROM entries
 WHERE "partition" = %(partition)s AND "offset" = %(offset)s;

-- newest_place --
-- What this node admitted last.
SELECT one."partition", one."offset", one.docket, one.verdict, one.reason
  FROM local_batches AS batch
  JOIN entries AS one
    ON one."partition" = batch."partition" AND one."offset" >= batch.first_offset AND one."offset" < batch.next_offset
 WHERE one.verdict IN ('admitted', 'admitted-late')
 ORDER BY batch.serial DESC, one."offset" DESC LIMIT 1;

-- dossier_entries --
-- The records of a docket up to the one at an offset, in their order, each with what travelled, where it is still kept.
SELECT entries."offset", leaf, carried
  FROM entries
  LEFT JOIN bodies ON bodies."partition" = entries."partition" AND bodies."offset" = entries."offset"
 WHERE docket = %(case_id)s AND entries."partition" = %(partition)s AND entries."offset" <= %(offset)s
 ORDER BY docket_index;

-- docket_leaves --
-- The leaves of a docket, in their order.
SELECT "partition", "offset", leaf FROM entries WHERE docket = %(case_id)s ORDER BY docket_index;

-- remembered_of_docket --
-- All that a docket remembers.
SELECT event_id, publisher, organ, header_hash FROM entries
 WHERE remembered AND docket = %(case_id)s ORDER BY "offset";
