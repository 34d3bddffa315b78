# A reporting server: logical replication of the whole catalogue, as
# docs/scale.md has it, while the publisher is written to.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# the statements of the page itself
my $page = slurp_file("$FindBin::RealBin/../../docs/scale.md");
my ($publication) = $page =~ /^(SELECT format\('CREATE PUBLICATION.*?\\gexec)$/ms;
ok($publication, 'the page has a publication');

my $publisher = new_node('publisher', 'wal_level = logical');
my $subscriber = new_node('subscriber');

# every table has rows
my $documents = data_text('container_fixture.json') =~ s/'/''/gr;
$publisher->safe_psql('postgres', 'CREATE ROLE app; SELECT image_catalog.grant_project($$app$$, $$p1$$)');
load_catalogue($publisher, decode_json(data_text('images_oracle_catalog.json')));
$publisher->safe_psql('postgres', qq{
	SELECT image_catalog.record_image_history(true);
	SELECT image_catalog.index_image_property('hw_disk_bus');
	SELECT image_catalog.set_listing_orders('{id,size}');
	SELECT image_catalog.import_container_images('$documents');
	SELECT image_catalog.mark_finding_false_positive('CVE-2023-5678', 'nginx:1.25');
	SELECT image_catalog.watch_image('alpine:3.18');
	SELECT image_catalog.import_sbom('a\@sha256:' || repeat('a', 64), '{"bomFormat": "CycloneDX", "components": [
		{"type": "library", "purl": "pkg:npm/left-pad\@1.3.0"}]}');
	SELECT image_catalog.import_vulnerabilities('osv:npm', '{"id": "CVE-2024-1", "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
		"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.3.1"}]}]}]}');
	SELECT image_catalog.rescan_container_images();
	SELECT image_catalog.create_image('{"id": "5ca1e000-0000-4000-8000-000000000001", "name": "with data", "disk_format": "raw", "container_format": "bare"}');
	SELECT image_catalog.upload_image_data('5ca1e000-0000-4000-8000-000000000001', 'some data');
});
$publisher->safe_psql('postgres', $publication);
my $connection = $publisher->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres',
	"CREATE SUBSCRIPTION catalogue CONNECTION '$connection' PUBLICATION catalogue");

# changes of every kind while the first copy is made, and behind it
sub change
{
	my ($n) = @_;
	my $id = sprintf '5ca1e000-0000-4000-8000-00000000%04d', $n;
	$publisher->safe_psql('postgres', qq{
		SELECT image_catalog.create_image('{"id": "$id", "name": "image $n", "visibility": "shared", "hw_disk_bus": "scsi"}');
		SELECT image_catalog.add_image_member('$id', 'p2');
		SELECT image_catalog.update_image('$id', '[{"op": "replace", "path": "/name", "value": "renamed $n"}]');
		SELECT image_catalog.import_container_images('{"id": "sha256:$n", "riskScore": $n, "scan": {"components": [{"name": "c", "version": "$n", "vulns": [{"cve": "CVE-2024-$n"}]}]}}');
		SELECT image_catalog.import_container_images('{"id": "sha256:$n", "riskScore": 7, "scan": {"components": [{"name": "d", "version": "$n"}]}}');
	});
	my $other = sprintf '00000000-0000-4000-8000-0000000000%02d', $n % 40 + 1;
	$publisher->psql('postgres', "SELECT image_catalog.delete_image('$other')");
}
change($_) foreach 1001 .. 1010;
$subscriber->wait_for_subscription_sync($publisher, 'catalogue');
change($_) foreach 1011 .. 1020;
$publisher->safe_psql('postgres', q{
	SELECT image_catalog.import_vulnerabilities('osv:npm', '{"id": "CVE-2024-3", "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"}, "versions": ["1.3.0"]}]}');
	SELECT image_catalog.rescan_container_images();
	SELECT image_catalog.purge_deleted_images('0');
	SELECT image_catalog.delete_container_images('Image Sha:sha256:1011', true);
});
$publisher->wait_for_catchup('catalogue');

# The first copy may have brought members before their images.
$subscriber->safe_psql('postgres', 'SELECT image_catalog.rebuild_image_shares()');
is($subscriber->safe_psql('postgres', 'SELECT image_catalog.check()'), '',
	'nothing derived differs on the subscriber');
my $rows = q{
	SELECT format('SELECT %L, count(*), COALESCE(sum(hashtext(t::text)::bigint), 0) FROM %s t', c.relname, c.oid::regclass)
	  FROM pg_class c WHERE relnamespace = 'image_catalog'::regnamespace AND relkind = 'r' AND relname NOT IN ('role_identities', 'indexed_properties', 'listing_orders') ORDER BY relname \gexec
};
is($subscriber->safe_psql('postgres', $rows), $publisher->safe_psql('postgres', $rows),
	'every row of every table is there');
unlike($publisher->safe_psql('postgres', $rows =~ s/NOT IN \(.*?\)/<> ALL ('{role_identities,listing_orders,restore_steps,project_quotas,container_finding_rules,property_protections,image_certificates,container_signature_verifiers,image_locations,indexed_properties,image_location_schemes,image_uploads,vulnerability_details}')/r),
	qr/\|0\|0$/m, 'of nearly every table there are some');

my $answers = q{
	SELECT image_catalog.export_container_images();
	SELECT image_catalog.list_container_images();
	SELECT image_catalog.download_image_data('5ca1e000-0000-4000-8000-000000000001');
};
is($subscriber->safe_psql('postgres', $answers), $publisher->safe_psql('postgres', $answers),
	'container images and data');
my @commands;
foreach my $project ('p1', 'p2', 'p9', '')
{
	push @commands, map { +{ project => $project, sql => "SELECT image_catalog.list_images_page('$_')" } }
	  ('', 'visibility=all&limit=1000', 'sort=name:asc,size:desc&limit=3', 'tag=x86',
		'visibility=shared&member_status=all', 'os_hidden=true', 'hw_disk_bus=scsi');
}
is_deeply([ ask_all($subscriber, @commands) ], [ ask_all($publisher, @commands) ], 'lists of every caller');

# who is who stays what each server says
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.role_identities'), '0',
	'identities stay with their server');
is(scalar $subscriber->safe_psql('postgres', q{
	SELECT image_catalog.index_image_property('hw_disk_bus');
	SELECT image_catalog.set_listing_orders('{name}');
	SELECT image_catalog.check()}) =~ s/\s//gr, '', 'and so do indexes, of which it can have its own');
done_testing();
