-- What is asked of a node for whoever wants to read a body, and what is noted of it.

-- leaves --
-- The leaves of one docket, in their order.
SELECT leaf FROM entries WHERE docket = %(case_id)s ORDER BY docket_index;

-- docket_at --
-- To which dockets some positions belong.
SELECT one."partition", one."offset", one.docket
  FROM entries AS one
  JOIN unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS asked("partition", "offset")
    ON one."partition" = asked."partition" AND one."offset" = asked."offset";

-- carried --
-- What travelled beside the headers at some positions: nothing where it is not kept any more.
SELECT one."partition", one."offset", one.carried
  FROM bodies AS one
  JOIN unnest(%(partitions)s::integer[], %(offsets)s::bigint[]) AS asked("partition", "offset")
    ON one."partition" = asked."partition" AND one."offset" = asked."offset";

-- note --
-- Write down that somebody has read something.
INSERT INTO local_readings (account, organ, what, case_id, events, purpose, sha256, token, refused)
VALUES (%(account)s, %(organ)s, %(what)s, %(case_id)s, %(events)s::uuid[], %(purpose)s, %(sha256)s, %(token)s, %(refused)s);

-- readings --
-- Who has read what, newest first; of one case, and by organs, where they are named.
SELECT serial, (extract(epoch FROM at) * 1000)::bigint, account, organ, what, case_id, events, purpose, sha256, token, refused
  FROM local_readings
 WHERE (%(case_id)s::text IS NULL OR case_id = %(case_id)s)
   AND (%(organs)s::text[] IS NULL OR organ = ANY(%(organs)s))
   AND (%(before)s::bigint IS NULL OR serial < %(before)s)
 ORDER BY serial DESC LIMIT %(most)s;

-- give_again --
-- A reader is to get a key: wrapped before, it is sent again; else it is wrapped as soon as that is possible.
INSERT INTO local_wraps (event_id, key_id, body_hash, state) VALUES (%(event_id)s, %(key_id)s, %(body_hash)s, 'owed')
ON CONFLICT (event_id, key_id) DO UPDATE SET state = 'made' WHERE local_wraps.state = 'sent';
