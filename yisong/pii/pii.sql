-- What a node knows of P2 tokens.

-- secret --
-- The sealed secret of an organ.
SELECT key_id, sealed FROM local_pii_secrets WHERE organ = %(organ)s;

-- keep_secret --
-- The first one counts, whoever makes two at a time.
INSERT INTO local_pii_secrets (organ, key_id, sealed) VALUES (%(organ)s, %(key_id)s, %(sealed)s) ON CONFLICT DO NOTHING;

-- reseal_secret --
-- The same secret, sealed to a newer key of the organ.
UPDATE local_pii_secrets SET key_id = %(key_id)s, sealed = %(sealed)s WHERE organ = %(organ)s AND key_id = %(former)s;

-- known --
-- The token of a value that is known already.
SELECT token FROM local_pii_tokens WHERE known_by = %(known_by)s;

-- keep --
-- A new token. No row comes back where the token, or the value, is there already.
INSERT INTO local_pii_tokens (token, organ, known_by, sealed, account, made_at)
VALUES (%(token)s, %(organ)s, %(known_by)s, %(sealed)s, %(account)s, %(now)s) ON CONFLICT DO NOTHING RETURNING token;

-- value --
-- What is kept of a token.
SELECT sealed, erased_at IS NOT NULL FROM local_pii_tokens WHERE token = %(token)s AND organ = %(organ)s;

-- erase --
-- Its value is gone for good. No row comes back where there is no such token, or nothing left of it.
UPDATE local_pii_tokens
   SET known_by = NULL, sealed = NULL, erased_at = %(now)s, erased_by = %(account)s, erased_reason = %(reason)s
 WHERE token = %(token)s AND organ = %(organ)s AND erased_at IS NULL RETURNING token;

-- of_docket --
-- Where the records of a case lie, and what travelled beside their headers.
SELECT entries."partition", entries."offset", bodies.carried
  FROM entries LEFT JOIN bodies USING ("partition", "offset")
 WHERE entries.docket = %(case_id)s ORDER BY entries.docket_index;

-- newest_of --
-- The newest record of a case that this node has.
SELECT "partition", "offset" FROM entries WHERE docket = %(case_id)s ORDER BY docket_index DESC LIMIT 1;

-- is_judged --
-- Whether this node's trail has come to a position.
SELECT EXISTS (SELECT FROM positions WHERE "partition" = %(partition)s AND next_offset > %(offset)s);

-- asked_lately --
-- How often an organ has asked for tokens of another in the last hour, whatever came of it.
SELECT count(*) FROM local_readings
 WHERE what = 'token' AND organ = %(organ)s AND at > clock_timestamp() - interval '1 hour'
   AND split_part(token, '-', 2) = %(owner)s;

-- ask --
INSERT INTO local_pii_asked (request_id, account, organ, owner, case_id, token, purpose, asked_at)
VALUES (%(request_id)s, %(account)s, %(organ)s, %(owner)s, %(case_id)s, %(token)s, %(purpose)s, %(now)s);

-- asked --
-- What an account has asked, and the answer, where there is one.
SELECT organ, owner, case_id, token, purpose, answered_at, key_id, sealed FROM local_pii_asked
 WHERE request_id = %(request_id)s AND account = %(account)s AND organ = %(organ)s;

-- answered --
-- An answer, from whoever was asked. No row comes back for one that nobody waits for.
UPDATE local_pii_asked SET answered_at = %(now)s, key_id = %(key_id)s, sealed = %(sealed)s
 WHERE request_id = %(request_id)s AND owner = %(owner)s AND organ = %(organ)s AND answered_at IS NULL RETURNING request_id;

-- forget --
-- Answers are kept for a day.
UPDATE local_pii_asked SET key_id = NULL, sealed = NULL WHERE sealed IS NOT NULL AND answered_at <= %(oldest)s;

-- receive --
-- A request from another line. No row comes back for one that had come before.
INSERT INTO local_pii_requests (organ, request_id, owner, received_at, key_id, sealed)
VALUES (%(organ)s, %(request_id)s, %(owner)s, %(now)s, %(key_id)s, %(sealed)s) ON CONFLICT DO NOTHING RETURNING request_id;

-- open --
-- Requests without an answer, the oldest first.
SELECT organ, request_id, owner, received_at, key_id, sealed FROM local_pii_requests
 WHERE state = 'open' ORDER BY received_at, organ, request_id LIMIT %(limit)s;

-- settle --
UPDATE local_pii_requests SET state = %(state)s, sealed = NULL
 WHERE organ = %(organ)s AND request_id = %(request_id)s AND state = 'open' RETURNING request_id;

-- say --
INSERT INTO local_pii_letters (agency, value) VALUES (%(agency)s, %(value)s);

-- unsaid --
-- What Kafka does not have for certain, in its order.
SELECT serial, agency, value FROM local_pii_letters ORDER BY serial LIMIT %(limit)s;

-- lies_there --
DELETE FROM local_pii_letters WHERE serial = %(serial)s;

-- begin --
-- Where a topic that was never read begins.
INSERT INTO local_pii_read ("partition", next_offset) VALUES (0, 0) ON CONFLICT DO NOTHING;

-- position --
SELECT next_offset FROM local_pii_read WHERE "partition" = 0;

-- move --
-- Move on, in the transaction that keeps what was read.
UPDATE local_pii_read SET next_offset = %(next_offset)s WHERE "partition" = 0;
