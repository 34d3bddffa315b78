# The first call of a session loads the library, which makes the session's
# settings ours.  In the middle of a parallel plan the server would throw them
# away, so the library has to be there when the plan is made.

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
CREATE ROLE caller LOGIN;
GRANT USAGE ON SCHEMA image_catalog TO caller;
GRANT SELECT ON numbers, image_catalog.images TO caller;
});

my $parallel = q{SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0; };

# A parallel scan of numbers beside a question: its plan and its answer.
sub first_call
{
	my ($question, $settings) = @_;
	my $query = "SELECT count(*), ($question) FROM numbers";
	my ($stdout, $stderr);

	local $ENV{PGOPTIONS} = $settings;
	$node->psql('postgres', $parallel . "EXPLAIN $query", stdout => \$stdout);
	like($stdout, qr/Workers Planned/, "$question: beside a parallel scan");
	$node->psql('postgres', $parallel . $query, stdout => \$stdout, stderr => \$stderr);
	is($stderr, '', "$question: no warning");
	return $stdout;
}

my $project = '-c image_catalog.project_id=p';
is(first_call('SELECT image_catalog.count_images()', $project),
	'100000|2', 'a count is that of the project');
is(first_call(q{SELECT string_agg(name, ' ') FROM image_catalog.list_images(sort => 'name:asc')}, $project),
	'100000|own public', 'a list is that of the project');
is(first_call('SELECT image_catalog.current_project()', $project),
	'100000|p', 'the project is known');
is( first_call(
		q{SELECT image_catalog.is_image_owner('00000000-0000-4000-8000-000000000002')}, $project),
	'100000|t',
	'what the project owns is known');
is(first_call('SELECT image_catalog.is_catalog_admin()', "$project -c image_catalog.is_admin=on"),
	'100000|t', 'an administrator is one');

# under row-level security, by a policy
$node->safe_psql('postgres', 'ALTER ROLE caller SET image_catalog.project_id = p');
my ($stdout, $stderr);
$node->psql(
	'postgres',
	$parallel . q{SELECT count(*), (SELECT string_agg(name, ' ' ORDER BY name) FROM image_catalog.images) FROM numbers},
	extra_params => [ '-U', 'caller' ],
	stdout => \$stdout, stderr => \$stderr);
is($stderr, '', 'a policy: no warning');
is($stdout, '100000|own public', 'a policy: the rows of the project');

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
