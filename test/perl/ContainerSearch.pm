# The container search language once more, slow and obvious: an evaluator over
# StorageImage documents, for the differential test.  Rows are made of a
# document by hand, conditions are tried on each, nothing is shared with the
# extension.

package ContainerSearch;

use strict;
use warnings;

use Exporter 'import';
use List::Util qw(max min uniq);
use Time::Local qw(timegm);

our @EXPORT = qw(rows_of search sorted label_names label_entry type_of
  NOW);

# the clock of the test: 2025-06-24T12:00:00Z
use constant NOW => 1750766400;
use constant DAY => 86400;

my @severities = map { $_ . '_VULNERABILITY_SEVERITY' }
  qw(UNKNOWN LOW MODERATE IMPORTANT CRITICAL);
my %enums = (
	severity => \@severities,
	state => [qw(OBSERVED DEFERRED FALSE_POSITIVE)],
	source => [
		qw(OS PYTHON JAVA RUBY NODEJS DOTNETCORERUNTIME INFRASTRUCTURE GO)]);

# label => [table, type, column]
my %labels = (
	'Image Sha' => [ 'image', 'string', 'digest' ],
	'Image Registry' => [ 'image', 'string', 'registry' ],
	'Image Remote' => [ 'image', 'string', 'remote' ],
	'Image Tag' => [ 'image', 'string', 'tag' ],
	'Image' => [ 'image', 'string', 'full_name' ],
	'Image Created Time' => [ 'image', 'time', 'created' ],
	'Image User' => [ 'image', 'string', 'user' ],
	'Image Command' => [ 'image', 'array', 'command' ],
	'Image Entrypoint' => [ 'image', 'array', 'entrypoint' ],
	'Image Volumes' => [ 'image', 'array', 'volumes' ],
	'Image Label' => [ 'image', 'map', 'labels' ],
	'Image Scan Time' => [ 'image', 'time', 'scan_time' ],
	'Image OS' => [ 'image', 'string', 'os' ],
	'Image CVE Count' => [ 'image', 'integer', 'cves' ],
	'Fixable CVE Count' => [ 'image', 'integer', 'fixable_cves' ],
	'Image Component Count' => [ 'image', 'integer', 'components' ],
	'Image Top CVSS' => [ 'image', 'number', 'top_cvss' ],
	'Image Risk Score' => [ 'image', 'number', 'risk' ],
	'Last Updated' => [ 'image', 'time', 'updated' ],
	'Dockerfile Instruction Keyword' => [ 'layer', 'string', 'instruction' ],
	'Dockerfile Instruction Value' => [ 'layer', 'string', 'value' ],
	'Component' => [ 'component', 'string', 'name' ],
	'Component Version' => [ 'component', 'string', 'version' ],
	'Component Location' => [ 'component', 'string', 'location' ],
	'Component Source' => [ 'component', 'source', 'source' ],
	'Component Top CVSS' => [ 'component', 'number', 'top_cvss' ],
	'Operating System' => [ 'component', 'string', 'os' ],
	'CVE' => [ 'finding', 'string', 'cve' ],
	'CVSS' => [ 'finding', 'number', 'cvss' ],
	'Impact Score' => [ 'finding', 'number', 'impact' ],
	'Severity' => [ 'finding', 'severity', 'severity' ],
	'Vulnerability State' => [ 'finding', 'state', 'state' ],
	'Fixable' => [ 'finding', 'bool', 'fixable' ],
	'Fixed By' => [ 'finding', 'string', 'fixed_by' ],
	'CVE Published On' => [ 'finding', 'time', 'published' ],
	'EPSS Probability' => [ 'finding', 'number', 'epss' ],
	'Advisory Name' => [ 'finding', 'string', 'advisory' ],
	'CVE Count' => [ 'derived', 'integer', sub { scalar @{ $_[0]{finding} } } ],
	'Component Count' =>
	  [ 'derived', 'integer', sub { scalar @{ $_[0]{component} } } ],
	'CVSS Max' => [
		'derived', 'number',
		sub { max(map { $_->{cvss} } @{ $_[0]{finding} }) }
	]);
for my $severity (qw(Unknown Low Moderate Important Critical))
{
	my $column = lc $severity;
	$labels{"$severity CVE Count"} = [ 'image', 'integer', $column ];
	$labels{"Fixable $severity CVE Count"} =
	  [ 'image', 'integer', "fixable_$column" ];
}
my %by_lower_case = map { lc $_ => [ @{ $labels{$_} }, $_ ] } keys %labels;
# a few of those that images do not have
my %unreachable = map { lc $_ => 1 }
  ('Policy', 'Deployment', 'Namespace', 'Cluster', 'CVE Snoozed', 'Node');

sub label_names { return sort keys %labels }
sub type_of { return $labels{ $_[0] }[1] }
sub label_entry { return $labels{ $_[0] } }

sub epoch
{
	my ($text) = @_;
	return undef unless defined $text;
	my ($y, $mo, $d, $h, $mi, $s) = $text =~ /(\d+)/g;
	return timegm($s, $mi, $h, $d, $mo - 1, $y);
}

# an empty list is an absent one
sub list { return $_[0] && @{ $_[0] } ? $_[0] : undef }

# The rows of an image: one of the image itself, and those of its tables.
sub rows_of
{
	my ($doc) = @_;
	my $v1 = $doc->{metadata} && $doc->{metadata}{v1} || {};
	my $scan = $doc->{scan};
	my $os = $scan ? $scan->{operatingSystem} // '' : '';
	my (@components, @findings, %severity, %fixable);

	for my $component ($scan ? @{ $scan->{components} // [] } : ())
	{
		my @vulns = @{ $component->{vulns} // [] };
		push @components,
		  { name => $component->{name},
			version => $component->{version},
			location => $component->{location} // '',
			source => $component->{source},
			top_cvss => max(map { $_->{cvss} } @vulns) // 0,
			os => $os };
		for my $vuln (@vulns)
		{
			my $fixed_by = $vuln->{fixedBy} // '';
			$severity{ $vuln->{cve} } //= $vuln->{severity};
			$fixable{ $vuln->{cve} } ||= $fixed_by ne '';
			push @findings,
			  { cve => $vuln->{cve},
				cvss => $vuln->{cvss},
				impact => $vuln->{cvssV3} ? $vuln->{cvssV3}{impactScore}
				: $vuln->{cvssV2} ? $vuln->{cvssV2}{impactScore}
				: 0,
				severity => $vuln->{severity},
				state => $vuln->{state},
				fixable => $fixed_by ne '' ? 1 : 0,
				fixed_by => $fixed_by,
				published => epoch($vuln->{publishedOn}),
				epss => $vuln->{epss} ? $vuln->{epss}{epssProbability} : 0,
				advisory => $vuln->{advisory} ? $vuln->{advisory}{name} : '' };
		}
	}
	my %image = (
		digest => $doc->{id},
		registry => $doc->{name}{registry},
		remote => $doc->{name}{remote},
		tag => $doc->{name}{tag},
		full_name => $doc->{name}{fullName},
		created => epoch($v1->{created}),
		user => $v1->{user} // '',
		command => list($v1->{command}),
		entrypoint => list($v1->{entrypoint}),
		volumes => list($v1->{volumes}),
		labels => $v1->{labels} // {},
		scan_time => $scan ? epoch($scan->{scanTime}) : undef,
		os => $os,
		cves => scalar keys %severity,
		fixable_cves => scalar(grep { $_ } values %fixable),
		components => scalar @components,
		top_cvss => max(map { $_->{cvss} } @findings) // 0,
		risk => $doc->{riskScore},
		updated => epoch($doc->{lastUpdated}));
	for my $name (@severities)
	{
		my $column = lc($name =~ s/_.*//r);
		my @cves = grep { $severity{$_} eq $name } keys %severity;
		$image{$column} = @cves;
		$image{"fixable_$column"} = grep { $fixable{$_} } @cves;
	}
	return {
		image => [ \%image ],
		layer => [
			map {
				{ instruction => $_->{instruction}, value => $_->{value} }
			} @{ $v1->{layers} // [] }
		],
		component => \@components,
		finding => \@findings };
}

# ---- text to groups: [label, values]

sub trim { return $_[0] =~ s/^\s+|\s+$//gr }

# the text with what is quoted made harmless, byte by byte
sub masked
{
	my $quoted = 0;
	return join '', map {
		$quoted = !$quoted if $_ eq '"';
		$quoted && $_ ne '"' ? 'x' : $_
	} split //, $_[0];
}

sub groups
{
	my ($text) = @_;
	my $masked = masked($text);
	my (@pairs, %groups);
	my $start = 0;
	while ($masked =~ /:/g)
	{
		my $plus = rindex($masked, '+', pos($masked) - 1);
		next if $plus < 1 || $plus < $start;
		push @pairs, substr($text, $start, $plus - $start);
		$start = $plus + 1;
	}
	push @pairs, substr($text, $start);
	for my $pair (map { trim($_) } @pairs)
	{
		my ($label, $values) = split /:/, $pair, 2;
		next unless defined $values && trim($values) ne '';
		($label, $values) = (trim($label), trim($values));
		next
		  unless $by_lower_case{ lc $label } || $unreachable{ lc $label };
		my @cuts = (-1, length $values);
		my $masked_values = masked($values);
		push @cuts, pos($masked_values) - 1 while $masked_values =~ /,/g;
		@cuts = sort { $a <=> $b } @cuts;
		$groups{$label} = [
			map { substr($values, $cuts[$_] + 1, $cuts[ $_ + 1 ] - $cuts[$_] - 1) }
			  0 .. $#cuts - 1
		];
	}
	return map { [ $_, $groups{$_} ] } sort keys %groups;
}

# ---- one value on one cell; a sub that tells, or death for a bad value

sub modified
{
	my ($text) = @_;
	my %m = (text => $text);
	while (1)
	{
		my $fresh = !$m{negated} && !$m{at_least};
		if ($fresh && $m{text} =~ s/^!!(?=.)//s) { $m{at_least} = 1 }
		elsif ($fresh && $m{text} =~ s/^!(?=.)//s) { $m{negated} = 1 }
		elsif ($m{text} =~ s{^r/(?=.)}{}s)
		{
			$m{regex} = 1;
			last;
		}
		elsif ($m{text} =~ /^"(.*)"$/s)
		{
			@m{qw(exact text)} = (1, $1);
			last;
		}
		else { last }
	}
	$m{any} = $m{at_least} || $m{negated} || $m{regex} || $m{exact};
	return \%m;
}

sub like
{
	my ($pattern) = @_;
	my $regex = join '', map {
		    $_ eq '%' ? '.*'
		  : $_ eq '_' ? '.'
		  : quotemeta(/^\\(.)/s ? $1 : $_)
	} $pattern =~ /\\.|./gs;
	return qr/^$regex$/is;
}

sub string_test
{
	my ($text) = @_;
	my $m = modified($text);
	die "refused\n" if $m->{at_least};
	my $test;
	if ($m->{exact})
	{
		$test = sub { $_[0] eq $m->{text} }
	}
	elsif ($m->{regex})
	{
		# unlike Perl, PostgreSQL repeats no anchor and no repetition
		die "refused\n" if $m->{text} =~ /[\^\$][*+?]|[*+?][*+]/;
		my $regex = eval { qr/$m->{text}/i } or die "refused\n";
		$test = sub { $_[0] =~ $regex };
	}
	else
	{
		my $like = like("$m->{text}%");
		$test = sub { $_[0] =~ $like };
	}
	return $m->{negated} ? sub { !$test->(@_) } : $test;
}

my $decimal = qr/[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;

sub comparison
{
	my ($text) = @_;
	return $text =~ s/^(<=|>=|==|<|>|=)// ? ($1, trim($text)) : ('', $text);
}

my %compare = (
	'<' => sub { $_[0] < $_[1] },
	'<=' => sub { $_[0] <= $_[1] },
	'>' => sub { $_[0] > $_[1] },
	'>=' => sub { $_[0] >= $_[1] },
	'=' => sub { $_[0] == $_[1] },
	'==' => sub { $_[0] == $_[1] },
	'' => sub { $_[0] == $_[1] });

sub number_test
{
	my ($text, $integer) = @_;
	die "refused\n" if modified($text)->{any};
	my $round = sub {
		my $rounded = sprintf('%.2f', $_[0]) =~ s/\.?0*$//r;
		die "refused\n" if $integer && $rounded =~ /\./;
		return $rounded;
	};
	my ($sign, $rest) = comparison($text);
	if ($sign eq '' && $rest =~ /^(..*?)-(.*)$/s)
	{
		my ($low, $high) = ($1, $2);
		die "refused\n" unless $low =~ /^$decimal\z/ && $high =~ /^$decimal\z/;
		die "refused\n" if $low >= $high;
		($low, $high) = ($round->($low), $round->($high));
		return sub { $_[0] > $low && $_[0] < $high };
	}
	die "refused\n" unless $rest =~ /^$decimal\z/;
	my $number = $round->($rest);
	return sub { $compare{$sign}->($_[0], $number) };
}

sub date
{
	my ($text) = @_;
	my ($mo, $d, $y, $h, $mi, $s, $half) = $text =~
	  m{^(\d\d)/(\d\d)/(\d{4})(?: +(\d{1,2}):(\d\d)(?::(\d\d))? +([AP])M)?(?: +(?:[A-Z]{3}|[A-Z]{2,3}T|[A-Z]{4}T))?\z}
	  or return undef;
	($h, $mi, $s) = ($h // 12, $mi // 0, $s // 0);
	return undef if $h > 12 || $mi > 59 || $s > 59;
	$h = $h % 12 + (($half // 'A') eq 'P' ? 12 : 0);
	return eval { timegm($s, $mi, $h, $d, $mo - 1, $y) };
}

sub time_test
{
	my ($text) = @_;
	die "refused\n" if modified($text)->{any};
	if ($text =~ s{^tr/}{})
	{
		$text =~ /^(\+?\d+)-([+-]?\d+)\z/ or die "refused\n";
		my ($from, $to) = ($1 / 1000, $2 / 1000);
		return sub { $_[0] >= $from && $_[0] < $to };
	}
	my ($sign, $rest) = comparison($text);
	my $date = date($rest);
	if (defined $date)
	{
		die "refused\n" if $sign eq '==';
		return sub { $_[0] >= $date && $_[0] < $date + DAY }
		  if $sign eq '';
		return sub { $compare{$sign}->($_[0], $date) };
	}
	my $age = qr/[+-]?\d{1,9}d?/;
	if ($rest =~ /^($age)-($age)\z/)
	{
		my ($recent, $old) = map { s/d$//r } $1, $2;
		die "refused\n" if $recent >= $old;
		return sub {
			$_[0] > NOW - $old * DAY && $_[0] < NOW - $recent * DAY;
		};
	}
	die "refused\n" unless $rest =~ /^$age\z/ && $sign ne '=';
	my $then = NOW - ($rest =~ s/d$//r) * DAY;
	my %inverted = ('<' => '>=', '<=' => '>', '>' => '<=', '>=' => '<');
	return sub { $compare{ $inverted{$sign} // '=' }->($_[0], $then) };
}

sub bool_test
{
	my ($text) = @_;
	die "refused\n" if modified($text)->{any} || $text eq '';
	my $wanted =
	    $text =~ /^(?:1|t|tr|tru|true)\z/i ? 1
	  : $text =~ /^(?:0|f|fa|fal|fals|false)\z/i ? 0
	  : die "refused\n";
	return sub { $_[0] == $wanted };
}

sub enum_test
{
	my ($text, $names) = @_;
	my %number = map { $names->[$_] => $_ } 0 .. $#$names;
	my $m = modified($text);
	my @chosen;
	die "refused\n" if $m->{at_least};
	if (!$m->{any})
	{
		my ($sign, $rest) = comparison($text);
		my @named = grep { index(lc $_, lc $rest) == 0 } @$names;
		@chosen = grep {
			my $name = $_;
			grep { $compare{$sign}->($number{$name}, $number{$_}) } @named
		} @$names;
	}
	else
	{
		die "refused\n" if $m->{regex} && $m->{text} =~ /[\^\$][*+?]|[*+?][*+]/;
		my $regex = $m->{regex} && (eval { qr/$m->{text}/i } || die "refused\n");
		@chosen = grep {
			my $hit =
			    $m->{exact} ? lc $_ eq lc $m->{text}
			  : $m->{regex} ? lc($_) =~ $regex
			  : index(lc $_, lc $m->{text}) == 0;
			$hit xor $m->{negated}
		} @$names;
		die "refused\n" unless @chosen;
	}
	my %chosen = map { $_ => 1 } @chosen;
	return sub { $chosen{ $_[0] } };
}

sub map_test
{
	my ($text) = @_;
	return sub { 1 }
	  if $text eq '*';
	my ($key, $value) = split /=/, $text, 2;
	$key //= '';
	my $negated = length $key > (defined $value ? 0 : 1) && $key =~ s/^!//;
	die "refused\n"
	  if $negated && ($key eq '' || !defined $value || $value ne '');
	if (defined $value && $value eq '')
	{
		return sub { %{ $_[0] } }
		  if $key eq '';
		return sub { exists $_[0]{$key} xor $negated };
	}
	my $key_test = $key eq '' ? sub { 1 } : string_test($key);
	my $value_test = defined $value ? string_test($value) : sub { 1 };
	return sub {
		my ($map) = @_;
		grep { $key_test->($_) && $value_test->($map->{$_}) } keys %$map;
	};
}

# A test of a cell; null cells pass no test but that for null.
sub value_test
{
	my ($type, $text, $derived) = @_;
	return map_test($text) if $type eq 'map';
	if ($text eq '-' || $text eq '*')
	{
		die "refused\n" if $derived;
		return $text eq '-' ? sub { !defined $_[0] } : sub { defined $_[0] };
	}
	my $test =
	    $type eq 'string' || $type eq 'array' ? string_test($text)
	  : $type eq 'number' ? number_test($text, 0)
	  : $type eq 'integer' ? number_test($text, 1)
	  : $type eq 'time' ? time_test($text)
	  : $type eq 'bool' ? bool_test($text)
	  : enum_test($text, $enums{$type});
	return sub {
		defined $_[0] && grep { $test->($_) } @{ $_[0] };
	  }
	  if $type eq 'array';
	return sub { defined $_[0] && $test->($_[0]) };
}

# ---- a query on all images

# The images that match, each with the rows that did, or "refused".
sub search
{
	my ($query, $images) = @_;
	my (%tests, %null_asked, $known, $reachable);
	my $refused = !eval {
		for my $group (groups($query))
		{
			my ($label, $values) = @$group;
			$known++;
			my $entry = $by_lower_case{ lc $label } or next;
			$reachable++;
			my ($table, $type, $column) = @$entry;
			my @values =
			  map { value_test($type, $_, $table eq 'derived') } @$values;
			push @{ $tests{$table} }, [ $column, \@values ];
			$null_asked{$table} ||= grep { $_ eq '-' } @$values;
		}
		1;
	};
	if ($refused)
	{
		die $@ unless $@ eq "refused\n";
		return 'refused';
	}
	return [] if $known && !$reachable;
	my @found;
  IMAGE: for my $image (@$images)
	{
		my %rows;
		for my $table (keys %tests)
		{
			if ($table eq 'derived')
			{
				for my $test (@{ $tests{$table} })
				{
					my ($column, $values) = @$test;
					my $cell = $column->($image);
					next IMAGE unless grep { $_->($cell) } @$values;
				}
				next;
			}
			my @rows = @{ $image->{$table} };
			@rows = ({}) if !@rows && $null_asked{$table};
			@rows = grep {
				my $row = $_;
				!grep {
					my ($column, $values) = @$_;
					!grep { $_->($row->{$column}) } @$values
				} @{ $tests{$table} }
			} @rows;
			next IMAGE unless @rows;
			$rows{$table} = \@rows;
		}
		push @found, { image => $image, rows => \%rows };
	}
	return \@found;
}

# The digests of what was found, sorted by a label; images without a row of
# the label's table are left out.
sub sorted
{
	my ($found, $label, $reversed, $function) = @_;
	my ($table, $type, $column) = @{ $labels{$label} };
	my (@with_key, %enum_number);
	if ($enums{$type})
	{
		my $names = $enums{$type};
		%enum_number = map { $names->[$_] => $_ } 0 .. $#$names;
	}
	for my $item (@$found)
	{
		my $digest = $item->{image}{image}[0]{digest};
		my $rows = $item->{rows}{$table} // $item->{image}{$table};
		my @cells = grep { defined } map { $_->{$column} } @$rows;
		next unless @$rows;
		@cells = map { $enum_number{$_} } @cells if %enum_number;
		my @ordered =
		  $type eq 'string' ? sort @cells : sort { $a <=> $b } @cells;
		my $key =
		    $function eq 'COUNT' ? scalar @cells
		  : $function eq 'DISTINCT' ? scalar uniq(@cells)
		  : $function eq 'MAX' || ($function eq 'UNSET' && $reversed)
		  ? $ordered[-1]
		  : $ordered[0];
		push @with_key, [ $key, $digest ];
	}
	my $counts = $function eq 'COUNT' || $function eq 'DISTINCT';
	my $direction = $reversed ? -1 : 1;
	return map { $_->[1] } sort {
		(defined $b->[0] <=> defined $a->[0])
		  || $direction * (
			!defined $a->[0] ? 0
			: $type eq 'string' && !$counts ? $a->[0] cmp $b->[0]
			: $a->[0] <=> $b->[0])
		  || $a->[1] cmp $b->[1]
	} @with_key;
}

1;
