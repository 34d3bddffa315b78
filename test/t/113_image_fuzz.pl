# Random documents, patches and requests are carried out or refused, by an
# error that is the client's: never an internal error, never a crash, and what
# is stored keeps the rules.
#
# ROUNDS says how many (2000), SEED repeats a run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Test::More;

my $rounds = $ENV{ROUNDS} || 2000;
my $seed = $ENV{SEED} || int(rand(1_000_000));
my $batch = 500;

note "SEED=$seed ROUNDS=$rounds";
srand($seed);

my $node = new_node('image_fuzz', 'jit = off');
my @ids = map { sprintf '00000000-0000-4000-8000-%012d', $_ } 1 .. 5;
load_catalogue(
	$node,
	[   map {
			{   id => $_,
				owner => 'A',
				status => $_ eq $ids[0] ? 'queued' : 'active',
				visibility => (qw(shared private))[ rand 2 ],
				p => 'v' }
		} @ids ]);

my @names = (
	qw(name id status visibility protected os_hidden owner disk_format
	  container_format min_disk min_ram size virtual_size checksum
	  os_hash_algo os_hash_value created_at updated_at tags locations
	  direct_url self file schema stores location deleted deleted_at
	  os_glance_x members p q __support_kvm __support_xen
	  __support_kvm_gpu_type __imagetype hw_firmware_type __description
	  is_public key value values url metadata op path a/b ~),
	'', ' ', "\x{e9}", "\x{1F600}", 'n' x 256);
my @strings = (
	qw(x public private shared community raw bare qcow2 zvhd2 active deleted
	  true bios uefi efi A B 2018-10-28T10:00:00Z now filter count create
	  delete resource_name pending accepted 1000 0 -1 env=prod k.v),
	$ids[0], uc $ids[0], '', ' ', "\x{1F600}", "\n", 'x' x 256, 'x' x 130,
	'<', '"', '\\', "'", '{', '%', '$1', ':x');
my @numbers = map { JSON::PP::decode_json("[$_]")->[0] }
  (qw(0 1 -1 5 1025 2147483647 2147483648 9223372036854775807 1.5 1e10));

sub pick { return $_[ rand @_ ] }

# any JSON value, small
sub value
{
	my ($depth) = @_;
	my $kind = rand;
	return pick(@strings) if $kind < 0.35;
	return pick(@numbers) if $kind < 0.5;
	return pick(JSON::PP::true, JSON::PP::false, undef)
	  if $kind < 0.6 || $depth > 2;
	return [ map { value($depth + 1) } 1 .. rand 4 ] if $kind < 0.8;
	return { map { pick(@names) => value($depth + 1) } 1 .. rand 4 };
}

sub document
{
	return rand() < 0.05 ? value(0)
	  : { map { pick(@names) => value(1) } 1 .. rand 6 };
}

# a pointer, well formed as a rule
sub pointer
{
	my @tokens = map {
		my $token = pick(@names);
		$token =~ s/~/~0/g if rand() < 0.9;
		$token =~ s{/}{~1}g if rand() < 0.9;
		$token
	} 1 .. pick(1, 1, 1, 1, 2, 3);
	return pick('/', '/', '/', '//', '') . join '/', @tokens;
}

sub patch
{
	my ($old_form) = @_;
	return value(0) if rand() < 0.03;
	return [
		map {
			my $op = pick((qw(add replace remove)) x 5, qw(test move copy x));
			my %operation = (value => value(0));
			if ($old_form) { $operation{$op} = pointer() }
			else { @operation{ 'op', 'path', 'from' } = ($op, pointer(), pointer()) }
			delete $operation{ pick(keys %operation) } if rand() < 0.1;
			rand() < 0.03 ? value(0) : \%operation
		} 1 .. rand 5
	];
}

# tags of a key and a value, or a list of wanted ones
sub key_tags
{
	return [
		map {
			rand() < 0.1 ? value(0)
			  : { key => pick(@strings), value => pick(@strings),
				values => rand() < 0.8 ? [ map { pick(@strings) } 1 .. rand 3 ] : value(1) }
		} 1 .. rand 4 ];
}

sub tag_request
{
	my %request = (
		action => pick(qw(filter filter count x)), limit => pick(@numbers, @strings),
		offset => pick(@numbers, @strings), without_any_tag => value(1),
		matches => [ { key => 'resource_name', value => value(2) } ],
		map { $_ => key_tags() } qw(tags tags_any not_tags not_tags_any));
	delete $request{$_} foreach grep { rand() < 0.6 } qw(limit offset without_any_tag matches tags not_tags);
	return \%request;
}

# a call, with its arguments as literals
sub call
{
	my $id = "'" . pick(@ids) . "'";
	my $text = sub { literal(pick(@strings)) };
	my $kind = rand;
	return 'create_image(' . json_literal(document()) . ')' if $kind < 0.15;
	return "update_image($id, " . json_literal(patch(0)) . ')' if $kind < 0.4;
	return "update_image_legacy($id, " . json_literal(patch(1)) . ')' if $kind < 0.5;
	return "update_cloud_image($id, " . json_literal(patch(0)) . ')' if $kind < 0.6;
	return 'import_images(' . json_literal(rand() < 0.95 ? [ map { document() } 1 .. rand 4 ] : value(0)) . (rand() < 0.5 ? ', merge => true' : '') . ')'
	  if $kind < 0.7;
	return "add_image_member($id, " . $text->() . ')' if $kind < 0.74;
	return "update_image_member($id, " . $text->() . ', ' . $text->() . ')' if $kind < 0.78;
	return "delete_image_member($id, " . $text->() . ')' if $kind < 0.8;
	return pick(qw(get_image list_image_members ims_image_tags)) . "($id)" if $kind < 0.83;
	return pick(qw(add_image_tag delete_image_tag ims_delete_image_tag)) . "($id, " . $text->() . ')' if $kind < 0.87;
	return "ims_set_image_tag($id, " . $text->() . ', ' . $text->() . ')' if $kind < 0.9;
	return "ims_change_image_tags($id, " . $text->() . ', ' . json_literal(key_tags()) . ')' if $kind < 0.94;
	return 'ims_query_images(' . json_literal(rand() < 0.95 ? tag_request() : value(0)) . ')' if $kind < 0.98;
	return pick(qw(deactivate_image reactivate_image)) . "($id)";
}

my %seen;
my @strange;
for (my $done = 0; $done < $rounds; $done += $batch)
{
	my @commands = map {
		{   project => pick('A', 'A', 'A', 'B', ''),
			admin => rand() < 0.2,
			roles => pick(undef, undef, undef, 'reader', 'member', 'x'),
			dialect => pick(qw(openstack ims)),
			sql => 'SELECT to_json((SELECT image_catalog.' . call() . ' IS NULL))' }
	} 1 .. $batch;
	my @answers = ask_all($node, @commands);
	foreach my $at (0 .. $#commands)
	{
		my $state = $answers[$at]{state};
		$seen{$state}++;
		push @strange, "$state $answers[$at]{message}: $commands[$at]{sql}"
		  unless $state =~ /^(00000|22...|42501|23505|PT404|PT409|PT413)$/;
	}
}
is(scalar @strange, 0, 'every error is the client\'s')
  or diag(join "\n", @strange[ 0 .. ($#strange < 20 ? $#strange : 20) ]);
note join ' ', map { "$_=$seen{$_}" } sort keys %seen;
cmp_ok($seen{$_} || 0, '>', 0, "some answer $_")
  foreach qw(00000 22023 22P02 42501 PT404);

is( $node->safe_psql('postgres', q{
SELECT count(*) FROM image_catalog.images i
 WHERE tags IS DISTINCT FROM ARRAY(SELECT DISTINCT t COLLATE "C" FROM unnest(tags) t ORDER BY 1)
    OR EXISTS (SELECT FROM jsonb_each(properties) p
                WHERE jsonb_typeof(value) NOT IN ('string', 'null') OR length(key) > 255
                   OR key IN ('name', 'id', 'tags', 'location'))
    OR updated_at < created_at AND created_at > now() - interval '1 hour'}),
	'0', 'what is stored keeps the rules');
is( $node->safe_psql('postgres', q{
SELECT count(*) FROM image_catalog.images WHERE id::text LIKE '00000000-0000-4000-8000-%'}),
	'5', 'the images are still there');

done_testing();
