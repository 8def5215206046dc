-- Registers, exports and linked cases are made of the admitted events of a few types, of all dockets: without this the whole
-- trail is gone through for each of them.
CREATE INDEX entries_of_type ON entries (event_type, log_time)
    WHERE verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL;
