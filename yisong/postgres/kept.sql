-- kept_from --
-- What is kept of a partition from an offset on: the entries, what travelled, and of each the one before it in its docket.
SELECT one."partition", one."offset", one.broker_time, one.log_time, one.docket, one.docket_index, one.docket_prev,
       one.event_id, one.event_type, one.variant, one.publisher, one.organ, one.aggregate_kind, one.aggregate_id,
       one.header_hash, one.verdict, one.reason, one.remembered, one.leaf, one.leaf_hash,
       (SELECT carried FROM bodies WHERE bodies."partition" = one."partition" AND bodies."offset" = one."offset"),
       (SELECT before.leaf_hash FROM entries AS before
         WHERE before.docket = one.docket AND before.docket_index = one.docket_index - 1 LIMIT 1),
       (SELECT by.leaf FROM local_erased AS gone
          JOIN entries AS by ON by."partition" = gone."partition" AND by."offset" = gone.by_offset
         WHERE gone."partition" = one."partition" AND gone."offset" = one."offset")
  FROM entries AS one
 WHERE one."partition" = %(partition)s AND one."offset" >= %(first)s
 ORDER BY one."offset" LIMIT %(most)s
