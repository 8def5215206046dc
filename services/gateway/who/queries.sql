-- readings_of_owner --
-- Readings of bodies that an organ published, of whole cases that it owns, and of its P2 tokens, newest first.
SELECT serial, (extract(epoch FROM at) * 1000)::bigint, account, organ, what, case_id, events, purpose, sha256, token, refused
  FROM local_readings AS reading
 WHERE serial < coalesce(%(before)s, 9223372036854775807)
   AND (%(case_id)s::text IS NULL OR case_id = %(case_id)s)
   AND (EXISTS (SELECT FROM entries
                 WHERE entries.docket = reading.case_id AND entries.organ = %(owner)s
                   AND entries.event_id = ANY (reading.events) AND entries.verdict IN ('admitted', 'admitted-late'))
        OR (cardinality(events) = 0
            AND EXISTS (SELECT FROM cases WHERE cases.case_id = reading.case_id AND cases.owner = %(owner)s))
        OR split_part(token, '-', 2) = %(owner)s)
 ORDER BY serial DESC LIMIT %(most)s;
