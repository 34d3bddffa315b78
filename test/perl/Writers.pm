# Writers that change a catalogue at random, and remember what the server
# acknowledged.
#
# A writer is a process with one session of psql.  It notes in its file, before
# a change, what each key that it owns will be ("try key value"), and behind it
# how it ended: "done", or "failed SQLSTATE".  After neither the server may have
# made the change or not.  Keys are of one writer alone, also where several
# writers change the same image, so the file tells what must be there.

package Writers;

use strict;
use warnings;

use Exporter 'import';
use IO::Handle;
use IPC::Open2;
use POSIX ();
use Time::HiRes qw(time sleep);

our @EXPORT = qw(prepare_catalogue start_writers wait_for_writers lost_changes sqlstates);

# What all writers change.
my $shared_image = '5ba4ed00-0000-4000-8000-000000000000';
my $shared_digest = 'sha256:' . 'd' x 64;

# The catalogue that writers begin with.
sub prepare_catalogue
{
	my ($writers) = @_;
	my @images = ($shared_image, map { home_image($_) } 1 .. $writers);

	return join '', map { qq{SELECT image_catalog.create_image('{"id": "$_",
		"name": "first", "owner": "p0", "visibility": "shared"}');\n} } @images;
}

sub home_image { return sprintf '80e00000-0000-4000-8000-%012d', $_[0] }

# An identifier that no other change of any writer in any round has.
sub new_image
{
	my ($w) = @_;
	return sprintf '%08x-0000-4000-8000-%04d%08x', ++$w->{serial}, $w->{number}, $w->{round};
}

# Document of a container image with so many CVEs.
sub container
{
	my ($digest, $name, $cves, $risk) = @_;
	my $vulns = join ',', map { qq({"cve": "CVE-2024-$_", "cvss": 5, "severity": "LOW_VULNERABILITY_SEVERITY"}) } 1 .. $cves;
	my $now = POSIX::strftime('%Y-%m-%dT%H:%M:%SZ', gmtime);
	return qq({"id": "$digest", "name": {"fullName": "$name"}, "riskScore": $risk,
		"scan": {"scanTime": "$now", "components": [
			{"name": "c", "version": "1", "vulns": [$vulns]}, {"name": "d", "version": "$cves"}]}});
}

# The changes: each returns the SQL and the keys with what they are then.
my @changes = (
	sub {    # create
		my ($w) = @_;
		my $id = new_image($w);
		push @{ $w->{images} }, $id;
		return (qq{SELECT image_catalog.create_image('{"id": "$id", "name": "new", "owner": "p$w->{number}",
			"tags": ["new"], "os_distro": "debian"}')}, "image:$id" => 'new');
	},
	sub {    # rename one of its own
		my ($w) = @_;
		my $id = $w->{images}[ rand @{ $w->{images} } ] // return;
		my $name = "name " . ++$w->{serial};
		return (qq{SELECT image_catalog.update_image('$id', '[{"op": "replace", "path": "/name", "value": "$name"}]')},
			"image:$id" => $name);
	},
	sub {    # delete
		my ($w) = @_;
		my $id = shift @{ $w->{images} } // return;
		return ("SELECT image_catalog.delete_image('$id')", "image:$id" => 'deleted');
	},
	sub {    # a property, on an image that all change
		my ($w) = @_;
		my $key = "w$w->{number}_" . int rand 5;
		my $id = rand() < 0.5 ? $shared_image : home_image($w->{number});
		my $value = 'v' . ++$w->{serial};
		return (qq{SELECT image_catalog.update_image('$id', '[{"op": "add", "path": "/$key", "value": "$value"}]')},
			"property:$id:$key" => $value);
	},
	sub {    # a tag, there or not
		my ($w) = @_;
		my $id = rand() < 0.5 ? $shared_image : home_image($w->{number});
		my $tag = "w$w->{number}_" . int rand 5;
		return ("SELECT image_catalog.add_image_tag('$id', '$tag')", "tag:$id:$tag" => 'yes')
		  if ($w->{state}{"tag:$id:$tag"} // '') ne 'yes';
		return ("SELECT image_catalog.delete_image_tag('$id', '$tag')", "tag:$id:$tag" => '');
	},
	sub {    # a member, its answer, and away with it
		my ($w) = @_;
		my $id = rand() < 0.5 ? $shared_image : home_image($w->{number});
		my $member = "w$w->{number}_" . int rand 5;
		my $key = "member:$id:$member";
		my $is = $w->{state}{$key} // '';
		return ("SELECT image_catalog.add_image_member('$id', '$member')", $key => 'pending') if $is eq '';
		return ("SELECT image_catalog.update_image_member('$id', '$member', 'accepted')", $key => 'accepted')
		  if $is eq 'pending';
		return ("SELECT image_catalog.delete_image_member('$id', '$member')", $key => '');
	},
	sub {    # import, new images and one that is there
		my ($w) = @_;
		my $name = 'imported ' . ++$w->{serial};
		my @ids = (($w->{images}[0] // ()), map { new_image($w) } 1 .. 3);
		push @{ $w->{images} }, @ids[-3 .. -1];
		return ("SELECT image_catalog.import_images('["
			  . join(',', map { qq({"id": "$_", "name": "$name", "owner": "p$w->{number}", "status": "active",
				"visibility": "shared", "members": {"m": "accepted"}}) } @ids) . "]', merge => true)",
			map { ("image:$_" => $name) } @ids);
	},
	sub {    # data
		my ($w) = @_;
		my $id = new_image($w);
		my $data = "data of $id " x 50;
		return (qq{SELECT image_catalog.create_image('{"id": "$id", "name": "data", "disk_format": "raw",
			"container_format": "bare", "owner": "p$w->{number}"}')\\; SELECT image_catalog.upload_image_data('$id', '$data')},
			"image:$id" => 'data', "data:$id" => length $data);
	},
	sub {    # container images of its own
		my ($w) = @_;
		my $digest = sprintf 'sha256:%064d', $w->{number} * 10 + int rand 5;
		my $cves = 1 + int rand 9;
		return ("SELECT image_catalog.import_container_images('"
			  . container($digest, "quay.io/w$w->{number}/image:1", $cves, rand 9) . "')",
			"container:$digest" => $cves);
	},
	sub {    # and away
		my ($w) = @_;
		my $digest = sprintf 'sha256:%064d', $w->{number} * 10 + int rand 5;
		return (qq{SELECT image_catalog.delete_container_images('Image Sha:"$digest"', true)}, "container:$digest" => '');
	},
	sub {    # a name of a container image that all import
		my ($w) = @_;
		my $name = "quay.io/w$w->{number}/shared:" . int rand 20;
		return ("SELECT image_catalog.import_container_images('"
			  . container($shared_digest, $name, 1 + rand 3, rand 9) . "')", "name:$shared_digest:$name" => 'yes');
	},
	sub {    # rules
		my ($w) = @_;
		my $cve = "CVE-2024-$w->{number}" . int rand 3;
		my ($function, $state) = @{ ([ defer_finding => 1 ], [ mark_finding_false_positive => 2 ], [ observe_finding => 0 ])[ rand 3 ] };
		return ("SELECT image_catalog.drop_finding_rule('$cve')", "rule:$cve:*" => '')
		  if ($w->{state}{"rule:$cve:*"} // '') ne '' && rand() < 0.3;
		return ("SELECT image_catalog.$function('$cve')", "rule:$cve:*" => $state);
	});

# What there is, by key.
my $state_sql = q{
SELECT 'image:' || id || E'\t' || CASE status WHEN 'deleted' THEN 'deleted' ELSE name END FROM image_catalog.images
UNION ALL SELECT 'tag:' || id || ':' || tag || E'\tyes' FROM image_catalog.images, unnest(tags) tag
UNION ALL SELECT 'property:' || id || ':' || key || E'\t' || value FROM image_catalog.images, jsonb_each_text(properties)
UNION ALL SELECT 'member:' || image_id || ':' || member_id || E'\t' || status FROM image_catalog.image_members WHERE deleted_at IS NULL
UNION ALL SELECT 'data:' || image_id || E'\t' || sum(octet_length(data)) FROM image_catalog.image_data GROUP BY image_id
UNION ALL SELECT 'container:' || digest || E'\t' || cve_count FROM image_catalog.container_images
UNION ALL SELECT 'name:' || digest || ':' || n.name_full || E'\tyes' FROM image_catalog.container_images JOIN image_catalog.container_image_names n USING (image_key)
UNION ALL SELECT 'rule:' || cve || ':' || scope || E'\t' || state FROM image_catalog.container_finding_rules};

# One change at a time until the time is over or the server is gone.  With
# "unruly" some changes run under timeouts that end them, and at other levels
# of isolation.
sub write_until
{
	my ($w, $end, $unruly) = @_;
	my $pid = open2(my $out, my $in, 'psql', '-XqAt', '-d', $w->{connection}, '-v', 'VERBOSITY=sqlstate');
	$in->autoflush(1);
	open my $file, '>>', $w->{file} or die;
	$file->autoflush(1);
	srand($w->{seed});
	while (time() < $end)
	{
		my ($sql, %keys) = $changes[ rand @changes ]->($w);
		my $state = '';
		next unless $sql;
		my $kind = $unruly ? int rand 8 : 7;
		$sql = "BEGIN ISOLATION LEVEL REPEATABLE READ\\; $sql\\; COMMIT" if $kind == 0;
		$sql = "BEGIN ISOLATION LEVEL SERIALIZABLE\\; $sql\\; COMMIT" if $kind == 1;
		$sql = 'BEGIN\; SET LOCAL statement_timeout = ' . (1 + int rand 8) . "\\; $sql\\; COMMIT" if $kind == 2;
		$sql = "BEGIN\\; SET LOCAL lock_timeout = 1\\; $sql\\; COMMIT" if $kind == 3;
		print $file "try $_\t$keys{$_}\n" foreach sort keys %keys;
		print $in "$sql;\n\\echo >>:SQLSTATE\nROLLBACK;\n";
		while (defined(my $line = <$out>))
		{
			$state = $1, last if $line =~ /^>>(\S+)/;
		}
		last if $state eq '' || $state =~ /^(57P0|08)/;
		print $file $state eq '00000' ? "done\n" : "failed $state\n";
		@{ $w->{state} }{ keys %keys } = values %keys if $state eq '00000';
	}
	close $in;
	waitpid $pid, 0;
	return;
}

# Start writers 1 .. n for so many seconds; returns their processes.
sub start_writers
{
	my ($node, $folder, $n, $seconds, %options) = @_;
	my @processes;

	foreach my $number (1 .. $n)
	{
		my $pid = fork // die;
		if ($pid == 0)
		{
			open STDERR, '>', '/dev/null';
			local $SIG{PIPE} = 'IGNORE';
			write_until({ number => $number, round => $options{round} // 0, images => [], serial => 0,
				file => "$folder/writer$number", connection => $node->connstr('postgres'),
				seed => $options{seed} + $number, state => acknowledged("$folder/writer$number") },
				time() + $seconds, $options{unruly});
			POSIX::_exit(0);
		}
		push @processes, $pid;
	}
	return @processes;
}

sub wait_for_writers { waitpid $_, 0 foreach @_; return }

# What the changes of a writer's file left: each key with the values that it
# may have, the acknowledged one first.
sub possible
{
	my ($path) = @_;
	my (%values, @tried);

	open my $file, '<', $path or return;
	my $settle = sub {
		foreach my $try (@tried)
		{
			my ($key, $value) = @$try;
			if ($_[0] eq 'done') { $values{$key} = [$value] }
			elsif ($_[0] eq 'unknown') { push @{ $values{$key} //= [''] }, $value }
		}
		@tried = ();
	};
	while (<$file>)
	{
		chomp;
		if (/^try (.*)\t(.*)/) { push @tried, [ $1, $2 ] }
		elsif (/^(done|failed)/) { $settle->($1) }
		else { $settle->('unknown') }
	}
	$settle->('unknown');
	return %values;
}

sub acknowledged
{
	my %values = possible($_[0]);
	return { map { $_ => $values{$_}[0] } keys %values };
}

# Compare what is there with what was acknowledged.  Returns how many keys were
# compared, and those that differ.  What a crash left open is settled in the
# writers' files, as the server has it.
sub lost_changes
{
	my ($node, $folder, $n) = @_;
	my %is = map { split /\t/, $_, 2 } split /\n/, $node->safe_psql('postgres', $state_sql);
	my ($compared, @lost) = (0);

	foreach my $path (map { "$folder/writer$_" } 1 .. $n)
	{
		my %values = possible($path);
		open my $file, '>>', $path or die;
		foreach my $key (sort keys %values)
		{
			my $is = $is{$key} // '';
			$compared++;
			push @lost, "$key is '$is', not '" . join("' or '", @{ $values{$key} }) . "'"
			  unless grep { $_ eq $is } @{ $values{$key} };
			print $file "settled\ntry $key\t$is\ndone\n" if @{ $values{$key} } > 1;
		}
		print $file "settled\n";
	}
	return ($compared, @lost);
}

# How many changes ended with which SQLSTATE.
sub sqlstates
{
	my ($folder, $n) = @_;
	my %count;

	foreach my $path (map { "$folder/writer$_" } 1 .. $n)
	{
		open my $file, '<', $path or next;
		while (<$file>)
		{
			$count{$1}++ if /^failed (\S+)/;
			$count{'00000'}++ if /^done/;
		}
	}
	return %count;
}

1;
