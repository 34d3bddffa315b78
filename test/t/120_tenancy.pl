# What a project may not see is not there: for no function, and in no table.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use Test::More;

my $private = '00000000-0000-4000-8000-00000000000a';
my $shared = '00000000-0000-4000-8000-00000000000b';
my $public = '00000000-0000-4000-8000-00000000000c';
my $unknown = '00000000-0000-4000-8000-00000000000f';

my $node = new_node('tenancy');
load_catalogue(
	$node,
	[
		map {
			{
				id => $_->[0],
				name => $_->[1],
				visibility => $_->[1],
				status => 'active',
				owner => 'acme',
				disk_format => 'raw',
				container_format => 'bare',
				members => $_->[1] eq 'shared' ? { friend => 'accepted' } : {}
			}
		} [ $private, 'private' ],
		[ $shared, 'shared' ],
		[ $public, 'public' ]
	]);

# so that image_history() and image_at() have something to hide
$node->safe_psql('postgres', q{
	SET image_catalog.project_id = '';
	SELECT image_catalog.record_image_history(true)});

# Every function for everybody that takes an image's id, with some value for each of its
# other arguments that has no default.
my %values = (
	'text' => "'accepted'",
	'text[]' => "'{a}'",
	'jsonb' => q('{"a": "b"}'),
	'image_catalog.json_patch' =>
	  q('[{"op": "replace", "path": "/name", "value": "x"}]'),
	'bytea' => "'x'",
	'bigint' => '0',
	'integer' => '0',
	'boolean' => 'false',
	'timestamp with time zone' => 'now()',
	'ims_change_image_tags action' => "'create'",
	'ims_change_image_tags tags' => q('[{"key": "a", "value": "b"}]'),
	'import_image_data request' => q('{"method": {"name": "glance-direct"}}'),
	'update_image_legacy patch' => q('[{"replace": "/name", "value": "x"}]'));
my @calls;
foreach my $line (split /\n/, $node->safe_psql('postgres', q{
	SELECT p.proname, a.name, format_type(a.type, NULL), t.typname
	  FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype,
	       LATERAL (SELECT count(*) FILTER (WHERE name = 'image_id' AND type = 'uuid'::regtype) AS images
	                  FROM unnest(p.proargnames[1 : p.pronargs], p.proargtypes::oid[]) a (name, type)) i,
	       LATERAL unnest(p.proargnames[1 : p.pronargs - p.pronargdefaults],
	                      (p.proargtypes::oid[])[0 : p.pronargs - p.pronargdefaults - 1])
	           WITH ORDINALITY a (name, type, n)
	 WHERE p.pronamespace = 'image_catalog'::regnamespace AND i.images = 1
	   AND t.typname <> 'bool' AND has_function_privilege('tenant', p.oid, 'EXECUTE')
	 ORDER BY p.oid, a.n}))
{
	my ($function, $argument, $type, $returns) = split /\|/, $line;

	push @calls, [ $function, $returns ]
	  if !@calls || $calls[-1][0] ne $function;
	if ($argument ne 'image_id')
	{
		my $value = $values{"$function $argument"} // $values{$type}
		  // die "no value for $type of $function";
		push @{ $calls[-1] }, "$argument => $value";
	}
}
cmp_ok(scalar @calls, '>', 10, 'there are functions on an image');

# The calls on one image as commands of a caller.
sub commands
{
	my ($id, %caller) = @_;
	return map {
		my ($function, $returns, @arguments) = @$_;
		my $call = sprintf "image_catalog.%s(%s)", $function,
		  join ', ', "image_id => '$id'", @arguments;
		+{
			%caller,
			sql => $returns =~ /^json/
			? "SELECT $call"
			: "SELECT to_json(x::text) FROM $call x"
		}
	} @calls;
}

# Somebody who may not see the image is told what it is told of no image.
foreach my $caller (
	[ 'another project', { project => 'globex' } ],
	[ 'no project', { project => '' } ],
	[ 'a member of another image', { project => 'friend' } ],
	[ 'a reader of another project', { project => 'globex', roles => 'reader' } ])
{
	my @there = ask_all($node, commands($private, %{ $caller->[1] }));
	my @nowhere = ask_all($node, commands($unknown, %{ $caller->[1] }));

	for my $at (0 .. $#calls)
	{
		my ($there, $nowhere) = ($there[$at], $nowhere[$at]);

		is($there->{status}, 404, "$calls[$at][0]: not found for $caller->[0]")
		  or diag explain $there;
		s/[0-9a-f]{8}-[0-9a-f-]{27}/id/g
		  foreach grep { defined } values %$there, values %$nowhere;
		is_deeply($there, $nowhere, "$calls[$at][0]: word for word");
	}
}

# Nor is anything changed by somebody who may only see it.
my $digest = q{SELECT md5(string_agg(i::text, NULL ORDER BY id))
                 FROM image_catalog.images i};
my $before = $node->safe_psql('postgres', $digest);
foreach my $caller ([ 'another project', 'globex', $public ],
	[ 'a member', 'friend', $shared ])
{
	my @answers = ask_all($node, commands($caller->[2], project => $caller->[1]));

	for my $at (0 .. $#calls)
	{
		next if $calls[$at][0] =~ /^(get|list|download)_|^(update_image_member|ims_image_tags|image_etag|image_history|image_at)$/;
		like($answers[$at]{status}, qr/^4/, "$calls[$at][0]: not for $caller->[0]")
		  or diag explain $answers[$at];
	}
}
is($node->safe_psql('postgres', $digest), $before, 'nothing is changed');

# Lists and counts do not tell, nor do markers.
foreach my $call (
	qq{list_images_page('visibility=all')},
	qq{list_images_page('id=$private')},
	qq{list_images_page('owner=acme&visibility=private')},
	qq{list_cloud_images_page('name=private')})
{
	my $answer = ask_one($node, project => 'globex',
		sql => "SELECT image_catalog.$call");
	is_deeply([ grep { $_->{name} ne 'public' } @{ $answer->{answer}{images} } ],
		[], "$call has nothing of others");
}
is( ask_one(
		$node,
		project => 'globex',
		sql => q{SELECT to_json(image_catalog.count_images('{"visibility": "private"}'))}
	)->{answer},
	0, 'a count has nothing of others');
is( ask_one(
		$node,
		project => 'globex',
		sql => "SELECT image_catalog.list_images_page('marker=$private')"
	)->{status},
	400,
	'a private image is no marker for others');
is( ask_one(
		$node,
		project => 'globex',
		sql => sprintf "SELECT image_catalog.create_image(%s)",
		json_literal({ id => $private })
	)->{status},
	409,
	'an identifier in use cannot be taken');

# A plain role has no table of the extension.
my @tables = split /\n/, $node->safe_psql('postgres', q{
	SELECT format('%I.%I', 'image_catalog', relname) FROM pg_class
	 WHERE relnamespace = 'image_catalog'::regnamespace AND relkind IN ('r', 'v', 'p', 'm', 'S')
	 ORDER BY 1});
cmp_ok(scalar @tables, '>', 2, 'there are tables');
foreach my $table (@tables)
{
	my ($ret, $stdout, $stderr) = $node->psql(
		'postgres',
		"SELECT * FROM $table",
		extra_params => [ '-U', 'tenant' ]);
	like($stderr, qr/permission denied/, "$table is closed");
}

# A role that is granted them sees what its project may see; the owner of the
# database may look at the rest.
$node->safe_psql(
	'postgres', q{
CREATE ROLE analyst LOGIN;
SELECT image_catalog.grant_project('analyst', 'friend');
GRANT USAGE ON SCHEMA image_catalog TO analyst;
GRANT SELECT, INSERT, UPDATE, DELETE ON image_catalog.images, image_catalog.image_members TO analyst});
is( $node->safe_psql(
		'postgres',
		'SELECT name FROM image_catalog.images ORDER BY 1;
		 SELECT member_id FROM image_catalog.image_members',
		extra_params => [ '-U', 'analyst' ]),
	"public\nshared\nfriend",
	'row-level security');
my ($ret, $stdout, $stderr) = $node->psql(
	'postgres',
	q{INSERT INTO image_catalog.images (id) VALUES (gen_random_uuid())},
	extra_params => [ '-U', 'analyst' ]);
like($stderr, qr/row-level security/, 'also for INSERT');
is( $node->safe_psql(
		'postgres', q{
UPDATE image_catalog.images SET name = 'x';
DELETE FROM image_catalog.images},
		extra_params => [ '-U', 'analyst' ]),
	'', 'UPDATE and DELETE find nothing');
is($node->safe_psql('postgres', $digest), $before, 'and nothing is changed');

done_testing();
