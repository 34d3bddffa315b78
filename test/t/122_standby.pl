# A hot standby answers every function that reads, for every caller.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use Test::More;

my $primary = new_node('primary');
load_catalogue($primary,
	decode_json(data_text('images_oracle_catalog.json')));
$primary->safe_psql('postgres',
	q{SELECT image_catalog.delete_image('00000000-0000-4000-8000-000000000009')});
$primary->backup('base');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

# changes that arrive while the standby answers
load_catalogue($primary,
	[ map { { %{ $_->{image} }, members => $_->{members} } }
		  data_lines('ims_catalog.jsonl') ]);
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'),
	't', 'the standby is one');

my $image = '00000000-0000-4000-8000-000000000010';
my @reads = (
	map({ "list_images_page($_)" }
		"''", "'visibility=all&limit=1000'", "'sort=name:asc,size:desc&limit=3'",
		"'tag=x86'", "'tag=x86&os_distro=ubuntu'", "'created_at=gt:2024-01-05'",
		"'visibility=shared&member_status=all'", "'os_hidden=true'",
		"'marker=00000000-0000-4000-8000-000000000009'", "'limit=x'",
		"'marker=00000000-0000-4000-8000-000000000099'"),
	"list_cloud_images_page('__imagetype=gold')",
	"get_image('$image')",
	"get_image('00000000-0000-4000-8000-000000000099')",
	"list_image_members('$image')",
	"get_image_member('$image', 'p1')",
	"image_schema('images')");
my @commands;
foreach my $caller (
	{ project => 'p1' },
	{ project => 'p2' },
	{ project => 'p9' },
	{ project => '' },
	{ project => '', admin => 1 },
	{ project => '0b1e494e2660441a957313163095fe5c', dialect => 'ims' })
{
	push @commands,
	  map { +{ %$caller, sql => "SELECT image_catalog.$_" } } @reads;
	push @commands,
	  map { +{ %$caller, sql => "SELECT to_json($_)" } } (
		"image_catalog.count_images()",
		q{image_catalog.count_images('{"visibility": "all", "tag": "x86"}')},
		q{ARRAY(SELECT i FROM image_catalog.list_images('{}', 'size:asc', 5) i)},
		'image_catalog.current_project()');
}

my @there = ask_all($primary, @commands);
my @here = ask_all($standby, @commands);
my %statuses;
for my $at (0 .. $#commands)
{
	my $caller = $commands[$at]{admin} ? 'admin' : $commands[$at]{project};
	is_deeply($here[$at], $there[$at], "'$caller': $commands[$at]{sql}");
	$statuses{ $here[$at]{status} }++;
}
cmp_ok($statuses{200}, '>', 60, 'most are answered');
is(join(' ', sort keys %statuses), '200 400 404', 'and some refused');

# What writes says that it cannot.
my $answer = ask_one(
	$standby,
	project => 'p1',
	sql => q{SELECT image_catalog.create_image('{"name": "x"}')});
is($answer->{state}, '25006', 'no image is created there');

# Over HTTP it answers as well, and asks to come again elsewhere.
my $http = q{SELECT json_build_object('status', status, 'retry', response_headers->>'Retry-After') FROM image_catalog.http_request(%s)};
is( ask_one($standby, project => 'p1', sql => sprintf $http, "'GET', '/v2/images'")->{answer}{status},
	200, 'a list over HTTP');
$answer = ask_one($standby, project => 'p1',
	sql => sprintf $http, q{'POST', '/v2/images', '{}', '{"name": "x"}'});
is_deeply($answer->{answer}, { status => 503, retry => '1' },
	'a creation over HTTP');

$primary->safe_psql('postgres',
	"SELECT image_catalog.delete_image('$image')");
$primary->wait_for_catchup($standby);
is( ask_one(
		$standby,
		admin => 1,
		project => '',
		sql => "SELECT image_catalog.get_image('$image')"
	)->{status},
	404,
	'a deletion arrives');

done_testing();
