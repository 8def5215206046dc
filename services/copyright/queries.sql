-- note_series --
-- Remember in which series the case of a clue is archived; the first clue of a case says so.
INSERT INTO local_clue_series (case_id, series) VALUES (%(case_id)s, %(series)s) ON CONFLICT DO NOTHING;

-- note_target --
-- Remember that a clue of this case names this target.
INSERT INTO local_clue_targets (kind, value, case_id) VALUES (%(kind)s, %(value)s, %(case_id)s) ON CONFLICT DO NOTHING;

-- note_complained --
-- Remember that a clue of this case says that this work is infringed.
INSERT INTO local_clue_works (case_id, title, work_type, identifier)
VALUES (%(case_id)s, %(title)s, %(work_type)s, %(identifier)s) ON CONFLICT DO NOTHING;

-- note_work --
-- Remember an entry of the list of protected works, or its removal.
INSERT INTO local_protected_works ("partition", "offset", log_time, organ, removal, doc_no, title, work_type, identifier,
                                   valid_from, valid_to)
VALUES (%(partition)s, %(offset)s, %(log_time)s, %(organ)s, %(removal)s, %(doc_no)s, %(title)s, %(work_type)s,
        %(identifier)s, %(valid_from)s, %(valid_to)s)
ON CONFLICT DO NOTHING;

-- series --
-- In which series the case of a clue is archived.
SELECT series FROM local_clue_series WHERE case_id = %(case_id)s;

-- clue --
-- The clue of a case, as our trail has it.
SELECT leaf, carried
  FROM entries JOIN bodies USING ("partition", "offset")
 WHERE docket = %(case_id)s AND event_type = 'ClueFound' AND verdict IN ('admitted', 'admitted-late')
 ORDER BY docket_index
 LIMIT 1;

-- same_target --
-- Other cases that are open and in which a clue names one of these targets.
SELECT DISTINCT known.case_id
  FROM local_clue_targets AS known
  JOIN unnest(%(kinds)s::text[], %(values)s::text[]) AS asked (kind, value)
    ON known.kind = asked.kind AND known.value = asked.value
  JOIN cases ON cases.case_id = known.case_id
 WHERE known.case_id <> %(case_id)s AND cases.state NOT IN ('none', 'closed', 'not_opened')
 ORDER BY known.case_id;

-- protected --
-- Entries of the protected works list that stood on a day and name one of these works, by number or by title and kind.
SELECT DISTINCT entry.doc_no
  FROM local_protected_works AS entry
  JOIN unnest(%(titles)s::text[], %(types)s::text[], %(identifiers)s::text[]) AS asked (title, work_type, identifier)
    ON entry.identifier = asked.identifier
    OR (entry.title = asked.title AND (entry.work_type IS NULL OR entry.work_type = asked.work_type))
 WHERE NOT entry.removal
   AND (entry.valid_from IS NULL OR entry.valid_from <= %(day)s)
   AND (entry.valid_to IS NULL OR entry.valid_to >= %(day)s)
   AND NOT EXISTS (SELECT FROM local_protected_works AS later
                    WHERE later.removal AND later.organ = entry.organ AND later.title = entry.title
                      AND later.log_time >= entry.log_time)
 ORDER BY entry.doc_no;

-- unmarked --
-- Clues that wait to be taken up and whose works stand on the list by now, where their duties do not say so yet.
SELECT duty.id, duty.case_id, array_agg(DISTINCT entry.doc_no ORDER BY entry.doc_no), max(entry.log_time)
  FROM local_duties AS duty
  JOIN local_clue_works AS work USING (case_id)
  JOIN local_protected_works AS entry
    ON entry.identifier = nullif(work.identifier, '')
    OR (entry.title = work.title AND (entry.work_type IS NULL OR entry.work_type = work.work_type))
 CROSS JOIN LATERAL (
    -- The day in +08:00 on which both the clue and the entry were there.
    SELECT (timestamp '1970-01-01' + (greatest(duty.opened_at, entry.log_time) + 28800000) * interval '1 ms')::date
 ) AS both_known (day)
 WHERE duty.state = 'open' AND (duty.clock_id LIKE 'P-TRIAGE/%%' OR duty.clock_id LIKE 'P-CLUE-ACK/%%')
   AND NOT entry.removal
   AND (entry.valid_from IS NULL OR entry.valid_from <= both_known.day)
   AND (entry.valid_to IS NULL OR entry.valid_to >= both_known.day)
   AND NOT EXISTS (SELECT FROM local_protected_works AS later
                    WHERE later.removal AND later.organ = entry.organ AND later.title = entry.title
                      AND later.log_time >= entry.log_time)
 GROUP BY duty.id
HAVING duty.advice -> 'protected_works' IS DISTINCT FROM to_jsonb(array_agg(DISTINCT entry.doc_no ORDER BY entry.doc_no));

-- same_target_as --
-- Other cases that are open and in which a clue names one of the targets of this one.
SELECT DISTINCT other.case_id
  FROM local_clue_targets AS own
  JOIN local_clue_targets AS other USING (kind, value)
  JOIN cases ON cases.case_id = other.case_id
 WHERE own.case_id = %(case_id)s AND other.case_id <> %(case_id)s
   AND cases.state NOT IN ('none', 'closed', 'not_opened')
 ORDER BY other.case_id;

-- mark --
-- Say so in the duty, and in its history.
WITH marked AS (
    UPDATE local_duties SET advice = advice || %(advice)s::jsonb WHERE id = %(id)s AND state = 'open' RETURNING id
)
INSERT INTO local_duty_history (duty, state, at) SELECT id, 'open', %(at)s FROM marked;

-- open_report --
-- A duty that the calendar gives. No record is its cause: its offset is negative, its event id its own.
WITH opened AS (
    INSERT INTO local_duties (id, "partition", "offset", event_id, case_id, name, organ, owed, about_kind, about_id,
                              article, why, due_strict, due_rolled, advice, about_state, case_state, opened_at)
    VALUES (%(id)s, %(partition)s, %(offset)s, %(id)s, %(case_id)s, %(name)s, %(organ)s, %(owed)s, 'case', %(case_id)s,
            %(article)s, %(why)s, %(due_strict)s, %(due_rolled)s, %(advice)s::jsonb, 'none', 'none', %(opened_at)s)
    ON CONFLICT (id) DO UPDATE SET state = 'open', closed_at = NULL
     WHERE local_duties.state = 'void' RETURNING id
)
INSERT INTO local_duty_history (duty, state, at) SELECT id, 'open', %(opened_at)s FROM opened;

-- close_report --
-- A report that was filed, maybe in the register docket of another year.
WITH closed AS (
    UPDATE local_duties SET state = 'done', closed_by = %(offset)s, closed_at = %(at)s
     WHERE id = %(id)s AND state = 'open' RETURNING id
)
INSERT INTO local_duty_history (duty, state, "offset", at) SELECT id, 'done', %(offset)s, %(at)s FROM closed;

-- void_reports --
-- Reports that a register docket asked for once, and does not ask for any more.
WITH voided AS (
    UPDATE local_duties SET state = 'void', closed_at = %(at)s
     WHERE case_id = %(case_id)s AND state = 'open' AND "offset" < 0 AND advice ? 'timer' AND id <> ALL(%(asked)s::uuid[])
 RETURNING id
)
INSERT INTO local_duty_history (duty, state, at) SELECT id, 'void', %(at)s FROM voided;
