# Random searches and random URLs, most of them nonsense: an answer or an
# error of class 22, never an internal one.  IMAGE_CATALOG_ROUNDS and
# IMAGE_CATALOG_SEED ask for more rounds, or for others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ContainerSearch;
use ImageCatalogTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{IMAGE_CATALOG_ROUNDS} || 2000;
my $seed = $ENV{IMAGE_CATALOG_SEED} || 20250624;
srand($seed);
note("seed $seed");

sub one_of { return $_[ rand @_ ] }
sub chance { return rand() < $_[0] }

my @words = (
	'"', '""', '!', '!!', 'r/', 'tr/', '*', '-', '+', ',', ':', '=', '<', '<=',
	'>', '>=', '==', ' ', '%', '_', '\\', '[', ']', '(', ')', '{', '}', '|',
	'^', '$', '.', '?', '(?=', '(?i)', '\\1', '\\d', '[[:alpha:]]', '[a-', 'x{2,1}', 'x{999}',
	'0', '1', '-1', '1-2', '9.8', '1e308', '1e-308', '99999999999999999999',
	'2147483648', '1d', '10d-20d', '-5d', '06/24/2025', '02/30/2025',
	'06/24/2025 1:05 PM', '00/00/0000', '12/31/9999 11:59:59 PM', 'tr/1-2',
	'tr/-9223372036854775808-9223372036854775807', 'true', 'f', 'CRITICAL',
	'IMPORTANT_VULNERABILITY_SEVERITY', 'OS', 'CVE-2024', 'docker.io', 'key=',
	'!key=', 'k=v', "\x{e9}", "\x{1f600}", "\t", "\n", "'", '$$', ';', '--');

sub noise { return join('', map { one_of(@words) } 0 .. rand 5) }

sub some_query
{
	return noise() if chance(0.05);
	return join('+', map {
		my $label = chance(0.9) ? one_of(label_names())
		  : one_of('Policy', 'Bogus', '', 'Image Risk Priority', 'Component ID', 'CVE ID',
			'Image ID', 'CISA KEV', 'Image Count', 'Severity Max', 'CVE Created Time Min', '_id');
		$label = lc $label if chance(0.2);
		"$label:" . join(',', map { noise() } 0 .. rand 3);
	} 0 .. rand 4);
}

sub some_call
{
	my $query = some_query() =~ s/'/''/gr;
	return "image_catalog.count_container_images('$query')" if chance(0.6);
	my $field = (chance(0.9) ? one_of(label_names(), '_id', 'Image Risk Priority') : noise()) =~ s/'/''/gr;
	return sprintf("(SELECT count(*) FROM image_catalog.list_container_images('%s', %d, %d, '%s', %s, '%s', %s))",
		$query, one_of(-1, 0, 1, 2147483647), one_of(-1, 0, 2, 2147483647), $field,
		one_of('true', 'false'), one_of('UNSET', 'MIN', 'MAX', 'COUNT', '3', 'x'),
		one_of('true', 'false', 'false'))
	  if chance(0.5);
	my $url = join('&', map {
		my $name = one_of('query', 'pagination.limit', 'pagination.offset',
			'pagination.sortOption.field', 'pagination.sort_option.reversed',
			'pagination.sortOption.aggregateBy.aggrFunc', 'pagination.marker', 'pagination.markerKey', 'x');
		my $value = $name eq 'query' ? some_query()
		  : chance(0.5) ? one_of('1', 'true', 'CVE', 'MAX', 'sha256:aaaa', '.2025-01-01', '-')
		  : noise();
		utf8::encode($value);
		$value =~ s/([^A-Za-z0-9:.])/sprintf('%%%02X', ord $1)/ge;
		$value .= '%' . one_of('ff', '00', 'zz', 'C3') if chance(0.02);
		"$name=$value";
	} 0 .. rand 5);
	$url =~ s/'/''/g;
	return "image_catalog.list_container_images_page('$url')";
}

my $node = PostgreSQL::Test::Cluster->new('container_random');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');
my $documents = data_text('container_fixture.json') =~ s/'/''/gr;
$node->safe_psql('postgres', "SELECT image_catalog.import_container_images('$documents')");

my $script = q{
CREATE FUNCTION pg_temp.ask(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SELECT ' || command;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
};
my (%states, @bad);
while ($rounds > 0)
{
	my $batch = $rounds < 5000 ? $rounds : 5000;
	my @calls = map { some_call() } 1 .. $batch;
	my $commands = join('', map { "SELECT replace(pg_temp.ask('" . s/'/''/gr . "'), E'\\n', ' ');\n" } @calls);
	utf8::encode($commands);
	my @answers = split /\n/, $node->safe_psql('postgres', "SET standard_conforming_strings = on;$script$commands");
	is(scalar @answers, $batch, "$batch answers");
	for my $number (0 .. $#answers)
	{
		my $state = substr($answers[$number], 0, 5);
		$states{$state}++;
		push @bad, "$answers[$number]: $calls[$number]"
		  unless $state =~ /^(00000|22...)$/;
	}
	$rounds -= $batch;
}
note("$_: $states{$_}") for sort keys %states;
diag($_) for @bad[ 0 .. ($#bad < 9 ? $#bad : 9) ];
is(scalar @bad, 0, 'no error but of class 22');
cmp_ok($states{'00000'} // 0, '>', 0, 'some were answered');
cmp_ok($states{'22023'} // 0, '>', 0, 'some were refused');
$node->stop;
done_testing();
