# Documents with random damage: each is imported or refused by an error of
# class 22, and what was imported prints to a document that, imported again,
# changes nothing.  IMAGE_CATALOG_ROUNDS and IMAGE_CATALOG_SEED ask for more
# rounds, or for others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{IMAGE_CATALOG_ROUNDS} || 2000;
my $seed = $ENV{IMAGE_CATALOG_SEED} || 20250624;
srand($seed);
note("seed $seed");

my $json = JSON::PP->new->utf8->canonical->allow_nonref->allow_bignum;
my @documents = (@{ $json->decode(data_text('container_fixture.json')) },
	map { $json->decode(data_text($_)) } qw(container_image_full.json container_image_newer.json));

sub one_of { return $_[ rand @_ ] }

# values that fit nowhere, or just so; as JSON
my @junk = (
	'null', 'true', 'false', '0', '-1', '1.5', '1e300', '1e-45', '3.4028235e38', '99999999999999999999',
	'""', '"x"', '"\u00e9\u20ac"', '"a\"b\\\\c\n\u0001"', '[]', '{}', '[null]', '[[]]', '{"a": 1}',
	'"2025-01-01T00:00:00Z"', '"2025-01-01T00:00:00.1234567890Z"', '"9999-12-31T23:59:59.999999999Z"',
	'"0001-01-01T00:00:00+23:59"', '"2024-02-30T00:00:00Z"', '"18446744073709551616"', '"-1"', '"1e400"', '"NaN"',
	'"CRITICAL_VULNERABILITY_SEVERITY"', '"OBSERVED"', '"V2"', '"_-"');

# Every place of a document: the container that holds it, and the key there.
sub places
{
	my ($value) = @_;
	return map { ([ $value, $_ ], places($value->{$_})) } sort keys %$value if ref $value eq 'HASH';
	return map { ([ $value, $_ ], places($value->[$_])) } 0 .. $#$value if ref $value eq 'ARRAY';
	return ();
}

sub get_at { my ($in, $key) = @{ $_[0] }; return ref $in eq 'HASH' ? $in->{$key} : $in->[$key] }

sub set_at
{
	my ($place, $value) = @_;
	my ($in, $key) = @$place;
	if (ref $in eq 'HASH') { $in->{$key} = $value }
	else { $in->[$key] = $value }
}

# A copy of a document with one to five kinds of damage.
sub damaged
{
	my $document = $json->decode($json->encode(one_of(@documents)));
	for (1 .. one_of(1, 1, 1, 2, 5))
	{
		my @places = places($document) or last;
		my $place = one_of(@places);
		my ($in, $key) = @$place;
		my $kind = rand;
		if ($kind < 0.6) { set_at($place, $json->decode(one_of(@junk))) }
		elsif ($kind < 0.75)
		{
			if (ref $in eq 'HASH') { delete $in->{$key} }
			else { splice @$in, $key, 1 }
		}
		elsif ($kind < 0.9) { set_at($place, $json->decode($json->encode(get_at(one_of(@places))))) }
		elsif (ref $in eq 'ARRAY') { unshift @$in, $json->decode(one_of(@junk)) }
		else { $in->{ one_of('cve', 'names', 'scan', 'x', 'riskScore', 'full_name', 'id') } = $json->decode(one_of(@junk)) }
	}
	return $document;
}

my $node = PostgreSQL::Test::Cluster->new('container_documents');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');

my $functions = q{
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.attempt(documents text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM image_catalog.import_container_images(documents::jsonb);
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END;
$$;
};
# what must hold afterwards: one number each, 0 if it does
my $invariants = q{
CREATE TEMP TABLE printed AS SELECT d::jsonb AS d FROM image_catalog.export_container_images() d;
SELECT count(image_catalog.import_container_images(d)) > 0 FROM printed;
SELECT count(*) FROM (SELECT d FROM printed EXCEPT SELECT d::jsonb FROM image_catalog.export_container_images() d) x;
SELECT count(*) FROM
    (SELECT 'i'::"char" AS subject, risk_score AS score, count(*) AS n FROM image_catalog.container_images GROUP BY risk_score
     UNION ALL SELECT 'c', risk_score, count(*) FROM image_catalog.container_components GROUP BY risk_score) AS t
FULL JOIN (SELECT subject, score, sum(subjects) AS n FROM image_catalog.container_risk_scores GROUP BY subject, score) AS s
    USING (subject, score)
WHERE t.n IS DISTINCT FROM s.n;
SELECT count(*) FROM printed WHERE jsonb_array_length(coalesce(nullif(d #> '{scan,components}', 'null'), '[]')) <>
    (SELECT count(*) FROM image_catalog.container_components JOIN image_catalog.container_images i USING (image_key) WHERE i.digest = d ->> 'id');
};

my (%states, @bad);
while ($rounds > 0)
{
	my $batch = $rounds < 500 ? $rounds : 500;
	my @calls = map { $json->encode(rand() < 0.7 ? damaged() : [ damaged(), damaged() ]) } 1 .. $batch;
	my $script = join('', map { "SELECT replace(pg_temp.attempt('" . s/'/''/gr . "'), E'\\n', ' ');\n" } @calls);
	my @answers = split /\n/, $node->safe_psql('postgres', "SET client_encoding = utf8;$functions$script$invariants");
	is(join(' ', splice @answers, -4), 't 0 0 0', 'documents, ranks and components agree after ' . $batch);
	is(scalar @answers, $batch, "$batch answers");
	for my $number (0 .. $#answers)
	{
		my $state = substr($answers[$number], 0, 5);
		$states{$state}++;
		push @bad, "$answers[$number]: $calls[$number]" unless $state =~ /^(00000|22...)$/;
	}
	$rounds -= $batch;
}
note("$_: $states{$_}") for sort keys %states;
diag($_) for @bad[ 0 .. ($#bad < 9 ? $#bad : 9) ];
is(scalar @bad, 0, 'no error but of class 22');
cmp_ok($states{'00000'} // 0, '>', 0, 'some were imported');
cmp_ok($states{'22023'} // 0, '>', 0, 'some were refused');
$node->stop;
done_testing();
