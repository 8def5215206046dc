-- The Merkle tree of each partition (RFC 6962) above its leaves, which are leaf_hash of the entries: one row for each
-- complete subtree, over the offsets [index * 2^level, (index + 1) * 2^level). Written with the entry that completes it.
-- Of entries that are here already, the trail builds the tree when it starts.
CREATE TABLE tree_nodes (
    "partition" integer  NOT NULL,
    level       smallint NOT NULL CHECK (level BETWEEN 1 AND 62),
    "index"     bigint   NOT NULL CHECK ("index" >= 0),
    hash        bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY ("partition", level, "index")
);

-- As before, and it says which table it guards.
CREATE OR REPLACE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% are append-only: % is refused, because a trail that can be rewritten proves nothing',
        TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER tree_nodes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tree_nodes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();
