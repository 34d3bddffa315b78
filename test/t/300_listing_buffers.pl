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

# of the topic with very many variants, each variant is measured for every
# caller and at every depth, but not all of both (bench/buffers.sql)
my $turn = 0;

my @constant = ('default order', 'visibility=');
my %worst;
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
			'psql', '-qX', '-v', 'turn=' . $turn++, '-d', $database,
			'-f', "$bench/buffers.sql"
		],
		"$images images: every request is measured");

	is( $node->safe_psql(
			$database, q{
SELECT format('%s %s for %s, page %s: %s of %s', topic, variant, caller, depth,
			  coalesce(buffers::text, 'failed'), bound)
  FROM bench.call LEFT JOIN bench.result USING (topic, variant, caller, depth)
 WHERE NOT coalesce(buffers <= bound, false)
 ORDER BY 1}),
		'',
		"$images images: no page beyond its bound");
	is( $node->safe_psql(
			$database, "SELECT count(*) > 3000 FROM bench.result WHERE rows > 0"),
		't',
		"$images images: the pages have rows");

	$worst{$_}{$images} = $node->safe_psql($database,
		"SELECT max(buffers) FROM bench.result WHERE topic = '$_'")
	  foreach @constant;
}
foreach my $topic (@constant)
{
	cmp_ok(
		$worst{$topic}{200_000}, '<=', 1.5 * $worst{$topic}{10_000},
		"$topic: a page of twenty times as many images costs about the same");
}

# Rows in no order: the windows of time of a search find them all the same.
$node->safe_psql('postgres', 'CREATE DATABASE shuffled');
$node->safe_psql('shuffled', 'CREATE EXTENSION image_catalog');
$node->command_ok(
	[
		'psql', '-qX', '-v', 'images=200000', '-v', 'shuffled=1', '-d', 'shuffled',
		'-f', "$bench/generate.sql"
	],
	'a catalogue in no order');
$node->command_ok(
	[
		'psql', '-qX', '-v', 'topics=^(default|visibility|sort by one|(one|two) facet)',
		'-d', 'shuffled', '-f', "$bench/buffers.sql"
	],
	'in no order: every request is measured');
is( $node->safe_psql(
		'shuffled', q{
SELECT format('%s %s for %s, page %s: %s of %s', topic, variant, caller, depth,
			  coalesce(buffers::text, 'failed'), bound)
  FROM bench.call LEFT JOIN bench.result USING (topic, variant, caller, depth)
 WHERE NOT coalesce(buffers <= bound * CASE WHEN topic ~ 'only old' THEN 2 ELSE 1 END, false)
 ORDER BY 1}),
	'',
	'in no order: no page beyond its bound, or twice that of what only old images have');

# Windows: random facets, callers, markers, directions and page sizes.
$node->safe_psql('images_10000',
	slurp_file("$FindBin::RealBin/../perl/windows.sql"));
for my $seed (1 .. 4)
{
	is( $node->safe_psql('images_10000',
			"SELECT differs FROM windows.differences(150, 0.1 * $seed) differs"),
		'',
		"pages of images with facets, seed $seed");
	is( $node->safe_psql('images_10000',
			"SELECT differs FROM windows.sort_differences(200, 0.1 * $seed) differs"),
		'',
		"pages in other orders, seed $seed");
}

# where few of many images pass, the branches of an ordered scan take turns
$node->safe_psql('images_200000',
	slurp_file("$FindBin::RealBin/../perl/windows.sql"));
is( $node->safe_psql('images_200000',
		"SELECT differs FROM windows.sort_differences(25, 0.35) differs"),
	'',
	'pages in other orders, 200 thousand images');

$node->stop;
done_testing();
