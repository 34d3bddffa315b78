# Sessions that write container images, their scans, rules and the watch list at
# the same time.  With one call a transaction, or several in one order, nothing
# deadlocks.  With several in no order only those that write the same rows in
# opposite orders do: none waits for a table.
#
# CALLS says how many transactions for each of eight sessions.  SEED repeats a
# run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $calls = $ENV{CALLS} || 150;
my $seed = $ENV{SEED} || int(rand(1_000_000));
note "SEED=$seed CALLS=$calls";

my $node = new_node('container_locks', "deadlock_timeout = '20ms'\n");
$node->safe_psql('postgres', q{
CREATE FUNCTION document(n int, cves int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('id', 'sha256:' || to_char(n, 'FM00'), 'name', jsonb_build_object('fullName', 'quay.io/a/b:' || n),
        'riskScore', floor(random() * 3), 'scan', jsonb_build_object('scanTime', clock_timestamp(), 'components',
            jsonb_build_array(jsonb_build_object('name', 'c', 'vulns',
                (SELECT jsonb_agg(jsonb_build_object('cve', 'CVE-' || c)) FROM generate_series(1, cves) c)))))
$$;

-- One call, on images n or the CVE of that number.
CREATE FUNCTION call_one(kind text, n int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    scope text := (ARRAY['*', 'quay.io/a/*', 'quay.io/a/b:1', 'sha256:01'])[1 + floor(random() * 4)];
BEGIN
    CASE kind
    WHEN 'import' THEN
        PERFORM image_catalog.import_container_images(document(n, 1 + floor(random() * 5)::int));
    WHEN 'import all' THEN
        PERFORM image_catalog.import_container_images((SELECT jsonb_agg(document(i, 3) ORDER BY random()) FROM generate_series(n, n + 3) i));
    WHEN 'scan' THEN
        PERFORM image_catalog.scan_image('quay.io/a/b:' || n);
    WHEN 'delete' THEN
        PERFORM image_catalog.delete_container_images('Image Sha:sha256:' || to_char(n, 'FM00'), true);
    WHEN 'delete some' THEN
        PERFORM image_catalog.delete_container_images('Vulnerability State:DEFERRED+CVE:CVE-' || n, true);
    WHEN 'defer' THEN
        PERFORM image_catalog.defer_finding('CVE-' || n, scope);
    WHEN 'mark' THEN
        PERFORM image_catalog.mark_finding_false_positive('cve-' || n, scope);
    WHEN 'observe' THEN
        PERFORM image_catalog.observe_finding('CVE-' || n, scope);
    WHEN 'drop' THEN
        PERFORM image_catalog.drop_finding_rule('CVE-' || n, scope);
    WHEN 'watch' THEN
        PERFORM image_catalog.watch_image('quay.io/a/b:' || n);
    WHEN 'unwatch' THEN
        PERFORM image_catalog.unwatch_image('quay.io/a/b:' || n);
    END CASE;
EXCEPTION
    WHEN SQLSTATE 'PT404' THEN
        NULL;       -- no image, or no rule, to be had just now
END
$$;
CREATE FUNCTION kinds() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT '{import,import,import all,scan,delete,delete some,defer,defer,mark,observe,drop,watch,unwatch}'::text[]
$$;

-- One at random, three of them in no order, and many in the order of
-- container_access.h: images by digest, rules, the watch list.
CREATE FUNCTION call_any(rows int) RETURNS void LANGUAGE sql AS $$
    SELECT call_one((kinds())[1 + floor(random() * cardinality(kinds()))], 1 + floor(random() * rows)::int)
$$;
-- One call that scans, or that brings or removes what scans read.
CREATE FUNCTION call_scan(rows int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    n int := 1 + floor(random() * rows);
    package text := 'p' || floor(random() * 6);
BEGIN
    CASE floor(random() * 10)
    WHEN 0 THEN
        PERFORM image_catalog.import_sbom('quay.io/a/b:' || n, jsonb_build_object('bomFormat', 'CycloneDX', 'components', jsonb_build_array(jsonb_build_object('purl', 'pkg:npm/' || package || '@1'))));
    WHEN 1 THEN
        PERFORM image_catalog.import_scan_report('quay.io/a/b:' || n, jsonb_build_object('matches', jsonb_build_array(jsonb_build_object(
            'vulnerability', jsonb_build_object('id', 'CVE-' || n), 'artifact', jsonb_build_object('name', package, 'version', '1', 'type', 'npm', 'purl', 'pkg:npm/' || package || '@1')))));
    WHEN 2 THEN
        PERFORM image_catalog.scan_image('quay.io/a/b:' || n, true);
    WHEN 3 THEN
        PERFORM image_catalog.rescan_container_images("limit" => 2);
    WHEN 4 THEN
        PERFORM image_catalog.purge_packages();
    WHEN 5 THEN
        PERFORM image_catalog.import_vulnerabilities('osv:' || n % 2, jsonb_build_object('id', 'CVE-' || n, 'affected', jsonb_build_array(jsonb_build_object(
            'package', jsonb_build_object('ecosystem', 'npm', 'name', package), 'versions', jsonb_build_array('1')))));
    WHEN 6 THEN
        -- images by digest, as docs/container_images.md has it
        DELETE FROM image_catalog.container_images WHERE image_key = ANY (ARRAY(
            SELECT image_key FROM image_catalog.container_images WHERE digest >= 'sha256:' || to_char(n, 'FM00') ORDER BY digest FOR UPDATE));
    ELSE
        PERFORM call_any(rows);
    END CASE;
EXCEPTION
    -- no image to be had, a newer scan, no vulnerability data or digest yet
    WHEN SQLSTATE 'PT404' OR SQLSTATE 'PT409' OR SQLSTATE 'PT501' OR SQLSTATE '22023' THEN
        NULL;
END
$$;
CREATE FUNCTION call_three(rows int) RETURNS void LANGUAGE sql AS $$
    SELECT call_any(rows) FROM generate_series(1, 3)
$$;
CREATE FUNCTION call_in_order() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR n IN 1 .. 4 LOOP
        IF random() < 0.5 THEN
            PERFORM call_one((ARRAY['import', 'scan', 'delete'])[1 + floor(random() * 3)], n);
        END IF;
    END LOOP;
    FOR n IN 1 .. 4 LOOP
        IF random() < 0.5 THEN
            -- the scope is random, so one rule a CVE
            PERFORM call_one((ARRAY['defer', 'mark', 'observe', 'drop'])[1 + floor(random() * 4)], n);
        END IF;
    END LOOP;
    FOR n IN 1 .. 4 LOOP
        IF random() < 0.5 THEN
            PERFORM call_one((ARRAY['watch', 'unwatch'])[1 + floor(random() * 2)], n);
        END IF;
    END LOOP;
END
$$;
});

# Run a statement in eight sessions, so many times each, and return how many
# deadlocks there were.  Whatever else fails, fails the test.
sub deadlocks_of
{
	my ($name, $statement, $isolation) = @_;
	my $count = q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'};
	my $file = "$PostgreSQL::Test::Utils::tmp_check/calls.sql";
	my $before = $node->safe_psql('postgres', $count);

	unlink $file;
	append_to_file($file, "$statement;\n");
	local $ENV{PGOPTIONS} = "-c default_transaction_isolation=" . ($isolation || 'read committed') =~ s/ /\\ /r;
	# pgbench tries again after a deadlock or a serialization failure, and ends
	# a session after any other error
	$node->command_ok(
		[
			'pgbench', '-n', '--max-tries=1000', '-c', '8', '-j', '2', '-t', $calls,
			"--random-seed=$seed", '-f', $file, 'postgres'
		],
		$name);
	$node->safe_psql('postgres', 'SELECT pg_sleep(0.6)');
	return $node->safe_psql('postgres', $count) - $before;
}

foreach my $isolation ('read committed', 'repeatable read', 'serializable')
{
	is(deadlocks_of("$isolation: each call against each other", 'SELECT call_any(4)', $isolation),
		0, "$isolation: no deadlock");
}
is(deadlocks_of('ranks are counted anew meanwhile', q{SELECT CASE WHEN random() < 0.05
    THEN image_catalog.rebuild_container_risk_scores() ELSE call_any(4) END}), 0, 'no deadlock');
is(deadlocks_of('scans, reports, loads, purges and deletions', 'SELECT call_scan(4)'), 0, 'no deadlock');
is(deadlocks_of('several calls in order', 'SELECT call_in_order()'), 0, 'no deadlock');

my $deadlocks = deadlocks_of('three calls in no order', 'SELECT call_three(30)');
note("three calls in no order: $deadlocks deadlocks in " . 8 * 3 * $calls . " calls");
my $log = slurp_file($node->logfile);
my @waits = $log =~ /Process \d+ waits for (.*?); blocked by/g;
cmp_ok(scalar(@waits), '>=', 2 * $deadlocks, 'the log tells what was waited for');
is_deeply([ grep { !/on (?:transaction|tuple)/ } @waits ], [], 'always a row');

# what is kept of all this is right
is( $node->safe_psql('postgres', q{
SELECT count(*) FROM (
    SELECT subject, score, sum(subjects) FROM image_catalog.container_risk_scores GROUP BY 1, 2 HAVING sum(subjects) <> 0
    EXCEPT (SELECT 'i'::"char", risk_score, count(*) FROM image_catalog.container_images GROUP BY 2 UNION ALL
            SELECT 'c'::"char", risk_score, count(*) FROM image_catalog.container_components GROUP BY 2)) s}),
	'0', 'ranks');
is( $node->safe_psql('postgres', q{
SELECT count(*)
  FROM image_catalog.container_images i, image_catalog.get_container_image(i.digest, true) d,
       LATERAL (SELECT array_agg(v ->> 'state') AS printed
                  FROM jsonb_path_query(d::jsonb, '$.scan.components[*].vulns[*]') v) p
  LEFT JOIN LATERAL (SELECT array_agg((ARRAY['OBSERVED', 'DEFERRED', 'FALSE_POSITIVE'])[1 +
                                 image_catalog.decided_finding_state(f.image_key, i.digest, f.cve, f.document_state)]
                            ORDER BY component_index, finding_index) AS stored
                  FROM image_catalog.container_findings f WHERE f.image_key = i.image_key) s ON true
 WHERE printed IS DISTINCT FROM stored}),
	'0', 'states of findings');
is( $node->safe_psql('postgres', 'SELECT * FROM image_catalog.check()'), '', 'and everything derived');
# by the end all of them may have been purged again
cmp_ok($node->safe_psql('postgres', q{SELECT n_tup_ins FROM pg_stat_all_tables WHERE relid = 'image_catalog.package_findings'::regclass}),
	'>', 0, 'packages were hit');

$node->stop;
unlike(slurp_file($node->logfile), qr/ERROR:  (?!deadlock|could not serialize access)/, 'no other error');
done_testing();
