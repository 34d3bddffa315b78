# Install, use, drop, install again: nothing is left behind, and what the
# library exports cannot collide with another library.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('install');
$node->init;
$node->start;

# Everything in the database that somebody could have made: one line an object.
my $objects = q{
	SELECT c.relname || ' ' || x.name AS object
	  FROM (
		SELECT 'pg_class'::regclass AS class, oid::regclass::text AS name
		  FROM pg_class WHERE oid >= 16384 AND relkind <> 't'
		                  AND relnamespace <> 'pg_toast'::regnamespace
		UNION ALL
		SELECT 'pg_proc', oid::regprocedure::text FROM pg_proc WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_type', oid::regtype::text FROM pg_type WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_operator', oid::regoperator::text FROM pg_operator WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_cast', castsource::regtype || ' as ' || casttarget::regtype
		  FROM pg_cast WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_opclass', opcname FROM pg_opclass WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_opfamily', opfname FROM pg_opfamily WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_namespace', nspname FROM pg_namespace WHERE oid >= 16384
		UNION ALL
		SELECT 'pg_extension', extname FROM pg_extension
		UNION ALL
		SELECT 'pg_event_trigger', evtname FROM pg_event_trigger
		UNION ALL
		SELECT 'pg_authid', rolname FROM pg_roles
		UNION ALL
		SELECT 'pg_description', pg_describe_object(classoid, objoid, objsubid)
		  FROM pg_description WHERE objoid >= 16384
		UNION ALL
		SELECT 'pg_default_acl', defaclobjtype::text FROM pg_default_acl
	  ) x JOIN pg_class c ON c.oid = x.class
	 ORDER BY (c.relname || x.name) COLLATE "C"};

my $before = $node->safe_psql('postgres', $objects);

$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');
my $installed = $node->safe_psql('postgres', $objects);
isnt($installed, $before, 'the extension brings objects');
is( $node->safe_psql('postgres',
		'SELECT image_catalog.current_project() IS NULL'),
	't',
	'a function of the extension runs');

my $version = $node->safe_psql('postgres',
	"SELECT extversion FROM pg_extension WHERE extname = 'image_catalog'");
like($version, qr/^\d+\.\d+\.\d+$/, 'the version has three parts');

$node->safe_psql('postgres', 'DROP EXTENSION image_catalog');
is($node->safe_psql('postgres', $objects), $before, 'nothing is left');

$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');
is($node->safe_psql('postgres', $objects),
	$installed, 'a second installation is like the first');

# Two databases of one server, and the installation as a whole twice.
$node->safe_psql('postgres', 'CREATE DATABASE second');
$node->safe_psql('second', 'CREATE EXTENSION image_catalog');
is($node->safe_psql('second', $objects),
	$installed, 'another database gets the same');

my ($ret, $stdout, $stderr) =
  $node->psql('postgres', 'CREATE EXTENSION image_catalog');
like($stderr, qr/already exists/, 'it installs once a database');

# A role that may not even create a schema can call the functions.
$node->safe_psql('postgres', 'CREATE ROLE plain LOGIN');
is( $node->safe_psql('postgres', 'SELECT image_catalog.is_catalog_admin()',
		extra_params => [ '-U', 'plain' ]),
	'f',
	'a plain role calls a function and administers nothing');
($ret, $stdout, $stderr) = $node->psql(
	'postgres',
	"SELECT image_catalog.current_project();
	 SET image_catalog.project_id = 'another'",
	extra_params => [ '-U', 'plain' ]);
like($stderr, qr/permission denied/, 'a plain role cannot name a project');

# A value set before the library is loaded does not count, and ends the service.
($ret, $stdout, $stderr) = $node->psql(
	'postgres',
	q{SET image_catalog.is_admin = 'on';
	  SELECT image_catalog.is_catalog_admin();},
	extra_params => [ '-U', 'plain' ]);
like($stderr, qr/ERROR:  permission denied to set parameter "image_catalog.is_admin"/,
	'nor by setting the placeholder first');

# Exported symbols: ours by prefix, and what fmgr looks for.
my $library = `pg_config --pkglibdir`;
chomp $library;
$library .= '/image_catalog.so';
my @symbols = map { (split)[-1] } split /\n/,
  `nm -D --defined-only '$library'`;
ok(scalar(grep { $_ eq 'Pg_magic_func' } @symbols),
	'the module has its magic block');
my @foreign = grep {
	    !/^imgcat_/
	  && !/^pg_finfo_imgcat_/
	  && !/^(Pg_magic_func|_PG_init|_init|_fini)$/
} @symbols;
is("@foreign", '', 'exported symbols carry the prefix');

$node->stop;
done_testing();
