# Random requests, made of valid ones by small changes, have an answer that is
# not an internal error, in the form that its type says, and the server's log
# knows of none that failed.
#
# ROUNDS says how many (2000), SEED repeats a run.

use strict;
use warnings;
no warnings 'qw';

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{ROUNDS} || 2000;
my $seed = $ENV{SEED} || int(rand(1_000_000));
my $batch = 500;

note "SEED=$seed ROUNDS=$rounds";
srand($seed);

sub pick { return $_[ rand @_ ] }

my $node = new_node('http_fuzz', 'jit = off');
my @ids = map { sprintf '477f0000-0000-4000-8000-%012d', $_ } 1 .. 80;
load_catalogue(
	$node,
	[   map {
			{   id => $_,
				owner => pick('A', 'A', 'B'),
				status => pick('queued', 'active', 'deactivated'),
				visibility => pick('shared', 'private', 'public'),
				protected => rand() < 0.5 ? JSON::PP::true : JSON::PP::false,
				members => { B => 'pending' },
				tags => [ 'k=v', 'w' ],
				p => 'v' }
		} @ids ]);
$node->safe_psql('postgres',
	'SELECT image_catalog.import_container_images('
	  . literal(data_text('container_fixture.json')) . ')');

my $v21 = 'application/openstack-images-v2.1-json-patch';
my $v20 = 'application/openstack-images-v2.0-json-patch';

# valid requests: method, target, body, type of the body
my @requests = (
	[ GET => '/' ], [ GET => '/versions' ], [ GET => '/v2' ],
	[ GET => '/v2/images' ],
	[ GET => '/v2/images?limit=2&sort=name:asc,size:desc&tag=w' ],
	[ GET => '/v2/images?marker=ID&sort_key=created_at&sort_dir=asc' ],
	[ GET => '/v2/images?name=in:a,b&created_at=gt:2018-10-28T10:00:00Z&size_min=1&os_hidden=false&visibility=public&member_status=all' ],
	[ POST => '/v2/images', '{"name": "n", "tags": ["a"], "min_disk": 1, "p": "v", "visibility": "private"}' ],
	[ GET => '/v2/images/ID' ], [ GET => '/v2/images/ID/file' ],
	[ PATCH => '/v2/images/ID', '[{"op": "add", "path": "/name", "value": "x"}, {"op": "remove", "path": "/p"}]', $v21 ],
	[ PATCH => '/v2/images/ID', '[{"replace": "/tags", "value": ["x", "y"]}]', $v20 ],
	[ PATCH => '/v2/images/ID', '[{"op": "replace", "path": "/visibility", "value": "shared"}]', $v21 ],
	[ DELETE => '/v2/images/ID' ],
	[ POST => '/v2/images/ID/actions/deactivate' ],
	[ POST => '/v2/images/ID/actions/reactivate' ],
	[ GET => '/v2/images/ID/members' ],
	[ POST => '/v2/images/ID/members', '{"member": "B"}' ],
	[ GET => '/v2/images/ID/members/B' ],
	[ PUT => '/v2/images/ID/members/B', '{"status": "accepted"}' ],
	[ DELETE => '/v2/images/ID/members/B' ],
	[ PUT => '/v2/images/ID/tags/%C3%A9' ],
	[ DELETE => '/v2/images/ID/tags/w' ],
	[ GET => '/v2/images/ID/tasks' ],
	[ GET => '/v2/schemas/image' ], [ GET => '/v2/info/import' ],
	[ GET => '/v2/cloudimages?__imagetype=gold&__platform=Ubuntu&limit=3' ], [ GET => '/v1/cloudimages/tags?limit=2&page=2&tag=k=v' ],
	[ PATCH => '/v2/cloudimages/ID', '[{"op": "replace", "path": "/name", "value": "x"}]', 'application/json' ],
	[ GET => '/v2/A/images/tags' ],
	[ GET => '/v2/A/images/ID/tags' ],
	[ POST => '/v2/A/images/ID/tags', '{"tag": {"key": "k", "value": "v"}}' ],
	[ POST => '/v2/A/images/ID/tags/action', '{"action": "create", "tags": [{"key": "k", "value": "v"}]}' ],
	[ DELETE => '/v2/A/images/ID/tags/k' ],
	[ POST => '/v2/A/images/resource_instances/action', '{"action": "filter", "limit": "3", "tags": [{"key": "k", "values": ["v"]}], "matches": [{"key": "resource_name", "value": "n"}]}' ],
	[ PUT => '/v1/cloudimages/tags', '{"image_id": "ID", "tag": "k.v"}' ],
	[ GET => '/v1/imagescount?query=CVE:x%2BFixable:true' ],
	[ GET => '/v1/images?query=Image:nginx&pagination.limit=2&pagination.sortOption.field=CVE&pagination.sortOption.aggregateBy.aggrFunc=COUNT' ],
	[ GET => '/v1/images/sha256:aaaa?includeSnoozed=true&stripDescription=false' ],
	[ GET => '/v1/images/cache/invalidate' ],
	[ DELETE => '/v1/images?query.query=Image:zzz&query.pagination.limit=1&confirm=true' ],
	[ GET => '/v1/export/images?query=CVE:-&timeout=60' ],
	[ POST => '/v1/images/scan', '{"imageName": "nginx:1.25", "force": false}' ],
	[ GET => '/v1/watchedimages' ],
	[ POST => '/v1/watchedimages', '{"name": "nginx:1.25"}' ],
	[ DELETE => '/v1/watchedimages?name=docker.io/library/nginx:1.25' ]);

my @methods = qw(GET POST PUT PATCH DELETE HEAD OPTIONS TRACE get);
my @target_parts = (
	qw(/ // ? & = # : * %00 %FF %C3%A9 %2F %F0%9F%98%80 %ED%A0%80 %25 % %4 + ..
	  v1 v2 v2.7 images members tags limit=-1 limit=99999999999999999999
	  marker= sort=x:asc tag= in: "a created_at=lt: size_max= query= r/.* NaN
	  pagination.offset=-1 pagination.marker=x confirm=1 timeout=-1 http://h),
	'r/(', "\x{e9}", "\x{1F600}", ' ', "\t", "'", '\\', 'x' x 300, $ids[0]);
my @body_parts = (
	qw({ } [ ] " , : null true -1 1e400 1.5 99999999999999999999 \u0000 \ud800
	  "status" "op" "test" "path" "/tags/-" "/locations/0" "value" "owner"),
	"\x00", "\xff", "\xc3", '"' . ('x' x 300) . '"', '[' x 200, ' ', "\n");
my %header_values = (
	'Accept' => [ 'application/json', 'text/html', '*/*', '', 'a;q=,;', 'application/vnd.openstack.images-v2' ],
	'Content-Type' => [ $v21, $v20, 'application/json', '', "$v21; charset=utf-8" ],
	'If-Match' => [ '*', '"x"', '', '"' ],
	'If-None-Match' => [ '*', 'W/"x", "y"', ',' ],
	'Host' => [ 'h:1', 'a b', '' ],
	'X-OpenStack-Request-ID' => [ 'r', 'x' x 70, "\n" ],
	'X-Forwarded-Proto' => [ 'https', 'x' ]);

# A text with a part put in, cut out, or put in another's place.
sub change
{
	my ($text, @parts) = @_;
	my $at = int rand(1 + length $text);
	my $kind = rand;
	substr($text, $at, $kind < 0.4 ? 0 : int rand 6) =
	  $kind < 0.8 ? pick(@parts) : '';
	return $text;
}

sub make_request
{
	my ($method, $target, $body, $type) = @{ pick(@requests) };
	my $id = pick(@ids);
	my %headers = (Accept => 'application/json');

	$headers{'Content-Type'} = $type if $type;
	s/ID/$id/ foreach grep { defined } $target, $body;
	$target = change($target, @target_parts) foreach 1 .. pick(0, 0, 1, 1, 2, 4);
	$body = change($body // '', @body_parts)
	  foreach 1 .. (defined $body ? pick(0, 0, 1, 2, 3) : pick(0, 0, 0, 0, 1));
	$method = pick(@methods) if rand() < 0.05;
	foreach my $name (keys %header_values)
	{
		$headers{$name} = pick(@{ $header_values{$name} }) if rand() < 0.1;
	}
	return { method => $method, target => $target, body => $body, headers => \%headers };
}

# SQL literals of characters and of bytes
sub text_literal
{
	my $text = shift;
	utf8::encode($text);
	return sprintf q{convert_from(decode('%s', 'hex'), 'UTF8')}, unpack 'H*', $text;
}
sub bytes_literal
{
	my $bytes = shift;
	return 'NULL' unless defined $bytes;
	utf8::encode($bytes) if utf8::is_utf8($bytes);
	return sprintf q{decode('%s', 'hex')}, unpack 'H*', $bytes;
}

my $json = JSON::PP->new->canonical->allow_nonref;
my %seen;
my $failures = 0;

# What is wrong with an answer, if anything.
sub problem
{
	my ($request, $reply) = @_;
	return "an error $reply->{state}: $reply->{message}" if $reply->{state} ne '00000';
	my ($status, $headers, $body) = @{ $reply->{answer} }{qw(status headers body)};
	my $type = $headers->{'Content-Type'};

	$seen{$status}++;
	return "status $status" if $status == 500 || $status < 200 || $status > 599;
	return 'no identifier' if ($headers->{'x-openstack-request-id'} // '') !~ /^req-/;
	return 'a body without a type' if length $body && !$type;
	return 'a type without a body' if !length $body && $type;
	return 'HEAD with a body' if $request->{method} eq 'HEAD' && length $body;
	return "$status with a body" if ($status == 204 || $status == 304) && length $body;
	return "$status without Allow" if $status == 405 && !$headers->{Allow};
	if ($type && $type eq 'application/json')
	{
		my @lines = $request->{target} =~ m{export/images} && $status == 200
		  && $body !~ /versions/ ? split(/\n/, $body) : ($body);
		foreach my $line (@lines)
		{
			eval { $json->decode($line); 1 } or return "no JSON: $@";
		}
	}
	return;
}

for (my $done = 0; $done < $rounds; $done += $batch)
{
	my @batch = map { make_request() } 1 .. $batch;
	my @replies = ask_all(
		$node,
		map {
			{
				project => pick(qw(A A A B C)),
				admin => rand() < 0.2,
				roles => pick('reader,member', 'reader,member', 'reader', 'reader,member,container_image_writer', ''),
				dialect => pick('openstack', 'openstack', 'ims'),
				sql => sprintf(
					q{SELECT json_build_object('status', status, 'headers', response_headers, 'body', convert_from(response_body, 'UTF8')) FROM image_catalog.http_request(%s, %s, %s, %s)},
					literal($_->{method}), text_literal($_->{target}),
					json_literal($_->{headers}), bytes_literal($_->{body}))
			}
		} @batch);
	foreach my $i (0 .. $#batch)
	{
		my $problem = problem($batch[$i], $replies[$i]) or next;
		fail("request is answered");
		diag $problem, ' of ', explain($batch[$i]), explain($replies[$i]);
		last if ++$failures > 10;
	}
	last if $failures > 10;
}
is($failures, 0, "all of $rounds requests are answered");
note join ', ', map { "$_: $seen{$_}" } sort keys %seen;
cmp_ok($seen{$_} // 0, '>', 0, "some are answered $_")
  foreach 200, 204, 400, 403, 404, 405;
unlike(slurp_file($node->logfile), qr/HTTP request \S+ failed|TRAP|terminated by signal|PANIC/,
	'none failed in the log');

done_testing();
