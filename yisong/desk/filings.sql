-- keep --
-- Write a filing, or put right the one that is there. No row comes back where nothing changed; true: it is a new one.
INSERT INTO local_filings AS kept (authority, kind, value, icp_no, licence_no, sponsor_kind, sponsor_name, sponsor_uscc,
                                   contact_ref, access_provider, access_region, valid_from, valid_to)
VALUES (%(authority)s, %(kind)s, %(value)s, %(icp_no)s, %(licence_no)s, %(sponsor_kind)s, %(sponsor_name)s,
        %(sponsor_uscc)s, %(contact_ref)s, %(access_provider)s, %(access_region)s, %(valid_from)s, %(valid_to)s)
ON CONFLICT (kind, value, valid_from) DO UPDATE
   SET authority = EXCLUDED.authority, icp_no = EXCLUDED.icp_no, licence_no = EXCLUDED.licence_no,
       sponsor_kind = EXCLUDED.sponsor_kind, sponsor_name = EXCLUDED.sponsor_name,
       sponsor_uscc = EXCLUDED.sponsor_uscc, contact_ref = EXCLUDED.contact_ref,
       access_provider = EXCLUDED.access_provider, access_region = EXCLUDED.access_region, valid_to = EXCLUDED.valid_to
 WHERE kept IS DISTINCT FROM EXCLUDED
RETURNING (xmax = 0);

-- find --
-- The filing that holds on a day, under the longest of the names; where two overlap, the newer one.
SELECT authority, kind, value, icp_no, licence_no, sponsor_kind, sponsor_name, sponsor_uscc, contact_ref,
       access_provider, access_region, valid_from, valid_to
  FROM local_filings
 WHERE kind = %(kind)s AND value = ANY(%(values)s::text[])
   AND valid_from <= %(day)s AND (valid_to IS NULL OR %(day)s < valid_to)
 ORDER BY length(value) DESC, valid_from DESC LIMIT 1;
