# For random imports, deletions and restorations of images, pages behind a
# marker, whether its image is deleted or not, answer what plain queries
# answer, and memberships end and come back with their image.
#
# ROUNDS says how many changes and walks (200), SEED repeats a run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{ROUNDS} || 200;
my $seed = $ENV{SEED} || int(rand(1_000_000));
my $rounds_a_catalogue = 50;

note "SEED=$seed ROUNDS=$rounds";
srand($seed);

my $node = new_node('marker_differential', 'jit = off');
$node->safe_psql('postgres',
	slurp_file("$FindBin::RealBin/../perl/markers.sql"));

for (my $done = 0; $done < $rounds; $done += $rounds_a_catalogue)
{
	my $catalogue_seed = rand(2) - 1;

	# each change in a transaction of its own: the times differ
	my $differences = $node->safe_psql(
		'postgres', qq{
DELETE FROM image_catalog.images;
TRUNCATE markers.place;
SELECT FROM setseed($catalogue_seed);
} . "SELECT difference FROM markers.round() r (difference) WHERE difference IS NOT NULL;\n" x $rounds_a_catalogue);
	is($differences, '',
		"$rounds_a_catalogue changes and walks, seed $catalogue_seed");
}

cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM markers.place'),
	'>', 5, 'there were images');

done_testing();
