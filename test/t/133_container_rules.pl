# Random rules for findings against a plain model of what they mean: the state
# of each finding as it is printed and as it is searched, the number that each
# call returns, and what finding_rules() lists.
#
# ROUNDS says how many calls (150), SEED repeats a run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use Test::More;

my $rounds = $ENV{ROUNDS} || 150;
my $seed = $ENV{SEED} || int(rand(1_000_000));
srand($seed);
note "SEED=$seed ROUNDS=$rounds";

my $node = new_node('container_rules');
my $json = JSON::PP->new->canonical;
my @states = ('OBSERVED', 'DEFERRED', 'FALSE_POSITIVE');

sub pick { return $_[ rand @_ ] }

# as people write them, and as they are
my %names = (
	'nginx:1' => 'docker.io/library/nginx:1', 'nginx' => 'docker.io/library/nginx:latest',
	'shop/cart:1' => 'docker.io/shop/cart:1', 'quay.io/shop/cart:1' => 'quay.io/shop/cart:1',
	'quay.io/shop_x/cart:2' => 'quay.io/shop_x/cart:2', 'localhost:5000/a:b' => 'localhost:5000/a:b',
	'shadow:1.2' => 'docker.io/library/shadow:1.2', 'sha256:x' => 'docker.io/library/sha256:x');
my %patterns = (
	'*' => '*', '*nginx*' => '*nginx*', 'nginx:*' => 'docker.io/library/nginx:*', '*:1' => '*:1',
	'docker.io/*' => 'docker.io/*', 'library/nginx:*' => 'docker.io/library/nginx:*', 'shop/*' => 'docker.io/shop/*',
	'quay.io/*/cart:*' => 'quay.io/*/cart:*', 'quay.io/shop_x/*' => 'quay.io/shop_x/*', 'quay.io/shop*' => 'quay.io/shop*',
	'localhost:5000/*' => 'localhost:5000/*', 'shadow:1.*' => 'docker.io/library/shadow:1.*', 'q*.io/shop/cart:1' => 'q*.io/shop/cart:1');
my @cves = map { "CVE-2024-$_" } 1 .. 4;

my (%images, %rules, $clock);

sub mixed { return join '', map { rand() < 0.5 ? lc : uc } split //, $_[0] }

sub import_image
{
	my ($digest) = @_;
	my %document = (id => $digest, names => [ map { { fullName => $_ } } map { pick(values %names) } 1 .. 1 + rand 2 ],
		scan => { scanTime => sprintf('2025-01-01T00:%02d:%02dZ', $clock / 60, $clock++ % 60),
			components => [ { vulns => [ map { { cve => pick(0, 1) ? $_ : mixed($_), state => pick(@states) } } map { pick(@cves) } 1 .. 3 ] } ] });
	my $image = $images{$digest} ||= { names => {} };

	$image->{names}{ $_->{fullName} } = 1 foreach @{ $document{names} };
	$image->{findings} = $document{scan}{components}[0]{vulns};
	return 'SELECT image_catalog.import_container_images(' . literal($json->encode(\%document)) . ')';
}

# the state of a finding
sub state_of
{
	my ($digest, $finding) = @_;
	my ($best) = sort {
		$b->{precedence} <=> $a->{precedence} || $b->{at} <=> $a->{at} || $a->{scope} cmp $b->{scope}
	  } grep {
		my $rule = $_;
		$rule->{cve} eq lc $finding->{cve} && ($rule->{kind} eq 'digest' ? $rule->{scope} eq $digest :
			grep { $_ =~ $rule->{regex} } keys %{ $images{$digest}{names} })
	  } values %rules;
	# an image without names is in no name's scope, and in that of all
	return $best ? $best->{state} : $finding->{state};
}

sub all_states
{
	my %all;
	foreach my $digest (keys %images)
	{
		$all{$digest} = [ map { state_of($digest, $_) } @{ $images{$digest}{findings} } ];
	}
	return \%all;
}

sub random_scope
{
	my $kind = pick('pattern', 'pattern', 'name', 'digest');

	if ($kind eq 'pattern')
	{
		my $written = pick(keys %patterns);
		my $scope = $patterns{$written};
		my $regex = join '.*', map { quotemeta } split /\*/, $scope, -1;
		(my $letters = $scope) =~ s/\*//g;
		return ($written, { kind => $kind, scope => $scope, regex => qr/^$regex$/s, precedence => length $letters });
	}
	if ($kind eq 'name')
	{
		my $written = pick(keys %names);
		return ($written, { kind => $kind, scope => $names{$written}, regex => qr/^\Q$names{$written}\E$/, precedence => 1_000_000 });
	}
	my $digest = pick(keys %images);
	return ($digest, { kind => $kind, scope => $digest, precedence => 2_000_000 });
}

# one call, and what it must answer
sub change_rule
{
	my ($written, $rule) = random_scope();
	my $cve = pick(@cves);
	my $key = lc($cve) . " $rule->{scope}";
	my $before = all_states();
	my $call;

	if (rand() < 0.3)
	{
		my $known = delete $rules{$key};
		$call = 'drop_finding_rule';
		return ("SELECT image_catalog.drop_finding_rule('" . mixed($cve) . "', '$written')", 'PT404') unless $known;
	}
	else
	{
		my $state = int rand 3;
		$call = (qw(observe_finding defer_finding mark_finding_false_positive))[$state];
		$rules{$key} = { %$rule, cve => lc $cve, state => $states[$state], at => $clock++ };
	}
	my $after = all_states();
	my $changed = 0;
	foreach my $digest (keys %images)
	{
		$changed += grep { lc $images{$digest}{findings}[$_]{cve} eq lc $cve && $before->{$digest}[$_] ne $after->{$digest}[$_] }
		  0 .. $#{ $before->{$digest} };
	}
	return ("SELECT image_catalog.$call('" . mixed($cve) . "', '$written')", $changed);
}

sub check
{
	my ($round) = @_;
	my $model = all_states();
	my %count;
	my $printed = $json->decode($node->safe_psql('postgres', q{
SELECT json_object_agg(d ->> 'id', (SELECT json_agg(v -> 'state') FROM jsonb_path_query(d::jsonb, '$.scan.components[*].vulns[*]') v))
  FROM image_catalog.export_container_images() d}));

	return 0 unless is_deeply($printed, $model, "$round: states as printed");
	foreach my $digest (keys %$model)
	{
		my %seen = map { $_ => 1 } @{ $model->{$digest} };
		$count{$_}++ foreach keys %seen;
	}
	foreach my $state (@states)
	{
		return 0 unless is($node->safe_psql('postgres', "SELECT image_catalog.count_container_images('Vulnerability State:$state')"),
			$count{$state} || 0, "$round: images with findings $state");
	}
	return is($node->safe_psql('postgres', q{SELECT string_agg(lower(cve) || ' ' || scope || ' ' || state, E'\n' ORDER BY lower(cve) || ' ' || scope COLLATE "C") FROM image_catalog.finding_rules()}),
		join("\n", map { "$_ $rules{$_}{state}" } sort keys %rules), "$round: rules as listed");
}

$clock = 0;
$node->safe_psql('postgres', import_image(sprintf 'sha256:%02x', $_)) foreach 1 .. 20;
foreach my $round (1 .. $rounds)
{
	if (rand() < 0.1)
	{
		$node->safe_psql('postgres', import_image(sprintf 'sha256:%02x', 1 + rand 25));
		next;
	}
	my ($call, $expected) = change_rule();
	my (undef, $answer, $error) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$call");
	$answer = 'PT404' if $error =~ /PT404/;
	last unless $answer eq $expected || is($answer, $expected, $call);
	last if $round % 20 == 0 && !check($round);
}
check('at the end');

$node->stop;
done_testing();
