-- What is asked of a node before something is derived from its trail.

-- mark --
-- How far the trail has come, and what else changes whose bodies can be opened: keys that were given, bodies that were erased.
SELECT (SELECT array_agg(next_offset ORDER BY "partition") FROM positions),
       (SELECT array_agg(next_offset ORDER BY "partition") FROM local_body_keys_read),
       (SELECT count(*) FROM local_wraps WHERE wrapped IS NOT NULL),
       (SELECT count(*) FROM local_erased);

-- how_many --
-- How many events of these types something would be made of, counted up to a limit.
SELECT count(*)
  FROM (SELECT 1 FROM entries
         WHERE event_type = ANY(%(event_types)s) AND verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL
           AND log_time <= %(at)s
         LIMIT %(most)s) AS counted;
