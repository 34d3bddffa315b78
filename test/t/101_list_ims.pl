# Lists in the IMS dialect: the same status, images, order and links, for
# project A of the sample catalogue.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Test::More;

my $project = '0b1e494e2660441a957313163095fe5c';

# The name, in order, and value of each parameter of a link, decoded: how
# something is percent-encoded does not count.
sub link_parameters
{
	my ($link) = @_;
	my ($query) = ($link // '') =~ m{^/v2/images\?(.*)$}
	  or return $link;
	return [ map { s/\+/ /g; s/%([0-9A-F]{2})/chr hex $1/gier } split /[&=]/,
		$query ];
}

my $node = new_node('list_ims');
my @catalogue = data_lines('ims_catalog.jsonl');
load_catalogue($node,
	[ map { { %{ $_->{image} }, members => $_->{members} } } @catalogue ]);

my @cases = data_lines('ims_cases.jsonl');
my @answers = ask_all(
	$node,
	map {
		{
			project => $project,
			dialect => 'ims',
			sql => 'SELECT image_catalog.list_images_page('
			  . literal($_->{query}) . ')'
		}
	} @cases);

foreach my $case (@cases)
{
	my $answer = shift @answers;
	my $expected = $case->{expect};
	my $name = "'$case->{query}' ($case->{rule})";

	is($answer->{status}, $expected->{status}, "status of $name")
	  or diag explain $answer;
	if ($expected->{status} != 200)
	{
		like($answer->{detail} // '', qr/^IMG\.\d{4}: /, "code of $name");
		next;
	}
	is_deeply([ page_ids($answer->{answer}) ],
		$expected->{ids}, "images of $name");
	is_deeply(link_parameters($answer->{answer}{next}),
		link_parameters($expected->{next}), "next of $name");
}

# The documents are those that went in, in every member and its JSON type.
my $json = JSON::PP->new->canonical;
my %document = map { $_->{image}{id} => $_->{image} } @catalogue;
my $all = ask_one(
	$node,
	project => $project,
	dialect => 'ims',
	sql => q{SELECT image_catalog.list_images_page('visibility=all&limit=100')});
foreach my $image (@{ $all->{answer}{images} })
{
	my $given = $document{ $image->{id} };
	$given->{tags} = [ sort @{ $given->{tags} } ];
	my %shown = map { $_ => $image->{$_} } keys %$given;

	is($json->encode(\%shown), $json->encode($given),
		"document of $given->{name}");
	is_deeply([ sort grep { !exists $given->{$_} } keys %$image ],
		[ sort grep { !exists $given->{$_} }
			  qw(checksum os_hash_algo os_hash_value os_hidden) ],
		"nothing more in the document of $given->{name}");
}

done_testing();
