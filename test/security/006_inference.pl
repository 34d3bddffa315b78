# What others have cannot be inferred from what a question costs: a count or a
# list reads no image that its caller may not list.  And an index that goes
# away while lists are made is no error of theirs.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('inference');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
SELECT image_catalog.import_images(jsonb_agg(jsonb_build_object('owner', 'globex', 'status', 'active',
    'visibility', CASE WHEN n % 2 = 0 THEN 'private' ELSE 'shared' END, 'name', 'secret',
    'fleet', CASE WHEN n % 30 = 0 THEN 'rare' ELSE 'x' END,
    'tags', CASE WHEN n % 30 = 0 THEN '["t", "seldom"]' ELSE '["t"]' END::jsonb)))
  FROM generate_series(1, 3000) n;
SELECT image_catalog.import_images(jsonb_agg(jsonb_build_object('owner', 'acme', 'status', 'active',
    'visibility', 'private', 'name', 'own', 'fleet', 'y'))) FROM generate_series(1, 20) n;
SELECT image_catalog.import_images(jsonb_agg(jsonb_build_object('owner', 'large', 'status', 'active',
    'visibility', 'private', 'name', 'own', 'fleet', 'y'))) FROM generate_series(1, 2000) n;
VACUUM ANALYZE;
CREATE ROLE tenant LOGIN;
SELECT image_catalog.grant_project('tenant', 'acme');
CREATE ROLE large LOGIN;
SELECT image_catalog.grant_project('large', 'large');
});

# Buffers that a call touches, warm; of a role, undef: a superuser.
sub buffers
{
	my ($call, $role) = @_;
	my $explain = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT image_catalog.$call;\n";
	my $answer = $node->safe_psql('postgres', $explain x 3,
		$role ? (extra_params => [ '-U', $role ]) : ());
	my ($last) = (split /^Result|^ProjectSet/m, $answer)[-1];
	my $sum = 0;

	$sum += $1 while $last =~ s/Buffers: shared.*?hit=(\d+)//;
	return $sum;
}

# Who may see them pays for them; to the tenant, what only others have costs
# what nothing does.
my $count = q{count_images('{"fleet": "x", "visibility": "all"}')};
cmp_ok(buffers($count), '>', buffers($count, 'tenant') + 20, 'what is counted is read');
foreach my $pair (
	[ q{count_images('{"fleet": "%s"}')}, 'x', 'z' ],
	[ q{count_images('{"tag": "%s"}')}, 't', 'z' ],
	# what few images have is looked for in the search index
	[ q{count_images('{"fleet": "%s"}')}, 'rare', 'z' ],
	[ q{count_images('{"tag": "%s", "visibility": "shared"}')}, 'seldom', 'z' ],
	[ q{count_images('{"tag": "%s", "visibility": "private"}')}, 'seldom', 'z' ],
	[ q{list_images_page('fleet=%s')}, 'rare', 'z' ],
	[ q{list_images_page('tag=%s&sort=name:asc')}, 'seldom', 'z' ],
	[ q{count_images('{"name": "%s"}')}, 'secret', 'nothing' ],
	[ q{count_images('{"fleet": "%s", "visibility": "all"}')}, 'x', 'z' ],
	[ q{list_images_page('fleet=%s')}, 'x', 'z' ],
	[ q{list_images_page('tag=%s&sort=size:asc')}, 't', 'z' ],
	[ q{list_images_page('name=%s')}, 'secret', 'nothing' ],
	[ q{list_images_page('owner=%s')}, 'globex', 'nobody' ],
	[ q{count_images('{"owner": "%s"}')}, 'globex', 'nobody' ],
	# what few images have is looked for in the search index, by who has many
	[ q{count_images('{"fleet": "%s"}')}, 'rare', 'z', 'large' ],
	[ q{count_images('{"tag": "%s", "visibility": "shared"}')}, 'seldom', 'z', 'large' ],
	[ q{count_images('{"tag": "%s", "visibility": "private"}')}, 'seldom', 'z', 'large' ],
	[ q{list_images_page('fleet=%s')}, 'rare', 'z', 'large' ],
	[ q{list_images_page('tag=%s&sort=name:asc')}, 'seldom', 'z', 'large' ])
{
	my ($call, @values) = @$pair[0 .. 2];
	my $role = $pair->[3] // 'tenant';
	my ($theirs, $nothing) = map { buffers(sprintf($call, $_), $role) } @values;
	cmp_ok(abs($theirs - $nothing), '<=', 12, "$role, $call: $theirs buffers for what others have, $nothing for what nobody has");
}

# Lists while indexes come and go.
$node->safe_psql('postgres', q{CREATE PROCEDURE lists() LANGUAGE plpgsql AS $$
DECLARE
    until timestamptz := clock_timestamp() + '6 s';
BEGIN
    WHILE clock_timestamp() < until LOOP
        PERFORM image_catalog.list_images_page('fleet=y'), image_catalog.list_images_page('fleet=y&sort=name:asc'),
                image_catalog.count_images('{"fleet": "y"}');
        COMMIT;
    END LOOP;
END $$});
my @lists;
foreach my $n (1 .. 2)
{
	my $run = IPC::Run::start([ 'psql', '-XAtq', '-U', 'tenant', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), '-c', 'CALL lists()' ],
		'>', \my $out, '2>', \my $err);
	push @lists, [ $run, \$out, \$err ];
}
my $rounds = $node->safe_psql('postgres', q{
DO $$
DECLARE
    until timestamptz := clock_timestamp() + '5 s';
    rounds int := 0;
BEGIN
    WHILE clock_timestamp() < until LOOP
        PERFORM image_catalog.index_image_property('fleet');
        COMMIT;
        PERFORM image_catalog.unindex_image_property('fleet');
        COMMIT;
        rounds := rounds + 1;
    END LOOP;
    PERFORM set_config('test.rounds', rounds::text, false);
END $$;
SHOW test.rounds});
cmp_ok($rounds, '>', 5, "indexes were made and dropped $rounds times");
foreach my $list (@lists)
{
	$list->[0]->finish;
	is(${ $list->[2] }, '', 'lists went on');
}

$node->stop;
unlike(slurp_file($node->logfile), qr/XX000|could not open relation/, 'without an internal error');
done_testing();
