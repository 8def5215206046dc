-- know_partitions --
-- Begin to look at partitions that the trail has begun and we have not.
INSERT INTO local_watched ("partition", next_offset)
SELECT "partition", 0 FROM positions WHERE "partition" NOT IN (SELECT "partition" FROM local_watched)
ON CONFLICT DO NOTHING

-- touched --
-- Look on as far as the trail has come, a bounded stretch at a time, and name the dockets that have records there.
WITH moved AS (
    UPDATE local_watched AS seen SET next_offset = least(trail.next_offset, before.next_offset + %(most)s::bigint)
      FROM positions AS trail, local_watched AS before
     WHERE trail."partition" = seen."partition" AND before."partition" = seen."partition"
       AND trail.next_offset > before.next_offset
    RETURNING seen."partition", before.next_offset AS first_offset, seen.next_offset
)
SELECT DISTINCT docket FROM entries
  JOIN moved ON entries."partition" = moved."partition"
            AND "offset" >= moved.first_offset AND "offset" < moved.next_offset
 WHERE docket IS NOT NULL

-- newly_live --
-- The dockets of which nobody has told us yet that they live by the wall clock.
UPDATE local_live SET taken = true WHERE NOT taken RETURNING case_id

-- live --
-- Which of these dockets live by the wall clock, on a bus where the others have a time of their own.
SELECT case_id FROM local_live WHERE case_id = ANY(%(case_ids)s::text[])

-- dockets --
-- The stored state of these dockets, each as of its last record.
SELECT case_id, state::text FROM dockets WHERE case_id = ANY(%(case_ids)s::text[])

-- starters --
-- Who spoke in these records of these dockets.
SELECT docket, "offset", organ FROM entries
  JOIN dockets ON dockets.case_id = docket
  JOIN unnest(%(case_ids)s::text[], %(offsets)s::bigint[]) AS asked(case_id, at)
    ON docket = asked.case_id AND "offset" = at AND entries."partition" = dockets."partition"
 WHERE organ IS NOT NULL

-- forget_others --
-- Of these dockets nothing is to be said any more but what is named.
DELETE FROM local_watch
 WHERE case_id = ANY(%(touched)s::text[])
   AND (case_id, notice) NOT IN (SELECT * FROM unnest(%(case_ids)s::text[], %(notices)s::text[]))

-- watch --
-- Note what is to be said, and when it is our turn. Where a docket's own time has moved on it is our turn later.
INSERT INTO local_watch (case_id, notice, falls_at, rank, turn_at, log_time)
SELECT * FROM unnest(%(case_ids)s::text[], %(notices)s::text[], %(falls_at)s::bigint[], %(ranks)s::integer[],
                     %(turns)s::bigint[], %(log_times)s::bigint[])
ON CONFLICT (case_id, notice) DO UPDATE
   SET falls_at = excluded.falls_at, rank = excluded.rank, turn_at = excluded.turn_at, log_time = excluded.log_time
 WHERE local_watch.tries = 0 AND local_watch.log_time IS DISTINCT FROM excluded.log_time

-- wait_again --
-- What fell due while we were away: the line whose turn it is gets its time to say it before we do.
UPDATE local_watch SET turn_at = %(now)s::bigint + rank * %(grace)s::bigint
 WHERE turn_at < %(now)s::bigint + rank * %(grace)s::bigint AND rank > 0 AND tries = 0

-- any_due --
-- Is it our turn to say anything?
SELECT EXISTS (SELECT FROM local_watch WHERE turn_at <= %(now)s)

-- counts --
-- How much is watched, and of how much it is our turn.
SELECT count(*), count(*) FILTER (WHERE turn_at <= %(now)s) FROM local_watch

-- under_way --
-- How many of our notices have no verdict yet.
SELECT count(*) FROM local_outbox WHERE publisher = %(publisher)s AND state IN ('waiting', 'signed', 'logged')

-- due --
-- What it is our turn to say, longest due first; and what became of our last try.
SELECT watch.case_id, notice, falls_at, tries, outbox.state, outbox.reason
  FROM local_watch AS watch LEFT JOIN local_outbox AS outbox USING (event_id)
 WHERE turn_at <= %(now)s ORDER BY turn_at, falls_at, watch.case_id, notice LIMIT %(most)s

-- forget --
-- Nothing of this kind is to be said of this clock any more.
DELETE FROM local_watch WHERE case_id = %(case_id)s AND notice = %(notice)s

-- said --
-- It stands in the outbox under this id; should that come to nothing, it is our turn again.
UPDATE local_watch SET tries = tries + 1, event_id = %(event_id)s, turn_at = %(turn_at)s
 WHERE case_id = %(case_id)s AND notice = %(notice)s

-- look_later --
-- Our last try is still under way.
UPDATE local_watch SET turn_at = %(turn_at)s WHERE case_id = %(case_id)s AND notice = %(notice)s

-- reached --
-- How far the trail has come.
SELECT "partition", next_offset FROM positions

-- heartbeats --
-- How many heartbeats this node has put into its outbox, and what it stated in the newest.
SELECT count(*), (array_agg(fields ORDER BY serial DESC))[1]::jsonb ->> 'occurred_at'
  FROM local_outbox
 WHERE case_id LIKE 'CRB-000000-____-000000-%%' AND publisher = %(publisher)s

-- heartbeat_under_way --
-- Does a heartbeat wait for its verdict?
SELECT EXISTS (SELECT 1 FROM local_outbox
                WHERE state IN ('waiting', 'signed', 'logged') AND publisher = %(publisher)s
                  AND case_id LIKE 'CRB-000000-____-000000-%%')
