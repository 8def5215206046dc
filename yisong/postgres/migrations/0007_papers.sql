-- Which papers were handed in with a referral, by hash: what the police desk compares its manifest with. The files stay
-- where they are kept. Local: empty on every other node, and no verdict reads it.
CREATE TABLE local_papers (
    serial      bigint GENERATED ALWAYS AS IDENTITY,
    referral    text   NOT NULL,
    kind        text   NOT NULL,
    sha256      bytea  NOT NULL CHECK (length(sha256) = 32),
    size        bigint NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (referral, kind, sha256)
);
