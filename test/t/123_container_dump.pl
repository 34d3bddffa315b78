# Container images on the way to another server: dumped and restored, in both
# ways of restoring, and read on a standby.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('container_dump');
$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');
my $documents = data_text('container_fixture.json') =~ s/'/''/gr;
$node->safe_psql('postgres', qq{
	SELECT image_catalog.import_container_images('$documents');
	SELECT image_catalog.mark_finding_false_positive('CVE-2023-5678', 'nginx:1.25');
	SELECT image_catalog.watch_image('alpine:3.18');
	SELECT image_catalog.import_sbom('a\@sha256:' || repeat('a', 64), '{"bomFormat": "CycloneDX", "components": [
		{"type": "library", "purl": "pkg:npm/left-pad\@1.3.0"}]}');
	SELECT image_catalog.import_vulnerabilities('osv:npm', '{"id": "CVE-2024-1", "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"},
		"ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.3.1"}]}]}]}');
	SELECT image_catalog.rescan_container_images();
	SELECT image_catalog.import_vulnerabilities('osv:other', '{"id": "CVE-2024-2", "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"}, "versions": ["1.3.0"]}]}');
	INSERT INTO image_catalog.container_signature_verifiers VALUES ('v', 'name');
});

# everything that a caller can see, ranks included
my $all = q{
	SELECT image_catalog.export_container_images();
	SELECT image_catalog.list_container_images();
	SELECT image_catalog.watched_images();
	SELECT image_catalog.count_container_images('Vulnerability State:FALSE_POSITIVE+CVE:CVE-2023-5678');
	SELECT count(*) FROM image_catalog.container_finding_rules;
	SELECT * FROM image_catalog.container_signature_verifiers;
	SELECT * FROM image_catalog.vulnerability_loads ORDER BY load_key;
	SELECT a, r, f FROM image_catalog.advisories a JOIN image_catalog.advisory_ranges r USING (advisory_key) JOIN image_catalog.package_findings f USING (advisory_key) ORDER BY 1, 2, 3;
	SELECT * FROM image_catalog.container_scans;
	SELECT * FROM image_catalog.container_packages JOIN image_catalog.packages USING (package_key) ORDER BY image_key, component_index;
	SELECT subject, score, sum(subjects) FROM image_catalog.container_risk_scores GROUP BY 1, 2 ORDER BY 1, 2;
};
my $expected = $node->safe_psql('postgres', $all);
like($expected, qr/"priority":"3"/, 'there are ranks');

my $dump = $PostgreSQL::Test::Utils::tmp_check . '/dump';
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('postgres') ], 'dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'restore');
is($node->safe_psql('restored', $all), $expected, 'a restored catalogue answers the same');
is($node->safe_psql('restored', 'SELECT image_catalog.check()'), '', 'and nothing derived differs');

# keys go on where they were
$node->safe_psql('restored', q{SELECT image_catalog.import_container_images('{"id": "sha256:ee", "riskScore": 9}')});
is( $node->safe_psql('restored', q{SELECT image_catalog.get_container_image('ee') ->> 'priority'}), '1',
	'images can be added to it');

is($node->safe_psql('restored', q{SELECT image_catalog.import_vulnerabilities('osv:npm', '{"id": "CVE-2024-3", "affected": [{"package": {"ecosystem": "npm", "name": "left-pad"}, "versions": ["1.3.0"]}]}')::jsonb - 'source'}),
	'{"new": 1, "images": 1, "refused": [], "removed": 1, "packages": 1, "documents": 1}', 'loads go on');

# without triggers, ranks are counted by hand
$node->safe_psql('postgres', 'CREATE DATABASE bare TEMPLATE template0');
$node->safe_psql('bare', 'CREATE EXTENSION image_catalog');
command_ok([ 'pg_restore', '--exit-on-error', '--data-only', '--disable-triggers', '-d', $node->connstr('bare'), $dump ],
	'restore of the data alone');
$node->safe_psql('bare', 'SELECT image_catalog.rebuild_container_risk_scores()');
is($node->safe_psql('bare', $all), $expected, 'it answers the same after its ranks are counted');

# a standby answers, and hears of new ranks
my $backup = 'backup';
$node->backup($backup);
my $standby = PostgreSQL::Test::Cluster->new('container_standby');
$standby->init_from_backup($node, $backup, has_streaming => 1);
$standby->start;
is($standby->safe_psql('postgres', $all), $expected, 'a standby answers the same');
is($standby->safe_psql('postgres', 'SELECT image_catalog.check()'), '', 'and checks the same');

my ($in, $out, $errors) = ('', '', '');
my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $standby->connstr('postgres') ],
	'<', \$in, '>', \$out, '2>', \$errors, IPC::Run::timeout(60));
sub ask_session
{
	my ($query) = @_;
	$out = '';
	$in .= "$query;\n\\echo done\n";
	$session->pump until $out =~ /done/;
	return (split /\n/, $out)[0];
}
my $rank = q{SELECT image_catalog.get_container_image('aaaa') ->> 'priority'};
is(ask_session($rank), '1', 'a session of the standby keeps ranks');
$node->safe_psql('postgres', q{SELECT image_catalog.import_container_images('{"id": "sha256:ff", "riskScore": 9}')});
$node->wait_for_catchup($standby);
is(ask_session($rank), '2', 'and hears that they have changed');
$in .= "\\q\n";
$session->finish;

$standby->stop;
$node->stop;
done_testing();
