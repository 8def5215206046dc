-- receive --
-- Note a paper. One that came before, byte for byte, is not noted again.
INSERT INTO local_papers (referral, kind, sha256, size, received_at)
VALUES (%(referral)s, %(kind)s, %(sha256)s, %(size)s, %(received_at)s)
ON CONFLICT DO NOTHING;

-- of_referral --
-- What was handed in with a referral.
SELECT kind, sha256, size, received_at FROM local_papers WHERE referral = %(referral)s ORDER BY serial;
