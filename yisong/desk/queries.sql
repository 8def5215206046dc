-- in_turn --
-- One after the other in a case, whichever process: held until the transaction ends.
SELECT pg_advisory_xact_lock(7140304, hashtext(%(case_id)s))

-- is_held --
-- Does an earlier delivery of this case wait for a person?
SELECT 1 FROM local_parked WHERE case_id = %(case_id)s AND NOT redriven LIMIT 1

-- settle_once --
-- Claim a delivery together with its outcome. No row comes back for one that has been settled before.
INSERT INTO local_settled ("partition", "offset", case_id, outcome, reason)
VALUES (%(partition)s, %(offset)s, %(case_id)s, %(outcome)s, %(reason)s)
ON CONFLICT DO NOTHING RETURNING "offset"

-- settle_again --
-- A delivery that was parked has another outcome now.
UPDATE local_settled SET outcome = %(outcome)s, reason = %(reason)s
 WHERE "partition" = %(partition)s AND "offset" = %(offset)s

-- emitted --
-- Which event answered which delivery.
INSERT INTO local_emitted (event_id, "partition", "offset", name)
VALUES (%(event_id)s, %(partition)s, %(offset)s, %(name)s)
ON CONFLICT DO NOTHING

-- open_duty --
-- A duty that has arisen. No row comes back for one that is there already.
INSERT INTO local_duties (id, "partition", "offset", event_id, case_id, name, organ, owed, about_kind, about_id, article,
                          why, due_strict, due_rolled, clock_id, advice, about_state, case_state, opened_at)
VALUES (%(id)s, %(partition)s, %(offset)s, %(event_id)s, %(case_id)s, %(name)s, %(organ)s, %(owed)s, %(about_kind)s,
        %(about_id)s, %(article)s, %(why)s, %(due_strict)s, %(due_rolled)s, %(clock_id)s, %(advice)s::jsonb,
        %(about_state)s, %(case_state)s, %(opened_at)s)
ON CONFLICT DO NOTHING RETURNING id

-- close_duty --
-- A duty that is not owed any more. No row comes back for one that was closed before.
UPDATE local_duties
   SET state = %(state)s, closed_by = %(offset)s, closed_at = %(at)s, officer = %(officer)s
 WHERE id = %(duty)s AND state = 'open' RETURNING id

-- advise --
-- What an officer should know of a duty has changed. No row comes back where it has not.
UPDATE local_duties SET advice = %(advice)s::jsonb
 WHERE id = %(duty)s AND state = 'open' AND advice IS DISTINCT FROM %(advice)s::jsonb RETURNING id

-- note_duty --
-- One line of a duty's history.
INSERT INTO local_duty_history (duty, state, "offset", at, officer)
VALUES (%(duty)s, %(state)s, %(offset)s, %(at)s, %(officer)s)

-- open_duties_of_case --
-- What is owed in one case.
SELECT id, case_id, name, organ, owed, about_kind, about_id, article, why, due_strict, due_rolled, clock_id,
       advice::text, "partition", "offset", event_id, opened_at, about_state, case_state, state, closed_by, closed_at,
       officer
  FROM local_duties WHERE case_id = %(case_id)s AND state = 'open' ORDER BY "offset", name

-- duties --
-- All that is owed, or was, of one organ or of all.
SELECT id, case_id, name, organ, owed, about_kind, about_id, article, why, due_strict, due_rolled, clock_id,
       advice::text, "partition", "offset", event_id, opened_at, about_state, case_state, state, closed_by, closed_at,
       officer
  FROM local_duties
 WHERE (%(closed)s OR state = 'open') AND (%(organ)s::text IS NULL OR organ = %(organ)s)
 ORDER BY due_rolled NULLS LAST, opened_at, id

-- duty --
-- One duty.
SELECT id, case_id, name, organ, owed, about_kind, about_id, article, why, due_strict, due_rolled, clock_id,
       advice::text, "partition", "offset", event_id, opened_at, about_state, case_state, state, closed_by, closed_at,
       officer
  FROM local_duties WHERE id = %(id)s

-- history_of_duty --
-- Every change of one duty.
SELECT state, "offset", at, officer FROM local_duty_history WHERE duty = %(id)s ORDER BY serial

-- dockets --
-- The stored state of these dockets, each as of its last record.
SELECT case_id, state::text FROM dockets WHERE case_id = ANY(%(case_ids)s::text[])

-- park --
-- Put a delivery aside for a person.
INSERT INTO local_parked ("partition", "offset", case_id, reason, detail, value)
VALUES (%(partition)s, %(offset)s, %(case_id)s, %(reason)s, %(detail)s, %(value)s)

-- park_again --
-- It was run again, and still can't be answered.
UPDATE local_parked SET reason = %(reason)s, detail = %(detail)s, attempts = attempts + 1
 WHERE "partition" = %(partition)s AND "offset" = %(offset)s

-- release --
-- It has been answered, and holds nothing back any more.
UPDATE local_parked SET redriven = true, asked = false, attempts = attempts + 1
 WHERE "partition" = %(partition)s AND "offset" = %(offset)s

-- ask_again --
-- Ask the desk to run again what waits, in one case or in all.
UPDATE local_parked SET asked = true
 WHERE NOT redriven AND (%(case_id)s::text IS NULL OR case_id = %(case_id)s)

-- asked --
-- In which cases something is to be run again.
SELECT DISTINCT case_id FROM local_parked WHERE asked AND NOT redriven ORDER BY case_id

-- first_waiting --
-- What comes first of all that waits in a case.
SELECT "partition", "offset", case_id, reason, detail, value, attempts FROM local_parked
 WHERE case_id = %(case_id)s AND NOT redriven ORDER BY serial LIMIT 1

-- answered --
-- Nothing more is to be run again in this case for now.
UPDATE local_parked SET asked = false WHERE case_id = %(case_id)s AND asked

-- waiting --
-- All that waits for a person, without its bytes; cases in the order in which they came to wait.
SELECT "partition", "offset", case_id, reason, detail, parked_at, attempts, asked FROM local_parked
 WHERE NOT redriven ORDER BY min(serial) OVER (PARTITION BY case_id), serial

-- waiting_count --
-- How many deliveries wait.
SELECT count(*) FROM local_parked WHERE NOT redriven

-- not_taken --
-- Events of the desk that the log did not take, or refused: the act that should have answered is not done.
SELECT local_emitted."partition", local_emitted."offset", case_id, name, publisher, state, reason
  FROM local_emitted JOIN local_outbox USING (event_id)
 WHERE verdict = 'refused' ORDER BY serial

-- live --
-- The cases of a demo bus that live by the wall clock.
SELECT case_id FROM local_live
