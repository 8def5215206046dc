-- objects --
-- Everything that a schema holds, with how it is made: columns, constraints, indexes, triggers, views and functions.
SELECT 'column' AS kind, class.relname AS of, attname AS name,
       format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END || ' ' || attstorage::text
       || coalesce(' default ' || pg_get_expr(adbin, adrelid), '') || attidentity::text AS said
  FROM pg_attribute JOIN pg_class AS class ON class.oid = attrelid
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
 WHERE class.relnamespace = %(schema)s::text::regnamespace AND class.relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped
 UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = %(schema)s::text::regnamespace AND contype <> 'n'
 UNION ALL
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(schema)s::text
 UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text
  FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
 WHERE relnamespace = %(schema)s::text::regnamespace AND NOT tgisinternal
 UNION ALL
SELECT 'view', viewname, '', definition FROM pg_views WHERE schemaname = %(schema)s::text
 UNION ALL
SELECT 'function', proname, '', pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = %(schema)s::text::regnamespace;

-- rights --
-- What a role may do with each table, view and column of a schema.
SELECT relname, '', privilege_type FROM pg_class, aclexplode(relacl) AS one
 WHERE relnamespace = %(schema)s::text::regnamespace AND one.grantee = %(role)s::text::regrole
 UNION
SELECT relname, attname, privilege_type FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) AS one
 WHERE relnamespace = %(schema)s::text::regnamespace AND one.grantee = %(role)s::text::regrole;
