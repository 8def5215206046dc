-- What is asked of a node for whoever derives something from what happened: admitted events of some types.

-- acts --
-- Admitted events of these types, logged up to an instant, in the order of the log, each with what travelled, where it is kept.
SELECT entries."partition", entries."offset", log_time, docket, docket_index, verdict, leaf, carried
  FROM entries
  LEFT JOIN bodies ON bodies."partition" = entries."partition" AND bodies."offset" = entries."offset"
 WHERE event_type = ANY(%(event_types)s) AND verdict IN ('admitted', 'admitted-late') AND docket IS NOT NULL
   AND log_time <= %(at)s
 ORDER BY log_time, entries."partition", entries."offset";
