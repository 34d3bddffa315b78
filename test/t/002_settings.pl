# Who may say who is asking: the settings of the extension, by every way in
# which PostgreSQL lets a role bring one along.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('settings');
$node->init;
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION image_catalog;
	CREATE ROLE plain LOGIN;
	CREATE ROLE pinned LOGIN;
	ALTER ROLE pinned SET image_catalog.project_id = 'acme';
	CREATE ROLE viewer LOGIN;
	ALTER ROLE viewer SET image_catalog.project_id = 'acme';
	ALTER ROLE viewer SET image_catalog.roles = 'reader';
	CREATE ROLE app LOGIN;
	GRANT SET ON PARAMETER image_catalog.project_id TO app;
	CREATE ROLE manager LOGIN CREATEROLE;
});

my $who = q{SELECT coalesce(image_catalog.current_project(), '-')
	|| ' ' || image_catalog.is_catalog_admin()};

# the superuser is named as the user who runs the test
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');

# What a role is taken for, after it tried $sql (errors may or may not come).
sub caller_after
{
	my ($role, $sql, %env) = @_;
	local @ENV{ keys %env } = values %env;
	my ($ret, $stdout, $stderr) = $node->psql(
		'postgres', "$sql;\n$who",
		on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	return (split /\n/, $stdout)[-1];
}

is(caller_after($superuser, 'SELECT'), '- true', 'a superuser administers');
is(caller_after($superuser, "SET image_catalog.project_id = 'acme'"),
	'acme false', 'not while it acts for a project');
is(caller_after('plain', 'SELECT'), '- false', 'a plain role is nobody');
is(caller_after('pinned', 'SELECT'), 'acme false', 'a pinned role is its project');

for my $load ('SELECT', 'SELECT image_catalog.current_project()')
{
	my $when = $load eq 'SELECT' ? 'before' : 'after';
	for my $setting (
		"image_catalog.project_id = 'globex'",
		"image_catalog.is_admin = 'on'",
		"image_catalog.roles = 'admin'")
	{
		is(caller_after('pinned', "$load; SET $setting"),
			'acme false', "a role cannot SET $setting $when loading");
		is( caller_after('pinned', "$load; ALTER ROLE pinned SET $setting"),
			'acme false', "nor pin $setting to itself");
	}
	is(caller_after('pinned', "$load; RESET image_catalog.project_id"),
		'acme false', "nor RESET what is pinned $when loading");
	is(caller_after('pinned', "$load; RESET ALL; DISCARD ALL"),
		'acme false', "nor by RESET ALL $when loading");
	is(caller_after('app', "$load; SET image_catalog.project_id = 'globex'"),
		'globex false', "an application with the grant does, $when loading");
	is(caller_after('app', "$load; SET image_catalog.is_admin = on"),
		'- false', "but not what it was not granted, $when loading");
}

is( caller_after('pinned', 'SELECT',
		PGOPTIONS => '-c image_catalog.project_id=globex'),
	'acme false', 'nor by an option of the connection');
is( caller_after('pinned', 'SELECT',
		PGOPTIONS => '-c image-catalog.Project_id=globex -c image_catalog.x=1'),
	'acme false', 'in whatever spelling');
is( caller_after('pinned', 'RESET ALL; BEGIN; SELECT 1/0; ROLLBACK',
		PGOPTIONS => '-c image_catalog.project_id=globex'),
	'acme false', 'nor after a reset');
is( caller_after('pinned',
		'BEGIN; SELECT image_catalog.current_project(), 1/0; ROLLBACK',
		PGOPTIONS => '-c image_catalog.project_id=globex'),
	'acme false', 'nor when loading is rolled back');
is( caller_after('app', 'SELECT',
		PGOPTIONS => '-c image_catalog.project_id=globex'),
	'globex false', 'an application with the grant may');
is( caller_after('plain', 'SELECT',
		PGOPTIONS => '-c image_catalog.is_admin=on'),
	'- false', 'nor administer by one');

# What ALTER ROLE stored must not have counted at the next login either.
is(caller_after('pinned', 'SELECT'), 'acme false', 'nothing was stored');
my ($ret, $stdout, $stderr) = $node->psql('postgres',
	"ALTER ROLE plain SET image_catalog.project_id = 'globex'",
	extra_params => [ '-U', 'manager' ]);
isnt($ret, 0, 'who creates roles cannot pin a project to one');
is(caller_after('plain', 'SELECT'), '- false', 'and nothing was pinned');

# SET ROLE changes rights, not the caller's project; and a superuser that
# becomes a plain role administers no longer.
is(caller_after($superuser, 'SET ROLE plain'), '- false',
	'SET ROLE leaves administration behind');
is(caller_after($superuser, 'SET SESSION AUTHORIZATION pinned'), '- false',
	'what is pinned counts at login only');

# SET LOCAL ends with its transaction: what a pooler relies on.
is( $node->safe_psql(
		'postgres', qq{
		BEGIN;
		SET LOCAL image_catalog.project_id = 'globex';
		SELECT image_catalog.current_project();
		COMMIT;
		$who}, extra_params => [ '-U', 'app' ]),
	"globex\n- false",
	'SET LOCAL ends with the transaction');

$node->stop;
done_testing();
