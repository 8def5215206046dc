-- What is asked of an outbox. Both stores run these statements; SQLite with its own parameter marks.

-- submit --
-- Write an event down to be published. No row comes back where its id is in the outbox already.
INSERT INTO local_outbox (event_id, case_id, publisher, fields, body_schema, payload, digest, at, trace)
VALUES (%(event_id)s, %(case_id)s, %(publisher)s, %(fields)s, %(body_schema)s, %(payload)s, %(digest)s, %(at)s, %(trace)s)
ON CONFLICT (event_id) DO NOTHING RETURNING serial;

-- open_states --
-- In which states something waits for the sender.
SELECT DISTINCT state FROM local_outbox WHERE state IN ('waiting', 'signed', 'logged')
UNION SELECT DISTINCT state FROM local_outbox WHERE state = 'drafted';

-- row_of --
-- One event by its id.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash,
       trace
  FROM local_outbox WHERE event_id = %(event_id)s;

-- rows_in --
-- The oldest rows in one state, in the order in which they were written.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash,
       trace
  FROM local_outbox WHERE state = %(state)s ORDER BY serial LIMIT %(limit)s;

-- sent --
-- The oldest events whose record lies on the log and has no verdict yet.
SELECT serial, "partition", "offset", case_id FROM local_outbox WHERE state = 'logged' ORDER BY serial LIMIT %(limit)s;

-- row --
-- One event by its place in the outbox.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash,
       trace
  FROM local_outbox WHERE serial = %(serial)s;

-- rows_waiting --
-- The oldest rows that wait for a number. What stands behind an open draft in its chain waits for that.
SELECT serial, event_id, case_id, publisher, fields, body_schema, payload, digest, at, state, attempts,
       publisher_seq, header_hash, value, "partition", "offset", log_time, verdict, reason, carried, body_hash,
       trace
  FROM local_outbox
 WHERE state = 'waiting'
   AND NOT EXISTS (SELECT 1 FROM local_outbox AS open WHERE open.state = 'drafted'
                      AND open.case_id = local_outbox.case_id AND open.publisher = local_outbox.publisher)
 ORDER BY serial LIMIT %(limit)s;

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

-- draft --
-- Fix the header of an event that needs the signature of another organ, too. It never changes while the draft is open.
UPDATE local_outbox SET state = 'drafted', attempts = attempts + 1, publisher_seq = %(seq)s, header_hash = %(header_hash)s
 WHERE serial = %(serial)s AND state = 'waiting';

-- countersigned --
-- Fix the bytes of a draft that has come back signed.
UPDATE local_outbox SET state = 'signed', value = %(value)s WHERE serial = %(serial)s AND state = 'drafted';

-- seal --
-- Keep a body as it travels, and no longer in clear. What was sealed once stays as it is, whatever number it gets.
UPDATE local_outbox SET carried = %(carried)s, body_hash = %(body_hash)s, payload = %(nothing)s
 WHERE serial = %(serial)s AND state = 'waiting';

-- wrap --
-- Keep a wrapped key before it is sent. One that is there already stays.
INSERT INTO local_wraps (event_id, key_id, body_hash, wrapped, state)
VALUES (%(event_id)s, %(key_id)s, %(body_hash)s, %(wrapped)s, 'made') ON CONFLICT (event_id, key_id) DO NOTHING;

-- unsent_wraps --
-- The wrapped keys of an event of which it is not known that they lie on body-keys.
SELECT event_id, key_id, body_hash, wrapped FROM local_wraps WHERE state = 'made' AND event_id = %(event_id)s;

-- wrap_sent --
-- Note that a wrapped key lies on body-keys.
UPDATE local_wraps SET state = 'sent' WHERE event_id = %(event_id)s AND key_id = %(key_id)s AND state = 'made';

-- send_wraps_again --
-- Before a first round: the keys of whatever has no verdict are sent again, too.
UPDATE local_wraps SET state = 'made'
 WHERE state = 'sent' AND event_id IN (SELECT event_id FROM local_outbox
                                             WHERE state IN ('waiting', 'drafted', 'signed', 'logged'));

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
 WHERE serial = %(serial)s AND state IN ('waiting', 'drafted', 'signed', 'logged');

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
