-- positions_of_all --
-- Where this trail goes on, in each partition that it has begun.
SELECT "partition", next_offset FROM positions

-- newest_batch --
-- Up to which batch nothing has to be measured.
SELECT coalesce(max(serial), 0) FROM local_batches

-- batches_since --
-- How long (ms) the oldest record of each batch after a serial had lain on the log when the batch was recorded.
SELECT noted.serial, greatest(0, extract(epoch FROM noted.recorded_at) * 1000 - oldest.broker_time)::bigint
  FROM local_batches AS noted
  LEFT JOIN entries AS oldest
    ON oldest."partition" = noted."partition" AND oldest."offset" = noted.first_offset AND oldest.verdict <> 'absent'
 WHERE noted.serial > %(serial)s::bigint ORDER BY noted.serial LIMIT %(most)s::integer

-- open_duties --
-- Open duties by article, and how many of them are over. On a demo bus a docket's log time is its now, unless it is live.
SELECT duty.article, count(*), count(*) FILTER (WHERE coalesce(duty.due_rolled, duty.due_strict) < CASE
           WHEN %(own_time)s::boolean AND live.case_id IS NULL THEN docket.log_time ELSE %(now)s::bigint END)
  FROM local_duties AS duty
  LEFT JOIN dockets AS docket USING (case_id)
  LEFT JOIN local_live AS live USING (case_id)
 WHERE duty.state = 'open' GROUP BY duty.article

-- open_outbox --
-- What of the outbox is on its way, by state.
SELECT state, count(*) FROM local_outbox WHERE state IN ('waiting', 'signed', 'logged') GROUP BY state
 UNION ALL
SELECT 'drafted', count(*) FROM local_outbox WHERE state = 'drafted'

-- parked_outbox --
-- What of the outbox waits for a person.
SELECT count(*) FROM local_outbox WHERE state = 'parked'

-- next_of_outbox --
-- The oldest event that is on its way and does not wait for a second signature, its own or of one before it.
SELECT min(one.serial) FROM local_outbox AS one
 WHERE one.state IN ('waiting', 'signed', 'logged')
   AND NOT EXISTS (SELECT 1 FROM local_outbox AS draft
                    WHERE draft.state = 'drafted' AND draft.case_id = one.case_id AND draft.publisher = one.publisher)

-- open_clocks --
-- Clocks that an act can still stop: by timer, whether over, and for how long they have run (ms, by upper bounds).
WITH known AS (
    SELECT docket.state, CASE WHEN %(own_time)s::boolean AND live.case_id IS NULL THEN docket.log_time
                              ELSE %(now)s::bigint END AS as_of
      FROM dockets AS docket LEFT JOIN local_live AS live USING (case_id))
SELECT one ->> 'timer', (one ->> 'window')::boolean,
       one ->> 'outcome' = 'late' OR (one ->> 'due_rolled')::bigint < as_of AS over,
       width_bucket((as_of - (one ->> 'start')::bigint)::numeric, %(bands)s::numeric[]), count(*)
  FROM known, jsonb_array_elements(state -> 'clocks') AS one
 WHERE one ->> 'outcome' IN ('running', 'late') AND one ->> 'stopped_by' IS NULL AND NOT (one ->> 'ended')::boolean
 GROUP BY 1, 2, 3, 4

-- cosigned --
-- Of each partition the largest size that each node has signed under the present origin, and our own tree confirms.
SELECT at."partition", asked.node, newest.size
  FROM positions AS at
 CROSS JOIN unnest(%(nodes)s::text[]) AS asked(node)
 CROSS JOIN LATERAL (SELECT max(origin) AS origin FROM local_cosignatures AS any_line
                      WHERE any_line."partition" = at."partition") AS present
 CROSS JOIN LATERAL (SELECT line.size FROM local_cosignatures AS line
                      WHERE line."partition" = at."partition" AND line.origin = present.origin AND line.node = asked.node
                      ORDER BY line.size DESC LIMIT 1) AS newest

-- newest_signed --
-- Our own newest line in each partition.
SELECT newest.line
  FROM positions AS at
 CROSS JOIN LATERAL (SELECT line FROM local_signed AS signed WHERE signed."partition" = at."partition"
                      ORDER BY signed.origin DESC, signed.size DESC LIMIT 1) AS newest

-- database --
-- How this database and its server are.
SELECT pg_database_size(current_database()),
       (SELECT sum(numbackends) FROM pg_stat_database)::bigint,
       current_setting('max_connections')::integer,
       coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()), 0)::float8,
       xact_commit, xact_rollback, deadlocks
  FROM pg_stat_database WHERE datname = current_database()
