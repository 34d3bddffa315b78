# A catalogue that was dumped and restored into another database lists the
# same for every caller, and is as closed as before.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('dump');
load_catalogue($node, decode_json(data_text('images_oracle_catalog.json')));
load_catalogue($node,
	[ map { { %{ $_->{image} }, members => $_->{members} } }
		  data_lines('ims_catalog.jsonl') ]);

# a deleted image, a removed member, and rights that an administrator gave
$node->safe_psql(
	'postgres', q{
SELECT image_catalog.delete_image('00000000-0000-4000-8000-000000000009');
UPDATE image_catalog.image_members SET deleted_at = now()
 WHERE image_id = '00000000-0000-4000-8000-000000000012';
CREATE ROLE analyst LOGIN;
GRANT USAGE ON SCHEMA image_catalog TO analyst;
GRANT SELECT ON image_catalog.images, image_catalog.image_members TO analyst;
REVOKE EXECUTE ON FUNCTION image_catalog.count_images(jsonb) FROM PUBLIC;
SELECT image_catalog.grant_project('analyst', 'p1');
SELECT image_catalog.set_listing_orders('{name,size}');
SELECT image_catalog.index_image_property('os_distro');
});

my $dump = "$PostgreSQL::Test::Utils::tmp_check/catalogue.sql";
$node->command_ok(
	[
		'pg_dump', '--no-sync', '-f', $dump,
		'-d', $node->connstr('postgres')
	],
	'the catalogue is dumped');
$node->safe_psql('postgres',
	q{CREATE DATABASE restored TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
$node->command_ok(
	[
		'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump,
		'-d', $node->connstr('restored')
	],
	'and restored');

# What a query answers in both databases.
sub is_same
{
	my ($name, $sql, @options) = @_;
	my ($before, $after) = map {
		$node->safe_psql($_, $sql, extra_params => [@options])
	} qw(postgres restored);

	is($after, $before, $name);
	return $after;
}

foreach my $caller (
	[ 'an administrator', "SET image_catalog.is_admin = on" ],
	[ 'project p1', "SET image_catalog.project_id = 'p1'" ],
	[ 'project p2', "SET image_catalog.project_id = 'p2'" ],
	[ 'a stranger', "SET image_catalog.project_id = 'p9'" ],
	[
		'a caller of IMS',
		"SET image_catalog.project_id = '0b1e494e2660441a957313163095fe5c';
		 SET image_catalog.dialect = 'ims'"
	])
{
	my $list = is_same("$caller->[0] is listed the same", "$caller->[1];
SELECT image_catalog.list_images_page(query)
  FROM (VALUES ('visibility=all&limit=1000'),
               ('visibility=shared&member_status=all&limit=1000'),
               ('sort=name:asc,size:desc&limit=7'), ('tag=x86'), ('os_distro=ubuntu'),
               ('status=deleted'), ('name=in:alpha,beta')) v (query)");
	cmp_ok(length $list, '>', 2000, 'and something');
	is_same("$caller->[0] goes on behind a deleted image", "$caller->[1];
SELECT image_catalog.list_images_page(
    'visibility=all&sort=status:asc&marker=00000000-0000-4000-8000-000000000009')");
}

# every table in full, what no function shows included
foreach my $table (split /\n/, $node->safe_psql('postgres', q{
	SELECT relname FROM pg_class
	 WHERE relnamespace = 'image_catalog'::regnamespace AND relkind = 'r' ORDER BY 1}))
{
	is_same("table $table",
		"SELECT t::text FROM image_catalog.$table t ORDER BY 1");
}

# what may be done by whom
is_same('row-level security',
	'SELECT name FROM image_catalog.images ORDER BY 1;
	 SELECT member_id, status FROM image_catalog.image_members ORDER BY 1, 2',
	'-U', 'analyst');
is_same('privileges', q{
SELECT relname, relacl FROM pg_class WHERE relnamespace = 'image_catalog'::regnamespace ORDER BY 1;
SELECT p.oid::regprocedure, proacl FROM pg_proc p
 WHERE pronamespace = 'image_catalog'::regnamespace ORDER BY 1;
SELECT nspacl FROM pg_namespace WHERE nspname = 'image_catalog'});
is_same('policies', q{
SELECT c.relname, c.relrowsecurity, p.polname, pg_get_expr(p.polqual, p.polrelid)
  FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
 WHERE c.relnamespace = 'image_catalog'::regnamespace AND c.relkind = 'r' ORDER BY 1, 2, 3});

is_same('indexes', q{
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'image_catalog' ORDER BY 1, 2});
is($node->safe_psql('restored', 'SELECT image_catalog.check()'), '',
	'nothing derived differs');

# rows without triggers: the extension's indexes, and the choice to be made again
my $archive = "$PostgreSQL::Test::Utils::tmp_check/catalogue.dir";
$node->command_ok(
	[
		'pg_dump', '--no-sync', '-Fd', '-f', $archive,
		'-d', $node->connstr('postgres')
	],
	'the catalogue is dumped as a folder');
$node->safe_psql('postgres',
	q{CREATE DATABASE triggers TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
$node->command_ok(
	[ 'pg_restore', @$_, '-d', $node->connstr('triggers'), $archive ],
	"restored: @$_")
  foreach [ '--section=pre-data' ], [ '--section=data', '--disable-triggers' ];
is($node->safe_psql('triggers', 'SELECT image_catalog.listing_orders()'),
	'{created_at,name,size}', 'the orders are known');
like($node->safe_psql('triggers', 'SELECT image_catalog.check()'),
	qr/^index images_owner_status_idx is of an order that is not served$/m,
	'the indexes are not those that they ask for');
$node->safe_psql(
	'triggers', q{
SELECT image_catalog.set_listing_orders(image_catalog.listing_orders());
SELECT image_catalog.unindex_image_property('os_distro'), image_catalog.index_image_property('os_distro');
SELECT image_catalog.rebuild_image_shares();
ALTER TABLE image_catalog.role_identities ENABLE ALWAYS TRIGGER role_identities_changed;
ALTER TABLE image_catalog.property_protections ENABLE ALWAYS TRIGGER property_protections_changed});
is($node->safe_psql('triggers', 'SELECT image_catalog.check()'), '',
	'nor does anything differ when they are asked for again');

# and it goes on working
is( $node->safe_psql(
		'restored', q{
SET image_catalog.project_id = 'p1';
SELECT image_catalog.update_image('00000000-0000-4000-8000-000000000023',
    '[{"op": "replace", "path": "/name", "value": "restored"}]') ->> 'name'}),
	'restored',
	'an image is patched in the restored catalogue');

done_testing();
