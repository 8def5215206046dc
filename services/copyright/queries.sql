-- note_series --
-- Remember in which series the case of a clue is archived; the first clue of a case says so.
INSERT INTO local_clue_series (case_id, series) VALUES (%(case_id)s, %(series)s) ON CONFLICT DO NOTHING;

-- note_target --
-- Remember that a clue of this case names this target.
INSERT INTO local_clue_targets (kind, value, case_id) VALUES (%(kind)s, %(value)s, %(case_id)s) ON CONFLICT DO NOTHING;

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
