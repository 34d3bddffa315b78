# Patches recorded from the reference service, one after the other from the
# state of its catalogue: the same status and the same document.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Test::More;

# Where a recorded answer is not ours, and why.
my %exceptions = (
	301 => {
		status => 403,
		why => 'stores is read-only, as it is at creation'
	});

my $json = JSON::PP->new->canonical;
my $node = new_node('patch_openstack');
load_catalogue($node, decode_json(data_text('images_oracle_catalog.json')));

my @cases = data_lines('images_patch_cases.jsonl');
my @answers = ask_all(
	$node,
	map {
		my ($id) = $_->{target} =~ m{^/v2/images/([0-9a-f-]+)$}
		  or die "unexpected target $_->{target}";
		$_->{method} eq 'PATCH'
		  && $_->{headers}{'Content-Type'} eq
		  'application/openstack-images-v2.1-json-patch'
		  or die "unexpected case $_->{n}";
		{
			project => $_->{project},
			admin => $_->{admin},
			sql => sprintf('SELECT image_catalog.update_image(%s, %s::image_catalog.json_patch)',
				literal($id), json_literal($_->{body}))
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
		$case->{status} = $exception->{status};
	}
	is($answer->{status}, $case->{status}, "status of $name")
	  or diag explain $answer;
	next if $answer->{status} != 200 || !$case->{image};

	# the time of the change, and the links, are not recorded
	my $image = $answer->{answer};
	delete @$image{qw(updated_at self file schema)};
	$case->{image}{tags} = [ sort @{ $case->{image}{tags} } ];
	is($json->encode($image), $json->encode($case->{image}),
		"document of $name");
}

# A refused patch changes nothing, not even the time of the last change: all
# of them again, behind an operation that would succeed.  (What case 254 is to
# remove is there by now.)
my $digest =
  'SELECT md5(string_agg(i::text, NULL ORDER BY id)) FROM image_catalog.images i';
my $before = $node->safe_psql('postgres', $digest);
my @refused =
  grep { $_->{status} >= 400 && ref $_->{body} eq 'ARRAY' && $_->{n} != 254 }
  @cases;
@answers = ask_all(
	$node,
	map {
		my ($id) = $_->{target} =~ m{([0-9a-f-]+)$};
		{
			project => $_->{project},
			sql => sprintf(
				'SELECT image_catalog.update_image(%s, %s::image_catalog.json_patch)',
				literal($id),
				json_literal(
					[ { op => 'add', path => '/keep', value => 'changed' },
						@{ $_->{body} } ]))
		}
	} @refused);
is((shift @answers)->{status}, $_->{status},
	"status of $_->{n} $_->{note}, after another operation")
  foreach @refused;
is($node->safe_psql('postgres', $digest), $before, 'nothing is changed');

done_testing();
