# Random query strings are answered or refused, by an error that is the
# client's: never an internal error, and never a crash.
#
# ROUNDS says how many (3000), SEED repeats a run.

use strict;
use warnings;
no warnings 'qw';	# commas are meant

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Test::More;

my $rounds = $ENV{ROUNDS} || 3000;
my $seed = $ENV{SEED} || int(rand(1_000_000));
my $batch = 500;

note "SEED=$seed ROUNDS=$rounds";
srand($seed);

my $node = new_node('list_fuzz', 'jit = off');
load_catalogue($node, decode_json(data_text('images_oracle_catalog.json')));
load_catalogue($node,
	[ map { { %{ $_->{image} }, members => $_->{members} } }
		  data_lines('ims_catalog.jsonl') ]);

# The states of the answers to queries and filters, for what states are not to
# be: a class XX would be an internal error.
my $fuzz_function = <<'SQL';
CREATE SCHEMA fuzz;
CREATE FUNCTION fuzz.state_of(command text, argument text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command USING argument;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
CREATE FUNCTION fuzz.strange(cases text[]) RETURNS TABLE (command text, argument text, state text)
LANGUAGE sql AS $$
    SELECT command, argument, state
      FROM unnest(cases) WITH ORDINALITY c (argument, n),
           LATERAL (SELECT CASE WHEN argument LIKE '{%' THEN 'SELECT image_catalog.list_images($1::jsonb)'
                                WHEN n % 3 = 0 THEN 'SELECT image_catalog.list_cloud_images_page($1)'
                                ELSE 'SELECT image_catalog.list_images_page($1)' END) f (command),
           LATERAL fuzz.state_of(command, argument) s (state)
     WHERE state <> '00000' AND state !~ '^(22|54000 (too many query parameters|query parameter is too long))'
$$;
SQL
$node->safe_psql('postgres', $fuzz_function);

my @names = (
	qw(limit marker sort sort_key sort_dir name id status visibility
	  member_status owner protected os_hidden tag tags checksum os_hash_algo
	  os_hash_value size virtual_size min_disk min_ram size_min size_max
	  min_disk_min min_ram_max virtual_size_min foo_min created_at updated_at
	  container_format disk_format deleted changes-since __imagetype
	  __isregistered __platform __os_bit architecture flavor_id
	  enterprise_project_id nosuch locations trait%3ACUSTOM_HCI_1 is_public),
	'');
my @values = (
	qw(0 1 2 -1 25 1000 99999999999999999999 -99999999999999999999 1.5 abc
	  active queued deleted killed public private shared community all
	  accepted pending rejected true false True asc desc name size id
	  created_at name:asc name:asc,size:desc created_at:asc,id:desc owner
	  in:a,b in:%22a,b%22,c in:%22 eq:x neq:x in: in:,, x:y alpha p0 p1
	  gt:2024-01-02T00:00:00Z lt:2024 eq:2024-01-01%2000:00:00
	  gte:2018-10-28T10:00:00%2B02:00 neq:0001-01-01 gt:9999-12-31T23:59:59Z
	  in:2024-01-01 2024-02-30 gold golden RedHat x86 arm 0 all_granted_eps
	  00000000-0000-4000-8000-000000000001
	  00000000-0000-4000-8000-000000000020
	  00000000-0000-4000-8000-FFFFFFFFFFFF key1%3Dvalue1 x86 aaaa=1111
	  %C3%9Cmlaut %F0%9F%98%80 %FF %00 %C3 %ED%A0%80 % %4 %zz + %2B %26 %25),
	'', ' ', "\x{1F600}", "\\", "'", '"', "\n", 'x' x 300, ',' x 50,
	'%22' x 9, ':' x 9);
my @characters = (
	'&', '=', '%', '+', ':', ',', '"', "'", '\\', ' ', '#', '?', ';', '/',
	'.', '-', '_', '0' .. '9', 'a' .. 'f', 'Z', "\t", "\x{7f}", "\x{e4}",
	"\x{2028}", "\x{10ffff}");

sub pick { return $_[ int rand @_ ] }

sub value
{
	return rand() < 0.9 ? pick(@values) : join '',
	  map { pick(@characters) } 1 .. rand 12;
}

sub query
{
	my $query = join '&', map { pick(@names) . '=' . value() } 1 .. rand 6;

	# some of it torn
	for (1 .. (rand() < 0.3 ? rand 5 : 0))
	{
		substr($query, int rand(1 + length $query), int rand 3) =
		  join '', map { pick(@characters) } 1 .. rand 4;
	}
	return $query;
}

sub filter
{
	my %filter = map {
		pick(@names) => pick(
			value(), [ map { value() } 1 .. rand 4 ],
			int rand 100, JSON::PP::true, undef, { x => 1 }, 1e300)
	} 1 .. rand 5;
	return JSON::PP->new->canonical->encode(\%filter);
}

my $states = 0;
for (my $done = 0; $done < $rounds; $done += $batch)
{
	my @cases = map { rand() < 0.2 ? filter() : query() } 1 .. $batch;
	my $cases = join ",\n", map { literal($_) } @cases;
	my $project = pick('p0', 'p1', '0b1e494e2660441a957313163095fe5c', '');
	my $dialect = pick('openstack', 'ims');
	my $admin = pick('on', 'off');

	utf8::encode($cases);
	my $strange = $node->safe_psql('postgres', qq{
SET image_catalog.project_id = '$project';
SET image_catalog.dialect = '$dialect';
SET image_catalog.is_admin = $admin;
SELECT * FROM fuzz.strange(ARRAY[$cases]);});
	is($strange, '', "$batch requests of '$project', $dialect, admin $admin");
}

# In another encoding, what it has no letter for is the client's error, too.
$node->safe_psql('postgres',
	q{CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'});
$node->safe_psql('latin1', 'CREATE EXTENSION image_catalog');
$node->safe_psql('latin1', $fuzz_function);
is( $node->safe_psql(
		'latin1', q{
SET client_encoding = 'UTF8';
SET image_catalog.project_id = 'p';
SELECT * FROM fuzz.strange(ARRAY['name=%C3%A4', 'name=%E2%9C%93', '%E2%9C%93=1', 'name=%FF', 'tag=%F0%9F%98%80']);
SELECT fuzz.state_of('SELECT image_catalog.list_images_page($1)', 'name=%E2%9C%93') ~ '^22P05';
INSERT INTO image_catalog.images (id, name, visibility) VALUES (gen_random_uuid(), 'ä', 'public');
SELECT json_array_length(image_catalog.list_images_page('name=%C3%A4') -> 'images');
SELECT json_array_length(image_catalog.list_images_page('name=ä') -> 'images');
SELECT image_catalog.list_images_page('name=%C3%A4') ->> 'first';}),
	"t\n1\n1\n/v2/images?name=%C3%A4",
	'a database in LATIN1');

$node->stop;
unlike(ImageCatalogTest::slurp_file($node->logfile),
	qr/was terminated by signal|PANIC|TRAP/, 'no crash in the log');
done_testing();
