# What a role is stands in a table: who may write it, what it does, and what
# becomes of it when roles are renamed or dropped, and databases dumped.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('identity');
$node->init(allows_streaming => 1);
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
CREATE ROLE acme LOGIN;
CREATE ROLE viewer LOGIN;
CREATE ROLE dba LOGIN;
CREATE ROLE plain LOGIN;
SELECT image_catalog.grant_project('acme', 'acme');
SELECT image_catalog.grant_project('viewer', 'acme', '{reader,container_image_reader}');
SELECT image_catalog.grant_catalog_admin('dba');
});

sub as_role
{
	my ($role, $sql, $on) = @_;
	my ($ret, $stdout, $stderr) = ($on // $node)->psql('postgres', "\\set VERBOSITY sqlstate\n$sql",
		extra_params => [ '-U', $role ], on_error_stop => 0);
	$stdout .= join ' ', map { "[$_]" } $stderr =~ /ERROR:  (\w+)/g;
	return $stdout;
}
my $who = q{SELECT coalesce(image_catalog.current_project(), '-') || ' ' || image_catalog.is_catalog_admin()};
my $create = q{SELECT image_catalog.create_image('{}') ->> 'owner'};

is(as_role('acme', "$who; $create"), "acme false\nacme", 'a role with a project');
is(as_role('viewer', "$who; $create; SELECT image_catalog.may_read_container_images()"),
	"acme false\nt[42501]", 'one in the roles that it was given');
is(as_role('dba', "$who; SELECT image_catalog.import_images('[]')"), "- true\n0", 'an administrator');
is(as_role('plain', "$who; $create"), '- false[42501]', 'a role that is nothing');

# A superuser with a project is that project, whatever the settings say.
$node->safe_psql('postgres', q{CREATE ROLE super LOGIN SUPERUSER; SELECT image_catalog.grant_project('super', 'big')});
is(as_role('super', "SET image_catalog.project_id = 'x'; SET image_catalog.is_admin = on; SET image_catalog.roles = 'admin'; $who"),
	'big false', 'a superuser with a row is what the row says');

# A group's identity is its own.
$node->safe_psql('postgres', 'GRANT acme TO plain');
is(as_role('plain', "$who; SET ROLE acme; $who; RESET ROLE; $who"),
	"- false\nacme false\n- false", 'a member of a role acts for its project when it becomes it');

# Who may say it.
foreach my $role (qw(acme viewer plain))
{
	foreach my $call (q{grant_project('plain', 'acme')}, q{grant_catalog_admin('plain')},
		q{grant_delegate('plain')}, q{revoke_project('acme')})
	{
		is(as_role($role, "SELECT image_catalog.$call"), '[42501]', "not $role: $call");
	}
}
$node->safe_psql('postgres', q{
CREATE ROLE granted LOGIN;
GRANT ALL ON image_catalog.role_identities, image_catalog.callers TO granted});
foreach my $sql (q{INSERT INTO image_catalog.role_identities VALUES ('granted', 'administrator')},
	q{UPDATE image_catalog.role_identities SET identity = 'administrator', project_id = NULL, roles = NULL},
	q{DELETE FROM image_catalog.role_identities}, q{SELECT count(*) FROM image_catalog.role_identities WHERE true})
{
	like(as_role('granted', $sql), qr/^(\[42501\]|0|)$/, "no DML with a grant: $sql");
}
is(as_role('plain', 'SELECT * FROM image_catalog.role_identities'), '[42501]', 'nor a look without');
is(as_role('dba', q{SELECT image_catalog.grant_project('plain', 'globex')}) . as_role('plain', $who),
	'globex false', 'an administrator may');
is($node->safe_psql('postgres', q{GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.roles TO granted;
SELECT role, identity, project_id, roles, granted_by FROM image_catalog.callers
 WHERE role::text IN ('viewer', 'dba', 'plain', 'granted') ORDER BY role::text}), join("\n",
	'dba|administrator|||postgres', 'granted|settings: project_id, roles|||',
	'plain|project|globex|{reader,member}|dba', 'viewer|project|acme|{reader,container_image_reader}|postgres')
	=~ s/postgres/$node->safe_psql('postgres', 'SELECT current_user')/ger,
	'the view of who is what');

# What cannot be.
foreach my $call (q{grant_project('acme', '')}, q{grant_project('acme', repeat('x', 256))},
	q{grant_project('acme', 'a', '{"a,admin"}')}, q{grant_project('acme', 'a', '{NULL}')},
	q{grant_project('acme', 'a', '{""}')})
{
	is(as_role('dba', "SELECT image_catalog.$call"), '[22023]', "refused: $call");
}
is(as_role('dba', q{SELECT image_catalog.grant_project('nobody', 'a')}), '[42704]', 'no such role');
is(as_role('dba', q{SELECT image_catalog.grant_project('-', 'a')}), '[42704]', 'nor none');
is(as_role('dba', q{SELECT image_catalog.grant_project('4000000000', 'a')}), '[42704]', 'nor a number');

# A change counts at the next statement, in sessions that know the role, and is
# gone when it is rolled back.
my $session = $node->can('background_psql')
  ? $node->background_psql('postgres', extra_params => [ '-U', 'acme' ]) : undef;
if ($session)
{
	is($session->query_safe($who), 'acme false', 'a session asks');
	$node->safe_psql('postgres', q{SELECT image_catalog.grant_project('acme', 'other')});
	is($session->query_safe($who), 'other false', 'and hears of a change');
	$session->quit;
}
$node->safe_psql('postgres', q{SELECT image_catalog.grant_project('acme', 'acme')});
is( $node->safe_psql('postgres', qq{
BEGIN;
SET LOCAL ROLE acme; $who; RESET ROLE;
SAVEPOINT s;
SELECT image_catalog.grant_project('acme', 'new');
SET LOCAL ROLE acme; $who; RESET ROLE;
ROLLBACK TO s;
SET LOCAL ROLE acme; $who; RESET ROLE;
SELECT image_catalog.revoke_project('acme');
SET LOCAL ROLE acme; $who; RESET ROLE;
ROLLBACK;
SET ROLE acme; $who}), "acme false\n\nnew false\nacme false\n\n- false\nacme false",
	'a change is seen by its own transaction, and gone with it');

# Rights to parameters and superuser are looked up again when they change.
is( $node->safe_psql('postgres', qq{
CREATE ROLE app;
SET image_catalog.project_id = 'p';
SET ROLE app; $who; RESET ROLE;
GRANT SET ON PARAMETER image_catalog.project_id TO app;
SET ROLE app; $who; RESET ROLE;
REVOKE SET ON PARAMETER image_catalog.project_id FROM app;
SET ROLE app; $who; RESET ROLE;
ALTER ROLE app SUPERUSER;
SET ROLE app; $who; RESET ROLE;
ALTER ROLE app NOSUPERUSER;
GRANT granted TO app;
SET ROLE app; $who; RESET ROLE;
REVOKE granted FROM app;
SET ROLE app; $who}), "- false\np false\n- false\np false\np false\n- false",
	'rights to settings come and go');

# A warm session reads nothing to know who is asking.
is( $node->safe_psql('postgres', q{
SET ROLE acme;
SELECT image_catalog.current_project();
EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT image_catalog.current_project() FROM generate_series(1, 1000)}) =~ /Buffers: shared/ ? 1 : 0,
	0, 'no buffer is touched when the role is known');

# Renamed, dropped, made again.
$node->safe_psql('postgres', 'ALTER ROLE acme RENAME TO acme_inc');
is(as_role('acme_inc', $who), 'acme false', 'a renamed role is what it was');
$node->safe_psql('postgres', 'CREATE ROLE acme LOGIN');
is(as_role('acme', $who), '- false', 'a new one of the old name is nothing');
$node->safe_psql('postgres', q{CREATE ROLE gone LOGIN; SELECT image_catalog.grant_catalog_admin('gone');
DROP ROLE gone; CREATE ROLE gone LOGIN});
is(as_role('gone', $who), '- false', 'a dropped role made again is nothing');

# Dump and restore: by name, without the dropped.
my $dump = "$PostgreSQL::Test::Utils::tmp_check/identity.sql";
$node->command_ok([ 'pg_dump', '--no-sync', '-f', $dump, '-d', $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ], 'restored');
my $all = q{SELECT role, identity, project_id, roles FROM image_catalog.role_identities
             WHERE EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) ORDER BY 1};
is($node->safe_psql('restored', $all), $node->safe_psql('postgres', $all), 'the same roles are the same');
is($node->safe_psql('restored', q{SELECT count(*) FROM image_catalog.role_identities WHERE role::text ~ '^[0-9]+$'}),
	'0', 'a dropped role is not among them');
is($node->safe_psql('postgres', q{SELECT image_catalog.grant_delegate('gone');
SELECT count(*) FROM image_catalog.role_identities WHERE role::text ~ '^[0-9]+$'}), "\n0",
	'a grant removes what dropped roles left');

# Into a cluster where a role is missing: it says which, nobody is anybody, the
# rest is there.  With the role the identities come by themselves.
my $archive = "$PostgreSQL::Test::Utils::tmp_check/identity.dump";
$node->command_ok([ 'pg_dump', '-Fc', '--no-sync', '-f', $archive, '-d', $node->connstr('postgres') ], 'dumped as an archive');
my $bare = PostgreSQL::Test::Cluster->new('bare');
$bare->init;
$bare->start;
my @names = split /\n/, $node->safe_psql('postgres', q{SELECT rolname FROM pg_roles WHERE oid >= 16384});
my $count = 'SELECT count(*) FROM image_catalog.role_identities; SELECT count(*) FROM image_catalog.images';
my $images = $node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.images');
$bare->safe_psql('postgres', join '', map { "CREATE ROLE $_ LOGIN;" } grep { $_ ne 'viewer' } @names);
my ($restored, $errors);
IPC::Run::run([ 'pg_restore', '-d', $bare->connstr('postgres'), $archive ], '>', \$restored, '2>', \$errors);
like($errors, qr/COPY failed for table "role_identities": ERROR:  role "viewer" does not exist/, 'a restore says which role is missing');
is($bare->safe_psql('postgres', $count), "0\n$images", 'nobody is anybody, and the catalogue is there');
$bare->safe_psql('postgres', 'CREATE ROLE viewer LOGIN');
$bare->command_ok([ 'pg_restore', '--data-only', '--table=role_identities', '-d', $bare->connstr('postgres'), $archive ],
	'the identities alone');
my $rows = q{SELECT role::text, identity, project_id, roles FROM image_catalog.role_identities ORDER BY role::text COLLATE "C"};
is($bare->safe_psql('postgres', $rows), $node->safe_psql('postgres', $rows), 'everybody is again what he was');

# The statements that say who is what, for where only these are wanted.
my ($grants) = slurp_file("$ENV{SOURCE}/docs/access.md") =~ /^(SELECT format\('SELECT image_catalog\.grant_.*?;)$/ms;
my $statements = $node->safe_psql('postgres', $grants);
is($bare->safe_psql('postgres', "DELETE FROM image_catalog.role_identities; $statements\n$rows") =~ s/^\n+//r,
	$node->safe_psql('postgres', $rows), 'and by the statements that docs/access.md prints');
$bare->stop;

# A standby knows who is who, and hears of changes.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
is(as_role('acme_inc', $who, $standby), 'acme false', 'a standby knows a role');
$node->safe_psql('postgres', q{SELECT image_catalog.grant_project('acme_inc', 'late')});
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
is(as_role('acme_inc', $who, $standby), 'late false', 'and hears of a change');
is(as_role('dba', q{SELECT image_catalog.grant_project('acme', 'a')}, $standby), '[25006]', 'which is not made there');
$standby->stop;
$node->stop;
done_testing();
