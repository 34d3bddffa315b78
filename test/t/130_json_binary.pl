# The type json_patch on the wire and on its way through files: binary COPY,
# damaged binary input, dump and restore, and a database that is not UTF-8.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('json_binary');
$node->init(extra => [ '--encoding', 'UTF8', '--locale', 'C' ]);
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION image_catalog;
	CREATE TABLE history (version int, patch image_catalog.json_patch);
	INSERT INTO history VALUES
		(1, '[]'),
		(2, '[{"op": "add", "path": "/a~1b/é", "value": [1.50, null, {"x": "日本"}]}]'),
		(3, '[{"op": "move", "from": "/a", "path": "/b"}, {"op": "test", "path": "", "value": 1e3}]');
	CREATE TABLE copied (LIKE history);
});

# ---- binary COPY

my $file = $node->basedir . '/patches';
$node->safe_psql(
	'postgres', qq{
	COPY history TO '$file' (FORMAT binary);
	COPY copied FROM '$file' (FORMAT binary);
});
is( $node->safe_psql(
		'postgres',
		'SELECT count(*) FROM history h JOIN copied c
		  ON h.version = c.version AND h.patch::text = c.patch::text'),
	'3',
	'binary COPY brings every patch back');

# What comes of a field of these bytes, sent in binary.
sub receive
{
	my ($field) = @_;
	open my $out, '>:raw', $file or die "$file: $!";
	print $out "PGCOPY\n\377\r\n\0", pack('N2', 0, 0);
	print $out pack('n', 2), pack('N', 4), pack('N', 9),
	  pack('N', length $field), $field, pack('n', 0xffff);
	close $out;
	my ($ret, $stdout, $stderr) = $node->psql('postgres',
		"\\set VERBOSITY verbose\nCOPY copied FROM '$file' (FORMAT binary)");
	return $ret == 0 ? 'ok' : $stderr =~ /ERROR:  (\w{5}: [^\n]*)/ ? $1 : $stderr;
}

is(receive("\1[]"), 'ok', 'a version byte and JSON are a patch');
is(receive("\2[]"), '22P03: unsupported json_patch version number 2',
	'another version is refused');
is(receive(''), '08P01: insufficient data left in message', 'nothing is refused');
like(receive("\1"), qr/^22P02: /, 'no JSON is refused');
is(receive("\1{}"), '22P02: malformed JSON Patch', 'an object is refused');
is(receive("\1[{\"op\":\"remove\",\"path\":\"/a\",\"op\":\"test\"}]"),
	'22P02: malformed JSON Patch', 'so is a member written twice');
like(receive("\1[\"\377\"]"), qr/^22021: /, 'and bytes that are not UTF-8');

# ---- dump and restore

$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->run_log(
	[ 'pg_dump', '-Fc', '-f', "$file.dump", '-t', 'history', $node->connstr('postgres') ]);
$node->safe_psql('restored', 'CREATE EXTENSION image_catalog');
$node->command_ok(
	[ 'pg_restore', '-d', $node->connstr('restored'), "$file.dump" ],
	'a table of patches is restored');
is( $node->safe_psql('restored', 'SELECT md5(string_agg(patch::text, chr(10) ORDER BY version)) FROM history'),
	$node->safe_psql('postgres', 'SELECT md5(string_agg(patch::text, chr(10) ORDER BY version)) FROM history'),
	'with the same patches');

# ---- another encoding

$node->safe_psql('postgres',
	q{CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'});
$node->safe_psql('latin', 'CREATE EXTENSION image_catalog');
is( $node->safe_psql(
		'latin', q{
		SET client_encoding = 'UTF8';
		SELECT image_catalog.json_patch_apply('{"é": {"ü": 1}, "e": 2}', p),
		       image_catalog.json_pointer_get('{"é": "ß"}', '/é'),
		       image_catalog.json_patch_diff('{"é": "ä"}', '{"é": "ö"}')
		  FROM (SELECT image_catalog.json_patch
				'[{"op": "replace", "path": "/\u00e9/ü", "value": "ñ"}]' AS p) v}),
	'{"e": 2, "é": {"ü": "ñ"}}|"ß"|[{"op": "replace", "path": "/é", "value": "ö"}]',
	'in a LATIN1 database');

$node->stop;
done_testing();
