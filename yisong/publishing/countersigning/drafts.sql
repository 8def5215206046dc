-- What is asked of the drafts of a node: those that it has sent, those that it was sent, and what it is to say of them.

-- open_draft --
-- A draft that we send. One row a docket and publisher is open at a time.
INSERT INTO local_drafts_sent (header_hash, event_id, case_id, publisher, organ, event_type, header, at, sent_at, until)
VALUES (%(header_hash)s, %(event_id)s, %(case_id)s, %(publisher)s, %(organ)s, %(event_type)s, %(header)s, %(at)s,
        %(sent_at)s, %(until)s);

-- open_drafts --
-- The events of which a draft is open.
SELECT event_id FROM local_drafts_sent WHERE state = 'open';

-- answers --
-- What has come of drafts, and is to be carried out.
SELECT header_hash, event_id, case_id, organ, header, at, answer, key_id, signature, officer, reason FROM local_drafts_sent
 WHERE state = 'open' AND answer IS NOT NULL ORDER BY sent_at, event_id LIMIT %(limit)s;

-- close_sent --
-- A draft is not open any more.
UPDATE local_drafts_sent SET state = %(state)s WHERE header_hash = %(header_hash)s AND state = 'open';

-- take_back --
-- Its own organ does not want it any more. No row comes back where something has come of it already.
UPDATE local_drafts_sent SET state = 'withdrawn', officer = %(officer)s, reason = %(reason)s
 WHERE event_id = %(event_id)s AND state = 'open' AND answer IS NULL RETURNING header_hash, case_id, publisher, organ, at;

-- sent_of --
-- The newest draft of an event that we have sent: its header, its body as it travels while it is open, and its instant.
SELECT one.header_hash, one.header, CASE WHEN one.state = 'open' THEN coalesce(kept.carried, kept.payload) END, one.at
  FROM local_drafts_sent AS one JOIN local_outbox AS kept USING (event_id)
 WHERE one.event_id = %(event_id)s ORDER BY (one.state = 'open') DESC, one.sent_at DESC LIMIT 1;

-- sent --
-- One draft that we have sent.
SELECT event_id, case_id, publisher, organ, header, at, until, state, answer FROM local_drafts_sent
 WHERE header_hash = %(header_hash)s;

-- answer --
-- Note what the other organ says. No row comes back where something was noted before.
UPDATE local_drafts_sent
   SET answer = %(answer)s, key_id = %(key_id)s, signature = %(signature)s, officer = %(officer)s, reason = %(reason)s
 WHERE header_hash = %(header_hash)s AND state = 'open' AND answer IS NULL RETURNING event_id;

-- overdue --
-- Is there a draft, sent or received, whose time is over?
SELECT EXISTS (SELECT 1 FROM local_drafts_sent WHERE state = 'open' AND answer IS NULL AND until <= %(now)s)
    OR EXISTS (SELECT 1 FROM local_drafts_received WHERE state = 'open' AND until <= %(now)s);

-- unanswered --
-- The time of these is over.
UPDATE local_drafts_sent SET answer = 'unanswered'
 WHERE state = 'open' AND answer IS NULL AND until <= %(now)s RETURNING event_id;

-- receive --
-- A draft that we were sent. No row comes back for one that is known.
INSERT INTO local_drafts_received (header_hash, event_id, case_id, publisher, organ, event_type, header, carried, at,
                                   received_at, until)
VALUES (%(header_hash)s, %(event_id)s, %(case_id)s, %(publisher)s, %(organ)s, %(event_type)s, %(header)s, %(carried)s,
        %(at)s, %(received_at)s, %(until)s)
ON CONFLICT DO NOTHING RETURNING event_id;

-- overtake --
-- One draft is open a docket and publisher: those before a newer one have been withdrawn, whether we were told or not.
UPDATE local_drafts_received SET state = 'withdrawn', carried = NULL
 WHERE case_id = %(case_id)s AND publisher = %(publisher)s AND header_hash <> %(header_hash)s AND until <= %(until)s
   AND state = 'open';

-- withdrawn --
-- Its sender does not wait for it any more, whether it was signed here or not.
UPDATE local_drafts_received SET state = 'withdrawn', carried = NULL
 WHERE header_hash = %(header_hash)s AND state IN ('open', 'signed', 'expired') RETURNING event_id;

-- publisher_of_received --
-- Who has sent a draft, and for which instant.
SELECT publisher, at FROM local_drafts_received WHERE header_hash = %(header_hash)s;

-- expire --
-- The time of these is over.
UPDATE local_drafts_received SET state = 'expired', carried = NULL
 WHERE state = 'open' AND until <= %(now)s RETURNING event_id;

-- settle_received --
-- An officer has answered. No row comes back where it was too late.
UPDATE local_drafts_received
   SET state = %(state)s, carried = NULL, officer = %(officer)s, reason = %(reason)s, answered_at = %(now)s
 WHERE header_hash = %(header_hash)s AND state = 'open' AND until > %(now)s RETURNING event_id;

-- received --
-- All that we were sent, or what is open of it, or of one event; the newest last.
SELECT header_hash, event_id, case_id, publisher, organ, event_type, header, carried, at, received_at, until, state, officer,
       reason, answered_at
  FROM local_drafts_received
 WHERE (%(closed)s OR state = 'open') AND (%(event_id)s::bytea IS NULL OR event_id = %(event_id)s)
 ORDER BY received_at, event_id;

-- all_sent --
-- All that we have sent, or what is open of it, or of one event; the newest last.
SELECT event_id, case_id, publisher, organ, event_type, sent_at, until, state, answer, officer, reason
  FROM local_drafts_sent
 WHERE (%(closed)s OR state = 'open') AND (%(event_id)s::bytea IS NULL OR event_id = %(event_id)s)
 ORDER BY sent_at, event_id;

-- say --
-- What is to be said on a drafts topic.
INSERT INTO local_draft_messages (agency, case_id, value) VALUES (%(agency)s, %(case_id)s, %(value)s);

-- unsaid --
-- What Kafka does not have for certain, in its order.
SELECT serial, agency, case_id, value FROM local_draft_messages ORDER BY serial LIMIT %(limit)s;

-- lies_there --
-- Kafka has it.
DELETE FROM local_draft_messages WHERE serial = %(serial)s;

-- begin --
-- Where a topic that was never read begins.
INSERT INTO local_drafts_read ("partition", next_offset) VALUES (0, 0) ON CONFLICT DO NOTHING;

-- position --
-- How far our topic has been read.
SELECT next_offset FROM local_drafts_read WHERE "partition" = 0;

-- move --
-- Move on, in the transaction that keeps what was read.
UPDATE local_drafts_read SET next_offset = %(next_offset)s WHERE "partition" = 0;
