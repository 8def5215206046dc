-- What only PostgreSQL is asked: many at once.

-- rows_of --
-- Events by their ids.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash
  FROM local_outbox WHERE event_id = ANY(%(event_ids)s::bytea[]);

-- newest_of_chains --
-- The last number that we have given in each of some chains, and the hash of that header.
SELECT asked.case_id, asked.publisher, newest.publisher_seq, newest.header_hash
  FROM unnest(%(case_ids)s::text[], %(publishers)s::text[]) AS asked (case_id, publisher)
 CROSS JOIN LATERAL (SELECT publisher_seq, header_hash FROM local_outbox AS one
                      WHERE one.case_id = asked.case_id AND one.publisher = asked.publisher
                        AND state IN ('signed', 'logged', 'settled') AND publisher_seq IS NOT NULL
                      ORDER BY publisher_seq DESC LIMIT 1) AS newest;
