# Whose settings count, and by which ways in which PostgreSQL lets a role bring
# one along.  What roles are by the table is in test/security/003_identity.pl.

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
	CREATE ROLE tenant LOGIN;
	SELECT image_catalog.grant_project('tenant', 'acme');
	CREATE ROLE app LOGIN;
	GRANT SET ON PARAMETER image_catalog.project_id TO app;
	CREATE ROLE whole_app LOGIN;
	GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.roles TO whole_app;
	CREATE ROLE manager LOGIN CREATEROLE;
});

my $who = q{SELECT coalesce(image_catalog.current_project(), '-')
	|| ' ' || image_catalog.is_catalog_admin()};

# the superuser is named as the user who runs the test
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');

# What a role is taken for, after it tried $sql (errors may or may not come);
# "refused" if it is not served.
sub caller_after
{
	my ($role, $sql, %env) = @_;
	local @ENV{ keys %env } = values %env;
	my ($ret, $stdout, $stderr) = $node->psql(
		'postgres', "$sql;\n\\echo who\n$who",
		on_error_stop => 0,
		extra_params => [ '-U', $role ]);
	my ($answer) = $stdout =~ /^who\n?(.*)\z/ms;
	return $answer if $answer;
	return $stderr =~ /permission denied to set parameter "[^"]+"\nDETAIL:  The session set it/
	  ? 'refused' : $stderr;
}

is(caller_after($superuser, 'SELECT'), '- true', 'a superuser administers');
is(caller_after($superuser, "SET image_catalog.project_id = 'acme'"),
	'acme false', 'not while it acts for a project');
is(caller_after('plain', 'SELECT'), '- false', 'a plain role is nobody');
is(caller_after('tenant', 'SELECT'), 'acme false', 'a role with a project is that project');

# Settings that a role has no right to: refused when they are made, or, made
# before the library was there, by serving the session no more.
my $loaded = 'SELECT image_catalog.current_project()';
foreach my $role (qw(plain tenant app))
{
	my %is = (plain => '- false', tenant => 'acme false', app => '- false');

	for my $setting ("is_admin = on", "roles = 'admin'", "tag_quota = -1",
		"dialect = 'ims'", "json_patch_depth_max = 100000",
		$role eq 'app' ? () : "project_id = 'globex'")
	{
		is(caller_after($role, "$loaded; SET image_catalog.$setting"),
			$is{$role}, "$role cannot SET $setting");
		is(caller_after($role, "SET image_catalog.$setting"),
			'refused', "nor before the library is there");
		is(caller_after($role, "BEGIN; SET LOCAL image_catalog.$setting"),
			'refused', "nor by SET LOCAL");
		is(caller_after($role, "BEGIN; SET LOCAL image_catalog.$setting; ROLLBACK"),
			$is{$role}, "what was rolled back does not matter");
		is(caller_after($role, "ALTER ROLE $role SET image_catalog.$setting"),
			$is{$role}, 'nor pin it to itself');
		(my $option = $setting) =~ s/[ ']//g;
		is(caller_after($role, 'SELECT', PGOPTIONS => "-c image_catalog.$option"),
			'refused', 'nor name it in the options of the connection');
		is(caller_after($role, "RESET ALL; DISCARD ALL; BEGIN; SELECT 1/0; ROLLBACK",
				PGOPTIONS => "-c image_catalog.$option"),
			'refused', 'nor after a reset');
	}
	is(caller_after($role, 'RESET image_catalog.project_id; RESET ALL; DISCARD ALL'),
		$is{$role}, "$role is the same after a reset");
}
is( caller_after('tenant', 'SELECT',
		PGOPTIONS => '-c image-catalog.Project_id=globex'),
	'refused', 'in whatever spelling');
is( caller_after('tenant', 'SELECT', PGOPTIONS => '-c image_catalog.x=1'),
	'acme false', 'a name that is no setting does not matter');
is( caller_after('tenant', "SELECT image_catalog.count_images(), 1/0",
		PGOPTIONS => '-c image_catalog.project_id=globex'),
	'refused', 'nor when loading is rolled back');

# An application with the grant.
foreach my $when ('SELECT', $loaded)
{
	is(caller_after('app', "$when; SET image_catalog.project_id = 'globex'"),
		'globex false', 'an application with the grant names a project');
}
is( caller_after('app', 'SELECT',
		PGOPTIONS => '-c image_catalog.project_id=Globex'),
	'Globex false', 'in the options of the connection, too');
is(caller_after('whole_app', "SET image_catalog.roles = 'admin'"), '- true',
	'one that may name roles administers');

# A right to one setting is none to another: those of the session's other
# roles do not count, but for taking away.
is( caller_after($superuser, q{
SET image_catalog.project_id = 'globex'; SET image_catalog.roles = 'admin';
SET image_catalog.is_admin = on; SET ROLE app}),
	'globex false', 'who may name a project alone does not administer');
is( caller_after($superuser, q{
SET image_catalog.project_id = 'globex'; SET ROLE plain}),
	'- false', 'a setting of a superuser does not count for another role');
$node->safe_psql('postgres', q{ALTER ROLE app SET image_catalog.roles = 'reader'});
my ($ret, $stdout, $stderr) = $node->psql('postgres', q{
SET image_catalog.project_id = 'globex'; SELECT image_catalog.create_image('{}')},
	extra_params => [ '-U', 'app' ]);
like($stderr, qr/permission denied to create an image/,
	'a pinned role "reader" takes away from an application');
$node->safe_psql('postgres', 'ALTER ROLE app RESET ALL');

# What ALTER ROLE stored must not have counted at the next login either.
is(caller_after('tenant', 'SELECT'), 'acme false', 'nothing was stored');
($ret, $stdout, $stderr) = $node->psql('postgres',
	"ALTER ROLE plain SET image_catalog.project_id = 'globex'",
	extra_params => [ '-U', 'manager' ]);
isnt($ret, 0, 'who creates roles cannot pin a project to one');
is(caller_after('plain', 'SELECT'), '- false', 'and nothing was pinned');

# A pin of a DBA, as 0.1.0 knew it: it does not count, and that is told once.
$node->safe_psql('postgres', q{
CREATE ROLE pinned LOGIN; ALTER ROLE pinned SET image_catalog.project_id = 'acme'});
($ret, $stdout, $stderr) = $node->psql('postgres', "$who; $who",
	extra_params => [ '-U', 'pinned' ]);
is($stdout, "- false\n- false", 'a project pinned by ALTER ROLE is none');
is(scalar(() = $stderr =~ /WARNING:  setting "image_catalog.project_id" of role "pinned" does not count/g),
	1, 'a warning tells, once a session');
like($stderr, qr/HINT:  .*grant_project/, 'with the cure');
$node->safe_psql('postgres', q{SELECT image_catalog.grant_project('pinned', 'acme')});
($ret, $stdout, $stderr) = $node->psql('postgres', $who, extra_params => [ '-U', 'pinned' ]);
is("$stdout$stderr", 'acme false', 'and goes when the cure is taken');

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

# A definer function with the right, before the library is there, and the
# tenant behind it: his value would hide, and then lose, the other.
$node->safe_psql('postgres', q{
CREATE ROLE web LOGIN;
SELECT image_catalog.grant_delegate('web');
CREATE FUNCTION public.request(project text, roles text) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $$ SELECT set_config('image_catalog.project_id', project, true),
                 set_config('image_catalog.roles', roles, true) $$;
ALTER FUNCTION public.request OWNER TO whole_app;
});
my $writes = q{SELECT image_catalog.create_image('{}') ->> 'owner'};
is($node->safe_psql('postgres', "BEGIN; SELECT request('Acme', 'member,reader'); $writes",
		extra_params => [ '-U', 'web' ]), "\nAcme",
	'a delegate is what a definer function says');
foreach my $attack (
	"SET LOCAL image_catalog.roles = 'member'",
	"SAVEPOINT s; SET image_catalog.roles = 'member'; $loaded; ROLLBACK TO s",
	"SET image_catalog.roles = 'member'; SELECT request('Acme', 'reader')")
{
	($ret, $stdout, $stderr) = $node->psql('postgres',
		"BEGIN; SELECT request('Acme', 'reader');\n$attack;\n$writes",
		on_error_stop => 0, extra_params => [ '-U', 'web' ]);
	unlike($stdout, qr/Acme/, "which cannot be undone: $attack");
}

# Limits of the configuration file: never the client's.  With the library
# loaded in advance PostgreSQL itself refuses.
$node->safe_psql('postgres', q{SELECT image_catalog.current_project(); ALTER SYSTEM SET image_catalog.tag_quota = 1});
$node->reload;
foreach my $how ('', 'session_preload_libraries', 'shared_preload_libraries')
{
	if ($how ne '')
	{
		$node->adjust_conf('postgresql.conf', 'session_preload_libraries', undef);
		$node->append_conf('postgresql.conf', "$how = image_catalog");
	}
	$node->restart;
	my $tags = q{SELECT image_catalog.create_image('{"tags": ["a", "b"]}') ->> 'owner'};

	foreach my $options ('', '-c image_catalog.tag_quota=-1',
		'-c image_catalog.tag_quota=-1 -c image_catalog.x=1')
	{
		local $ENV{PGOPTIONS} = $options;
		($ret, $stdout, $stderr) = $node->psql('postgres', $tags,
			extra_params => [ '-U', 'tenant' ]);
		like($stderr,
			$options eq '' ? qr/too many tags/ : qr/permission denied to set parameter "image_catalog.tag_quota"/,
			"the quota of the configuration, loaded by '$how', options '$options'");
	}
}

$node->stop;
done_testing();
