-- NULL for an argument that a function needs is an error that names it

-- the functions that everybody may call (a procedure hands its arguments to
-- them); a needed argument has no default, and
-- a name (that of http() has none: it is a body, which may be absent)
CREATE TEMP VIEW api AS
SELECT p.oid, p.proname, p.proisstrict, p.pronargs - p.pronargdefaults AS nneeded,
       a.n AS argument, a.name, a.type
  FROM pg_catalog.pg_proc p,
       LATERAL unnest(p.proargnames[1 : p.pronargs], p.proargtypes::oid[]) WITH ORDINALITY a (name, type, n)
 WHERE p.pronamespace = 'image_catalog'::regnamespace AND p.prokind <> 'p'
   AND p.provolatile <> 'i' AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)
   AND has_function_privilege('public', p.oid, 'EXECUTE');

-- Functions that answer NULL for NULL, as SQL has it: those that only look at
-- their arguments are IMMUTABLE and not listed here; these are the others.
SELECT DISTINCT oid::regprocedure AS strict FROM api WHERE proisstrict ORDER BY 1;

-- each needed argument alone is NULL, the others are some value of their type
CREATE FUNCTION pg_temp.outcome(function oid, argument bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    call text;
BEGIN
    SELECT format('SELECT %s(%s)', function::regproc,
                  string_agg(CASE WHEN a.argument = outcome.argument THEN 'NULL::' || a.type::regtype
                                  WHEN a.type = 'uuid'::regtype THEN 'gen_random_uuid()'
                                  WHEN a.type IN ('jsonb'::regtype, 'json'::regtype) THEN '''{}'''
                                  WHEN a.type = 'image_catalog.json_patch'::regtype THEN '''[]'''
                                  WHEN a.type = 'text[]'::regtype THEN '''{}'''
                                  WHEN a.type = 'boolean'::regtype THEN 'false'
                                  WHEN a.type = 'timestamptz'::regtype THEN '''now'''
                                  WHEN a.type = 'regrole'::regtype THEN '''pg_monitor'''
                                  ELSE '''0''' END, ', ' ORDER BY a.argument))
      INTO call FROM api a WHERE a.oid = function;
    EXECUTE call;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

SELECT count(*) > 30 AS has_functions FROM api;
SELECT oid::regprocedure AS function, name, pg_temp.outcome(oid, argument) AS outcome
  FROM api
 WHERE NOT proisstrict AND argument <= nneeded AND name <> ''
   AND (proname, name) <> ('import_scan_report', 'image_name') -- the report may tell it
   AND pg_temp.outcome(oid, argument) <> format('22004 argument "%s" must not be null', name)
 ORDER BY 1, 2;

DROP VIEW api;
