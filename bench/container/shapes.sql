/*
 * bench/container/shapes.sql: searches of many values and many labels, timed
 *
 *		psql -Xqf bench/container/shapes.sql
 *
 * Run it on what generate.sql made.  Each search is counted and listed (a page
 * of 100) twice, and the faster time is printed; "-" is more than 3 seconds.
 * A label that is spelled in several ways makes as many conditions, which one
 * row must meet.  Set rounds to time each that many times.
 */
\set ON_ERROR_STOP off
\if :{?rounds}
\else
\set rounds 2
\endif
\pset footer off
SET client_min_messages = fatal;
SET statement_timeout = '3s';

-- the label in n spellings: upper and lower case by the bits of a number
CREATE FUNCTION pg_temp.spellings(label text, n int) RETURNS SETOF text
	LANGUAGE SQL AS $$
	SELECT string_agg(CASE WHEN s >> p - 1 & 1 = 1 THEN upper(substr(label, p, 1))
						   ELSE lower(substr(label, p, 1)) END, '' ORDER BY p)
	  FROM generate_series(0, n - 1) s, generate_series(1, length(label)) p GROUP BY s
$$;
-- the values, n of them, made of a format and numbers step apart
CREATE FUNCTION pg_temp.value_list(form text, first int, step int, n int) RETURNS text
	LANGUAGE SQL AS $$
	SELECT string_agg(format(form, lpad((first + v * step)::text, 4, '0')), ',')
	  FROM generate_series(0, n - 1) v
$$;

CREATE TEMP TABLE shapes (number serial, shape text, query text);
INSERT INTO shapes (shape, query) VALUES
	('CVE, 1 prefix', 'CVE:CVE-2020-00'),
	('CVE, 20 prefixes, common', 'CVE:' || pg_temp.value_list('CVE-2020-%s', 0, 37, 20)),
	('CVE, 21 prefixes, common', 'CVE:' || pg_temp.value_list('CVE-2020-%s', 0, 37, 21)),
	('CVE, 20 prefixes, rare', 'CVE:' || pg_temp.value_list('CVE-1999-%s', 1, 1, 20)),
	('CVE, 21 prefixes, rare', 'CVE:' || pg_temp.value_list('CVE-1999-%s', 1, 1, 21)),
	('CVE, 1,000 prefixes, rare', 'CVE:' || pg_temp.value_list('CVE-1999-%s', 1, 1, 1000)),
	('CVE, 1,000 prefixes, common', 'CVE:' || pg_temp.value_list('CVE-2020-%s', 0, 9, 1000)),
	('CVE, 21 prefixes, none', 'CVE:' || pg_temp.value_list('zzz-%s', 1, 1, 21)),
	('CVE, 1,000 prefixes, none', 'CVE:' || pg_temp.value_list('zzz-%s', 1, 1, 1000)),
	('CVE, 21 patterns, none', 'CVE:' || pg_temp.value_list('zzz_%s', 1, 1, 21)),
	('CVE, 100 exact', 'CVE:' || pg_temp.value_list('"CVE-2020-%s"', 0, 50, 100)),
	('CVE, 1,000 exact', 'CVE:' || pg_temp.value_list('"CVE-2020-%s"', 0, 9, 1000)),
	('CVE, 1,000 exact, none', 'CVE:' || pg_temp.value_list('"zzz-%s"', 0, 9, 1000)),
	('Component, 21 prefixes, rare', 'Component:rarelib,' || pg_temp.value_list('zzz%s', 1, 1, 20)),
	('Component, 21 prefixes, common', 'Component:' || pg_temp.value_list('lib1%s', 1, 1, 10) || ',lib1,lib2,lib3,lib4,lib5,lib6,lib7,lib8,lib9,l,li'),
	('Image, 21 prefixes', 'Image:' || pg_temp.value_list('quay.io/team-1/app-1:v%s', 1, 40, 21)),
	('Image, 1,000 prefixes', 'Image:' || pg_temp.value_list('docker.io/team-0/app-0:v%s', 1000, 40, 1000)),
	('Image Remote, 21 prefixes', 'Image Remote:' || pg_temp.value_list('team-1/app-%s', 1000, 40, 21)),
	('CVE ID, 1 value', 'CVE ID:CVE-2020-0001'),
	('CVE ID, 20 values, none', 'CVE ID:' || pg_temp.value_list('CVE-2029-%s', 1, 1, 20)),
	('CVE ID, 100 values', 'CVE ID:' || pg_temp.value_list('CVE-2020-%s', 1, 90, 100)),
	('CVE ID, 100 values, none', 'CVE ID:' || pg_temp.value_list('CVE-2029-%s', 1, 1, 100)),
	('Component ID, 100 values', 'Component ID:' || pg_temp.value_list('zzz%s', 1, 1, 100)),
	('Component Version, 100 prefixes, none', 'Component Version:' || pg_temp.value_list('9.%s', 1, 1, 100)),
	('Fixed By, 21 patterns, none', 'Fixed By:' || pg_temp.value_list('_9.%s', 1, 1, 21)),
	('CVSS, 100 values', 'CVSS:' || pg_temp.value_list('%s.5', 20, 1, 100));
-- common prefixes that differ from spelling to spelling, and the same ones
INSERT INTO shapes (shape, query)
SELECT format('CVE in %s spellings, %s prefixes each%s', n, v, note),
	   (SELECT string_agg(label || ':' || (SELECT string_agg(format('CVE-202%s-%s', k % 3, lpad((k * 7 + s * vary)::text, 2, '0')), ',')
											 FROM generate_series(1, v) k), '+')
		  FROM pg_temp.spellings('CVE', n) WITH ORDINALITY AS l (label, s))
  FROM (VALUES (2, 20), (6, 20), (8, 5), (8, 20), (8, 21)) c (n, v),
	   (VALUES (0, ''), (1, ', different')) d (vary, note);
INSERT INTO shapes (shape, query)
SELECT format('Component in %s spellings, %s prefixes each%s', n, v, note),
	   (SELECT string_agg(label || ':' || (SELECT string_agg('lib' || k * 7 + s * vary, ',')
											 FROM generate_series(1, v) k), '+')
		  FROM pg_temp.spellings('Component', n) WITH ORDINALITY AS l (label, s))
  FROM (VALUES (8, 20), (32, 3), (32, 20)) c (n, v),
	   (VALUES (0, ''), (1, ', different')) d (vary, note);
INSERT INTO shapes (shape, query)
SELECT format('CVE in %s spellings, %s exact each', n, v),
	   (SELECT string_agg(label || ':' || pg_temp.value_list('"CVE-2020-%s"', 0, 50, v), '+')
		  FROM pg_temp.spellings('CVE', n) AS label)
  FROM (VALUES (8, 20), (8, 100)) c (n, v);
INSERT INTO shapes (shape, query)
SELECT format('Image in %s spellings, %s prefixes each', n, v),
	   (SELECT string_agg(label || ':' || (SELECT string_agg('docker.io/team-' || k, ',')
											 FROM generate_series(1, v) k), '+')
		  FROM pg_temp.spellings('Image', n) AS label)
  FROM (VALUES (32, 20)) c (n, v);
INSERT INTO shapes (shape, query) VALUES
	('three tables, 20 prefixes each', 'CVE:' || pg_temp.value_list('CVE-2020-%s', 0, 37, 20) ||
	 '+Component:' || pg_temp.value_list('lib%s', 1000, 37, 20) || '+Image:' || pg_temp.value_list('quay.io/team-%s', 1, 1, 20));

CREATE TEMP TABLE times (number int, what text, taken float8, found bigint);
SELECT format($s$WITH t AS MATERIALIZED (SELECT clock_timestamp() AS began),
	c AS MATERIALIZED (SELECT image_catalog.count_container_images(query) AS found FROM shapes, t WHERE number = %1$s AND began IS NOT NULL)
	INSERT INTO times SELECT %1$s, 'count', extract(epoch FROM clock_timestamp() - began) * 1000, found FROM c, t$s$, number),
	   format($s$WITH t AS MATERIALIZED (SELECT clock_timestamp() AS began),
	c AS MATERIALIZED (SELECT count(*) AS found FROM (SELECT image_catalog.list_container_images(query, 100) FROM shapes, t WHERE number = %1$s AND began IS NOT NULL) l)
	INSERT INTO times SELECT %1$s, 'list', extract(epoch FROM clock_timestamp() - began) * 1000, found FROM c, t$s$, number)
  FROM shapes, generate_series(1, :rounds) ORDER BY number \gexec

SELECT shape, pg_size_pretty(length(query)::bigint) AS size,
	   coalesce((SELECT found::text FROM times t WHERE t.number = s.number AND what = 'count' LIMIT 1), '-') AS images,
	   coalesce((SELECT round(min(taken)::numeric, 1)::text FROM times t WHERE t.number = s.number AND what = 'count'), '-') AS "count, ms",
	   coalesce((SELECT round(min(taken)::numeric, 1)::text FROM times t WHERE t.number = s.number AND what = 'list'), '-') AS "list, ms"
  FROM shapes s ORDER BY number;
