-- What a node knows of the files in its evidence store.

-- hand_in --
-- Write down whose file it is. The first time counts: the same file again is the same file.
INSERT INTO local_evidence (organ, sha256, size, media_type, account, received_at)
VALUES (%(organ)s, %(sha256)s, %(size)s, %(media_type)s, %(account)s, %(at)s)
ON CONFLICT (organ, sha256) DO NOTHING;

-- handed_in --
-- A file of the store, as it was first handed in; by one organ, where it is named.
SELECT organ, size, media_type FROM local_evidence
 WHERE sha256 = %(sha256)s AND (%(organ)s::text IS NULL OR organ = %(organ)s)
 ORDER BY received_at, organ LIMIT 1;

-- citing --
-- Where the events of one id lie whose body is still kept.
SELECT entries."partition", entries."offset", entries.docket
  FROM entries JOIN bodies USING ("partition", "offset")
 WHERE entries.event_id = %(event_id)s AND entries.remembered
 ORDER BY entries."partition", entries."offset";
