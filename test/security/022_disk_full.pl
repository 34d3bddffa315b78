# A full disk: changes fail with 53100, nothing acknowledged is lost, and when
# there is room again the catalogue goes on.
#
# The tables lie in a small file system, which the server mounts in a namespace
# of its own; skipped where that is not allowed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);
use Writers;

my $writers = 4;
my $seed = $ENV{SEED} // time();
my $folder = PostgreSQL::Test::Utils::tempdir;
note("SEED=" . int $seed);

# Starts the node's server where $folder is a file system of so many megabytes.
sub start_with_small_disk
{
	my ($node, $disk, $megabytes) = @_;
	my $as = sprintf '--map-user=%d --map-group=%d', $>, (split / /, $))[0];
	my $status = system('unshare', '-Urm', 'sh', '-c',
		"mount -t tmpfs -o size=${megabytes}m none '$disk' && exec unshare -U $as "
		. "pg_ctl -w -D '" . $node->data_dir . "' -l '" . $node->logfile . "' start >/dev/null");
	$node->_update_pid(1) if $status == 0;
	return $status == 0;
}

plan skip_all => 'no namespace to mount a file system in'
  if system('unshare -Urm unshare -U --map-user=1 true >/dev/null 2>&1') != 0;

my $node = PostgreSQL::Test::Cluster->new('disk_full');
my $disk = $node->basedir . '/disk';
mkdir $disk or die;
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
start_with_small_disk($node, $disk, 40) or die 'the server did not start';
$node->safe_psql('template1', "CREATE TABLESPACE small LOCATION '$disk'");
$node->safe_psql('template1', 'ALTER DATABASE postgres SET TABLESPACE small');
$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog; CREATE TABLE ballast (t text);
	ALTER TABLE ballast ALTER t SET STORAGE EXTERNAL;' . prepare_catalogue($writers));

my @processes = start_writers($node, $folder, $writers, 8, seed => $seed);
my ($state, $rows) = ('', 128);
my $end = time() + 5;
while (time() < $end)
{
	my ($ret, $out, $error) = $node->psql('postgres',
		"INSERT INTO ballast SELECT repeat('x', 7000) FROM generate_series(1, $rows)");
	$state = $error, $rows = 1 + int($rows / 2) if $ret != 0;
}
like($state, qr/No space left on device/, 'the disk is full');
my %full = sqlstates($folder, $writers);
$node->safe_psql('postgres', 'DROP TABLE ballast');
wait_for_writers(@processes);

my %states = sqlstates($folder, $writers);
note(join ', ', map { "$_: $states{$_}" } sort keys %states);
cmp_ok($full{53100} // 0, '>', 0, 'changes failed with 53100');
cmp_ok($states{'00000'}, '>', $full{'00000'}, 'with room again, changes are made');
is_deeply([ grep { !/^00000|^PT404$|^PT409$|^23505$|^53100$/ } keys %states ], [], 'no other error');
my ($compared, @lost) = lost_changes($node, $folder, $writers);
is_deeply(\@lost, [], "all of $compared acknowledged keys are there");
is($node->safe_psql('postgres', 'SELECT image_catalog.check()'), '', 'nothing derived differs');
$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC/, 'no process died');
done_testing();
