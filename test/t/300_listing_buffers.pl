# What a page costs, in buffers, on catalogues of 10 thousand and 200 thousand
# images: for each kind of request its bound, whoever asks and however deep the
# page lies; and pages of images with facets hold the same rows as a plain
# SELECT.  Buffers repeat exactly, so this is no timed test.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $bench = "$FindBin::RealBin/../../bench";

# Requests that no index bounds (docs/performance.md), and those that may cost
# twice their bound: for a project that others share much with; and where so few
# images are left that the planner takes either of two indexes.
my $unbounded = q{topic LIKE 'sort by two keys%'
	OR topic IN ('updated_at range', 'size_min, size_max', 'created_at and updated_at range')};
my $twice = q{(variant IN ('shared', 'pending', 'rejected', 'all')
	OR topic = 'container_format=')};

my $node = PostgreSQL::Test::Cluster->new('listing_buffers');
$node->init;
$node->append_conf(
	'postgresql.conf', q{
shared_buffers = 256MB
max_wal_size = 4GB
autovacuum = off
jit = off
});
$node->start;

my %default_order;
foreach my $images (10_000, 200_000)
{
	my $database = "images_$images";

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION image_catalog');
	$node->command_ok(
		[
			'psql', '-qX', '-v', "images=$images", '-d', $database,
			'-f', "$bench/generate.sql"
		],
		"a catalogue of $images images");
	$node->command_ok(
		[
			'psql', '-qX', '-v', 'topics=^(?!sort by two)', '-d', $database,
			'-f', "$bench/buffers.sql"
		],
		"$images images: every request is measured");

	my $beyond = q{
SELECT format('%s %s for %s, page %s: %s of %s', topic, variant, caller, depth, buffers, bound)
  FROM bench.result JOIN bench.request USING (topic, variant)
 WHERE buffers > bound * CASE WHEN } . $twice . q{ THEN 2 ELSE 1 END
   AND NOT (} . $unbounded . q{)
 ORDER BY 1};
	is($node->safe_psql($database, $beyond),
		'', "$images images: no page beyond its bound");
	is( $node->safe_psql(
			$database, "SELECT count(*) > 500 FROM bench.result WHERE rows > 0"),
		't',
		"$images images: the pages have rows");

	$default_order{$images} = $node->safe_psql($database,
		"SELECT max(buffers) FROM bench.result WHERE topic = 'default order'");
}
cmp_ok($default_order{200_000}, '<=', 1.5 * $default_order{10_000},
	'a page of twenty times as many images costs about the same');

# Windows: random facets, callers, markers, directions and page sizes.
$node->safe_psql('images_10000',
	slurp_file("$FindBin::RealBin/../perl/windows.sql"));
for my $seed (1 .. 4)
{
	is( $node->safe_psql('images_10000',
			"SELECT differs FROM windows.differences(150, 0.1 * $seed) differs"),
		'',
		"pages of images with facets, seed $seed");
}

$node->stop;
done_testing();
