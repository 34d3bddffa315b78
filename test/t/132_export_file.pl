# The documented way of container images to a file and back: the file is JSON
# line by line, and what is read from it is exported as the same bytes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('export_file');
my $file = "$PostgreSQL::Test::Utils::tmp_check/images.jsonl";

# the recipes as the page shows them
my $page = slurp_file("$FindBin::RealBin/../../docs/container_images.md");
my @recipes = grep { /\\copy/ } $page =~ /^```sql no-run\n(.*?)^```$/msg;
is(@recipes, 3, 'the page has a recipe for each direction, and for the envelope');
s/'(images|central)\.jsonl'/'$file'/g foreach @recipes;

# texts that one of COPY's formats, a shell or JSON itself would have to escape
my @texts = (
	'C:\\new\\table', '\\', '\\\\', '\\.', '\\N', '"quoted"', "it's", "two\nlines",
	"carriage\r\nreturn", "tab\there", "\x01\x02\x08\x0c\x1f", 'a,b;c|d', '', ' ', 'null', '{"json": "in \\"json\\""}',
	"\x{e4}\x{20ac}\x{1f433}", "\x{2028}\x{feff}", '\\u0041', '%s $1 `x` :var', '-- no comment', '/* nor this');
my @documents = map {
	{
		id => sprintf('sha256:%02x', $_),
		name => { fullName => "quay.io/a/b:$_" },
		metadata => { v1 => { user => $texts[$_], labels => { "key $texts[$_]" => $texts[$_] } } },
		scan => { components => [ { name => $texts[$_], vulns => [ { cve => "CVE-$_", summary => $texts[$_] } ] } ] },
	}
} 0 .. $#texts;
# more than a batch of the recipe
push @documents, map { { id => sprintf('sha256:%04x', $_ + 1000) } } 1 .. 250;
$node->safe_psql('postgres', 'SELECT image_catalog.import_container_images('
	  . literal(JSON::PP->new->encode(\@documents)) . ')');

$node->safe_psql('postgres', $recipes[0]);
my $first = slurp_file($file);
my @lines = split /\n/, $first;
is(@lines, @documents, 'a document a line');
is( (grep { eval { JSON::PP->new->utf8->decode($_) } } @lines), @documents, 'each is JSON');
my %by_id = map { $_->{id} => $_ } map { JSON::PP->new->utf8->decode($_) } @lines;
is_deeply(
	[ map { $by_id{ $_->{id} }{scan}{components}[0]{vulns}[0]{summary} } @documents[ 0 .. $#texts ] ],
	\@texts, 'the texts are in it');
is($first, join('', map { "$_\n" } split /\n/, $node->safe_psql('postgres', 'SELECT image_catalog.export_container_images()')),
	'byte by byte what the function answers');

# into another catalogue, and out of it
$node->safe_psql('postgres', 'CREATE DATABASE other');
$node->safe_psql('other', 'CREATE EXTENSION image_catalog');
like($node->safe_psql('other', $recipes[1]), qr/^@{[scalar @documents]}$/m, 'all are imported');
$node->safe_psql('other', $recipes[0]);
is(slurp_file($file), $first, 'and exported as the same bytes');

# once more, over what is there
$node->safe_psql('other', $recipes[1]);
$node->safe_psql('other', $recipes[0]);
is(slurp_file($file), $first, 'as they are after another import');

# Central's stream: the same documents, each in the envelope, in and back out
my $stream = join '', map { "{\"result\":{\"image\":$_}}\n" } split /\n/, $first;
unlink $file;
append_to_file($file, $stream);
$node->safe_psql('postgres', 'CREATE DATABASE central');
$node->safe_psql('central', 'CREATE EXTENSION image_catalog');
like($node->safe_psql('central', $recipes[1]), qr/^@{[scalar @documents]}$/m, 'a stream of Central is imported');
$node->safe_psql('central', $recipes[2]);
is(slurp_file($file), $stream, 'and exported as the same bytes');
my $rows = "$PostgreSQL::Test::Utils::tmp_check/rows.jsonl";
command_ok([ 'psql', '-XAtq', '-d', $node->connstr('central'), '-v', 'FETCH_COUNT=50', '-o', $rows,
		'-c', 'SELECT image_catalog.export_container_images(envelope => true)' ], 'by rows of psql');
is(slurp_file($rows), $stream, 'they are the same, too');
is($node->safe_psql('central', q{SELECT convert_from(response_body, 'UTF8') FROM image_catalog.http_request('GET', '/v1/export/images')}),
	$stream, 'and over HTTP');
is($node->safe_psql('central', 'SELECT image_catalog.export_container_images(envelope => NULL)') . "\n", $first, 'without an envelope there is none');

$node->stop;
done_testing();
