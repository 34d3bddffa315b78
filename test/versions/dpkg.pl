# reads a<TAB>b; prints -1, 0, 1, or ? where dpkg takes one for no version
use strict;
use warnings;
use Dpkg::Version;

# What dpkg itself says.  Slow, but its numbers have no limit: those of the
# Perl module are floating point.
sub ask_dpkg
{
	return system('dpkg', '--compare-versions', $_[0], 'lt', $_[1]) == 0 ? -1
	  : system('dpkg', '--compare-versions', $_[0], 'gt', $_[1]) == 0 ? 1
	  : 0;
}

while (my $line = <STDIN>)
{
	chomp $line;
	my @pair = split /\t/, $line, 2;
	my @versions = map { Dpkg::Version->new($_, check => 1) } @pair;
	if (@versions != 2 || $line =~ /:(\t|$)/
		|| grep { length $_->epoch > 9 } @versions)
	{
		print "?\n";
		next;
	}
	print $line =~ /\d{16}/ ? ask_dpkg(@pair) : $versions[0] <=> $versions[1],
	  "\n";
}
