-- Which duties do drafts make, and which have they ended?

-- without_duty --
-- Drafts that an officer is to look at, and that nobody has put before one yet.
SELECT header_hash, event_id, case_id, publisher, organ, event_type, header, at, until, received_at
  FROM local_drafts_received WHERE state = 'open' AND duty IS NULL ORDER BY received_at, event_id;

-- answered --
-- Drafts that are not open any more, whose duty still is.
SELECT draft.case_id, draft.duty, draft.state, draft.officer, draft.answered_at
  FROM local_drafts_received AS draft JOIN local_duties AS owed ON owed.id = draft.duty
 WHERE draft.state <> 'open' AND owed.state = 'open' ORDER BY draft.received_at, draft.event_id;

-- has_duty --
-- It has been put before an officer.
UPDATE local_drafts_received SET duty = %(duty)s WHERE header_hash = %(header_hash)s AND duty IS NULL;

-- open_duty --
-- A duty that a draft gives. No record is its cause: its offset is negative.
INSERT INTO local_duties (id, "partition", "offset", event_id, case_id, name, organ, owed, about_kind, about_id, article,
                          why, due_strict, due_rolled, clock_id, advice, about_state, case_state, opened_at)
VALUES (%(id)s, %(partition)s, -1, %(event_id)s, %(case_id)s, %(name)s, %(organ)s, %(owed)s, %(about_kind)s,
        %(about_id)s, %(article)s, %(why)s, %(due)s, %(due)s, NULL, %(advice)s::jsonb, %(about_state)s, %(case_state)s,
        %(opened_at)s)
ON CONFLICT DO NOTHING RETURNING id;

-- close_duty --
-- A duty that is not owed any more. No row comes back for one that was closed before.
UPDATE local_duties SET state = %(state)s, closed_at = %(at)s, officer = %(officer)s
 WHERE id = %(duty)s AND state = 'open' RETURNING id;

-- note_duty --
-- One line of a duty's history.
INSERT INTO local_duty_history (duty, state, at, officer) VALUES (%(duty)s, %(state)s, %(at)s, %(officer)s);
