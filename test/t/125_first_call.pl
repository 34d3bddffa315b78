# The first call of a session loads the library, which makes the session's
# settings ours.  It may come in the middle of a parallel operation, in the
# leader or in a worker: the settings count all the same.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('first_call');
$node->init;
$node->start;
$node->safe_psql(
	'postgres', q{
CREATE EXTENSION image_catalog;
INSERT INTO image_catalog.images (id, name, status, visibility, owner)
VALUES ('00000000-0000-4000-8000-000000000001', 'public', 'active', 'public', 'q'),
       ('00000000-0000-4000-8000-000000000002', 'own', 'active', 'private', 'p'),
       ('00000000-0000-4000-8000-000000000003', 'foreign', 'active', 'private', 'q');
CREATE TABLE numbers AS SELECT n FROM generate_series(1, 100000) n;
ANALYZE numbers;
CREATE ROLE app LOGIN;
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.roles, image_catalog.is_admin,
    image_catalog.tag_quota TO app;
CREATE ROLE tenant LOGIN;
SELECT image_catalog.grant_project('tenant', 'p');
GRANT SELECT ON numbers, image_catalog.images TO app, tenant;
-- code that says it is safe in a parallel worker, where the library is loaded
-- when it runs and not when it is planned
CREATE FUNCTION hidden(question text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$ DECLARE answer text; BEGIN EXECUTE question INTO answer; RETURN answer; END $$;
});

my $parallel = q{SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0; };

# Ask beside or within a parallel scan of numbers: in the leader, or in each
# worker, which only hands on the rows of one number.
sub first_call
{
	my ($role, $settings, $question, $place) = @_;
	my ($ret, $stdout, $stderr);
	my $ask = $question =~ s/'/''/gr;
	my $query = $place eq 'leader'
	  ? "SELECT ($question) FROM numbers WHERE n = 7 AND hidden('SELECT 1') = '1'"
	  : "SELECT hidden('$ask') FROM numbers WHERE n = 7";

	$query = "SET parallel_leader_participation = off; $query" if $place eq 'worker';
	($ret, $stdout, $stderr) = $node->psql('postgres', "$parallel EXPLAIN " . ($query =~ s/^SET[^;]*; //r),
		extra_params => [ '-U', $role ]);
	like($stdout, qr/Workers Planned/, "$question, $role, $place: in a parallel plan");
	($ret, $stdout, $stderr) = $node->psql('postgres', "BEGIN; $settings $parallel $query",
		extra_params => [ '-U', $role ]);
	is($stderr, '', "$question, $role, $place: no complaint");
	return $stdout;
}

foreach my $place (qw(leader worker))
{
	my $project = "SET LOCAL image_catalog.project_id = 'p';";

	is(first_call('app', $project, 'SELECT image_catalog.current_project()', $place),
		'p', 'a setting names the project');
	is(first_call('app', $project, 'SELECT image_catalog.count_images()', $place),
		'2', 'a count is that of the project');
	is(first_call('app', $project, q{SELECT string_agg(name, ' ') FROM image_catalog.list_images(sort => 'name:asc')}, $place),
		'own public', 'a list is that of the project');
	is(first_call('app', "$project SET LOCAL image_catalog.roles = 'member';",
			q{SELECT image_catalog.may_read_container_images() || ' ' || count(*) FROM image_catalog.images}, $place),
		'false 0', 'roles that were taken away stay away');
	is(first_call('app', 'SET LOCAL image_catalog.is_admin = on;', 'SELECT image_catalog.is_catalog_admin()', $place)
		=~ s/^true$/t/r, 't', 'an administrator is one');
	is(first_call('tenant', '', q{SELECT string_agg(name, ' ' ORDER BY name) FROM image_catalog.images}, $place),
		'own public', 'a policy shows the rows of the project');
	is(first_call('tenant', '', q{SELECT image_catalog.get_image('00000000-0000-4000-8000-000000000002') ->> 'name'}, $place),
		'own', 'an image of the project');
}

# A setting that the role has no right to: refused in a worker as in its
# leader, whether the leader has loaded the library or not.
foreach my $load ('', 'SELECT image_catalog.current_project();')
{
	local $ENV{PGOPTIONS} = '-c image_catalog.page_limit_max=100000';
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "$parallel
SET parallel_leader_participation = off;
$load
SELECT hidden('SELECT count(*) FROM image_catalog.list_images()') FROM numbers WHERE n = 7",
		on_error_stop => 0, extra_params => [ '-U', 'tenant' ]);
	like($stderr, qr/ERROR:  permission denied to set parameter "image_catalog.page_limit_max"/,
		"a refused setting is refused in a worker: '$load'");
	unlike($stdout, qr/\d/, 'and nothing answered');
}

# the one setting that anybody may set, by an option or in the session
foreach my $load ('', 'SELECT image_catalog.current_project();')
{
	local $ENV{PGOPTIONS} = '-c image_catalog.strict_filters=on';
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "$load
SELECT image_catalog.count_images();
SELECT image_catalog.count_images('{\"Name\": \"own\"}');
SET image_catalog.strict_filters = off;
SELECT image_catalog.count_images('{\"Name\": \"own\"}') + 10",
		on_error_stop => 0, extra_params => [ '-U', 'tenant' ]);
	like($stderr, qr/ERROR:  unknown parameter "Name".*NOTICE:  unknown parameter "Name"/s,
		"strict_filters is anybody's: '$load'");
	like($stdout, qr/\b10$/, 'and its session is served');
}

# the rows that the planner expects of a page
my %rows = ('' => 25, '"limit" => 3' => 3, '"limit" => 0' => 1,
	'"limit" => 100000' => 1000, '"limit" => NULL' => 25);
foreach my $arguments (sort keys %rows)
{
	like($node->safe_psql('postgres', "EXPLAIN SELECT * FROM image_catalog.list_images($arguments)"),
		qr/rows=$rows{$arguments} /, "rows of list_images($arguments)");
}

$node->stop;
done_testing();
