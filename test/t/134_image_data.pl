# Data of images on a server of its own: a backend that is killed while data
# comes, a dump and its restore, and an OpenSSL without md5, as one that is
# bound to FIPS.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = new_node('image_data', "restart_after_crash = on\n");
my ($killed, $other, $third) =
  map { "'da7a1000-0000-4000-8000-00000000000$_'" } 1 .. 3;
my $piece = "decode(repeat('0123456789abcdef', 65536), 'hex')";

sub sql
{
	return scalar $node->safe_psql('postgres',
		"SET search_path = image_catalog, pg_catalog; SET image_catalog.project_id = 'A'; $_[0]");
}

# Status and size of an image, rows of its data, and uploads under way.
sub state_of
{
	my ($image) = @_;

	return sql(qq{SELECT concat_ws(' ', status, coalesce(size, -1), (SELECT count(*) FROM image_data WHERE image_id = i.id),
		(SELECT coalesce(sum(size), -1) FROM image_uploads WHERE image_id = i.id)) FROM images i WHERE id = $image});
}

# Run statements in a backend, and kill it before they are committed.
sub kill_in_the_middle
{
	my ($statements) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my ($pid) = $session->query('SELECT pg_backend_pid()') =~ /(\d+)/;

	$session->query("SET image_catalog.project_id = 'A'; BEGIN; $statements");
	my $log_before = -s $node->logfile;
	kill 'KILL', $pid;
	$session->{run}->finish;
	# not a query: the postmaster may still let one in before it knows
	foreach (1 .. 1800)
	{
		return if slurp_file($node->logfile, $log_before) =~ /ready to accept connections/;
		usleep(100_000);
	}
	die 'the server does not come back';
}

sql(qq{SELECT create_image(jsonb_build_object('id', id, 'disk_format', 'raw', 'container_format', 'ovf'))
	FROM unnest('{da7a1000-0000-4000-8000-000000000001,da7a1000-0000-4000-8000-000000000002,da7a1000-0000-4000-8000-000000000003}'::uuid[]) id});

SKIP:
{
	skip 'this server has no background sessions', 5
	  unless $node->can('background_psql');
	kill_in_the_middle("SELECT length(image_catalog.upload_image_data($killed, $piece)::text);");
	is(state_of($killed), 'queued -1 0 -1', 'of an upload that is killed nothing is left');
	kill_in_the_middle("SELECT image_catalog.append_image_data($killed, $piece);");
	is(state_of($killed), 'queued -1 0 -1', 'nor of a first piece');
	sql("SELECT append_image_data($killed, $piece, 0)");
	kill_in_the_middle("SELECT image_catalog.append_image_data($killed, $piece);");
	is(state_of($killed), 'saving -1 2 524288', 'of a second piece nothing, of the first everything');
	$node->safe_psql('postgres', q{SELECT image_catalog.sweep_image_uploads('0')});
	is(state_of($killed), 'queued -1 0 -1', 'and nothing at all after a sweep');
	sql("SELECT upload_image_data($killed, $piece)");
	is(state_of($killed), 'active 524288 2 -1', 'the image can have data then');
}

# a dump holds the data, and uploads go on in its restore
sql("SELECT upload_image_data($other, 'some data')");
sql("SELECT append_image_data($third, 'half of ')");
my $dump = "$PostgreSQL::Test::Utils::tmp_check/data.sql";
$node->command_ok([ 'pg_dump', '--no-sync', '-f', $dump, '-d', $node->connstr('postgres') ],
	'data is dumped');
$node->safe_psql('postgres', q{CREATE DATABASE restored TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'});
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ],
	'and restored');
is($node->safe_psql('restored', qq{SET search_path = image_catalog, pg_catalog;
	SELECT convert_from(download_image_data($other), 'UTF8'), verify_image_data($other) ->> 'valid'}),
	'some data|true', 'the data is the same');
is($node->safe_psql('restored', qq{SET search_path = image_catalog, pg_catalog;
	SELECT append_image_data($third, 'it', 8) ->> 'size', finish_image_data($third) ->> 'status';
	SELECT convert_from(download_image_data($third), 'UTF8')}),
	"10|active\nhalf of it", 'an upload goes on where it was');

# an OpenSSL that refuses md5
SKIP:
{
	my $library = "$PostgreSQL::Test::Utils::tmp_check/no_md5.so";
	my $source = "$PostgreSQL::Test::Utils::tmp_check/no_md5.c";

	open my $out, '>', $source or die "$source: $!";
	print $out <<'C';
#define _GNU_SOURCE
#include <dlfcn.h>
#include <strings.h>
const void *
EVP_get_digestbyname(const char *name)
{
	const void *(*next) (const char *) = dlsym(RTLD_NEXT, "EVP_get_digestbyname");

	return strcasecmp(name, "md5") == 0 ? (void *) 0 : next(name);
}
C
	close $out;
	skip 'no C compiler', 2
	  if system('cc', '-shared', '-fPIC', '-o', $library, $source, '-ldl') != 0;
	$node->stop;
	{
		local $ENV{LD_PRELOAD} = $library;
		$node->start;
	}
	my $id = "'da7a1000-0000-4000-8000-000000000004'";
	is(sql(qq{SELECT length(create_image(jsonb_build_object('id', $id, 'disk_format', 'raw', 'container_format', 'ovf'))::text) > 0;
		SELECT concat_ws(' ', d ->> 'status', coalesce(d ->> 'checksum', 'null'), length(d ->> 'os_hash_value'))
		  FROM upload_image_data($id, 'x') d}), "t\nactive null 128", 'without md5 there is no checksum, and the upload works');
	my ($result, $stdout, $stderr) =
	  $node->psql('postgres', q{SELECT image_catalog.image_digest('md5', 'x')});
	like($stderr, qr/digest algorithm md5 is not available/, 'and who asks for md5 hears so');
}

done_testing();
