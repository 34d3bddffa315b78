# A catalogue of 0.1.0, filled by 0.1.0, and updated: it is a fresh one of this
# version that was told the same, object by object, row by row, and in what it
# answers.  0.1.0 is built from the history; without that the test is skipped.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = $PostgreSQL::Test::Utils::tmp_check . '/released';
my $extensions = pg_config('--sharedir') . '/extension';
my @installed = map { "$extensions/image_catalog--0.1.0.$_" } qw(sql control);
my $this = (slurp_file("$ENV{SOURCE}/image_catalog.control") =~ /default_version = '(.*)'/)[0];

sub pg_config
{
	my ($option) = @_;
	chomp(my $answer = `"$ENV{PG_CONFIG}" $option`);
	return $answer;
}

# The sources of 0.1.0: what scripts/test has put there, or the history itself.
sub unpack_released
{
	my ($commit) = slurp_file("$FindBin::RealBin/../released/commits") =~ /^0\.1\.0 (\w+)$/m;
	my $archive = "$ENV{SOURCE}/../image_catalog-0.1.0.tar";

	mkdir $folder;
	if (!-s $archive)
	{
		$archive = "$folder/sources.tar";
		system("git -c safe.directory='*' -C '$ENV{SOURCE}' archive -o '$archive' $commit 2>/dev/null");
	}
	return -s $archive && system('tar', '-C', $folder, '-xf', $archive) == 0;
}

plan skip_all => 'no history from which 0.1.0 could be built' unless unpack_released();
my $compiler = grep({ -x "$_/ccache" } split /:/, $ENV{PATH}) ? 'ccache gcc' : 'gcc';
my $jobs = `nproc` + 0;
system("make -s -C '$folder' PG_CONFIG='$ENV{PG_CONFIG}' with_llvm=no CC='$compiler' COPT=-O0 -j$jobs all >'$folder/log' 2>&1") == 0
  or plan skip_all => '0.1.0 does not build for this server: ' . (split /\n/, slurp_file("$folder/log"))[0];

# sessions of 0.1.0 have its library; its script makes the extension in its schema
my $old_library = "-c dynamic_library_path=$folder:\$libdir";
system('cp', "$folder/image_catalog--0.1.0.sql", $installed[0]);
append_to_file($installed[1], "schema = 'image_catalog'\n");
END { unlink @installed if @installed }

my $node = PostgreSQL::Test::Cluster->new('update');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "autovacuum = off\nTimeZone = 'UTC'\n");
$node->start;

sub run_in
{
	my ($database, $options, $sql) = @_;
	local $ENV{PGOPTIONS} = $options;
	return $node->psql($database, $sql, on_error_stop => 1);
}

# What both releases are told.
my $catalogue = decode_json(data_text('images_oracle_catalog.json'));
my $ims = [ map { { %{ $_->{image} }, members => $_->{members} } } data_lines('ims_catalog.jsonl') ];
my $containers = data_text('container_fixture.json');
my $told = join ";\n",
  (map { 'SELECT image_catalog.import_images(' . json_literal($_) . ')' } $catalogue, $ims),
  'SELECT image_catalog.import_container_images(' . literal($containers) . ')',
  q{
CREATE EXTENSION pg_trgm;
SELECT image_catalog.create_container_trigram_indexes();
SELECT image_catalog.index_image_property('os_distro');
INSERT INTO image_catalog.property_protections VALUES (1, '^secret_', '{admin}', '{admin}', '{admin}', '{admin}'),
	(2, '', '{@}', '{@}', '{@}', '{@}');
SELECT image_catalog.delete_image('00000000-0000-4000-8000-000000000009');
SELECT image_catalog.deactivate_image('00000000-0000-4000-8000-000000000023');
UPDATE image_catalog.image_members SET deleted_at = '2025-01-01'
 WHERE image_id = '00000000-0000-4000-8000-000000000012';
SELECT image_catalog.mark_finding_false_positive('CVE-2023-5678', 'nginx:1.25');
SELECT image_catalog.defer_finding('CVE-2024-0001', '*', 'later');
SELECT image_catalog.watch_image('alpine:3.18');
INSERT INTO image_catalog.container_signature_verifiers VALUES ('v', 'name');
ALTER TABLE image_catalog.images SET (autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE image_catalog.container_images SET (toast.autovacuum_enabled = off);
GRANT USAGE ON SCHEMA image_catalog TO analyst WITH GRANT OPTION;
GRANT SELECT ON image_catalog.images, image_catalog.image_members TO analyst;
GRANT UPDATE (name, tags), SELECT ON image_catalog.images TO clerk;
GRANT USAGE ON SEQUENCE image_catalog.container_images_image_key_seq TO clerk;
GRANT USAGE ON TYPE image_catalog.json_patch TO clerk;
REVOKE EXECUTE ON FUNCTION image_catalog.count_images(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION image_catalog.count_images(jsonb), image_catalog.rebuild_container_risk_scores() TO analyst WITH GRANT OPTION};

$node->safe_psql('postgres', q{
CREATE ROLE other SUPERUSER LOGIN;
ALTER ROLE other SET image_catalog.project_id = 'p7';
CREATE ROLE analyst LOGIN;
CREATE ROLE clerk LOGIN;
CREATE ROLE pinned LOGIN;
ALTER ROLE pinned SET image_catalog.project_id = 'p1';
ALTER ROLE pinned SET image_catalog.roles = 'reader';
CREATE ROLE equal LOGIN;
ALTER ROLE equal SET image_catalog.project_id = 'a=b';
CREATE ROLE ruler LOGIN;
ALTER ROLE ruler SET image_catalog.project_id = 'p1';
ALTER ROLE ruler SET image_catalog.is_admin = 'True';
CREATE DATABASE updated TEMPLATE template0;
CREATE DATABASE fresh TEMPLATE template0});

my ($status, $out, $errors) = run_in('updated', $old_library, "CREATE EXTENSION image_catalog VERSION '0.1.0'; $told");
is($status, 0, '0.1.0 is made and told') or diag $errors;
# a grant of what is not there any more, a rule in two spellings
run_in('updated', $old_library, q{
GRANT SELECT ON image_catalog.offers TO clerk;
GRANT EXECUTE ON FUNCTION image_catalog.update_image(uuid, image_catalog.json_patch) TO clerk;
SELECT image_catalog.defer_finding('CVE-2099-1', '*', 'first');
SELECT image_catalog.mark_finding_false_positive('cve-2099-1', '*', 'last')});
($status, $out, $errors) = run_in('fresh', '', "CREATE EXTENSION image_catalog; $told;
GRANT EXECUTE ON FUNCTION image_catalog.update_image(uuid, image_catalog.json_patch, text) TO clerk;
SELECT image_catalog.defer_finding('CVE-2099-1', '*', 'first');
SELECT image_catalog.mark_finding_false_positive('cve-2099-1', '*', 'last')");
is($status, 0, 'and so is this version') or diag $errors;

# A library cannot be changed in a session.
($status, $out, $errors) = run_in('updated', $old_library,
	'SELECT image_catalog.current_project(); ALTER EXTENSION image_catalog UPDATE');
like($errors, qr/could not find function "imgcat_\w+" in file/, 'a session that has the old library cannot update');

# What hangs on the old objects is named, and nothing is done.
foreach my $stranger (
	[ 'CREATE VIEW public.mine AS SELECT id FROM image_catalog.images', 'rule _RETURN on view public.mine', 'DROP VIEW public.mine' ],
	[ 'CREATE FUNCTION public.mine(image_catalog.image) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$', 'function public.mine(image_catalog.image)', 'DROP FUNCTION public.mine' ],
	[ 'CREATE TABLE public.mine (id uuid REFERENCES image_catalog.images, patch image_catalog.json_patch)',
		"column patch of table public.mine\nconstraint mine_id_fkey on table public.mine", 'DROP TABLE public.mine' ],
	[ 'CREATE INDEX mine ON image_catalog.images (checksum)', 'index image_catalog.mine', 'DROP INDEX image_catalog.mine' ],
	[ 'CREATE POLICY mine ON image_catalog.images USING (true)', 'policy mine on table image_catalog.images', 'DROP POLICY mine ON image_catalog.images' ],
	[ 'CREATE TRIGGER mine BEFORE UPDATE ON image_catalog.images FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
		'trigger mine on table image_catalog.images', 'DROP TRIGGER mine ON image_catalog.images' ],
	[ 'ALTER TABLE image_catalog.images ADD COLUMN mine int', 'column mine of table image_catalog.images', 'ALTER TABLE image_catalog.images DROP COLUMN mine' ],
	[ 'ALTER TABLE image_catalog.images ADD CONSTRAINT mine CHECK (size <> 7)', 'constraint mine on table image_catalog.images', 'ALTER TABLE image_catalog.images DROP CONSTRAINT mine' ],
	[ 'CREATE TABLE image_catalog.mine (x int)', 'table image_catalog.mine', 'DROP TABLE image_catalog.mine' ],
	[ 'CREATE STATISTICS image_catalog.mine ON name, owner FROM image_catalog.images', 'statistics object image_catalog.mine', 'DROP STATISTICS image_catalog.mine' ],
	[ 'CREATE PUBLICATION mine FOR TABLE image_catalog.images', 'publication of table image_catalog.images in publication mine', 'DROP PUBLICATION mine' ])
{
	my ($make, $description, $drop) = @$stranger;
	run_in('updated', $old_library, $make);
	($status, $out, $errors) = run_in('updated', '', 'ALTER EXTENSION image_catalog UPDATE');
	like($errors, qr/^DETAIL:  \Q$description\E$/m, "refused: $description");
	is($node->safe_psql('updated', q{SELECT extversion FROM pg_extension WHERE extname = 'image_catalog'}), '0.1.0', 'and nothing is done');
	run_in('updated', $old_library, $drop);
}

# The update, by another superuser than the owner, who acts for a project.
$node->psql('updated', 'ALTER EXTENSION image_catalog UPDATE', extra_params => [ '-U', 'other' ], stderr => \$errors);
$status = $node->safe_psql('updated', qq{SELECT (extversion <> '$this')::int FROM pg_extension WHERE extname = 'image_catalog'});
is($status, 0, 'the catalogue is updated') or diag $errors;
like($errors, qr/privileges of objects that are not there any more are gone\nDETAIL:  SELECT of offers\n/, 'what is gone is told');
like($errors, qr/HINT:  SELECT image_catalog.grant_project\('equal', 'a=b'\);\nSELECT image_catalog.grant_project\('pinned', 'p1', '\{reader\}'\);\nSELECT image_catalog.grant_catalog_admin\('ruler'\);\n?/, 'and how roles that had settings are told who they are');
unlike($errors, qr/ERROR/, 'without an error');

# What a query answers in both databases.  Times of this day are one.
sub is_same
{
	my ($name, $sql, @options) = @_;
	my $today = $node->safe_psql('postgres', q{SELECT to_char(now(), 'YYYY-MM-DD')});
	my ($updated, $fresh) = map {
		my $answer = $node->safe_psql($_, $sql, extra_params => [@options]);
		$answer =~ s/$today[T ][0-9:.]+(Z|\+00)?/<now>/g;
		$answer
	} qw(updated fresh);

	is($updated, $fresh, $name);
	return $updated;
}

# Every object of the extension, as pg_upgrade would write it; oids and the
# order of what has one name may differ.
sub schema_of
{
	my ($database, @options) = @_;
	my ($dump, $stderr) = run_command([ 'pg_dump', '-s', @options, '-d', $node->connstr($database) ]);

	$dump =~ s/^(SELECT pg_catalog\.binary_upgrade|UPDATE pg_catalog.pg_class|WHERE oid = |SET relfrozenxid|\\(un)?restrict).*\n//mg;
	$dump =~ s/'\d+'::pg_catalog\.oid/oid/g;
	return join "\n--\n", sort split /\n\n\n?--\n/, $dump;
}
my $schema = schema_of('updated', '--binary-upgrade');
is($schema, schema_of('fresh', '--binary-upgrade'), 'every object is as in a fresh catalogue');
cmp_ok(length $schema, '>', 200000, 'and there are many');
is(schema_of('updated'), schema_of('fresh'), 'a dump makes the same extension and grants');
like(schema_of('updated'), qr/GRANT SELECT ON TABLE image_catalog.images TO analyst/, 'grants are dumped');
is_same('configuration of the extension', q{
SELECT extnamespace::regnamespace, extowner::regrole, extrelocatable, extversion FROM pg_extension WHERE extname = 'image_catalog';
SELECT t::regclass, c FROM pg_extension, unnest(extconfig, extcondition) u (t, c) WHERE extname = 'image_catalog' ORDER BY 1;
SELECT pg_describe_object(classoid, objoid, objsubid), initprivs::text FROM pg_init_privs WHERE privtype = 'e' ORDER BY 1;
SELECT pg_describe_object(classid, objid, objsubid), deptype FROM pg_depend
 WHERE refclassid = 'pg_extension'::regclass ORDER BY 1;
SELECT count(*), deptype FROM pg_shdepend WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY 2 ORDER BY 2;
SELECT nspname FROM pg_namespace ORDER BY 1});

# every table in full; check() compares the summary, which depends on when an
# image was changed
foreach my $table (split /\n/, $node->safe_psql('fresh', q{
	SELECT relname FROM pg_class
	 WHERE relnamespace = 'image_catalog'::regnamespace AND relkind = 'r' ORDER BY 1}))
{
	is_same("table $table", "SELECT (to_jsonb(t) - 'summary')::text FROM image_catalog.$table t ORDER BY 1");
}
is($node->safe_psql('updated', 'SELECT image_catalog.check()'), '', 'nothing derived differs');

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
               ('status=deleted'), ('name=in:alpha,beta'),
               ('visibility=all&sort=status:asc&marker=00000000-0000-4000-8000-000000000009')) v (query)");
	cmp_ok(length $list, '>', 2000, 'and something');
}
like(is_same('container images', q{
	SELECT image_catalog.export_container_images();
	SELECT image_catalog.list_container_images();
	SELECT image_catalog.watched_images();
	SELECT * FROM image_catalog.finding_rules();
	SELECT image_catalog.count_container_images('Vulnerability State:FALSE_POSITIVE+CVE:CVE-2023-5678')}),
	qr/"priority":"3"/, 'with their ranks');
is_same('a role that was granted', 'SELECT count(*) FROM image_catalog.images', '-U', 'analyst');

# it goes on working, and goes away
is($node->safe_psql('updated', q{
SET image_catalog.project_id = 'p1';
SELECT image_catalog.update_image('00000000-0000-4000-8000-000000000024',
    '[{"op": "replace", "path": "/name", "value": "updated"}]') ->> 'name'}), 'updated', 'an image is patched');
($status, $out, $errors) = run_in('updated', '', 'DROP EXTENSION image_catalog');
is($status, 0, 'the extension is dropped') or diag $errors;
is($node->safe_psql('updated', q{SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'image%'}), 0, 'and its schema with it');
is($node->safe_psql('postgres', 'DROP DATABASE updated; DROP DATABASE fresh; DROP ROLE clerk, analyst, other; SELECT 1'), 1, 'roles are bound to nothing');

$node->stop;
done_testing();
