-- Who may come through the doors of this node: people by account, agency systems by token. Local: no verdict reads it.
-- Instants are milliseconds since 1970 (UTC).

-- People. An account is never deleted, nor its roles changed, so that the log of logins means the same person for ever:
-- lock it and make another. password: argon2id in PHC form. must_change: somebody else has set it. locked: by an administrator.
CREATE TABLE local_accounts (
    account     text    PRIMARY KEY CHECK (account ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    organ       text    NOT NULL,
    roles       text[]  NOT NULL,
    password    text    NOT NULL CHECK (password LIKE '$argon2id$%'),
    password_at bigint  NOT NULL,
    must_change boolean NOT NULL DEFAULT true,
    locked      boolean NOT NULL DEFAULT false,
    made_at     bigint  NOT NULL,
    CONSTRAINT local_accounts_roles CHECK (
        cardinality(roles) > 0 AND array_position(roles, NULL) IS NULL AND
        roles <@ ARRAY['officer', 'approver', 'auditor', 'operator', 'account-administrator', 'audit-administrator']),
    -- The three administrators are kept apart 三员分立, and none of them sees a case.
    CONSTRAINT local_accounts_apart CHECK (
        cardinality(roles) = 1 OR NOT roles && ARRAY['operator', 'account-administrator', 'audit-administrator'])
);
CREATE FUNCTION refuse_other_roles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an account keeps its name, organ and roles: lock it and make another'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER local_accounts_stay BEFORE UPDATE OF account, organ, roles ON local_accounts
    FOR EACH ROW WHEN ((OLD.account, OLD.organ, OLD.roles) IS DISTINCT FROM (NEW.account, NEW.organ, NEW.roles))
    EXECUTE FUNCTION refuse_other_roles();
-- The gateway makes accounts of people who work on cases; an administrator is made, locked and unlocked by the owner of the
-- database alone, lest the administrator of accounts make himself another one.
CREATE FUNCTION refuse_administrators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RAISE EXCEPTION 'an administrator is made, locked and unlocked at the node itself'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER local_accounts_administrators BEFORE INSERT OR UPDATE OF locked ON local_accounts
    FOR EACH ROW WHEN (NEW.roles && ARRAY['operator', 'account-administrator', 'audit-administrator'])
    EXECUTE FUNCTION refuse_administrators();
CREATE TRIGGER local_accounts_kept BEFORE DELETE OR TRUNCATE ON local_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();

-- Sessions of people, by the SHA-256 of the secret in the cookie.
CREATE TABLE local_sessions (
    secret_hash bytea  PRIMARY KEY CHECK (octet_length(secret_hash) = 32),
    account     text   NOT NULL REFERENCES local_accounts,
    made_at     bigint NOT NULL,
    seen_at     bigint NOT NULL
);
CREATE INDEX local_sessions_account ON local_sessions (account);

-- Tries to log in that failed, by account and by address. subject: SHA-256 of the account's name as it was typed (somebody
-- may have typed a password there), or the address. since: the first failure, or the one that locked.
CREATE TABLE local_login_failures (
    kind     text    NOT NULL CHECK (kind IN ('account', 'address')),
    subject  text    NOT NULL,
    failures integer NOT NULL,
    since    bigint  NOT NULL,
    PRIMARY KEY (kind, subject)
);

-- Tokens of agency systems, by their SHA-256. used_at: to the hour.
CREATE TABLE local_tokens (
    serial     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea  NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    system     text   NOT NULL CHECK (system ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    organ      text   NOT NULL,
    scopes     text[] NOT NULL CHECK (
        cardinality(scopes) > 0 AND array_position(scopes, NULL) IS NULL AND
        scopes <@ ARRAY['publish', 'read', 'audit']),
    made_at    bigint NOT NULL,
    expires_at bigint NOT NULL CHECK (expires_at > made_at),
    used_at    bigint,
    revoked_at bigint
);

-- The log of logins and of changes of accounts and tokens; for the audit administrator. who: the account, or the system of
-- a token; null: no such account. by_whom: who did it. address: where from, null at the node's own command line.
CREATE TABLE local_logins (
    serial  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      bigint NOT NULL,
    what    text   NOT NULL CHECK (what IN ('login', 'login-refused', 'locked-out', 'logout', 'password-changed',
                                            'password-refused', 'password-set', 'account-made', 'account-locked',
                                            'account-unlocked', 'token-made', 'token-revoked')),
    who     text,
    by_whom text,
    address text
);
CREATE TRIGGER local_logins_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON local_logins
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();
