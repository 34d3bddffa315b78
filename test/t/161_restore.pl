# A dump restored with begin_restore() and finish_restore(): in the order that
# is worst for foreign keys and triggers, and by several sessions at a time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('restore', "TimeZone = 'UTC'\n");
my $containers = literal(data_text('container_fixture.json'));
$node->safe_psql('postgres', 'SELECT image_catalog.record_image_history(true)');
load_catalogue($node, decode_json(data_text('images_oracle_catalog.json')));
load_catalogue($node,
	[ map { { %{ $_->{image} }, members => $_->{members} } }
		  data_lines('ims_catalog.jsonl') ]);
$node->safe_psql('postgres', qq{
SELECT image_catalog.import_container_images($containers);
SELECT image_catalog.import_sbom('a\@sha256:' || repeat('a', 64), '{"bomFormat": "CycloneDX", "components": [
	{"type": "library", "purl": "pkg:npm/left-pad\@1.3.0"}]}');
SELECT image_catalog.import_vulnerabilities('osv:npm', '{"id": "CVE-2024-1", "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
	"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.3.1"}]}]}]}');
SELECT image_catalog.rescan_container_images();
SELECT image_catalog.index_image_property('os_distro');
SELECT image_catalog.set_listing_orders('{name,size}');
SELECT image_catalog.delete_image('00000000-0000-4000-8000-000000000009');
SELECT image_catalog.upload_image_data((image_catalog.create_image('{"name": "data", "disk_format": "raw", "container_format": "bare"}') ->> 'id')::uuid, 'bytes');
SELECT image_catalog.grant_project('tenant', 'p1');
GRANT SELECT ON image_catalog.images TO tenant;
});

my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump";
command_ok([ 'pg_dump', '--no-sync', '-Fd', '-f', $dump, '-d', $node->connstr('postgres') ], 'the catalogue is dumped');

# The lists and tables of a database, and what is made of rows; a restore begins
# another recording of history.
sub contents
{
	my ($database) = @_;
	my $tables = $node->safe_psql($database, q{
SELECT relname FROM pg_class WHERE relnamespace = 'image_catalog'::regnamespace AND relkind = 'r'
   AND relname NOT IN ('image_recording', 'container_risk_scores') ORDER BY 1});
	my $sql = join ";\n", map { "SELECT '$_', to_jsonb(t)::text FROM image_catalog.$_ t ORDER BY 2" } split /\n/, $tables;

	return $node->safe_psql($database, $sql . q{;
SELECT count(*) FROM image_catalog.image_recording;
SELECT subject, score, sum(subjects) FROM image_catalog.container_risk_scores GROUP BY 1, 2 ORDER BY 1, 2;
SELECT pg_get_indexdef(indexrelid), obj_description(indexrelid, 'pg_class'),
       (SELECT string_agg(attnum || ':' || attstattarget, ' ') FROM pg_attribute WHERE attrelid = indexrelid AND attstattarget >= 0)
  FROM pg_index WHERE indrelid::regclass::text LIKE 'image_catalog.%' ORDER BY 1;
SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
  FROM pg_constraint WHERE connamespace = 'image_catalog'::regnamespace ORDER BY 1, 2;
SELECT tgrelid::regclass, tgname, tgenabled, obj_description(oid, 'pg_trigger')
  FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2;
SELECT image_catalog.check();
SELECT image_catalog.list_images_page('visibility=all&limit=1000');
SELECT image_catalog.export_container_images()});
}
my $expected = contents('postgres');
like($expected, qr/images_record_update/, 'history is on');
like($expected, qr/images_visibility_property_/, 'a property has its indexes');

# the tables in the order opposite to the dump's: what refers to a row comes
# before the row
my ($list) = run_command([ 'pg_restore', '-l', $dump ]);
my @data = grep { /TABLE DATA|SEQUENCE SET/ } split /\n/, $list;
my $reversed = "$PostgreSQL::Test::Utils::tmp_check/reversed";
append_to_file($reversed, join("\n", reverse @data) . "\n");

foreach my $way ([ 'reversed', '-L', $reversed ], [ 'parallel', '-j', '4', '--section=data' ])
{
	my ($name, @options) = @$way;
	$node->safe_psql('postgres', qq{CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
	my @restore = ('pg_restore', '--exit-on-error', '-d', $node->connstr($name));
	command_ok([ @restore, '--section=pre-data', $dump ], "$name: the extension");
	$node->safe_psql($name, 'SELECT image_catalog.begin_restore()');
	like(($node->psql($name, 'SELECT image_catalog.begin_restore()'))[2], qr/a restore has begun already/, "$name: begun once");
	command_ok([ @restore, @options, $dump ], "$name: rows");
	like($node->safe_psql($name, 'SELECT image_catalog.check()'), qr/^restore_steps: a restore has begun; finish_restore\(\) makes again what is missing\n/, "$name: check() tells of a restore that is not finished");
	$node->safe_psql($name, 'SELECT image_catalog.finish_restore()');
	command_ok([ @restore, '--section=post-data', $dump ], "$name: the rest");
	is(contents($name), $expected, "$name: all is as it was");
	like(($node->psql($name, 'SELECT image_catalog.finish_restore()'))[2], qr/no restore has begun/, "$name: finished once");
	like(($node->psql($name, 'SELECT image_catalog.begin_restore()'))[2], qr/the catalogue is not empty\n.*\nHINT:  Begin a restore right after CREATE EXTENSION/, "$name: not begun again");
}

# a row that refers to none is told, and the restore can be finished without it
$node->safe_psql('postgres', q{CREATE DATABASE broken TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
$node->safe_psql('broken', q{CREATE EXTENSION image_catalog;
SELECT image_catalog.begin_restore();
INSERT INTO image_catalog.image_members (image_id, member_id) VALUES (gen_random_uuid(), 'p1')});
like(($node->psql('broken', 'SELECT image_catalog.finish_restore()'))[2], qr/violates foreign key constraint "image_members_image_id_fkey"/, 'a member of no image is refused');
$node->safe_psql('broken', 'DELETE FROM image_catalog.image_members; SELECT image_catalog.finish_restore()');
is($node->safe_psql('broken', 'SELECT image_catalog.check()'), '', 'and the restore is finished without it');

# history goes on in the restored catalogue, and has nothing of the restore
is($node->safe_psql('parallel', q{
SET image_catalog.is_admin = on;
SELECT count(*) FROM image_catalog.image_changes(NULL, 1000000) UNION ALL
SELECT count(*) FROM (SELECT image_catalog.update_image('00000000-0000-4000-8000-000000000023', '[{"op": "replace", "path": "/name", "value": "x"}]')) s}),
	$node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.image_changes') . "\n1", 'history holds what it held');
is($node->safe_psql('parallel', q{SELECT image_catalog.image_changes(NULL, 1000000) ->> 'image_id' = '00000000-0000-4000-8000-000000000023' OFFSET } . $node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.image_changes')),
	't', 'and goes on');

$node->stop;
done_testing();
