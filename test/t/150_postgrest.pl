# The schema that PostgREST shows, by the statements that PostgREST sends: who is
# asking, that nothing of it stays in the connection, the operators of its query
# strings, exact counts, embedding, what a page costs, and what nobody gets.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Postgrest;
use PostgrestCases;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $json = JSON::PP->new->canonical->allow_nonref;
my $node = new_node('postgrest', "jit = off\nautovacuum = off\n");

$node->command_ok(
	[ 'psql', '-qX', '-v', 'images=10000', '-d', 'postgres', '-f', "$top/bench/generate.sql" ],
	'a catalogue of 10000 images');
foreach my $time ('a first', 'a second')
{
	foreach my $file (qw(roles claims image_api))
	{
		my ($out, $err) = run_command(
			[ 'psql', '-qX', '-d', $node->connstr('postgres'), '-f', "$top/deploy/postgrest/$file.sql" ]);
		is("$out$err", '', "$file.sql runs $time time");
	}
}

my %project = map { $_ => $node->safe_psql('postgres', "SELECT md5('project $_')") } 1, 950, 1003;
my %caller = (
	anonymous => undef,
	'one image' => { project_id => $project{950} },
	large => { project_id => $project{1} },
	'many shares' => { project_id => $project{1003} },
	'mixed case' => { project_id => 'MixedCase', sub => 'Ann', roles => 'reader member' },
	administrator => { project_id => $project{1}, roles => ['admin'] },
	'administrator without a project' => { roles => [ 'reader', 'Admin' ] });

# images of what a generator does not make: another case, nulls, odd names
$node->safe_psql('postgres', images_sql() . q{;
SELECT image_catalog.import_container_images(} . json_literal(decode_json(data_text('container_fixture.json'))) . q{);
VACUUM ANALYZE;
} . oracle_sql());

sub ask
{
	my @answers = replay($node, 'postgres', @_);
	$ENV{VERBOSE} and diag($_->{state}, ' ', $_->{message}) for grep { $_->{state} ne '00000' } @answers;
	return @answers;
}

sub ids { return join ' ', map { $_->{id} } @{ $_[0]->{body} // [] } }

### Who is asking

my $who = q{SELECT concat_ws(' ', image_catalog.current_project(), image_catalog.is_catalog_admin(),
	current_setting('image_catalog.user_id'), current_setting('image_catalog.roles'), image_catalog.may_read_images())};
my @identities = (
	[ undef, 'f  reader t', 'no token' ],
	[ { project_id => 'MixedCase', sub => 'Ann' }, 'MixedCase f Ann reader,member t', 'a token without roles' ],
	[ { project_id => 'p', roles => ['reader'] }, 'p f  reader t', 'an array of roles' ],
	[ { project_id => 'p', roles => 'reader auditor,member' }, 'p f  reader,auditor,member t', 'a text of roles' ],
	[ { project_id => 'p', roles => ['Admin'] }, 'p t   t', 'an administrator' ],
	[ { project_id => 'p', roles => [] }, 'p f   f', 'no role at all' ],
	[ { project_id => 'p', roles => { a => 'admin' } }, 'p f   f', 'roles that are none' ],
	[ { project_id => 'p', roles => [ 'x,admin', 'reader', 7, undef, ['admin'] ] }, 'p f  reader t', 'a comma in a role' ],
	[ { project_id => 5 }, '5 f  reader,member t', 'a project that is a number' ],
	[ { project_id => undef, sub => 's' }, 'f s reader,member t', 'a token without a project' ],
	[ { project_id => q{a'b\"c} }, q{a'b\"c f  reader,member t}, 'quotes in a project' ]);
my @answers = ask(map { { claims => $_->[0], sql => $who } } @identities);
is($answers[$_]{text}, $identities[$_][1], $identities[$_][2]) for 0 .. $#identities;
is((ask({ claims => $_->[0], sql => $who }))[0]{text}, $_->[1], "$_->[2], on a new connection")
  for @identities[ 0, 1, 4 ];

@answers = ask(
	map({ { claims => { project_id => $_ }, sql => $who } } { a => 1 }, ['p'], JSON::PP::true, 'x' x 256),
	{ claims => { project_id => 'p' }, sql => $who,
		headers => { 'x-project-id' => 'q', 'image_catalog.project_id' => 'q', 'x-roles' => 'admin' } },
	{ claims => { project_id => 'p' }, path => '/images', query => 'project_id=eq.q' },
	{ sql => $who, headers => { 'request.jwt.claims' => '{"project_id": "q"}' } });
is(join(' ', map { $_->{state} } @answers[ 0 .. 3 ]), 'PT401 PT401 PT401 PT401', 'a project that is no text is refused');
is($answers[4]{text}, 'p f  reader,member t', 'headers say nothing');
is($answers[5]{state}, '42703', 'nor does a query');
is($answers[6]{text}, 'f  reader t', 'nor a header named as a setting');

# the mapping is a table
my $mapping = sub { $node->safe_psql('postgres', "UPDATE image_claims.mapping SET $_[0]") };
$mapping->(q{project_claim = '{tenant,id}', roles_claim = '{realm_access,roles}', admin_roles = '{cloud_admin}', anonymous_roles = '{}'});
@answers = ask(
	{ claims => { tenant => { id => 'T' }, realm_access => { roles => [ 'member', 'admin' ] } }, sql => $who },
	{ claims => { tenant => { id => 'T' }, realm_access => { roles => ['cloud_admin'] } }, sql => $who },
	{ sql => $who }, { path => '/images', query => 'limit=1' });
is($answers[0]{text}, 'T f  member f', 'claims by their path; admin is not who administers');
is($answers[1]{text}, 'T t  cloud_admin t', 'another role is');
is($answers[2]{text}, 'f   f', 'no role for who has no token');
is($answers[3]{state}, '42501', 'who then lists nothing');
$node->safe_psql('postgres', 'CALL image_claims.map_keystone_tokens()');
$mapping->(q{admin_roles = '{admin}', anonymous_roles = '{reader}'});
@answers = ask({ role => 'image_anonymous', sql => $who,
	claims => { sub => 'u1', iat => 1, exp => 2, openstack_methods => ['password'],
		openstack_audit_ids => ['x'], openstack_project_id => 'Keystone', project_id => 'not this' } });
is($answers[0]{text}, 'Keystone f u1 reader,member t', 'a token of Keystone');
$mapping->(q{project_claim = DEFAULT});

### Nothing stays

@answers = ask(
	{ claims => { project_id => 'p', roles => ['admin'], sub => 'u' }, sql => $who }, { sql => $who },
	{ claims => { project_id => 'p', sub => 'u' }, sql => 'SELECT 1/0' }, { sql => $who },
	{ claims => { project_id => { a => 1 }, roles => ['admin'] }, sql => $who }, { sql => $who },
	{ claims => { project_id => 'q' }, path => '/images', query => 'limit=1' }, { sql => $who });
is(join('|', map { $_->{text} // $_->{state} } @answers),
	'p t u  t|f  reader t|22012|f  reader t|PT401|f  reader t|00000|f  reader t',
	'requests of one connection know nothing of each other');
is( $node->safe_psql('postgres', q{
BEGIN; SELECT set_config('request.jwt.claims', '{"project_id": "p", "roles": "admin"}', true) \g /dev/null
SELECT FROM image_claims.pre_request() \g /dev/null
COMMIT; SET ROLE image_web;
SELECT image_catalog.current_project() IS NULL AND NOT image_catalog.is_catalog_admin()}),
	't', 'nor does the connection between them');
foreach my $sql (
	q{SET image_catalog.project_id = 'p'}, q{SELECT set_config('image_catalog.is_admin', 'on', false)},
	'SELECT 1 FROM image_catalog.images', 'SELECT 1 FROM image_claims.mapping',
	q{UPDATE image_claims.mapping SET admin_roles = '{reader}'}, 'CALL image_claims.map_keystone_tokens()',
	q{SELECT image_claims.text_of_claim('{}', '{a}')}, q{DELETE FROM image_api.images})
{
	like((ask({ claims => { project_id => 'p' }, method => 'POST', path => '/rpc/x', sql => $sql }))[0]{state},
		qr/^(42501|55000)$/, "the role of requests may not: $sql");
}

### What is listed

foreach my $name (sort keys %caller)
{
	my $claims = $caller{$name};
	my $all = q{SELECT string_agg(id::text, ' ' ORDER BY id) || ' ' || count(*) FROM };
	@answers = ask(
		{ claims => $claims, sql => $all . 'image_api.images' },
		{ claims => $claims, sql => qq{
			WITH RECURSIVE page AS (
				SELECT NULL::uuid AS marker, 0 AS number
				UNION ALL
				SELECT (SELECT id FROM image_catalog.list_images('{}', 'created_at:desc,id:desc', 1000, marker) WITH ORDINALITY o ORDER BY ordinality DESC LIMIT 1), number + 1
				  FROM page WHERE number = 0 OR marker IS NOT NULL)
			$all (SELECT l.id FROM (SELECT DISTINCT ON (marker) marker FROM page WHERE marker IS NOT NULL OR number = 0) p,
				image_catalog.list_images('{}', 'created_at:desc,id:desc', 1000, p.marker) l) x} },
		{ claims => $claims, sql => q{SELECT image_catalog.count_images()} },
		{ claims => $claims, path => '/images', query => 'limit=1', count => 1 },
		{ claims => $claims, path => '/images', query => 'select=id&order=created_at.desc,id.desc&limit=60&offset=40' },
		{ claims => $claims, sql => q{SELECT string_agg(id::text, ' ') FROM (SELECT id FROM image_catalog.list_images('{}', 'created_at:desc,id:desc', 100) WITH ORDINALITY ORDER BY ordinality OFFSET 40) x} },
		{ claims => $claims, sql => q{SELECT count(*) FROM (
			SELECT i.* FROM image_api.images i
			EXCEPT SELECT l.* FROM image_api.images i, image_api.list_images(jsonb_build_object('id', i.id)) l) differs} });
	is($answers[0]{text}, $answers[1]{text}, "$name: the view has what list_images lists");
	is($answers[3]{total}, $answers[2]{text}, "$name: an exact count is count_images()");
	is(ids($answers[4]), $answers[5]{text}, "$name: a page in the middle is that of list_images");
	is($answers[6]{text}, 0, "$name: rows are those of list_images, column by column") if $name !~ /admin|large|many/;
}

### Operators

my $id = $PostgrestCases::id;
my $middle = $node->safe_psql('postgres', 'SELECT to_char(percentile_disc(0.5) WITHIN GROUP (ORDER BY created_at) AT TIME ZONE $$UTC$$, $$YYYY-MM-DD"T"HH24:MI:SS.US"Z"$$) FROM oracle.listed');
my @cases = filters($middle);
my @orders = orders();

# each filter in one order, each order with one filter, a page at the start and behind it
my @requests;
my $oracle = '';
sub compare
{
	my ($filter, $condition, $order, $by, $limit, $offset) = @_;
	push @requests, { claims => $caller{'mixed case'}, path => '/images', count => 1,
		query => join('&', grep { $_ ne '' } $filter, 'select=id', "order=$order", "limit=$limit", $offset ? "offset=$offset" : '') };
	$oracle .= "SELECT (SELECT count(*) FROM oracle.listed WHERE $condition) || ':' || coalesce(string_agg(id::text, ' '), '') "
	  . "FROM (SELECT id FROM oracle.listed WHERE $condition ORDER BY $by LIMIT $limit OFFSET $offset) x;\n";
}
compare($_->[0], $_->[1], 'created_at.desc,id', 'created_at DESC, id', 20, 0) for @cases;
compare($_->[0], $_->[1], 'name.desc,id', 'name COLLATE "C" DESC, id', 10, 5) for @cases;
compare('', 'true', @$_, 30, 0) for @orders;
compare('status=neq.active', q{status <> 'active'}, @$_, 30, 10) for @orders;
my @expected = split /\n/, $node->safe_psql('postgres', $oracle);
@answers = ask(@requests);
my $some = 0;
foreach my $number (0 .. $#requests)
{
	my $answer = $answers[$number];
	$some++ if $answer->{rows};
	is($answer->{state} eq '00000' ? "$answer->{total}:" . ids($answer) : "$answer->{state} $answer->{message}",
		$expected[$number], "/images?$requests[$number]{query}");
}
cmp_ok($some, '>', 100, 'most of them have rows');

### Columns and resources embedded

my $claims = $caller{'mixed case'};
@answers = ask(
	{ claims => $claims, path => '/images', query => "select=id,label:name,properties->>hw_disk_bus,min_ram::text,tags&id=eq.${id}1" },
	{ claims => $claims, path => '/images', query => "select=name,visibility,size,tags,properties,checksum,min_disk&id=eq.${id}4" },
	{ claims => $claims, path => '/images', query => "select=id,image_members(member_id,status)&id=in.(${id}3,${id}4,${id}1)&order=id" },
	{ claims => $claims, path => '/image_members', query => 'select=member_id,status,images(id,visibility)&order=image_id,member_id' },
	{ claims => { project_id => 'm1' }, path => '/image_members', query => 'select=image_id,member_id,status', count => 1 },
	{ claims => { project_id => 'm1' }, path => '/images', query => "select=id&id=in.(${id}3,${id}8)" },
	{ claims => $claims, path => '/rpc/list_images', query => 'filter={"tag":"x,y"}&select=id,name' },
	{ claims => $claims, path => '/rpc/list_images', query => "filter={\"visibility\":\"shared\"}&sort=name:asc&page_size=2&select=id&status=neq.killed" },
	{ claims => $claims, path => '/rpc/count_images', body => { filter => { visibility => 'private' } } },
	{ claims => { project_id => 'MixedCase', roles => 'admin' }, path => '/image_members', query => "select=member_id&image_id=eq.${id}8" },
	{ path => '/image_members', query => 'limit=1', count => 1 },
	# as PostgREST 12 hands over the arguments of a query string: as JSON strings
	{ claims => $claims, path => '/rpc/list_images', query => 'select=id', body => { filter => $json->encode('{"tag":"x,y"}') } },
	{ claims => $claims, path => '/rpc/count_images', body => { filter => $json->encode('{"visibility":"private"}') } },
	map({ { claims => $claims, path => '/rpc/list_images', body => { filter => $json->encode($_) } } } 'x', '"{}"', '[]'));
is($json->encode($answers[0]{body}), qq([{"hw_disk_bus":"scsi","id":"${id}1","label":"Ubuntu, 24.04 \\"x\\" (a)","min_ram":"0","tags":["a b","x,y"]}]), 'columns, alias, cast, a property');
is($json->encode($answers[1]{body}), '[{"checksum":null,"min_disk":0,"name":"","properties":{"secret":"s1"},"size":null,"tags":["shared"],"visibility":"shared"}]', 'all of a shared image');
is($json->encode($answers[2]{body}), qq([{"id":"${id}1","image_members":[]},{"id":"${id}3","image_members":[{"member_id":"m1","status":"pending"},{"member_id":"m2","status":"accepted"}]},{"id":"${id}4","image_members":[{"member_id":"MixedCase","status":"accepted"}]}]), 'members of images');
is($json->encode($answers[3]{body}), qq([{"images":{"id":"${id}3","visibility":"shared"},"member_id":"m1","status":"pending"},{"images":{"id":"${id}3","visibility":"shared"},"member_id":"m2","status":"accepted"},{"images":{"id":"${id}4","visibility":"shared"},"member_id":"MixedCase","status":"accepted"},{"images":{"id":"${id}5","visibility":"shared"},"member_id":"MixedCase","status":"accepted"},{"images":null,"member_id":"MixedCase","status":"pending"},{"images":null,"member_id":"m1","status":"pending"}]), 'images of members: those in the list');
is($answers[4]{total} . $json->encode([ map { $_->{member_id} } @{ $answers[4]{body} } ]), '2["m1","m1"]', 'a member sees itself');
is($answers[5]{rows}, 0, 'and does not list what it has not accepted');
is($json->encode($answers[6]{body}), qq([{"id":"${id}1","name":"Ubuntu, 24.04 \\"x\\" (a)"}]), 'a function that finds by tag');
is($answers[7]{rows}, 2, 'a page of it');
is($answers[8]{body}, 1, 'a count');
is($answers[9]{rows}, 1, 'an administrator sees members');
is($answers[10]{total}, 0, 'nobody sees none');
is(ids($answers[11]), "${id}1", 'a filter that is a JSON string');
is($answers[12]{body}, 1, 'a count by it');
is(join(' ', map { $_->{state} } @answers[ 13 .. 15 ]), '22P02 22023 22023', 'a string of no JSON, a string in a string, no object');

my $reader = { project_id => 'p', roles => ['container_image_reader'] };
my $count = $node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.container_images');
my $findings = $node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.container_findings');
my $cve = $node->safe_psql('postgres', 'SELECT min(cve) FROM image_catalog.container_findings');
$node->safe_psql('postgres', qq{SELECT image_catalog.defer_finding('$cve')});
@answers = ask(
	{ claims => $reader, path => '/container_images', query => 'order=risk_score.desc,id&limit=5', count => 1 },
	{ claims => $reader, path => '/findings', query => 'limit=5&order=cvss.desc', count => 1 },
	{ claims => $reader, path => '/findings', query => "select=state,severity,container_images(name)&cve=eq.$cve" },
	{ claims => $reader, path => '/container_images', query => 'select=id,cve_count,findings(cve)' },
	{ claims => $claims, path => '/container_images', count => 1 }, { path => '/findings', count => 1 },
	{ claims => $reader, path => '/rpc/count_container_images', body => { search => "CVE:$cve" } },
	{ claims => $claims, path => '/rpc/count_container_images', body => {} });
is("$answers[0]{total} $answers[1]{total}", "$count $findings", 'container images and findings, for who may read them');
is(join(' ', sort keys %{ { map { $_->{state} => 1 } @{ $answers[2]{body} } } }), 'DEFERRED', 'the state is what a rule decided');
ok($answers[2]{body}[0]{container_images}{name}, 'the image of a finding');
is(scalar(map { @{ $_->{findings} } } @{ $answers[3]{body} }), $findings, 'findings of images');
is("$answers[4]{total} $answers[5]{total}", '0 0', 'for nobody else');
cmp_ok($answers[6]{body}, '>', 0, 'a search by CVE');
is($answers[7]{state}, '42501', 'a search of who may not');

### Reading and writing

my $patch = [ { op => 'replace', path => '/name', value => 'renamed' } ];
@answers = ask(
	map({ { claims => $claims, method => $_, path => '/images', query => "id=eq.${id}1" } } qw(POST PUT PATCH DELETE)),
	{ claims => $claims, method => 'GET', path => '/rpc/create_image', body => { attributes => { name => 'x' } } },
	{ claims => $claims, method => 'POST', path => '/rpc/create_image', body => { attributes => { id => "${id}a", name => 'new' } } },
	{ claims => $claims, method => 'POST', path => '/rpc/update_image', body => { image_id => "${id}a", patch => $patch } },
	{ claims => $claims, method => 'POST', path => '/rpc/update_image', body => { image_id => "${id}a", patch => $patch, if_match => '"x"' } },
	{ claims => { project_id => 'm2' }, method => 'POST', path => '/rpc/update_image', body => { image_id => "${id}a", patch => $patch } },
	{ claims => $claims, path => '/images', query => "select=name&id=eq.${id}a" },
	{ claims => $claims, method => 'POST', path => '/rpc/delete_image', body => { image_id => "${id}a" } },
	{ claims => $claims, path => '/images', query => "select=name&id=eq.${id}a" },
	{ method => 'POST', path => '/rpc/create_image', body => { attributes => { name => 'x' } } },
	{ claims => { project_id => 'm1' }, method => 'POST', path => '/rpc/update_image_member', body => { image_id => "${id}3", member_id => 'm1', status => 'accepted' } },
	{ claims => { project_id => 'm1' }, path => '/images', query => "select=id&id=eq.${id}3" },
	{ claims => $claims, method => 'POST', path => '/rpc/get_image', body => { image_id => undef } });
is(join(' ', map { $_->{state} } @answers[ 0 .. 3 ]), 'PGRST PGRST PGRST PGRST', 'views are not written');
like($answers[0]{message}, qr/"hint" : "Call create_image/, 'and the error says what is');
is($answers[4]{state}, '25006', 'GET changes nothing');
is($answers[5]{body}{name}, 'new', 'an image is created');
is($answers[6]{body}{name}, 'renamed', 'and patched');
is($answers[7]{state}, 'PT412', 'but not against if_match');
is($answers[8]{state}, 'PT404', 'nor by others');
is($answers[9]{body}[0]{name}, 'renamed', 'the view has it');
is($answers[10]{state}, '00000', 'it is deleted');
is($answers[11]{rows}, 0, 'and gone');
is($answers[12]{state}, '42501', 'nobody creates nothing');
is("$answers[13]{state} $answers[14]{rows}", '00000 1', 'a member accepts, and lists the image');
is($answers[15]{state}, '22004', 'null is no image');

# what PostgREST would answer with 500, though a client caused it
@answers = ask(
	map { { claims => $claims, method => 'POST', path => "/rpc/$_", body => { filter => { map { ("p$_" => 'x') } 1 .. 501 } } } }
	  qw(list_images count_images));
is(join(' ', map { $_->{state} } @answers), 'PT413 PT413', 'a limit is a status');
is($answers[0]{message}, 'too many query parameters', 'with its message');
is($node->safe_psql('postgres', q{SELECT coalesce(current_setting('image_catalog.http_errors', true), 'off')}), 'off', 'but not elsewhere');

# the original URLs
my $seen = { accept => 'application/json', 'x-original-method' => 'GET', 'x-original-uri' => '/v2/images?limit=1' };
@answers = ask(
	{ claims => $claims, method => 'POST', path => '/rpc/http', headers => $seen, bytes => '' },
	{ claims => $claims, method => 'POST', path => '/rpc/http', bytes => $json->encode({ name => 'by http' }),
		headers => { %$seen, 'x-original-method' => 'POST', 'x-original-uri' => '/v2/images' } },
	{ method => 'POST', path => '/rpc/http', headers => $seen, bytes => '' });
is(scalar @{ decode_json($answers[0]{body})->{images} }, 1, 'a page by its original URL');
is($answers[1]{status} . decode_json($answers[1]{body})->{owner}, '201MixedCase', 'an image by its original URL');
is($answers[2]{status}, 401, 'nobody is told so');

### Protected properties

$node->safe_psql('postgres', q{
INSERT INTO image_catalog.property_protections (position, pattern, read_roles)
VALUES (1, '^secret$', '{auditor}'), (2, '', '{@}')});
@answers = ask(
	map({ { claims => { project_id => 'MixedCase', roles => $_ }, path => '/images', query => "select=id,properties&order=id&id=in.(${id}1,${id}3,${id}4)" } } 'reader', 'reader,auditor'),
	map({ { claims => $claims, path => '/images', count => 1, query => "select=id&$_" } }
		'properties->>secret=eq.s1', 'properties->>secret=not.is.null', 'properties=cs.{"secret":"s1"}', 'properties->>secret=like.s*',
		'or=(properties->>secret.eq.s1,name.eq.nothing)'),
	map({ { claims => { project_id => 'MixedCase', roles => $_ }, path => '/images', query => "select=id&id=in.(${id}1,${id}3,${id}4)&order=properties->>secret" } } 'reader,auditor'),
	{ claims => $claims, path => '/rpc/list_images', query => 'select=id,properties&filter={"secret":"s1"}' });
is($json->encode([ map { $_->{properties} } @{ $answers[0]{body} } ]), '[{"hw_disk_bus":"scsi"},{},{}]', 'a protected property is not shown');
is($json->encode([ map { $_->{properties}{secret} } @{ $answers[1]{body} } ]), '["s3","s2","s1"]', 'but to who has the role');
is(join(' ', map { $_->{total} } @answers[ 2 .. 6 ]), '0 0 0 0 0', 'nor does a filter tell of it');
is(ids($answers[7]), "${id}4 ${id}3 ${id}1", 'who may read it may sort by it');
is($answers[8]{rows}, 0, 'nor does the function');
$node->safe_psql('postgres', 'DELETE FROM image_catalog.property_protections');

# A function that tells what it is given, in a filter: it is given what the
# caller may show, and no other row.
$node->safe_psql('postgres', q{
CREATE SCHEMA leak; GRANT USAGE ON SCHEMA leak TO PUBLIC;
CREATE FUNCTION leak.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS 'BEGIN RAISE NOTICE ''told %'', $1; RETURN true; END'});
my ($code, $out, $err) = $node->psql('postgres', q{
SELECT set_config('image_catalog.project_id', 'MixedCase', false);
SET ROLE image_web; SET client_min_messages = notice;
-- by no index, whose condition would come first
SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
SELECT count(*) FROM image_api.images WHERE leak.tell(id || ' ' || coalesce(properties ->> 'secret', ''));
SELECT count(*) FROM image_api.image_members WHERE leak.tell(image_id::text)});
my %told = map { $_ => 1 } $err =~ /told (\S+)/g;
cmp_ok(scalar keys %told, '>', 100, 'a function in a filter is told of rows');
is( $node->safe_psql('postgres', sprintf q{
SELECT count(*) FROM unnest('{%s}'::uuid[]) told
  JOIN image_catalog.images i ON i.id = told
 WHERE NOT (i.status <> 'deleted' AND (i.visibility IN ('public', 'community') OR i.owner = 'MixedCase' OR i.visibility = 'shared' AND
	(i.owner IS NULL OR EXISTS (SELECT FROM image_catalog.image_members m WHERE m.image_id = i.id AND m.member_id = 'MixedCase' AND m.deleted_at IS NULL))))},
		join ',', keys %told),
	'0', 'of none that the caller may not see');

### What a page costs

# The buffers that the statement of a request touches when it is asked again, and
# the answer.
sub buffers
{
	my ($request) = @_;
	my ($statement) = statements_of($request, 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ');
	$statement =~ s/.*PREPARE/PREPARE/s;
	my ($first, $answer) = ask($request, { %$request, sql => $statement =~ s/;\s*$//r });
	my ($hit) = $answer->{text} =~ /"Shared Hit Blocks": (\d+)/;
	my ($read) = $answer->{text} =~ /"Shared Read Blocks": (\d+)/;
	return ($hit + $read, $first);
}

# an order, or a filter in the order of names, which helps to find none of them
my @pages = (
	(map { [ "order=$_", 25, 160 ] } qw(created_at.desc created_at.asc updated_at.desc updated_at.asc id id.desc
		status.desc,created_at.desc name name.desc name.desc.nullslast size size.desc size.desc.nullslast
		disk_format disk_format.desc disk_format.nullsfirst container_format container_format.desc)),
	[ 'name=eq.golden&order=created_at.desc', 1, 120 ],
	[ 'tags=cs.{prod}&order=created_at.desc', 25, 250 ],
	[ 'tags=cs.{prod}&order=name', 25, 500 ],
	[ 'properties->>os_type=eq.windows&order=created_at.desc', 25, 250 ],
	[ 'properties->>os_type=eq.windows&order=size.desc', 25, 500 ],
	[ 'status=eq.queued&order=name.desc', 15, 120 ]);
foreach my $name (sort keys %caller)
{
	foreach my $page (@pages)
	{
		my ($query, $rows, $bound) = @$page;
		my ($buffers, $first) = buffers({ claims => $caller{$name}, path => '/images', query => "$query&limit=25" });
		cmp_ok($buffers, '<=', $bound, "$name, $query: $buffers buffers");
		cmp_ok($first->{rows}, '>=', $rows, "$name, $query: $first->{rows} rows");
	}
}

# An exact count reads what count_images() reads: index entries of what the caller
# lists, and of what has a tag.
my @counts = (
	[ '', '{}' ], [ 'name=eq.golden', '{"name": "golden"}' ], [ 'tags=cs.{prod}', '{"tag": "prod"}' ],
	[ 'properties->>os_type=eq.windows', '{"os_type": "windows"}' ], [ 'status=eq.queued', '{"status": "queued"}' ]);
foreach my $name (sort keys %caller)
{
	foreach my $asked (@counts)
	{
		my ($query, $filter) = @$asked;
		my $page = { claims => $caller{$name}, path => '/images', query => join('&', grep { $_ ne '' } $query, 'select=id&limit=1') };
		my ($of_page) = buffers($page);
		my ($buffers, $first) = buffers({ %$page, count => 1 });
		my ($counted) = ask({ claims => $caller{$name}, path => '/rpc/count_images', body => { filter => decode_json($filter) } });
		my ($of_function) = buffers({ claims => $caller{$name}, path => '/rpc/count_images', body => { filter => decode_json($filter) } });
		is($first->{total}, $counted->{body}, "$name, a count of $query: $first->{total}");
		cmp_ok($buffers, '<=', $of_page + $of_function + 30, "$name, a count of $query: $buffers buffers, $of_function of the function");
	}
}

### What the OpenAPI is made of

is( $node->safe_psql('postgres', q{
SELECT string_agg(x, ', ' ORDER BY x) FROM (
	SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	 WHERE c.relnamespace = 'image_api'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
	   AND col_description(c.oid, a.attnum) IS NULL
	UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'image_api'::regnamespace AND relkind = 'v' AND obj_description(oid) IS NULL
	UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'image_api'::regnamespace AND obj_description(oid) IS NULL) t (x)}),
	'', 'everything has a comment');
is( $node->safe_psql('postgres', q{
SELECT string_agg(proname || ' ' || name, ', ') FROM pg_proc, unnest(proargnames) name
 WHERE pronamespace = 'image_api'::regnamespace AND name IN ('select', 'order', 'limit', 'offset', 'columns', 'on_conflict', 'and', 'or', 'not')}),
	'', "no argument has one of PostgREST's own names");
is( $node->safe_psql('postgres', q{
SELECT string_agg(relname, ' ' ORDER BY relname) || ' ' || sum(pg_relation_is_updatable(oid, true))
  FROM pg_class WHERE relnamespace = 'image_api'::regnamespace AND relkind IN ('v', 'r', 'm', 'f', 'p')}),
	'container_images findings image_members images 0', 'four resources, to read');
is( $node->safe_psql('postgres', q{
SELECT string_agg(c.relname, ' ') FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
 WHERE relnamespace = 'image_api'::regnamespace AND (r.rolname <> 'image_api' OR r.rolsuper OR r.rolbypassrls)}),
	'', 'and their owner is under row-level security');
is( $node->safe_psql('postgres', q{
SELECT count(*) FROM pg_proc p WHERE p.pronamespace IN ('image_api'::regnamespace, 'image_claims'::regnamespace)
   AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)}),
	'0', 'nobody else may call their functions');

### A dump

my $dump = "$PostgreSQL::Test::Utils::tmp_check/postgrest.sql";
$node->safe_psql('postgres', 'DROP SCHEMA oracle, ask, leak CASCADE; CREATE DATABASE restored');
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'the database is dumped');
$node->command_ok([ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ], 'and restored');
my $request = { claims => $claims, path => '/images', query => 'select=id&order=created_at.desc,id.desc&limit=10', count => 1 };
my ($before) = ask($request);
my ($after) = replay($node, 'restored', $request);
is("$after->{total} " . ids($after), "$before->{total} " . ids($before), 'and answers as before');

$node->stop;
done_testing();
