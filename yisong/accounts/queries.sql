-- account --
-- One account.
SELECT account, organ, roles, password, password_at, must_change, locked, made_at
  FROM local_accounts WHERE account = %(account)s;

-- accounts --
-- All accounts.
SELECT account, organ, roles, password, password_at, must_change, locked, made_at FROM local_accounts ORDER BY account;

-- is_taken --
-- Whether somebody else has a name: the log of readings names people and systems alike.
SELECT EXISTS (SELECT FROM local_accounts WHERE account = %(name)s), EXISTS (SELECT FROM local_tokens WHERE system = %(name)s);

-- add_account --
INSERT INTO local_accounts (account, organ, roles, password, password_at, must_change, made_at)
VALUES (%(account)s, %(organ)s, %(roles)s, %(password)s, %(now)s, %(must_change)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING account;

-- set_password --
-- Give an account another password.
UPDATE local_accounts SET password = %(password)s, password_at = %(now)s, must_change = %(must_change)s
 WHERE account = %(account)s RETURNING account;

-- rehash --
-- Keep the same password under newer parameters; not where it was changed in between.
UPDATE local_accounts SET password = %(password)s WHERE account = %(account)s AND password = %(former)s;

-- set_locked --
UPDATE local_accounts SET locked = %(locked)s WHERE account = %(account)s RETURNING account;

-- hold_account --
-- Keep an account from being locked, or given another password, until the transaction ends; no row: it was already.
SELECT account FROM local_accounts WHERE account = %(account)s AND password = %(password)s AND NOT locked FOR NO KEY UPDATE;

-- new_session --
INSERT INTO local_sessions (secret_hash, account, made_at, seen_at, by_provider)
VALUES (%(secret_hash)s, %(account)s, %(now)s, %(now)s, %(by_provider)s);

-- session --
-- A session that holds, with its account.
SELECT account, organ, roles, must_change, password_at, seen_at, by_provider
  FROM local_sessions JOIN local_accounts USING (account)
 WHERE secret_hash = %(secret_hash)s AND NOT locked
   AND local_sessions.made_at > %(oldest_made)s AND seen_at > %(oldest_seen)s;

-- seen --
UPDATE local_sessions SET seen_at = %(now)s WHERE secret_hash = %(secret_hash)s;

-- end_session --
DELETE FROM local_sessions WHERE secret_hash = %(secret_hash)s RETURNING account;

-- end_sessions --
-- End all sessions of an account.
DELETE FROM local_sessions WHERE account = %(account)s;

-- forget_sessions --
-- Forget sessions that have run out.
DELETE FROM local_sessions WHERE made_at <= %(oldest_made)s OR seen_at <= %(oldest_seen)s;

-- begin_provider_login --
-- Somebody goes to the identity provider.
INSERT INTO local_provider_logins (state_hash, nonce, verifier, back, made_at)
VALUES (%(state_hash)s, %(nonce)s, %(verifier)s, %(back)s, %(now)s);

-- take_provider_login --
-- He is back, and cannot come back twice.
DELETE FROM local_provider_logins WHERE state_hash = %(state_hash)s AND made_at > %(oldest)s RETURNING nonce, verifier, back;

-- forget_provider_logins --
DELETE FROM local_provider_logins WHERE made_at <= %(oldest)s;

-- count_failure --
-- Count a try as failed, before it is looked at, so that tries at the same time are counted, too; how many there are now.
INSERT INTO local_login_failures AS known (kind, subject, failures, since) VALUES (%(kind)s, %(subject)s, 1, %(now)s)
ON CONFLICT (kind, subject) DO UPDATE SET
    failures = CASE WHEN known.since <= %(over)s THEN 1 ELSE known.failures + 1 END,
    since    = CASE WHEN known.since <= %(over)s OR known.failures + 1 = %(most)s THEN %(now)s ELSE known.since END
RETURNING failures;

-- forgive --
-- A try has not failed.
UPDATE local_login_failures SET failures = failures - 1 WHERE kind = %(kind)s AND subject = %(subject)s AND failures > 0;

-- forget_failures --
-- Forget all failures of one account.
DELETE FROM local_login_failures WHERE kind = %(kind)s AND subject = %(subject)s;

-- forget_old_failures --
DELETE FROM local_login_failures WHERE since <= %(over)s;

-- add_token --
INSERT INTO local_tokens (token_hash, system, organ, scopes, made_at, expires_at)
VALUES (%(token_hash)s, %(system)s, %(organ)s, %(scopes)s, %(now)s, %(expires_at)s) RETURNING serial;

-- token --
-- A token that holds.
SELECT serial, system, organ, scopes, made_at, expires_at, used_at, revoked_at
  FROM local_tokens WHERE token_hash = %(token_hash)s AND revoked_at IS NULL AND expires_at > %(now)s;

-- tokens --
SELECT serial, system, organ, scopes, made_at, expires_at, used_at, revoked_at FROM local_tokens ORDER BY serial;

-- used --
UPDATE local_tokens SET used_at = %(hour)s WHERE serial = %(serial)s;

-- revoke --
UPDATE local_tokens SET revoked_at = %(now)s WHERE serial = %(serial)s AND revoked_at IS NULL RETURNING system;

-- note --
-- One line of the log of logins.
INSERT INTO local_logins (at, what, who, by_whom, address) VALUES (%(at)s, %(what)s, %(who)s, %(by_whom)s, %(address)s);

-- logins --
-- The log of logins, newest first, before a line.
SELECT serial, at, what, who, by_whom, address FROM local_logins
 WHERE serial < coalesce(%(before)s, 9223372036854775807) AND (%(who)s::text IS NULL OR who = %(who)s)
 ORDER BY serial DESC LIMIT %(most)s;
