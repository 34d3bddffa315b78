# For random catalogues, callers, filters, orders and places, list_images and
# count_images answer row for row what a plain SELECT under row-level security
# answers with the predicate written out.
#
# ROUNDS says how many requests (300), SEED repeats a run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{ROUNDS} || 300;
my $seed = $ENV{SEED} || int(rand(1_000_000));
my $rounds_a_catalogue = 30;

note "SEED=$seed ROUNDS=$rounds";
srand($seed);

my $node = new_node('list_differential');
$node->safe_psql('postgres',
	slurp_file("$FindBin::RealBin/../perl/differential.sql"));

for (my $done = 0; $done < $rounds; $done += $rounds_a_catalogue)
{
	my $kind = int(rand(6));
	my $rows = int(rand($kind < 1 ? 6 : $kind < 3 ? 80 : 800));
	my $spread = ('4 seconds', '3 days', '1 year', '20 years')[ rand(4) ];
	my $catalogue_seed = rand(2) - 1;

	# other plans must give the same rows; with statistics and without
	my $planner = join "\n", map { "SET $_ = off;" }
	  grep { rand() < 0.3 }
	  qw(enable_seqscan enable_sort enable_bitmapscan enable_nestloop);
	$planner .= "\nANALYZE image_catalog.images;" if rand() < 0.5;

	# and so must any choice of indexes
	my $orders = join ',', grep { rand() < 0.5 }
	  qw(updated_at id name size status disk_format container_format);
	$orders = 'updated_at,id,name,size,status,disk_format,container_format'
	  if rand() < 0.4;

	my $differences = $node->safe_psql(
		'postgres', qq{
SET jit = off;
SET image_catalog.is_admin = on;
DO 'BEGIN PERFORM image_catalog.set_listing_orders(''{$orders}''); END';
RESET image_catalog.is_admin;
SELECT setseed($catalogue_seed);
CALL differential.fill($rows, '$spread');
$planner
SELECT difference
  FROM generate_series(1, $rounds_a_catalogue) n,
       LATERAL (SELECT differential.round() WHERE n > 0) r (difference)
 WHERE difference IS NOT NULL;});
	is($differences, '',
		"$rounds_a_catalogue requests on $rows images of $spread, orders {$orders}, seed $catalogue_seed");
}

done_testing();
