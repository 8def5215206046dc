-- begin --
-- A place beside the live tables; what an earlier rebuild has left there was never in use.
DROP SCHEMA IF EXISTS rebuilding CASCADE;
CREATE SCHEMA rebuilding;

-- columns --
-- The columns of a table, in their order.
SELECT attname, atttypid::regtype::text FROM pg_attribute
 WHERE attrelid = (%(schema)s || '.' || %(table)s)::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum;

-- rights --
-- Who else than its owner may do what with a table.
SELECT rights.privilege_type, roles.rolname
  FROM pg_class, aclexplode(relacl) AS rights JOIN pg_roles AS roles ON roles.oid = rights.grantee
 WHERE pg_class.oid = (%(schema)s || '.' || %(table)s)::regclass AND rights.grantee <> relowner;

-- positions --
-- How far the live trail is in each partition.
SELECT "partition", next_offset FROM public.positions ORDER BY "partition";

-- erasures --
-- What was said by the admitted events that erase bodies, from an offset on.
SELECT docket, leaf FROM rebuilding.entries
 WHERE "partition" = %(partition)s AND "offset" >= %(first)s AND event_type = 'BodyErased'
   AND verdict IN ('admitted', 'admitted-late');

-- cited --
-- Where events of these ids lie in a docket, and whose they are.
SELECT "offset", organ FROM rebuilding.entries WHERE docket = %(case_id)s AND event_id = ANY(%(ids)s::uuid[]);

-- erase --
-- What travelled with these entries is gone.
DELETE FROM rebuilding.bodies WHERE "partition" = %(partition)s AND "offset" = ANY(%(offsets)s::bigint[]);

-- relayed_before --
-- What the live node has put into its inbox is not put there again.
DELETE FROM rebuilding.local_relay AS again USING public.local_inbox AS before
 WHERE before."partition" = again."partition" AND before."offset" = again."offset"
   AND NOT EXISTS (SELECT 1 FROM public.local_relay AS waiting
                    WHERE waiting."partition" = again."partition" AND waiting."offset" = again."offset");

-- relay --
-- What the live node has never put into its inbox is to be put there, as the log gives it.
WITH gone AS (DELETE FROM public.local_relay AS one
               WHERE NOT EXISTS (SELECT 1 FROM rebuilding.local_relay AS made
                                  WHERE made."partition" = one."partition" AND made."offset" = one."offset"))
INSERT INTO public.local_relay ("partition", "offset", key, value)
SELECT "partition", "offset", key, value FROM rebuilding.local_relay
    ON CONFLICT ("partition", "offset") DO UPDATE SET key = excluded.key, value = excluded.value;

-- stray --
-- The first entry in a partition in which the trail has never been.
SELECT "partition", "offset" FROM public.entries
 WHERE "partition" <> ALL(%(partitions)s::integer[]) ORDER BY "partition", "offset" LIMIT 1;

-- stray_docket --
-- A docket of such a partition.
SELECT "partition", last_offset FROM public.dockets
 WHERE "partition" <> ALL(%(partitions)s::integer[]) ORDER BY "partition", last_offset LIMIT 1;

-- others_say --
-- Of each other node the newest root that agreed with our tree, and every one that did not and still stands.
SELECT "partition", size, node, root FROM
  (SELECT DISTINCT ON ("partition", node) "partition", size, node, root FROM public.local_cosignatures
    WHERE node <> %(us)s ORDER BY "partition", node, origin DESC, size DESC) AS newest
 UNION
SELECT "partition", size, node, root FROM public.local_disagreements WHERE node <> %(us)s AND settled IS NULL
 ORDER BY 1, 2, 3;

-- trails --
-- The connections of this node's trail and relay, which hold in memory what they wrote, or how far they were.
SELECT pid FROM pg_stat_activity
 WHERE datname = current_database() AND application_name IN ('yisong-trail', 'yisong-relay') AND usename = %(role)s;

-- end --
-- End a connection, and wait until it has gone.
SELECT pg_terminate_backend(%(pid)s, 5000);

-- instant --
-- Now, as part of a name.
SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD_HH24MISS');

-- drop --
-- Of what stood beside nothing is left.
DROP SCHEMA IF EXISTS rebuilding CASCADE;
