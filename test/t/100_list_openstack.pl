# Lists recorded from the reference service: the same status, images, order
# and links.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Test::More;

# Where a recorded answer is not ours, and why.  status, ids (of the images,
# the last two digits) and more take the place of what was recorded.
my %exceptions = (
	27 => {
		more => 0,
		why => 'a last page that is exactly full has no next'
	},
	51 => {
		ids => [qw(06 04)],
		why => 'a missing name sorts as the empty one, so the walk goes on'
	},
	53 => {
		status => 200,
		ids => [qw(01 02)],
		more => 1,
		why => 'a marker without a size has a place: that of size 0'
	},
	77 => {
		status => 400,
		why => 'a status that does not exist is refused, not an empty list'
	},
	117 => {
		ids => [qw(22 21)],
		why => 'of a repeated created_at all count, not only the last'
	},
	209 => {
		more => 0,
		why => 'a last page that is exactly full has no next'
	},
	211 => {
		ids => [qw(05)],
		why => 'a missing name sorts as the empty one, first ascending'
	});

my %not_a_list = (
	'HEAD list' => 'methods belong to the HTTP layer',
	'versions' => 'discovery belongs to the HTTP layer',
	'v3' => 'discovery belongs to the HTTP layer');

my $node = new_node('list_openstack');
load_catalogue($node, decode_json(data_text('images_oracle_catalog.json')));

my @cases =
  grep { !$not_a_list{ $_->{note} } } data_lines('images_list_cases.jsonl');
my @answers = ask_all(
	$node,
	map {
		my ($query) = $_->{target} =~ /\?(.*)/;
		{
			project => $_->{project},
			admin => $_->{admin},
			sql => 'SELECT image_catalog.list_images_page('
			  . literal($query // '') . ')'
		}
	} @cases);

foreach my $case (@cases)
{
	my $answer = shift @answers;
	my $name = "$case->{n} $case->{note}";
	my $exception = $exceptions{ $case->{n} };

	if ($exception)
	{
		note "$name: $exception->{why}";
		$case->{status} = $exception->{status} if $exception->{status};
		$case->{more} = $exception->{more} if exists $exception->{more};
		$case->{ordered} = 1 if $exception->{ids};
		$case->{ids} =
		  [ map { "00000000-0000-4000-8000-0000000000$_" }
			  @{ $exception->{ids} } ]
		  if $exception->{ids};
	}

	is($answer->{status}, $case->{status}, "status of $name")
	  or diag explain $answer;
	next if $answer->{status} != 200 || $case->{status} != 200;

	my $page = $answer->{answer};
	my @ids = page_ids($page);
	my @expected = @{ $case->{ids} };

	if (!$case->{ordered})
	{
		@ids = sort @ids;
		@expected = sort @expected;
	}
	is_deeply(\@ids, \@expected, "images of $name");
	is(defined $page->{next} ? 1 : 0, $case->{more} ? 1 : 0, "next of $name");
	is($page->{schema}, '/v2/schemas/images', "schema of $name");
}

done_testing();
