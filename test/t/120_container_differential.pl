# Random searches on a random catalogue of container images: what the
# extension finds, and in which order, is what a slow evaluator finds in the
# documents.  IMAGE_CATALOG_ROUNDS and IMAGE_CATALOG_SEED ask for more rounds,
# or for others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ContainerSearch;
use JSON::PP;
use POSIX qw(strftime);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{IMAGE_CATALOG_ROUNDS} || 300;
my $seed = $ENV{IMAGE_CATALOG_SEED} || 20250624;
my $json = JSON::PP->new->canonical->ascii;
srand($seed);
note("seed $seed");

sub one_of { return $_[ rand @_ ] }
sub chance { return rand() < $_[0] }

# ---- a catalogue

sub time_text { return strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $_[0]) }

# some time in the last years, often on a whole day before the clock
sub some_time
{
	return time_text(NOW - ContainerSearch::DAY * int(rand 40)) if chance(0.5);
	return time_text(NOW - int(rand 3e7));
}
sub some_list { return [ map { one_of(@_) } 1 .. 1 + rand 3 ] }

my @cves = map { sprintf('CVE-202%d-%04d', $_ % 6, $_ * 37 % 10000) } 1 .. 60;
push @cves, 'GHSA-jfh8-c2jp-5v3q', 'RHSA-2024:1234';

sub some_vuln
{
	my %vuln = (
		cve => one_of(@cves),
		cvss => int(rand 101) / 10,
		severity => one_of(qw(UNKNOWN LOW MODERATE IMPORTANT CRITICAL))
		  . '_VULNERABILITY_SEVERITY',
		state => one_of(qw(OBSERVED OBSERVED DEFERRED FALSE_POSITIVE)));
	$vuln{fixedBy} = one_of('', '1.1', '2.0-3', '3.0.13-1') if chance(0.6);
	$vuln{publishedOn} = some_time() if chance(0.8);
	$vuln{epss} =
	  { epssProbability => int(rand 1000) / 1000, epssPercentile => 0.5 }
	  if chance(0.7);
	$vuln{ one_of('cvssV3', 'cvssV2') } =
	  { vector => 'AV:N', impactScore => int(rand 101) / 10 }
	  if chance(0.7);
	$vuln{advisory} = { name => one_of('RHSA-2024:1', 'RHBA-2023:2'), link => 'l' }
	  if chance(0.3);
	return \%vuln;
}

sub some_component
{
	return {
		name => one_of(qw(openssl curl musl requests Django log4j-core zlib)),
		version => one_of(qw(1.0 1.1.1k-9 3.0.11-1 2.19.0 7.88.1-10)),
		location => one_of('', 'var/lib/dpkg/status', 'app/x.jar'),
		source => one_of(qw(OS OS PYTHON JAVA GO)),
		vulns => [ map { some_vuln() } 1 .. rand 5 ] };
}

sub some_image
{
	my ($number) = @_;
	my $registry = one_of(qw(docker.io quay.io localhost:5000 MYREG));
	my $remote = one_of(qw(library/nginx library/alpine org/app team/tool a/b_c));
	my $tag = one_of(qw(latest 1.25 v2_1 3.18)) . (chance(0.5) ? "-$number" : '');
	my $name = {
		registry => $registry,
		remote => $remote,
		tag => $tag,
		fullName => "$registry/$remote:$tag" };
	my %image = (
		id => sprintf('sha256:%08x%056x', rand 2**32, $number),
		name => $name,
		names => [$name],
		riskScore => int(rand 20) / 4,
		lastUpdated => some_time());
	$image{metadata} = {
		v1 => {
			chance(0.8) ? (created => some_time()) : (),
			user => one_of('', 'root', 'nginx', '1001'),
			chance(0.8) ? (command => some_list('nginx', '-g', 'daemon off;', '/bin/sh', 'app.py')) : (),
			chance(0.5) ? (entrypoint => some_list('/docker-entrypoint.sh', 'sh')) : (),
			volumes => chance(0.5) ? some_list('/var/cache', '/data') : [],
			labels => {
				map { one_of(qw(app maintainer Team a=b)) => one_of('web', 'api', 'NGINX Docker', '', 'c=d') }
				  1 .. rand 4
			},
			layers => [
				map { { instruction => one_of(qw(ADD RUN COPY CMD)), value => one_of('. /app', 'pip install -r req.txt', 'file:abc in /') } }
				  1 .. rand 4
			] } }
	  if chance(0.9);
	$image{scan} = {
		scannerVersion => '4.8',
		scanTime => some_time(),
		operatingSystem => one_of('debian:12', 'rhel:9.4', 'alpine:v3.18', 'unknown'),
		components => [ map { some_component() } 1 .. rand 5 ] }
	  if chance(0.85);
	return \%image;
}

# ---- searches

# all cells of a label, to make values that find something
my %cells;

sub gather_cells
{
	my ($images) = @_;
	my %seen;
	for my $label (label_names())
	{
		my ($table, undef, $column) = @{ label_entry($label) };
		my @cells = map {
			    ref $_ eq 'ARRAY' ? @$_
			  : ref $_ eq 'HASH' ? %$_
			  : $_
		  } grep { defined } map {
			my $image = $_;
			$table eq 'derived' ? $column->($image)
			  : map { $_->{$column} } @{ $image->{$table} }
		  } @$images;
		my %distinct = map { $_ => 1 } @cells;
		$cells{$label} = [ sort keys %distinct ];
		$cells{$label} = ['x'] unless %distinct;
	}
}

# the cell, or a part of it, in some spelling
sub some_text
{
	my ($text) = @_;
	$text = substr($text, 0, 1 + rand length $text) if chance(0.5);
	$text = substr($text, 1) if chance(0.1);
	$text = uc $text if chance(0.2);
	$text =~ s/[a-z0-9]/one_of('%', '_', '\\')/e if chance(0.1);
	return $text;
}

sub some_regex
{
	my ($text) = @_;
	my $regex = quotemeta(some_text($text));
	$regex =~ s/(\w)/[$1]/ if chance(0.2);
	$regex =~ s/\w$/./ if chance(0.2);
	$regex = "^$regex" if chance(0.2);
	$regex = "$regex\$" if chance(0.2);
	$regex = "($regex|zz)" if chance(0.1);
	# classes in upper case are not those in lower case
	$regex = one_of('^\D+$', '^\S+$', '\W', '\D\d', '^\D*\S$') if chance(0.15);
	return $regex;
}

sub some_string
{
	my ($cell) = @_;
	my $value =
	    chance(0.5) ? some_text($cell)
	  : chance(0.6) ? '"' . (chance(0.8) ? $cell : some_text($cell)) . '"'
	  : 'r/' . some_regex($cell);
	$value = "!$value" if chance(0.2);
	$value = one_of('!!', '!', '"', 'r/', '', '!!' . $value) if chance(0.03);
	return $value;
}

sub some_number
{
	my ($cell) = @_;
	my $number = $cell + one_of(0, 0, 0, 0.1, -0.1, 1, -1, 0.004);
	$number = int $number if chance(0.2);
	return "$number-" . ($number + one_of(0.5, 1, 2, 5)) if chance(0.2);
	return one_of('abc', '1-1', '2-1', '>', '!3', '"3"', '1e2', '-', '1 - 2')
	  if chance(0.05);
	return one_of('', '', '<', '<=', '>', '>=', '=', '==') . one_of('', '', ' ') . $number
	  if chance(0.1);
	return one_of('', '<', '<=', '>', '>=', '=', '==') . $number;
}

sub some_time_value
{
	my ($cell) = @_;
	my $days = int((NOW - $cell) / ContainerSearch::DAY);
	my $sign = one_of('', '<', '<=', '>', '>=');
	return one_of('3h', 'lol', '10d-1d', '=10d', '==06/14/2025', '!10d', 'tr/1', '2025-06-14', '')
	  if chance(0.05);
	return $sign . $days . one_of('', 'd') if chance(0.4);
	return one_of('', '>') . ($days - one_of(0, 1, 5)) . 'd-' . ($days + one_of(1, 2, 10)) . 'd'
	  if chance(0.3);
	return sprintf('tr/%d-%d', ($cell - one_of(0, 86400)) * 1000, ($cell + one_of(0, 1, 86400)) * 1000)
	  if chance(0.3);
	return $sign . strftime(one_of('%m/%d/%Y', '%m/%d/%Y UTC', '%m/%d/%Y %I:%M %p', '%m/%d/%Y %I:%M:%S %p EST'), gmtime $cell);
}

sub some_enum
{
	my ($cell) = @_;
	my $text = some_text($cell);
	return 'r/' . some_regex($cell) if chance(0.1);
	return one_of('!r/', '!"', '!!') . $cell . '"' if chance(0.05);
	return "\"$cell\"" if chance(0.2);
	return '!' . $text if chance(0.2);
	return one_of('', '', '<', '<=', '>', '>=', '=') . $text;
}

sub some_map
{
	my ($cell) = @_;
	my ($key, $value) = map { one_of(@{ $cells{'Image Label'} }) } 1, 2;
	return one_of('*', '=', '-', '') if chance(0.1);
	return "$key=" if chance(0.2);
	return "!$key=" if chance(0.1);
	return "!$key" if chance(0.05);
	return some_string($key) if chance(0.2);
	return '=' . some_string($value) if chance(0.3);
	return some_string($key) . '=' . some_string($value);
}

sub some_value
{
	my ($label) = @_;
	my $type = type_of($label);
	my $cell = one_of(@{ $cells{$label} });
	return one_of('-', '*') if $type ne 'map' && chance(0.06);
	return some_map() if $type eq 'map';
	return some_string($cell) if $type eq 'string' || $type eq 'array';
	return some_number($cell) if $type eq 'number' || $type eq 'integer';
	return some_time_value($cell) if $type eq 'time';
	return one_of('true', 'false', 't', 'FAL', '0', '1', '!true', 'yes')
	  if $type eq 'bool';
	return some_enum($cell);
}

# a query takes few regular expressions
my $regexes = 0;

sub some_few_regexes
{
	my ($label) = @_;
	my $value = some_value($label);
	return $value =~ m{r/} && ++$regexes > 5 ? 'x' : $value;
}

sub some_pair
{
	return one_of('Bogus:x', 'Policy:x', 'Deployment:-', 'junk', 'Image:', 'CVE Snoozed:true')
	  if chance(0.06);
	my $label = one_of(label_names());
	$label = one_of('CVE', 'Component', 'Severity', 'Fixable', 'CVSS', 'Image')
	  if chance(0.4);
	my $values = join(',', map { some_value($label) } 1 .. 1 + (chance(0.3) ? rand 3 : 0));
	# so many that they travel as arrays
	$values = join(',', map { some_few_regexes($label) } 1 .. 15 + rand 60)
	  if chance(0.08);
	$label = lc $label if chance(0.1);
	return "$label:$values";
}

sub some_query
{
	$regexes = 0;
	return join(chance(0.9) ? '+' : ' + ', map { some_pair() } 1 .. 1 + rand 4);
}

# ---- both answers

# What the evaluator says: digests in order, or "refused".
sub expected
{
	my ($round, $images) = @_;
	my $found = search($round->{query}, $images);
	return $found unless ref $found;
	return join(' ', sorted($found, @$round{qw(label reversed function)}));
}

# A call of the function under test, as a dollar-quoted command.
sub command
{
	my ($round) = @_;
	my $query = $round->{query} =~ s/'/''/gr;
	my $function = $round->{function} eq 'DISTINCT' ? 'COUNT' : $round->{function};
	my $label = $round->{spelling};
	return sprintf(
		"SELECT pg_temp.ask('%s', '%s', %s, '%s', %s);\n",
		$query, $label, $round->{reversed} ? 'true' : 'false',
		$function, $round->{function} eq 'DISTINCT' ? 'true' : 'false');
}

my @documents = map { some_image($_) } 1 .. 500;
my @images = map { rows_of($_) } @documents;
gather_cells(\@images);

my @sort_labels = grep {
	my ($table) = @{ label_entry($_) };
	$table ne 'derived' && type_of($_) !~ /array|map|bool/
} label_names();
my @rounds;
for (1 .. $rounds)
{
	my %round = (
		query => some_query(),
		label => 'Last Updated',
		reversed => 0,
		function => 'UNSET');
	if (chance(0.5))
	{
		my ($table) = @{ label_entry($round{label} = one_of(@sort_labels)) };
		$round{reversed} = chance(0.5);
		$round{function} = one_of('UNSET', 'MIN', 'MAX', 'COUNT', 'DISTINCT')
		  if $table ne 'image';
	}
	# spelt so, these two stand for several labels
	$round{spelling} = $round{label} =~ /^(Image|Component)$/ ? lc $round{label} : $round{label};
	push @rounds, \%round;
}

my $node = PostgreSQL::Test::Cluster->new('container_differential');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');
my $documents = $json->encode(\@documents) =~ s/'/''/gr;
is($node->safe_psql('postgres', "SELECT image_catalog.import_container_images('$documents')"),
	scalar @documents, 'catalogue imported');
$node->safe_psql('postgres', 'ANALYZE');

my $script = q{
SET image_catalog.clock = '2025-06-24 12:00:00Z';
CREATE FUNCTION pg_temp.ask(query text, sort_field text, reversed boolean,
        aggregate text, distinct_values boolean)
    RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    digests text;
    rows bigint;
    deleted bigint;
    left_over bigint;
    found_again bigint;
BEGIN
    SELECT coalesce(string_agg(image ->> 'id', ' ' ORDER BY n), ''), count(*)
      INTO digests, rows
      FROM image_catalog.list_container_images(query, -1, 0, sort_field,
               reversed, aggregate, distinct_values)
           WITH ORDINALITY l (image, n);
    IF sort_field = 'Last Updated'
        AND rows <> image_catalog.count_container_images(query) THEN
        RETURN 'count differs';
    END IF;
    IF sort_field = 'Last Updated' AND rows < 50 THEN
        BEGIN
            deleted := image_catalog.delete_container_images(query, true) ->> 'numDeleted';
            left_over := (SELECT count(*) FROM image_catalog.container_images);
            found_again := (SELECT count(*) FROM image_catalog.container_images
                             WHERE digest = ANY (string_to_array(digests, ' ')));
            RAISE EXCEPTION 'undo';
        EXCEPTION
            WHEN invalid_parameter_value THEN NULL;
            WHEN raise_exception THEN
                IF (deleted, left_over, found_again) <> (rows, 500 - rows, 0) THEN
                    RETURN 'delete differs';
                END IF;
        END;
    END IF;
    RETURN digests;
EXCEPTION
    WHEN invalid_parameter_value THEN RETURN 'refused';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
} . join('', map { command($_) } @rounds);
my @answers = split /\n/, $node->safe_psql('postgres', $script), -1;
is(scalar @answers, scalar @rounds, 'as many answers as searches');

my ($differences, $refused, $empty) = (0, 0, 0);
for my $number (0 .. $#rounds)
{
	my $round = $rounds[$number];
	my $expected = expected($round, \@images);
	$refused++ if $expected eq 'refused';
	$empty++ if $expected eq '';
	next if $answers[$number] eq $expected;
	next if ++$differences > 10;
	my %have = map { $_ => 1 } split / /, $answers[$number];
	my %want = map { $_ => 1 } split / /, $expected;
	diag("query $round->{query}");
	diag("sort $round->{label} $round->{function}"
		  . ($round->{reversed} ? ' reversed' : ''));
	diag('have ' . keys(%have) . ' images, want ' . keys(%want)
		  . (join('', sort keys %have) eq join('', sort keys %want)
			  ? ', in another order' : ''));
	diag('answer ' . substr($answers[$number], 0, 100));
	diag('missing ' . join(' ', grep { defined } (grep { !$have{$_} } sort keys %want)[ 0 .. 2 ]));
	diag('too many ' . join(' ', grep { defined } (grep { !$want{$_} } sort keys %have)[ 0 .. 2 ]));
}
is($differences, 0, "$rounds searches answered alike");

# the test is worth little when most searches find nothing
cmp_ok($refused + $empty, '<', $rounds * 0.7,
	"enough searches find something ($refused refused, $empty empty)");

# names of images, binary and back
my $file = $node->basedir . '/names.bin';
$node->safe_psql('postgres', qq{
    CREATE TABLE names AS
    SELECT DISTINCT name_full::image_catalog.image_reference AS name
      FROM image_catalog.container_images;
    COPY names TO '$file' (FORMAT binary);
    CREATE TABLE names_again (LIKE names);
    COPY names_again FROM '$file' (FORMAT binary);});
is( $node->safe_psql('postgres',
		'SET search_path = image_catalog, public; SELECT count(*) > 0 AND count(*) = count(a.name) AND count(*) = count(b.name)'
		  . ' FROM names a FULL JOIN names_again b USING (name)'),
	't', 'image references survive their binary form');

$node->stop;
done_testing();
