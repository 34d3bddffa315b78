-- What the install script must keep for every object of the extension: each
-- query lists the offenders, so the answer is no rows unless it says otherwise.

CREATE TEMP VIEW member AS
    SELECT classid, objid, objsubid,
           pg_catalog.pg_describe_object(classid, objid, objsubid) AS object
      FROM pg_catalog.pg_depend
     WHERE refclassid = 'pg_catalog.pg_extension'::regclass
       AND deptype = 'e'
       AND refobjid = (SELECT oid FROM pg_catalog.pg_extension
                        WHERE extname = 'image_catalog');

CREATE TEMP VIEW member_function AS
    SELECT p.* FROM pg_catalog.pg_proc p
      JOIN member m ON m.classid = 'pg_catalog.pg_proc'::regclass
                   AND m.objid = p.oid;

CREATE TEMP VIEW member_relation AS
    SELECT c.* FROM pg_catalog.pg_class c
      JOIN member m ON m.classid = 'pg_catalog.pg_class'::regclass
                   AND m.objid = c.oid;

SELECT count(*) > 0 AS has_functions FROM member_function;

-- no comment (array types and row types of tables are made by the server;
-- operator families made by an operator class carry the class's comment)
SELECT object FROM member m
 WHERE obj_description(objid, classid::regclass::name) IS NULL
   AND NOT (classid = 'pg_catalog.pg_type'::regclass
            AND EXISTS (SELECT FROM pg_catalog.pg_type t
                         WHERE t.oid = m.objid
                           AND (t.typelem <> 0 AND t.typcategory = 'A'
                                OR t.typtype = 'c'
                                AND EXISTS (SELECT FROM member_relation c
                                             WHERE c.oid = t.typrelid))))
   AND NOT (classid = 'pg_catalog.pg_opfamily'::regclass
            AND EXISTS (SELECT FROM pg_catalog.pg_opclass o
                         WHERE o.opcfamily = m.objid))
   AND classid NOT IN ('pg_catalog.pg_cast'::regclass)
 ORDER BY object COLLATE "C";

-- policies and triggers of the tables, without a comment
SELECT pg_describe_object('pg_policy'::regclass, p.oid, 0) AS uncommented
  FROM pg_catalog.pg_policy p
  JOIN member_relation r ON r.oid = p.polrelid
 WHERE obj_description(p.oid, 'pg_policy') IS NULL
UNION ALL
SELECT pg_describe_object('pg_trigger'::regclass, t.oid, 0)
  FROM pg_catalog.pg_trigger t
  JOIN member_relation r ON r.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND obj_description(t.oid, 'pg_trigger') IS NULL
 ORDER BY 1;

-- something outside the extension's schema
SELECT object FROM member m
  JOIN pg_catalog.pg_proc p
    ON m.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = m.objid
 WHERE p.pronamespace <> 'image_catalog'::regnamespace
UNION ALL
SELECT object FROM member m
  JOIN pg_catalog.pg_class c
    ON m.classid = 'pg_catalog.pg_class'::regclass AND c.oid = m.objid
 WHERE c.relnamespace <> 'image_catalog'::regnamespace
UNION ALL
SELECT object FROM member m
  JOIN pg_catalog.pg_type t
    ON m.classid = 'pg_catalog.pg_type'::regclass AND t.oid = m.objid
 WHERE t.typnamespace <> 'image_catalog'::regnamespace
UNION ALL
SELECT object FROM member m
  JOIN pg_catalog.pg_operator o
    ON m.classid = 'pg_catalog.pg_operator'::regclass AND o.oid = m.objid
 WHERE o.oprnamespace <> 'image_catalog'::regnamespace;

-- in the schema, but not a member: would survive DROP EXTENSION
SELECT p.oid::regprocedure AS stray FROM pg_catalog.pg_proc p
 WHERE p.pronamespace = 'image_catalog'::regnamespace
   AND NOT EXISTS (SELECT FROM member_function f WHERE f.oid = p.oid);
SELECT c.oid::regclass AS stray FROM pg_catalog.pg_class c
 WHERE c.relnamespace = 'image_catalog'::regnamespace
   AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
   AND NOT EXISTS (SELECT FROM member_relation r WHERE r.oid = c.oid);

-- procedural code that names tables in text and does not look first whether the
-- schema of that name is the extension's (test/security/002_schema.pl)
SELECT f.oid::regprocedure AS trusts_a_name FROM member_function f
  JOIN pg_catalog.pg_language l ON l.oid = f.prolang
 WHERE l.lanname = 'plpgsql' AND f.prosrc ~ 'image_catalog\.'
   AND f.prosrc !~ 'IF TG_TABLE_SCHEMA <> ''image_catalog'' THEN\s+RAISE'
   AND f.prosrc !~ 'd.refclassid .* ''pg_catalog.pg_extension''.*AND e.extname .* ''image_catalog''\) THEN\s+RAISE'
 ORDER BY 1;

-- tables without row-level security
SELECT oid::regclass AS table_without_rls FROM member_relation
 WHERE relkind IN ('r', 'p') AND NOT relrowsecurity
 ORDER BY 1;

-- views that run with their owner's rights
SELECT oid::regclass AS definer_view FROM member_relation
 WHERE relkind = 'v'
   AND NOT COALESCE('security_invoker=true' = ANY (reloptions), false)
 ORDER BY 1;

-- tables and sequences that pg_dump would leave empty; what triggers derive
-- from other tables says so in its comment, and restoring fires them; what
-- CREATE EXTENSION writes says so, too
SELECT r.oid::regclass AS not_dumped FROM member_relation r
 WHERE r.relkind IN ('r', 'p', 'S')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension e
                    WHERE e.extname = 'image_catalog'
                      AND r.oid = ANY (e.extconfig))
   -- the sequence of an identity column is dumped with its table
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass
                      AND d.objid = r.oid AND d.deptype = 'i')
   AND NOT COALESCE(obj_description(r.oid, 'pg_class') ~ '; (derived, filled by triggers|empty but for restores|rows are the extension''s own)$', false)
 ORDER BY 1;

-- what PUBLIC may do with tables, views, sequences and their columns
SELECT r.oid::regclass AS relation, a.privilege_type AS public_may
  FROM member_relation r, pg_catalog.aclexplode(r.relacl) a
 WHERE a.grantee = 0
UNION ALL
SELECT r.oid::regclass, a.privilege_type || ' ' || t.attname
  FROM member_relation r
  JOIN pg_catalog.pg_attribute t ON t.attrelid = r.oid,
       pg_catalog.aclexplode(t.attacl) a
 WHERE a.grantee = 0
 ORDER BY 1, 2;

-- PUBLIC may look into the schema, not create there
SELECT a.privilege_type FROM pg_catalog.pg_namespace n,
       pg_catalog.aclexplode(n.nspacl) a
 WHERE n.nspname = 'image_catalog' AND a.grantee = 0 ORDER BY 1;

-- definer functions without the one safe search path
SELECT oid::regprocedure AS unsafe_definer, proconfig FROM member_function
 WHERE prosecdef
   AND NOT COALESCE('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
 ORDER BY 1;

-- SQL and PL bodies kept as text without a fixed search path: names in them
-- resolve in the caller's; a procedure that commits can have none, and
-- qualifies every name and operator
SELECT f.oid::regprocedure AS unqualified_body FROM member_function f
  JOIN pg_catalog.pg_language l ON l.oid = f.prolang
 WHERE l.lanname NOT IN ('c', 'internal')
   AND f.prosqlbody IS NULL
   AND NOT COALESCE('search_path=pg_catalog, pg_temp' = ANY (f.proconfig), false)
   AND NOT (f.prokind = 'p' AND f.prosrc ~ '\mCOMMIT\M' AND f.prosrc !~ '\s[<>=+-]+\s')
 ORDER BY 1;

-- C functions of another library, or named otherwise than imgcat_*
SELECT f.oid::regprocedure AS foreign_symbol, f.probin, f.prosrc
  FROM member_function f
  JOIN pg_catalog.pg_language l ON l.oid = f.prolang
 WHERE l.lanname = 'c'
   AND (f.prosrc NOT LIKE 'imgcat\_%' OR f.probin NOT LIKE '%image_catalog')
 ORDER BY 1;

-- leakproof promises that no argument ever raises an error or a message; for
-- comparing and hashing our types that goes without saying
SELECT f.oid::regprocedure AS leakproof FROM member_function f
 WHERE f.proleakproof AND f.pronargs > 0
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_amproc a WHERE a.amproc = f.oid)
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_operator o
                    WHERE o.oprcode = f.oid
                      AND o.oprname IN ('=', '<>', '<', '<=', '>', '>='))
 ORDER BY f.oid::regprocedure::text COLLATE "C";

DROP VIEW member_relation, member_function, member;
