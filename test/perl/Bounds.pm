# A session of psql whose calls can be cancelled, and what a call takes of
# processor and memory, by /proc.

package Bounds;

use strict;
use warnings;

use Exporter 'import';
use IO::Handle;
use IO::Select;
use IPC::Open2;
use POSIX ();

our @EXPORT = qw(open_session close_session measure);

my $ticks = POSIX::sysconf(POSIX::_SC_CLK_TCK());

sub open_session
{
	my ($node) = @_;
	my $session = { rest => '' };

	$session->{psql} = open2($session->{out}, $session->{in}, 'psql', '-XqAt', '-d', $node->connstr('postgres'));
	$session->{in}->autoflush(1);
	my $answer = measure($session, 'SELECT pg_backend_pid()', quiet => 1);
	($session->{backend}) = $answer->{text} =~ /(\d+)/ or die "no backend: $answer->{text}";
	return $session;
}

sub close_session
{
	my ($session) = @_;
	close $session->{in};
	waitpid $session->{psql}, 0;
	return;
}

# Processor seconds of the backend, and the most memory it ever had in use, in
# megabytes.
sub processor
{
	my ($session) = @_;
	open my $file, '<', "/proc/$session->{backend}/stat" or return 0;
	my @fields = split / /, (<$file> =~ s/^.*\) //r);
	return ($fields[11] + $fields[12]) / $ticks;
}

sub memory
{
	my ($session) = @_;
	open my $file, '<', "/proc/$session->{backend}/status" or return 0;
	my ($peak) = join('', <$file>) =~ /VmHWM:\s+(\d+)/;
	return $peak / 1024;
}

# Run a statement.  With cancel_at it is cancelled when it has taken so many
# seconds of processor time.  Returns its SQLSTATE, processor seconds, those
# after the cancel (undef: none was sent), and the megabytes by which the
# session's peak grew.
sub measure
{
	my ($session, $sql, %options) = @_;
	my $select = IO::Select->new($session->{out});
	my $quiet = $options{quiet};
	my ($before, $peak) = $quiet ? (0, 0) : (processor($session), memory($session));
	my ($text, $state, $cancelled) = ('');

	print { $session->{in} } "$sql;\n\\echo >>:SQLSTATE\n";
	until (defined $state)
	{
		if ($select->can_read(0.002))
		{
			sysread($session->{out}, $text, 65536, length $text) or die "the server is gone: $sql";
			$state = $1 if $text =~ s/^>>(\S+)\n//m;
		}
		if (defined $options{cancel_at} && !defined $cancelled && !defined $state
			&& processor($session) - $before >= $options{cancel_at})
		{
			kill 'INT', $session->{backend};
			$cancelled = processor($session);
		}
	}
	my $after = $quiet ? 0 : processor($session);
	return {
		state => $state, text => $text, seconds => $after - $before,
		behind => defined $cancelled ? $after - $cancelled : undef,
		memory => $quiet ? 0 : memory($session) - $peak
	};
}

1;
