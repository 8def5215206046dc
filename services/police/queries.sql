-- noted --
-- Receipts that are owed and for whose referrals papers were handed in; and how far the intake has come with each.
SELECT duty.id, duty."partition", duty."offset", max(paper.serial)
  FROM local_duties AS duty JOIN local_papers AS paper ON paper.referral = duty.about_id
 WHERE duty.state = 'open' AND duty.clock_id LIKE 'T-REF-03/%%'
 GROUP BY duty.id ORDER BY max(paper.serial);

-- cause --
-- The event because of which a receipt is owed, as our trail has it, and its case as it stands now.
SELECT entries.log_time, verdict, leaf, carried, dockets.case_id, dockets.state::text
  FROM entries JOIN dockets ON dockets.case_id = docket
  LEFT JOIN bodies ON bodies."partition" = entries."partition" AND bodies."offset" = entries."offset"
 WHERE entries."partition" = %(partition)s AND entries."offset" = %(offset)s;
