/*
 * bench/container/ratio.sql: first pages of container searches beside the same
 * in hand-written SQL
 *
 *		psql -f bench/container/ratio.sql
 *
 * on a catalogue of bench/container/generate.sql.  Each pair is run in turn,
 * 21 times after two to warm up; the medians count.  The hand-written query
 * names what the search means and prints the same columns, without a rank.
 * Buffers are those of one page in a warm session, hit and read.  Prints a
 * Markdown table.
 */
\set ON_ERROR_STOP on
\set QUIET on
SET image_catalog.clock = '2025-07-01 00:00:00Z';
SET jit = off;
CREATE TEMP TABLE result (
	n serial, search text, sort text, rows int, function_ms float8,
	by_hand_ms float8, buffers bigint, by_hand_buffers bigint);

-- shared buffers that a query touches
CREATE FUNCTION pg_temp.buffers(command text) RETURNS bigint
	LANGUAGE plpgsql AS $$
DECLARE
	explained json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ' || command INTO explained;
	RETURN (explained -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint
		+ (explained -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END
$$;

-- milliseconds that a query takes, and its rows
CREATE FUNCTION pg_temp.run(command text, OUT ms float8, OUT number bigint)
	LANGUAGE plpgsql AS $$
DECLARE
	started timestamptz := clock_timestamp();
BEGIN
	EXECUTE 'SELECT count(length(document::text)) FROM (' || command || ') q' INTO number;
	ms := extract(epoch FROM clock_timestamp() - started) * 1000;
END
$$;

CREATE PROCEDURE pg_temp.measure(search text, condition text,
		sort text DEFAULT NULL, by text DEFAULT 'i.last_updated, i.digest')
	LANGUAGE plpgsql AS $$
DECLARE
	function_call text := format(
		'SELECT document FROM image_catalog.list_container_images(%L, 25, 0, %L, %L) document',
		search, trim(TRAILING '-' FROM sort), sort LIKE '%-');
	by_hand text := format(
		'SELECT json_build_object(''id'', i.digest, ''name'', i.name_full,
			''components'', i.component_count, ''cves'', i.cve_count,
			''fixableCves'', i.fixable_cve_count, ''created'', i.created_at,
			''lastUpdated'', i.last_updated) AS document
		   FROM image_catalog.container_images i WHERE %s ORDER BY %s LIMIT 25',
		condition, by);
	one float8[] := '{}';
	other float8[] := '{}';
	run record;
BEGIN
	FOR i IN 1..23 LOOP
		run := pg_temp.run(by_hand);
		IF i > 2 THEN other := other || run.ms; END IF;
		run := pg_temp.run(function_call);
		IF i > 2 THEN one := one || run.ms; END IF;
	END LOOP;
	INSERT INTO result (search, sort, rows, function_ms, by_hand_ms, buffers, by_hand_buffers)
	SELECT measure.search, measure.sort, run.number,
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY f),
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY h),
		   pg_temp.buffers(function_call), pg_temp.buffers(by_hand)
	  FROM unnest(one, other) t (f, h);
END
$$;

CALL pg_temp.measure('', 'true');
CALL pg_temp.measure('Severity:CRITICAL+Fixable:true',
	'EXISTS (SELECT FROM image_catalog.container_findings f WHERE f.image_key = i.image_key
		AND f.severity = 4 AND f.is_fixable)');
CALL pg_temp.measure('CVSS:>9+Vulnerability State:OBSERVED',
	'EXISTS (SELECT FROM image_catalog.container_findings f WHERE f.image_key = i.image_key
		AND f.cvss > 9 AND f.document_state = 0)');
CALL pg_temp.measure('Component:lib77+Severity:IMPORTANT',
	'EXISTS (SELECT FROM image_catalog.container_components c WHERE c.image_key = i.image_key
		AND lower(c.name) LIKE ''lib77%'')
	 AND EXISTS (SELECT FROM image_catalog.container_findings f WHERE f.image_key = i.image_key
		AND f.severity = 3)');
CALL pg_temp.measure('CVE:CVE-2020-0001',
	'EXISTS (SELECT FROM image_catalog.container_findings f WHERE f.image_key = i.image_key
		AND lower(f.cve) LIKE ''cve-2020-0001%'')');
CALL pg_temp.measure('Image:quay.io/team-1/', 'lower(i.name_full) LIKE ''quay.io/team-1/%''');
CALL pg_temp.measure('Image:r/team-1[0-9]/app-.*7:', 'i.name_full ~* ''team-1[0-9]/app-.*7:''');
CALL pg_temp.measure('Severity:CRITICAL+Fixable:true',
	'EXISTS (SELECT FROM image_catalog.container_findings f WHERE f.image_key = i.image_key
		AND f.severity = 4 AND f.is_fixable)', 'Image Risk Score-', 'i.risk_score DESC, i.digest');
CALL pg_temp.measure('CVE:CVE-1999-0001',
	'EXISTS (SELECT FROM image_catalog.container_findings f WHERE f.image_key = i.image_key
		AND lower(f.cve) LIKE ''cve-1999-0001%'')');
CALL pg_temp.measure('CVE:"CVE-1999-0001"',
	'EXISTS (SELECT FROM image_catalog.container_findings f WHERE f.image_key = i.image_key
		AND f.cve = ''CVE-1999-0001'' AND lower(f.cve) = ''cve-1999-0001'')');
CALL pg_temp.measure('Component:rarelib',
	'EXISTS (SELECT FROM image_catalog.container_components c WHERE c.image_key = i.image_key
		AND lower(c.name) LIKE ''rarelib%'')');

\pset format unaligned
\pset fieldsep ' | '
SELECT search, coalesce(sort, '') AS sort, rows,
	   round(function_ms::numeric, 2) AS "ms", round(by_hand_ms::numeric, 2) AS "by hand",
	   round((function_ms / by_hand_ms)::numeric, 2) AS ratio,
	   buffers, by_hand_buffers AS "by hand"
  FROM result ORDER BY n;
