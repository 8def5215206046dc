-- case_of --
-- To which case a delivery that waits belongs.
SELECT case_id FROM local_parked WHERE "partition" = %(partition)s AND "offset" = %(offset)s AND NOT redriven

-- drop --
-- Put it aside for good; what came is kept.
UPDATE local_parked
   SET redriven = true, asked = false, dropped_by = %(officer)s, dropped_why = %(why)s, dropped_at = %(at)s
 WHERE "partition" = %(partition)s AND "offset" = %(offset)s

-- settle --
-- Its one outcome from now on.
UPDATE local_settled SET outcome = 'ignore', reason = 'dropped'
 WHERE "partition" = %(partition)s AND "offset" = %(offset)s

-- go_on --
-- What waited behind it is run again, in its order.
UPDATE local_parked SET asked = true WHERE case_id = %(case_id)s AND NOT redriven

-- dropped --
-- What was put aside for good, the newest first.
SELECT "partition", "offset", case_id, reason, detail, dropped_by, dropped_why, dropped_at FROM local_parked
 WHERE dropped_at IS NOT NULL ORDER BY dropped_at DESC, serial DESC
