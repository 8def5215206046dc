-- What P2 tokens of organs of this line stand for, and who has asked. Local: no verdict reads it. Instants are milliseconds
-- since 1970 (UTC).

-- The secret of an organ under which its persons' values are sealed, itself sealed to the organ's key to seal with (key_id).
CREATE TABLE local_pii_secrets (
    organ  text  PRIMARY KEY,
    key_id text  NOT NULL,
    sealed bytea NOT NULL
);

-- Token -> value. sealed: nonce and AES-256-GCM under a key of the organ's secret. known_by: HMAC of the value under another,
-- so that the same value gets the same token. Both are gone once it is erased; a token is never given again.
CREATE TABLE local_pii_tokens (
    token         text   PRIMARY KEY,
    organ         text   NOT NULL REFERENCES local_pii_secrets,
    known_by      bytea  UNIQUE CHECK (octet_length(known_by) = 32),
    sealed        bytea,
    account       text   NOT NULL,
    made_at       bigint NOT NULL,
    erased_at     bigint,
    erased_by     text,
    erased_reason text,
    CHECK ((sealed IS NULL) = (erased_at IS NOT NULL) AND (known_by IS NULL) = (erased_at IS NOT NULL)),
    CHECK ((erased_at IS NULL) = (erased_by IS NULL) AND (erased_at IS NULL) = (erased_reason IS NULL))
);

-- What accounts of this line have asked of other lines. sealed: the answer as it came, for the key key_id of the organ; it is
-- opened at the moment of reading, and gone a day later.
CREATE TABLE local_pii_asked (
    request_id  uuid   PRIMARY KEY,
    account     text   NOT NULL,
    organ       text   NOT NULL,
    owner       text   NOT NULL,
    case_id     text   NOT NULL,
    token       text   NOT NULL,
    purpose     text   NOT NULL,
    asked_at    bigint NOT NULL,
    answered_at bigint,
    key_id      text,
    sealed      bytea,
    CHECK (answered_at IS NOT NULL OR (key_id IS NULL AND sealed IS NULL))
);
CREATE INDEX local_pii_asked_answers ON local_pii_asked (answered_at) WHERE sealed IS NOT NULL;

-- What other lines have asked of organs of this one. sealed: the request as it came, until it is answered.
CREATE TABLE local_pii_requests (
    organ       text   NOT NULL,
    request_id  uuid   NOT NULL,
    owner       text   NOT NULL,
    received_at bigint NOT NULL,
    state       text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'void')),
    key_id      text   NOT NULL,
    sealed      bytea,
    PRIMARY KEY (organ, request_id),
    CHECK ((state = 'open') = (sealed IS NOT NULL))
);
CREATE INDEX local_pii_requests_open ON local_pii_requests (received_at) WHERE state = 'open';

-- What is to be said on the topics pii-<agency>, byte for byte as it is sent; forgotten once Kafka has it.
CREATE TABLE local_pii_letters (
    serial bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency text   NOT NULL,
    value  bytea  NOT NULL
);

-- How far our own topic has been read.
CREATE TABLE local_pii_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint  NOT NULL CHECK (next_offset >= 0)
);

-- Which token was asked for, and why it was not resolved, where it was not.
ALTER TABLE local_readings
    ADD COLUMN token   text,
    ADD COLUMN refused text,
    ADD CONSTRAINT local_readings_token CHECK ((token IS NOT NULL) = (what = 'token')),
    ADD CONSTRAINT local_readings_refused CHECK (refused IS NULL OR what = 'token');
CREATE INDEX local_readings_of_tokens ON local_readings (organ, at) WHERE what = 'token';

-- Who has logged in at an identity provider: no password of ours is asked of him, nor to be changed.
ALTER TABLE local_sessions ADD COLUMN by_provider boolean NOT NULL DEFAULT false;

-- Logins that are under way at the identity provider, by the SHA-256 of the state that the browser takes there and back.
CREATE TABLE local_provider_logins (
    state_hash bytea  PRIMARY KEY CHECK (octet_length(state_hash) = 32),
    nonce      text   NOT NULL,
    verifier   text   NOT NULL,
    back       text   NOT NULL,
    made_at    bigint NOT NULL
);
ALTER TABLE local_logins DROP CONSTRAINT local_logins_what_check;
ALTER TABLE local_logins ADD CONSTRAINT local_logins_what_check
    CHECK (what IN ('login', 'login-refused', 'locked-out', 'logout', 'password-changed', 'password-refused', 'password-set',
                    'account-made', 'account-locked', 'account-unlocked', 'token-made', 'token-revoked',
                    'provider-login', 'provider-login-refused'));
