-- What is asked of an outbox. Both stores run these statements; SQLite with its own parameter marks.

-- submit --
-- Write an event down to be published. No row comes back where its id is in the outbox already.
INSERT INTO local_outbox (event_id, case_id, publisher, fields, body_schema, payload, digest, at)
VALUES (%(event_id)s, %(case_id)s, %(publisher)s, %(fields)s, %(body_schema)s, %(payload)s, %(digest)s, %(at)s)
ON CONFLICT (event_id) DO NOTHING RETURNING serial;

-- row_of --
-- One event by its id.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason
  FROM local_outbox WHERE event_id = %(event_id)s;

-- rows_in --
-- The oldest rows in one state, in the order in which they were written.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason
  FROM local_outbox WHERE state = %(state)s ORDER BY serial LIMIT %(limit)s;

-- newest_of_chain --
-- The last number that we have given in a chain, and the hash of that header.
SELECT publisher_seq, header_hash FROM local_outbox
 WHERE case_id = %(case_id)s AND publisher = %(publisher)s AND state IN ('signed', 'logged', 'settled')
   AND publisher_seq IS NOT NULL
 ORDER BY publisher_seq DESC LIMIT 1;

-- sign --
-- Fix the bytes of an event that waited. They are stored before they are sent, and never change once sent.
UPDATE local_outbox
   SET state = 'signed', attempts = attempts + 1, publisher_seq = %(seq)s, header_hash = %(header_hash)s,
       value = %(value)s
 WHERE serial = %(serial)s AND state = 'waiting';

-- log --
-- Note where the broker put a record, and when.
UPDATE local_outbox
   SET state = 'logged', "partition" = %(partition)s, "offset" = %(offset)s, log_time = %(log_time)s
 WHERE serial = %(serial)s AND state = 'signed';

-- settle --
-- Note the verdict of our own trail on an event that counts in its chain.
UPDATE local_outbox
   SET state = 'settled', "partition" = %(partition)s, "offset" = %(offset)s, log_time = %(log_time)s,
       verdict = %(verdict)s, reason = %(reason)s
 WHERE serial = %(serial)s AND state IN ('signed', 'logged');

-- park --
-- Put aside an event that the log does not take, with the reason.
UPDATE local_outbox
   SET state = 'parked', verdict = 'refused', reason = %(reason)s
 WHERE serial = %(serial)s AND state IN ('waiting', 'signed', 'logged');

-- renumber --
-- Take the numbers back from here on in one chain: what has no verdict is numbered and signed anew.
UPDATE local_outbox
   SET state = 'waiting', publisher_seq = NULL, header_hash = NULL, value = NULL, "partition" = NULL, "offset" = NULL,
       log_time = NULL
 WHERE case_id = %(case_id)s AND publisher = %(publisher)s AND publisher_seq >= %(seq)s
   AND state IN ('signed', 'logged');

-- send_again --
-- Before a first round: whatever has no verdict is sent again, with the same bytes.
UPDATE local_outbox SET state = 'signed', "partition" = NULL, "offset" = NULL, log_time = NULL WHERE state = 'logged';
