-- What an import asks of the node of the organ whose cases it takes.

-- on_record --
-- Events of an organ that the trail remembers under some ids, each with its docket.
SELECT event_id, docket, verdict, reason FROM entries
 WHERE remembered AND publisher = %(organ)s AND event_id = ANY(%(event_ids)s);

-- documents --
-- What an organ has said in some types of events that were admitted, each with its docket.
SELECT event_id, docket, event_type, leaf FROM entries
 WHERE publisher = %(organ)s AND event_type = ANY(%(event_types)s) AND verdict IN ('admitted', 'admitted-late');
