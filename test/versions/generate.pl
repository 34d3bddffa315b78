#!/usr/bin/perl
#
# generate.pl ECOSYSTEM COUNT SEED [FILE]
#
# Prints COUNT pairs of versions, "a<TAB>b": written at random, often the one a
# small change of the other.  With FILE, one version a line, half of them are
# taken from there.

use strict;
use warnings;

my ($ecosystem, $count, $seed, $file) = @ARGV;
srand $seed;

# what versions are made of beside numbers
my %pieces = (
	dpkg => [ qw(. . . - + ~ ~rc +dfsg ~beta a b z + deb12u), 'ubuntu' ],
	rpm => [ qw(. . . - _ ~ ^ ~rc ^git + a b rc el fc), '.el8_', '..' ],
	apk => [ qw(. . . a b z _alpha _beta _pre _rc _cvs _svn _git _hg _p -r ~ab) ],
	semver => [ qw(-alpha -alpha. -beta -rc. +build -a.b. -0 -x-y .a .) ],
	go => [ qw(-alpha. -rc. -0. -pre -rc .x), '+incompatible', '-20191109021931-ab' ],
	pep440 => [ qw(. . . a b c rc alpha beta pre preview post rev r dev .dev
		  .post - _ + +ubuntu. ! -dev .a _rc -post) ],
	maven => [ qw(. . . - - -alpha -beta- -rc -SNAPSHOT .Final .RELEASE -sp -ga
		  a b m -jre .x -foo -1) ],
	gem => [ qw(. . . . .pre .rc .beta a b - .a. .alpha) ],
);
my $pieces = $pieces{$ecosystem} or die "no such ecosystem: $ecosystem\n";
my @numbers = (qw(0 0 1 1 2 3 9 10 11 12 20 99 100), '20240229',
	'9007199254740991');
push @numbers, '18446744073709551616' if $ecosystem =~ /^(rpm|pep440|maven|gem)$/;
# where leading zeros are no reason to refuse a version
push @numbers, qw(00 01 007)
  unless $ecosystem =~ /^(semver|go)$/;

my @real;
if (defined $file)
{
	open my $in, '<', $file or die "$file: $!\n";
	chomp(@real = <$in>);
	@real = grep { length && !/\t/ } @real;
}

sub one_of { return $_[ int rand @_ ] }

sub random_version
{
	my $version = one_of(@numbers);
	$version = int(rand 3) . ':' . $version
	  if $ecosystem =~ /^(dpkg|rpm)$/ && rand() < 0.2;
	$version = int(rand 3) . '!' . $version
	  if $ecosystem eq 'pep440' && rand() < 0.1;
	my $core = $ecosystem =~ /^(semver|go)$/ ? 2 : int rand 4;
	$version .= '.' . one_of(@numbers) for 1 .. $core;
	for (1 .. int rand 4)
	{
		$version .= one_of(@$pieces);
		$version .= one_of(@numbers) if rand() < 0.7;
	}
	return $version;
}

sub changed
{
	my ($version) = @_;
	my $at = int rand(1 + length $version);
	my $kind = rand();
	return $version . one_of(@$pieces) . one_of(@numbers) if $kind < 0.2;
	if ($kind < 0.5)    # another number in the place of one
	{
		my @parts = split /(\d+)/, $version;
		my @at = grep { $parts[$_] =~ /\d/ } 0 .. $#parts;
		return $version unless @at;
		$parts[ one_of(@at) ] = one_of(@numbers);
		return join '', @parts;
	}
	substr($version, $at, 0) = one_of(@$pieces, @numbers) if $kind < 0.7;
	substr($version, $at, 1 + int rand 3) = '' if $kind >= 0.7 && $at < length $version;
	return $version;
}

for (1 .. $count)
{
	my $first = @real && rand() < 0.5 ? one_of(@real) : random_version();
	my $second = rand() < 0.6 ? changed($first)
	  : @real && rand() < 0.5 ? one_of(@real) : random_version();
	($first, $second) = ($second, $first) if rand() < 0.5;
	print "$first\t$second\n";
}
