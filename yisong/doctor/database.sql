-- migrations --
SELECT name FROM local_migrations;

-- positions --
SELECT "partition", next_offset FROM positions;

-- recorded --
-- When the trail recorded something last (ms).
SELECT (extract(epoch FROM max(recorded_at)) * 1000)::bigint FROM local_batches;

-- parked --
-- What waits for a person: deliveries, and events of ours.
SELECT (SELECT count(*) FROM local_parked WHERE NOT redriven AND dropped_at IS NULL),
       (SELECT count(*) FROM local_outbox WHERE state = 'parked');

-- altered --
SELECT "partition", "offset", what FROM local_faults WHERE settled_at IS NULL ORDER BY 1, 2 LIMIT 1;

-- differing --
SELECT DISTINCT node FROM local_disagreements WHERE settled IS NULL ORDER BY node;

-- peers --
-- When each node said something last of its checkpoints (the broker's time, ms), and why it does not sign, if so.
SELECT node, said_at, halts FROM local_peers ORDER BY node;

-- left --
-- What a rebuild that was killed has left, and what one that repaired has put aside.
SELECT nspname FROM pg_namespace
 WHERE starts_with(nspname, 'replaced_')
    OR nspname = 'rebuilding' AND NOT EXISTS (SELECT 1 FROM pg_stat_activity
                                               WHERE datname = current_database() AND application_name = 'yisong-rebuild')
 ORDER BY 1;
