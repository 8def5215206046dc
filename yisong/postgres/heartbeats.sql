-- What is asked of a trail about heartbeats.

-- newest_heartbeats --
-- When each node said last that it lives, among the newest records of the dockets of heartbeats.
SELECT publisher, max(log_time)
  FROM unnest(%(dockets)s::text[]) AS asked (case_id)
 CROSS JOIN LATERAL (SELECT publisher, log_time FROM entries
                      WHERE docket = asked.case_id AND event_type = 'Heartbeat' AND verdict = 'admitted'
                      ORDER BY docket_index DESC LIMIT 100) AS one
 GROUP BY publisher;
