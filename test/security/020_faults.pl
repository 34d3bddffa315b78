# Faults: whatever ends a change, what was acknowledged is there, and what is
# derived agrees with what it is derived from.
#
#   ROUNDS=20    rounds of writers that are ended by a crash (2)
#   SECONDS=120  how long writers are mixed undisturbed (20)
#   SEED=7       another choice of changes

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);
use Writers;

my $rounds = $ENV{ROUNDS} // 2;
my $seconds = $ENV{SECONDS} // 20;
my $seed = $ENV{SEED} // time();
my $writers = 8;
my $folder = PostgreSQL::Test::Utils::tempdir;
note("SEED=" . int $seed);
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('faults');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "restart_after_crash = on\nshared_buffers = 32MB\nmax_wal_size = 128MB");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog;' . prepare_catalogue($writers));

# Every acknowledged change, and everything derived.
sub holds
{
	my ($name) = @_;
	my ($compared, @lost) = lost_changes($node, $folder, $writers);

	is_deeply([ @lost[ 0 .. ($#lost < 9 ? $#lost : 9) ] ], [], "$name: all of $compared acknowledged keys are there");
	is($node->safe_psql('postgres', 'SELECT image_catalog.check()'), '', "$name: nothing derived differs");
	return;
}

# Each B-tree index has all of its table, and lists find the images of each tag.
sub indexes_agree
{
	my ($name) = @_;
	is($node->safe_psql('postgres', q{
CREATE EXTENSION IF NOT EXISTS amcheck;
SELECT count(bt_index_check(c.oid, true)) > 40 FROM pg_class c JOIN pg_am a ON a.oid = c.relam
 WHERE c.relnamespace = 'image_catalog'::regnamespace AND c.relkind = 'i' AND a.amname = 'btree';
SELECT 'tag ' || tag, image_catalog.count_images(jsonb_build_object('tag', tag)), count(*)
  FROM image_catalog.images, unnest(tags) tag WHERE status NOT IN ('deleted', 'killed') AND NOT os_hidden
 GROUP BY tag HAVING count(*) <> image_catalog.count_images(jsonb_build_object('tag', tag))}), 't', "$name: indexes agree with their tables");
	return;
}

# Undisturbed, one change a transaction: no deadlock, no lost change, no
# internal error.
wait_for_writers(start_writers($node, $folder, $writers, $seconds, seed => $seed));
my %states = sqlstates($folder, $writers);
note(join ', ', map { "$_: $states{$_}" } sort keys %states);
cmp_ok($states{'00000'}, '>', 100, "$writers writers at once");
is_deeply([ grep { /^XX|^40P01/ } keys %states ], [], 'no deadlock, no internal error');
is_deeply([ grep { !/^00000|^PT404$|^PT409$|^23505$/ } keys %states ], [], 'no error that the changes do not ask for');
holds('mixed writers');

# Crashes, cancels and timeouts.
foreach my $round (1 .. $rounds)
{
	my $life = 1 + rand 3;
	my @processes = start_writers($node, $folder, $writers, 60, seed => $seed + 100 * $round, round => $round, unruly => 1);
	my $end = time() + $life;
	while (time() < $end)
	{
		$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity
			WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state = 'active' ORDER BY random() LIMIT 1});
		sleep(rand 0.05);
	}
	if ($round % 2)
	{
		$node->stop('immediate');
		wait_for_writers(@processes);
		$node->start;
	}
	else
	{
		my $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity
			WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1});
		kill 'KILL', $pid;
		wait_for_writers(@processes);
		$node->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the server did not come back';
	}
	holds("round $round, " . ($round % 2 ? 'immediate stop' : 'killed backend'));
}
indexes_agree('after crashes');
%states = sqlstates($folder, $writers);
note(join ', ', map { "$_: $states{$_}" } sort keys %states);
is_deeply([ grep { /^XX/ } keys %states ], [], 'no internal error');
$node->stop;
like(slurp_file($node->logfile), qr/was terminated by signal 9/, 'a backend was killed') if $rounds > 1;
unlike(slurp_file($node->logfile), qr/terminated by signal (?!9\b)|PANIC/, 'none died by itself');
done_testing();
