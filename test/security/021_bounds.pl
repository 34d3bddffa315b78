# Bounds: whatever one call asks for, it ends when it is cancelled, and within
# its memory.  And what a client makes long costs as its length, not as its
# square.
#
#   CANCELS=10   how often each call is cancelled, at random moments (1)
#
# The figures are processor seconds, not time on the clock; the table in
# docs/reliability.md is what this prints.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use Bounds;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $cancels = $ENV{CANCELS} // 1;
my $most_behind = 1.0;		# asserted; the promise is 0.1, on a quiet machine
my $most_memory = 512;		# megabytes, above those of an idle session

my $node = PostgreSQL::Test::Cluster->new('bounds');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
# the memory of a session, not shared buffers that it has touched
$node->append_conf('postgresql.conf', "shared_buffers = 16MB\nmax_wal_size = 4GB\nautovacuum = off");
$node->start;

# Arguments are made beforehand: they are the client's, not the call's.
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
CREATE TABLE argument (name text PRIMARY KEY, t text, j jsonb, b bytea);
SELECT image_catalog.import_images(jsonb_agg(jsonb_build_object('id', md5(n::text)::uuid, 'name', 'image ' || n, 'owner', 'p' || n % 10,
    'status', 'active', 'visibility', CASE n % 3 WHEN 0 THEN 'public' ELSE 'shared' END, 'tags', jsonb_build_array('t' || n % 7),
    'os_distro', 'd' || n % 5, 'size', n, 'members', jsonb_build_object('p' || (n + 1) % 10, 'accepted')))) FROM generate_series(1, 2000) n;
SELECT image_catalog.import_container_images(jsonb_agg(jsonb_build_object('id', 'sha256:' || md5(n::text), 'name', jsonb_build_object('fullName', 'quay.io/' || repeat('a', 60) || '/b:' || n),
    'metadata', jsonb_build_object('v1', jsonb_build_object('labels', jsonb_build_object('key' || n, repeat('ab', 200)))),
    'scan', jsonb_build_object('scanTime', '2025-01-01T00:00:00Z', 'components', c)))) FROM generate_series(1, 250) n,
    (SELECT jsonb_agg(jsonb_build_object('name', 'package' || p, 'version', '1.' || p, 'vulns', jsonb_build_array(jsonb_build_object('cve', 'CVE-2024-' || p)))) FROM generate_series(1, 40) p) c (c);
ANALYZE;
INSERT INTO argument (name, t) VALUES
    ('megabyte', repeat('x', 1048576)), ('version', repeat('1.', 524288)), ('version~', repeat('~a1', 349525)), ('sort', rtrim(repeat('name:asc,', 116508), ',')),
    ('sort keys', repeat('created_at,', 95325)), ('query', 'name=x' || repeat('&a=b', 250000)), ('escapes', 'name=' || repeat('%41', 350000)),
    ('in', 'in:' || (SELECT string_agg(gen_random_uuid()::text, ',') FROM generate_series(1, 28000))),
    ('pointer', repeat('/a', 524288)), ('times', 'gt:2018-10-28T10:00:00' || repeat('0', 1048576)), ('purl', 'pkg:npm/' || repeat('%40a/', 200000) || 'b@1'),
    ('reference', 'quay.io/' || repeat('a/', 524288) || 'b:1'), ('cvss', 'CVSS:3.1' || repeat('/AV:N', 200000)), ('target', '/v2/images?' || repeat('name=x&', 150000)),
    ('regex', '(' || repeat('(a+)+', 8) || ')+$'), ('regex braces', '((((a{1,200}){1,200})))x'), ('values', (SELECT string_agg('v' || n, ',') FROM generate_series(1, 9999) n)),
    ('terms', (SELECT string_agg(l || ':' || v, '+') FROM unnest('{CVE,Component,Image Tag,Image Remote,CVSS,Image Label}'::text[]) l, (SELECT string_agg(n || '', ',') FROM generate_series(1, 1600) n) v (v)));
INSERT INTO argument (name, j) VALUES
    ('filters', (SELECT jsonb_object_agg('p' || n, 'v') FROM generate_series(1, 10000) n)),
    ('most filters', (SELECT jsonb_object_agg('p' || n, 'v') FROM generate_series(1, 500) n)),
    ('most in', (SELECT jsonb_object_agg('p' || n, 'in:' || v) FROM generate_series(1, 400) n, (SELECT string_agg('v' || n, ',') FROM generate_series(1, 100) n) v (v))),
    ('most times', jsonb_build_object('created_at', (SELECT jsonb_agg('gt:2018-10-28T10:00:00Z'::text) FROM generate_series(1, 500)))),
    ('repeated', jsonb_build_object('name', (SELECT jsonb_agg('n' || n) FROM generate_series(1, 10000) n))),
    ('sizes', jsonb_build_object('size_min', '1', 'size_max', '9', 'created_at', (SELECT jsonb_agg('gt:2018-10-28T10:00:00Z'::text) FROM generate_series(1, 10000)))),
    ('lists', jsonb_build_object('a', (SELECT jsonb_agg('[]'::jsonb) FROM generate_series(1, 100000)))),
    ('records', (SELECT jsonb_agg(jsonb_build_object('id', n, 'v', n % 7)) FROM generate_series(1, 10000) n)),
    ('shuffled', (SELECT jsonb_agg(jsonb_build_object('id', n, 'v', n % 5) ORDER BY md5(n::text)) FROM generate_series(1, 10000) n)),
    ('wide', (SELECT jsonb_agg(o || jsonb_build_object('zzz', n)) FROM generate_series(1, 1200) n, (SELECT jsonb_object_agg('k' || k, k) FROM generate_series(1, 500) k) r (o))),
    ('wider', (SELECT jsonb_agg(o || jsonb_build_object('zzz', -n)) FROM generate_series(1, 1200) n, (SELECT jsonb_object_agg('k' || k, k) FROM generate_series(1, 500) k) r (o))),
    ('deep', (repeat('{"a":', 5000) || '1' || repeat('}', 5000))::jsonb), ('deep array', (repeat('[', 5000) || repeat(']', 5000))::jsonb),
    ('moves', (SELECT jsonb_agg(jsonb_build_object('op', 'move', 'from', f, 'path', t)) FROM generate_series(1, 5000), (VALUES ('/a', '/b'), ('/b', '/a')) v (f, t))),
    ('inserts', (SELECT jsonb_agg(jsonb_build_object('op', 'add', 'path', '/a/0', 'value', n)) FROM generate_series(1, 10000) n)),
    ('copies', jsonb_build_array('{"op": "add", "path": "/a", "value": ["x"]}'::jsonb) || (SELECT jsonb_agg('{"op": "copy", "from": "/a", "path": "/a/-"}'::jsonb) FROM generate_series(1, 60))),
    ('properties', (SELECT jsonb_agg(jsonb_build_object('op', 'add', 'path', '/p' || n, 'value', 'v')) FROM generate_series(1, 10000) n)),
    ('image', jsonb_build_object('name', 'x') || (SELECT jsonb_object_agg('p' || n, 'v') FROM generate_series(1, 50000) n)),
    ('tags', jsonb_build_object('tags', (SELECT jsonb_agg('t' || n) FROM generate_series(1, 50000) n))),
    ('images', (SELECT jsonb_agg(jsonb_build_object('owner', 'p', 'visibility', 'shared', 'name', 'n' || n, 'tags', jsonb_build_array('a', 'b'), 'members', '{"m": "accepted"}'::jsonb)) FROM generate_series(1, 3000) n)),
    ('components', jsonb_build_object('id', 'sha256:1', 'scan', jsonb_build_object('scanTime', '2025-01-01T00:00:00Z', 'components',
        (SELECT jsonb_agg(jsonb_build_object('name', 'n' || n, 'version', '1', 'vulns', jsonb_build_array(jsonb_build_object('cve', 'CVE-' || n)))) FROM generate_series(1, 20000) n)))),
    ('names', jsonb_build_object('id', 'sha256:2', 'names', (SELECT jsonb_agg(jsonb_build_object('fullName', 'quay.io/a/b:' || n)) FROM generate_series(1, 20000) n))),
    ('sbom', '{"bomFormat": "CycloneDX", "specVersion": "1.5"}'::jsonb || jsonb_build_object('components',
        (SELECT jsonb_agg(jsonb_build_object('type', 'library', 'name', 'n' || n, 'version', '1', 'purl', 'pkg:npm/n' || n || '@1')) FROM generate_series(1, 20000) n))),
    ('headers', (SELECT jsonb_object_agg('X-' || n, repeat('v', 100)) FROM generate_series(1, 10000) n) || '{"Content-Type": "application/json"}'),
    ('key tags', jsonb_build_object('action', 'filter', 'tags', (SELECT jsonb_agg(jsonb_build_object('key', 'k' || n, 'values', jsonb_build_array('v'))) FROM generate_series(1, 10000) n)));
INSERT INTO argument (name, b) VALUES ('body', convert_to('{"name": "' || repeat('x', 8388608) || '"}', 'UTF8')), ('data', convert_to(repeat('0123456789abcdef', 3276800), 'UTF8')),
    ('nested body', convert_to(repeat('[', 1000000), 'UTF8'));
ALTER TABLE argument SET UNLOGGED;
});

my $image = '(SELECT id FROM image_catalog.images ORDER BY id LIMIT 1)';
my @calls = (
	# patches, diffs, merges
	[ 'patch: 10,000 moves of a list of 100,000', "json_patch_apply({j:lists}, {j:moves}::json_patch)" ],
	[ 'patch: 10,000 insertions at the head of a list of 100,000', "json_patch_apply({j:lists}, {j:inserts}::json_patch)" ],
	[ 'patch: 60 copies of a list into itself', "json_patch_apply('{}', {j:copies}::json_patch)" ],
	[ 'patch: inverse of 10,000 moves', "json_patch_invert({j:lists}, {j:moves}::json_patch)" ],
	[ 'patch: read from 1 MB that is none', "{t:megabyte}::json_patch" ],
	[ 'diff: 10,000 records and the same in another order', "json_patch_diff({j:records}, {j:shuffled})" ],
	[ 'diff: 1,200 records of 500 members, all changed', "json_patch_diff({j:wide}, {j:wider})" ],
	[ 'diff: objects 5,000 deep', "json_patch_diff({j:deep}, {j:deep} || '{\"b\": 1}')" ],
	[ 'merge: objects 5,000 deep', "json_merge_patch({j:deep}, {j:deep})" ],
	[ 'merge: 1,200 records of 500 members', "json_merge_patch(jsonb_build_object('a', {j:wide}), jsonb_build_object('a', {j:wider}, 'b', {j:filters}))" ],
	[ 'pointer: 524,288 steps', "json_pointer_get({j:deep}, {t:pointer})" ],
	# lists of disk images
	[ 'list_images: 10,000 filters on properties', "(SELECT count(*) FROM list_images({j:filters}))" ],
	[ 'list_images: 10,000 names', "(SELECT count(*) FROM list_images({j:repeated}))" ],
	[ 'list_images: 10,000 time filters', "(SELECT count(*) FROM list_images({j:sizes}))" ],
	[ 'list_images: 500 filters on properties', "(SELECT count(*) FROM list_images({j:most filters}))" ],
	[ 'list_images: 400 filters in: of 100 values', "(SELECT count(*) FROM list_images({j:most in}))" ],
	[ 'list_images: 500 time filters', "(SELECT count(*) FROM list_images({j:most times}))" ],
	[ 'count_images: 500 filters on properties', "count_images({j:most filters})" ],
	[ 'explain_list_images: 500 filters on properties', "(SELECT count(*) FROM explain_list_images({j:most filters}, \"analyze\" => true))" ],
	[ 'list_images: sort of 1 MB', "(SELECT count(*) FROM list_images('{}', {t:sort}))" ],
	[ 'list_images: id=in: of 28,000', "(SELECT count(*) FROM list_images(jsonb_build_object('id', {t:in})))" ],
	[ 'list_images_page: query of 1 MB, 250,000 parameters', "list_images_page({t:query})" ],
	[ 'list_images_page: 350,000 escapes', "list_images_page({t:escapes})" ],
	[ 'list_images_page: 95,325 sort keys', "list_images_page('sort_key=' || {t:sort keys})" ],
	[ 'list_images_page: marker of 1 MB', "list_images_page('marker=' || {t:megabyte})" ],
	[ 'count_images: 10,000 filters on properties', "count_images({j:filters})" ],
	[ 'explain_list_images: 10,000 filters on properties', "(SELECT count(*) FROM explain_list_images({j:filters}, \"analyze\" => true))" ],
	[ 'ims_query_images: 10,000 tags', "ims_query_images({j:key tags})" ],
	# searches of container images
	[ 'search: 9,999 names', "count_container_images('Image:' || {t:values})" ],
	[ 'search: 9,999 CVEs', "count_container_images('CVE:' || {t:values})" ],
	[ 'search: 9,999 components', "count_container_images('Component:' || {t:values})" ],
	[ 'search: 9,999 labels', "count_container_images('Image Label:' || {t:values})" ],
	[ 'search: six labels of 1,600 values', "(SELECT count(*) FROM list_container_images({t:terms}))" ],
	[ 'search: regular expression of nested +', "count_container_images('Image:r/' || {t:regex})" ],
	[ 'search: regular expression of nested {1,200}', "count_container_images('Image Label:r/key.*=r/' || {t:regex braces})" ],
	[ 'search: value of 1 MB', "count_container_images('CVE:' || {t:megabyte})" ],
	[ 'export: all images', "(SELECT count(*) FROM export_container_images())" ],
	# small texts that are long
	[ 'time_filter of 1 MB', "{t:times}::time_filter" ],
	[ 'image_reference of 1 MB', "image_reference_remote({t:reference}::image_reference)" ],
	[ 'package_url_parts of 1 MB', "package_url_parts({t:purl})" ],
	[ 'cvss_base_score of 1 MB', "cvss_base_score({t:cvss})" ],
	(map { [ "version_compare of 1 MB: $_", "version_compare('$_', {t:version}, {t:version} || 'a')" ] }
		qw(dpkg rpm apk semver pep440 maven gem go)),
	[ 'version_compare of 1 MB: dpkg, ~a1~a1...', "version_compare('dpkg', {t:version~}, {t:version~} || 'a')" ],
	# changes
	[ 'create_image: 50,000 properties', "create_image({j:image})" ],
	[ 'create_image: 50,000 tags', "create_image({j:tags})" ],
	[ 'update_image: 10,000 operations', "update_image($image, {j:properties}::json_patch)" ],
	[ 'import_images: 3,000 with members', "import_images({j:images})" ],
	[ 'import_container_images: 20,000 components', "import_container_images({j:components})" ],
	[ 'import_container_images: 20,000 names', "import_container_images({j:names})" ],
	[ 'import_sbom: 20,000 components', "import_sbom('quay.io/a/b\@sha256:' || repeat('5', 64), {j:sbom})" ],
	[ 'defer_finding: a scope of 200 stars', "defer_finding('CVE-2024-1', repeat('a*', 200) || 'b')" ],
	[ 'defer_finding: a scope of 60 stars', "defer_finding('CVE-2024-1', 'quay.io/' || repeat('a*', 60) || 'b')" ],
	[ 'upload_image_data: 50 MB', "upload_image_data((create_image('{\"disk_format\": \"raw\", \"container_format\": \"bare\"}')->>'id')::uuid, {b:data})" ],
	[ 'image_digest of 50 MB', "(SELECT image_digest('sha512', b) FROM argument WHERE name = 'data')" ],
	# HTTP
	[ 'http_request: body of 8 MB', "http_request('POST', '/v2/images', '{\"Content-Type\": \"application/json\"}', {b:body})" ],
	[ 'http_request: body of 1,000,000 brackets', "http_request('POST', '/v2/images', '{\"Content-Type\": \"application/json\"}', {b:nested body})" ],
	[ 'http_request: target of 1 MB', "http_request('GET', {t:target})" ],
	[ 'http_request: 10,000 headers', "http_request('GET', '/v2/images', {j:headers})" ],
	[ 'check()', "(SELECT count(*) FROM image_catalog.check())" ]);

# The arguments are taken out of their table before the call.
sub statement
{
	my ($call) = @_;
	my (%column, $n);
	$call =~ s/\{([tjb]):([^}]*)\}/my $at = ++$n; $column{"a$at"} = [ $1, $2 ]; "a.a$at"/ge;
	my $from = join ', ', map { "(SELECT $column{$_}[0] FROM argument WHERE name = '$column{$_}[1]') AS $_" } sort keys %column;
	$from = $from ? " FROM (SELECT $from OFFSET 0) a" : '';
	return "SELECT length(($call)::text)$from";
}

my (@table, @late, @large, @wrong);
foreach my $entry (@calls)
{
	my ($name, $call) = @$entry;
	my $sql = statement($call);
	my $session = open_session($node);
	measure($session, "SET search_path = image_catalog, public; SET client_min_messages = error; SET statement_timeout = '5s'; SELECT image_catalog.count_images()");
	measure($session, 'BEGIN');
	my $whole = measure($session, $sql);
	my $behind;

	measure($session, 'ROLLBACK');
	foreach (1 .. $cancels)
	{
		measure($session, 'BEGIN');
		my $cut = measure($session, $sql, cancel_at => rand() * $whole->{seconds});
		measure($session, 'ROLLBACK');
		push @wrong, "$name: $cut->{state}" if $cut->{state} !~ /^(57014|\Q$whole->{state}\E)$/;
		$behind = $cut->{behind} if defined $cut->{behind} && $cut->{behind} > ($behind // -1);
	}
	push @wrong, "$name: $whole->{state}" if $whole->{state} =~ /^(XX|53|42[68]|42P|3F)/;
	push @late, "$name: $behind s" if defined $behind && $behind > $most_behind;
	push @large, "$name: $whole->{memory} MB" if $whole->{memory} > $most_memory;
	push @table, sprintf '| %s | %s | %.2f | %s | %.0f |', $name, $whole->{state}, $whole->{seconds},
	  defined $behind ? sprintf('%.2f', $behind) : '-', $whole->{memory};
	close_session($session);
}
note("| call | SQLSTATE | processor s | s after cancel | MB |\n| --- | --- | ---: | ---: | ---: |\n" . join("\n", @table));
is_deeply(\@wrong, [], 'each call ends as it should');
is_deeply(\@late, [], 'each ends when it is cancelled');
is_deeply(\@large, [], "none needs more than $most_memory MB");

# Four times as long: less than nine times the work, where it is any.
my @lists = (
	(map { my $label = $_; [ "search: $label", sub { "SELECT count_container_images('$label:' || string_agg('x' || i, ',')) FROM generate_series(1, $_[0]) i" }, 2500 ] }
		'Image', 'Image Tag', 'Image Sha', 'Image ID', 'Image Label', 'Image Command', 'Component', 'CVE', 'CVE ID', 'Dockerfile Instruction Value'),
	(map { my ($path, $item) = @$_; [ "import: $path, $item", sub {
		"SELECT import_container_images(jsonb_set('{\"id\": \"sha256:f\", \"metadata\": {\"v1\": {}}, \"scan\": {\"scanTime\": \"2025-01-01T00:00:00Z\"}, \"signature\": {}}',
			'{$path}', (SELECT ('[' || string_agg(replace('$item', '#', i::text), ',') || ']')::jsonb FROM generate_series(1, $_[0]) i)))" }, 2500 ] }
		[ 'names' => '{"fullName": "quay.io/a/b:#"}' ], [ 'names' => '{"fullName": "quay.io/a/b:1"}' ],
		[ 'metadata,v1,layers' => '{"instruction": "RUN", "value": "#"}' ], [ 'scan,components' => '{"name": "#"}' ],
		[ 'scan,components' => '{"name": "a", "vulns": [{"cve": "CVE-1", "firstImageOccurrence": "2025-01-01T00:00:00Z"}]}' ],
		[ 'scan,components' => '{"name": "a", "vulns": [{"cve": "CVE-#"}]}' ],
		[ 'notes' => '1' ], [ 'signature,signatures' => '{"cosign": {"rawSignature": "AAAA"}}' ], [ 'newer' => '#' ]),
	# products of a CSAF document: 20,000 are a large one
	[ 'import_vulnerabilities: products', sub {
		"SELECT import_vulnerabilities('csaf:big', jsonb_build_object('document', '{\"tracking\": {\"id\": \"big\"}}'::jsonb, 'product_tree', jsonb_build_object(
			'branches', jsonb_agg(jsonb_build_object('product', jsonb_build_object('product_id', 'k' || i, 'product_identification_helper',
				jsonb_build_object('purl', format('pkg:rpm/redhat/p%s\@1-%s', i, i), 'cpe', 'cpe:/o:redhat:enterprise_linux:9')))),
			'relationships', jsonb_agg(jsonb_build_object('full_product_name', jsonb_build_object('product_id', 'r' || i), 'product_reference', 'k' || i, 'relates_to_product_reference', 'k1'))),
			'vulnerabilities', jsonb_build_array(jsonb_build_object('cve', 'CVE-2024-1', 'product_status', jsonb_build_object('fixed', jsonb_agg('r' || i), 'known_affected', jsonb_agg('r' || i)),
				'remediations', jsonb_build_array(jsonb_build_object('category', 'vendor_fix', 'product_ids', jsonb_agg('r' || i))))))) FROM generate_series(1, $_[0]) i" }, 5000 ],
	[ 'import_scan_report: Trivy', sub {
		"SELECT import_scan_report('sha256:' || repeat('7', 64), jsonb_build_object('SchemaVersion', 2, 'Results', jsonb_build_array(jsonb_build_object('Class', 'lang-pkgs', 'Type', 'npm',
			'Packages', jsonb_agg(jsonb_build_object('Name', 'p' || i, 'Version', '1', 'Identifier', jsonb_build_object('PURL', 'pkg:npm/p' || i || '\@1', 'UID', i::text))),
			'Vulnerabilities', jsonb_agg(jsonb_build_object('VulnerabilityID', 'CVE-2024-' || i, 'PkgName', 'p' || (i / 2), 'InstalledVersion', '1')))))) FROM generate_series(1, $_[0]) i" }, 2500 ],
	[ 'import_scan_report: Grype', sub {
		"SELECT import_scan_report('sha256:' || repeat('8', 64), jsonb_build_object('matches', jsonb_agg(jsonb_build_object('vulnerability', jsonb_build_object('id', 'CVE-2024-' || i),
			'artifact', jsonb_build_object('name', 'p', 'version', (i % 2)::text, 'type', 'npm'))))) FROM generate_series(1, $_[0]) i" }, 2500 ],
	[ 'import_images', sub { "SELECT import_images(jsonb_agg(jsonb_build_object('owner', 'p', 'visibility', 'shared', 'members', '{\"m\": \"pending\"}'::jsonb))) FROM generate_series(1, $_[0])" }, 500 ],
	[ 'patch', sub { "SELECT json_patch_apply('{\"a\": []}', jsonb_agg(jsonb_build_object('op', 'add', 'path', '/a/-', 'value', i))::json_patch) FROM generate_series(1, $_[0]) i" }, 2500 ]);
my @square;
foreach my $entry (@lists)
{
	my ($name, $sql, $n) = @$entry;
	my $session = open_session($node);
	measure($session, 'SET search_path = image_catalog, public');
	my @took = map {
		measure($session, 'BEGIN');
		# twice, that a list meets itself
		my $took = (measure($session, $sql->($_)))->{seconds} + measure($session, $sql->($_))->{seconds};
		measure($session, 'ROLLBACK');
		$took } ($n, 4 * $n);
	note(sprintf '%s: %.2f s for %d, %.2f s for %d', $name, $took[0], $n, $took[1], 4 * $n);
	push @square, "$name: $took[0] s, $took[1] s" if $took[1] > 0.3 && $took[1] > 9 * $took[0];
	close_session($session);
}
is_deeply(\@square, [], 'four times as long is not sixteen times the work');
$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process died');
done_testing();
