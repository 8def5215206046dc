-- What a node is to do about the keys of sealed bodies, and about bodies that were erased.

-- key_positions --
-- How far body-keys has been read.
SELECT "partition", next_offset FROM local_body_keys_read;

-- move_key_position --
-- Note how far body-keys has been read.
INSERT INTO local_body_keys_read ("partition", next_offset) VALUES (%(partition)s, %(next_offset)s)
ON CONFLICT ("partition") DO UPDATE SET next_offset = excluded.next_offset;

-- keep_key --
-- Keep a key that was wrapped for one of our line; what came last counts. An erased body has no key any more.
INSERT INTO local_body_keys (event_id, key_id, wrapped) VALUES (%(event_id)s, %(key_id)s, %(wrapped)s)
ON CONFLICT (event_id, key_id) DO UPDATE SET wrapped = excluded.wrapped;

-- forget_key --
-- A key was withdrawn.
DELETE FROM local_body_keys WHERE event_id = %(event_id)s AND key_id = %(key_id)s;

-- unlooked --
-- The partitions in which there are entries that nobody has looked at: from where, and up to where.
SELECT positions."partition", coalesce(local_sharing.next_offset, 0), positions.next_offset
  FROM positions LEFT JOIN local_sharing USING ("partition")
 WHERE positions.next_offset > coalesce(local_sharing.next_offset, 0);

-- dockets_to_share --
-- The dockets in which something was admitted that gives somebody a key, or takes a body away, and up to where we look.
SELECT DISTINCT docket, asked.next_offset
  FROM unnest(%(partitions)s::integer[], %(firsts)s::bigint[], %(next_offsets)s::bigint[])
       AS asked ("partition", first, next_offset)
  JOIN entries ON entries."partition" = asked."partition"
              AND entries."offset" >= asked.first AND entries."offset" < asked.next_offset
 WHERE verdict IN ('admitted', 'admitted-late')
   AND (event_type IN ('ClueHandedOver', 'CaseOpened', 'CriminalCaseFiled', 'CriminalReferralSent', 'ReferralRerouted',
                       'BodyErased')
        OR EXISTS (SELECT 1 FROM local_wraps WHERE local_wraps.event_id = uuid_send(entries.event_id))
        OR EXISTS (SELECT 1 FROM local_body_keys WHERE local_body_keys.event_id = uuid_send(entries.event_id)));

-- looked --
-- Note how far the entries have been looked at.
INSERT INTO local_sharing ("partition", next_offset)
SELECT * FROM unnest(%(partitions)s::integer[], %(next_offsets)s::bigint[])
ON CONFLICT ("partition") DO UPDATE SET next_offset = excluded.next_offset;

-- docket_leaves --
-- The leaves of a docket up to where we look, in their order.
SELECT leaf FROM entries WHERE docket = %(case_id)s AND "offset" < %(next_offset)s ORDER BY docket_index;

-- owe --
-- A key is to be wrapped for a reader who has none yet.
INSERT INTO local_wraps (event_id, key_id, body_hash, state) VALUES (%(event_id)s, %(key_id)s, %(body_hash)s, 'owed')
ON CONFLICT (event_id, key_id) DO NOTHING;

-- owed --
-- Keys that are to be wrapped, and can be: somebody has wrapped the same for one of our line.
SELECT event_id, key_id, body_hash FROM local_wraps AS one
 WHERE state = 'owed'
   AND (EXISTS (SELECT 1 FROM local_body_keys AS given WHERE given.event_id = one.event_id)
        OR EXISTS (SELECT 1 FROM local_wraps AS made WHERE made.event_id = one.event_id AND made.wrapped IS NOT NULL))
 LIMIT 500;

-- made --
-- A key has been wrapped.
UPDATE local_wraps SET wrapped = %(wrapped)s, state = 'made'
 WHERE event_id = %(event_id)s AND key_id = %(key_id)s AND state = 'owed';

-- to_send --
-- What is to be put on body-keys, tombstones too.
SELECT event_id, key_id, wrapped FROM local_wraps WHERE state IN ('made', 'withdrawn') LIMIT 500;

-- sent --
-- It lies there, unless it was withdrawn meanwhile.
UPDATE local_wraps SET state = CASE state WHEN 'made' THEN 'sent' ELSE 'gone' END
 WHERE event_id = %(event_id)s AND key_id = %(key_id)s
   AND ((state = 'made' AND NOT %(withdrawn)s) OR (state = 'withdrawn' AND %(withdrawn)s));

-- withdraw --
-- Take a key away from a reader, whoever gave it.
INSERT INTO local_wraps (event_id, key_id, body_hash, state) VALUES (%(event_id)s, %(key_id)s, %(body_hash)s, 'withdrawn')
ON CONFLICT (event_id, key_id) DO UPDATE SET wrapped = NULL, state = 'withdrawn' WHERE local_wraps.state <> 'gone';

-- withdraw_given --
-- Take away every key to a body that this node has given.
UPDATE local_wraps SET wrapped = NULL, state = 'withdrawn' WHERE event_id = %(event_id)s AND state <> 'gone';

-- erased --
-- Note that a body is gone, and by which event.
INSERT INTO local_erased ("partition", "offset", event_id, by_offset)
VALUES (%(partition)s, %(offset)s, %(event_id)s, %(by_offset)s) ON CONFLICT DO NOTHING;

-- erase_body --
-- Delete what travelled.
DELETE FROM bodies WHERE "partition" = %(partition)s AND "offset" = %(offset)s;

-- erase_keys --
-- Delete every key to a body that was wrapped for our line.
DELETE FROM local_body_keys WHERE event_id = %(event_id)s;

-- erase_sent --
-- Delete the body from what this node has sent.
UPDATE local_outbox SET payload = '', value = NULL, carried = NULL, body_hash = NULL
 WHERE event_id = %(event_id)s AND state = 'settled';

-- erase_targets --
-- Delete what the copyright desk has read out of the clues of a case.
DELETE FROM local_clue_targets WHERE case_id = %(case_id)s;

-- erase_works --
-- The same of works.
DELETE FROM local_clue_works WHERE case_id = %(case_id)s;

-- erase_protected --
-- Delete what the copyright desk has read out of an entry of the list of protected works.
DELETE FROM local_protected_works WHERE "partition" = %(partition)s AND "offset" = %(offset)s;
