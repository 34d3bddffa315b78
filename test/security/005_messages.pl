# What a tenant's settings make the server print of our statements: nothing.
# Their plans hold statistics of what other projects have.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('messages');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-00000000000a",
    "name": "public", "owner": "globex", "status": "active", "visibility": "public"}]');
SELECT image_catalog.import_images(jsonb_agg(jsonb_build_object('owner', 'globex', 'status', 'active',
    'visibility', 'private', 'name', 'secret' || n, 'fleet', 'zeppelin'))) FROM generate_series(1, 500) n;
SELECT image_catalog.import_container_images('[{"id": "sha256:00", "name": {"fullName": "quay.io/a/b:1"}}]');
ANALYZE;
CREATE ROLE tenant LOGIN;
SELECT image_catalog.grant_project('tenant', 'acme', '{reader,member,container_image_reader}');
});

my @calls = (
	q{count_images('{"fleet": "zeppelin"}')}, q{list_images_page('fleet=zeppelin')}, q{list_images('{"name": "secret1"}')},
	q{get_image('00000000-0000-4000-8000-00000000000a')}, q{create_image('{"name": "mine"}')},
	q{count_container_images('CVE:x')}, q{list_container_images('Image Tag:1')}, q{export_container_images()},
	q{is_image_owner('00000000-0000-4000-8000-00000000000a')});
my $noise = join '', map { "SET $_ = on; " } qw(debug_print_parse debug_print_rewritten debug_print_plan);

foreach my $level (qw(log debug1 debug5))
{
	foreach my $call (@calls)
	{
		my ($ret, $stdout, $stderr) = $node->psql('postgres',
			"SET client_min_messages = $level; $noise\n\\echo call\nSELECT image_catalog.$call;\nSHOW client_min_messages",
			on_error_stop => 1, extra_params => [ '-U', 'tenant' ]);
		# the plan of the tenant's own statement has no relation
		my @plans = $stderr =~ /LOG:  plan:/g;
		unlike($stderr, qr/:relid \d|:scan\.scanrelid [1-9]|:indexid [1-9]/, "$level: no plan of $call is printed");
		cmp_ok(scalar @plans, '<=', 10, 'but those of the tenant');
		like($stdout, qr/^$level\z/m, 'and the setting is as it was');
	}
}

# after an error, too
my ($ret, $stdout, $stderr) = $node->psql('postgres', q{SET client_min_messages = log;
SELECT image_catalog.list_images_page('limit=x');
BEGIN; SAVEPOINT s; SELECT image_catalog.list_images_page('limit=x'); ROLLBACK TO s; SHOW client_min_messages; COMMIT;
SHOW client_min_messages}, on_error_stop => 0, extra_params => [ '-U', 'tenant' ]);
is($stdout, "log\nlog", 'after errors the setting is as it was');

# who may see everything may see plans
($ret, $stdout, $stderr) = $node->psql('postgres',
	"SET client_min_messages = log; SET debug_print_plan = on; SELECT image_catalog.count_images()");
like($stderr, qr/:relid \d/, 'a superuser sees them');

$node->stop;
done_testing();
