# What was recorded of the reference services, over HTTP: http_request gives the
# recorded status, and the very document that the function behind the route
# gives (100, 101 and 102 hold those against the record).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Test::More;

my $json = JSON::PP->new->canonical;
my $utf8 = JSON::PP->new->utf8->canonical;

# Where a recorded status is not ours; 100 and 102 say why.
my %list_status = (53 => 200, 77 => 400);
my %patch_status = (301 => 403);

# The SQL of a request; its answer is a JSON value.
sub http_sql
{
	my ($method, $target, $headers, $body) = @_;
	return sprintf
	  q{SELECT json_build_object('status', status, 'headers', response_headers, 'body', convert_from(response_body, 'UTF8')) FROM image_catalog.http_request(%s, %s, %s, %s)},
	  literal($method), literal($target), json_literal($headers // {}),
	  defined $body ? sprintf(q{decode('%s', 'hex')}, unpack 'H*', $body) : 'NULL';
}

# 1. lists of OpenStack, and what of the record is HTTP alone
my $node = new_node('http_replay');
load_catalogue($node, decode_json(data_text('images_oracle_catalog.json')));
my @cases = data_lines('images_list_cases.jsonl');
my @answers = ask_all(
	$node,
	map {
		my ($query) = $_->{target} =~ /\?(.*)/;
		my %caller = (project => $_->{project}, admin => $_->{admin});
		my $method = $_->{note} =~ /^HEAD / ? 'HEAD' : 'GET';
		({ %caller, sql => http_sql($method, $_->{target}) },
			{ %caller, sql => 'SELECT image_catalog.list_images_page(' . literal($query // '') . ')' })
	} @cases);
foreach my $case (@cases)
{
	my $http = (shift @answers)->{answer};
	my $function = shift @answers;
	my $name = "$case->{n} $case->{note}";

	is($http->{status}, $list_status{ $case->{n} } // $case->{status},
		"status of $name");
	next if $http->{status} != 200;
	is($json->encode($json->decode($http->{body})),
		$json->encode($function->{answer}), "document of $name");
	is($http->{headers}{'Content-Type'}, 'application/json', "type of $name");
}

# 2. lists of IMS
my $project = '0b1e494e2660441a957313163095fe5c';
$node->safe_psql('postgres', 'DELETE FROM image_catalog.images');
load_catalogue($node,
	[ map { { %{ $_->{image} }, members => $_->{members} } }
		  data_lines('ims_catalog.jsonl') ]);
@cases = data_lines('ims_cases.jsonl');
@answers = ask_all(
	$node,
	map {
		my %caller = (project => $project, dialect => 'ims');
		({ %caller, sql => http_sql('GET', "/v2/images?$_->{query}") },
			{ %caller, sql => 'SELECT image_catalog.list_images_page(' . literal($_->{query}) . ')' })
	} @cases);
foreach my $case (@cases)
{
	my $http = (shift @answers)->{answer};
	my $function = shift @answers;
	my $name = "'$case->{query}' ($case->{rule})";

	is($http->{status}, $case->{expect}{status}, "status of $name");
	my $body = $json->decode($http->{body});
	if ($http->{status} == 200)
	{
		is($json->encode($body), $json->encode($function->{answer}),
			"document of $name");
	}
	else
	{
		my ($code) = $function->{detail} =~ /^(IMG\.\d{4}): /;
		is($body->{error}{code}, $code, "code of $name");
		unlike($body->{error}{message}, qr/IMG\./, "message of $name");
	}
}

# 3. patches, one after the other
$node->safe_psql('postgres', 'DELETE FROM image_catalog.images');
load_catalogue($node, decode_json(data_text('images_oracle_catalog.json')));
@cases = data_lines('images_patch_cases.jsonl');
@answers = ask_all(
	$node,
	map {
		{
			project => $_->{project},
			admin => $_->{admin},
			sql => http_sql($_->{method}, $_->{target}, $_->{headers},
				$utf8->encode([ $_->{body} ]) =~ s/^\[|\]$//gr)
		}
	} @cases);
foreach my $case (@cases)
{
	my $http = (shift @answers)->{answer};
	my $name = "$case->{n} $case->{note}";
	my $expected = $patch_status{ $case->{n} } // $case->{status};

	is($http->{status}, $expected, "status of $name");
	next if $http->{status} != 200 || !$case->{image};
	my $image = $json->decode($http->{body});
	delete @$image{qw(updated_at self file schema)};
	$case->{image}{tags} = [ sort @{ $case->{image}{tags} } ];
	is($json->encode($image), $json->encode($case->{image}),
		"document of $name");
	like($http->{headers}{ETag}, qr/^"[0-9a-f]{32}"$/, "entity tag of $name");
}

done_testing();
