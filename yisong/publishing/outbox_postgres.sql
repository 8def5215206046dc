-- What only PostgreSQL is asked: many at once.

-- rows_of --
-- Events by their ids.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash,
       trace
  FROM local_outbox WHERE event_id = ANY(%(event_ids)b::bytea[]);

-- settled_of --
-- Those of some events that have a verdict, or were put aside.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash,
       trace
  FROM local_outbox WHERE event_id = ANY(%(event_ids)b::bytea[]) AND state IN ('settled', 'parked');

-- rows --
-- Events by their places in the outbox.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash,
       trace
  FROM local_outbox WHERE serial = ANY(%(serials)s::bigint[]) ORDER BY serial;

-- sign_all --
-- As `sign`, of many.
UPDATE local_outbox AS row
   SET state = 'signed', attempts = attempts + 1, publisher_seq = given.seq, header_hash = given.header_hash,
       value = given.value
  FROM unnest(%(serial)s::bigint[], %(seq)s::bigint[], %(header_hash)b::bytea[], %(value)b::bytea[])
    AS given (serial, seq, header_hash, value)
 WHERE row.serial = given.serial AND state = 'waiting';

-- log_all --
-- As `log`, of many.
UPDATE local_outbox AS row
   SET state = 'logged', "partition" = given."partition", "offset" = given."offset", log_time = given.log_time
  FROM unnest(%(serial)s::bigint[], %(partition)s::integer[], %(offset)s::bigint[], %(log_time)s::bigint[])
    AS given (serial, "partition", "offset", log_time)
 WHERE row.serial = given.serial AND state = 'signed';

-- settle_all --
-- As `settle`, of many.
UPDATE local_outbox AS row
   SET state = 'settled', "partition" = given."partition", "offset" = given."offset", log_time = given.log_time,
       verdict = given.verdict, reason = given.reason
  FROM unnest(%(serial)s::bigint[], %(partition)s::integer[], %(offset)s::bigint[], %(log_time)s::bigint[],
              %(verdict)s::text[], %(reason)s::text[])
    AS given (serial, "partition", "offset", log_time, verdict, reason)
 WHERE row.serial = given.serial AND state IN ('signed', 'logged');

-- newest_of_chains --
-- The last number that we have given in each of some chains, and the hash of that header.
SELECT asked.case_id, asked.publisher, newest.publisher_seq, newest.header_hash
  FROM unnest(%(case_ids)s::text[], %(publishers)s::text[]) AS asked (case_id, publisher)
 CROSS JOIN LATERAL (SELECT publisher_seq, header_hash FROM local_outbox AS one
                      WHERE one.case_id = asked.case_id AND one.publisher = asked.publisher
                        AND state IN ('signed', 'logged', 'settled') AND publisher_seq IS NOT NULL
                      ORDER BY publisher_seq DESC LIMIT 1) AS newest;
