# Sessions keep the rules of property protections; a change of them reaches all
# that are open, on a hot standby too.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use PostgreSQL::Test::Cluster;
use Test::More;

my $primary = new_node('primary');
$primary->safe_psql('postgres', q{
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-000000000001",
    "owner": "p", "visibility": "public", "secret": "s", "plain": "p"}]')});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

my %session = (
	primary => $primary->background_psql('postgres'),
	standby => $standby->background_psql('postgres'));

# what each open session reads, alone and in a list
sub shown_is
{
	my ($expected, $when) = @_;
	foreach my $name (sort keys %session)
	{
		my $found = $session{$name}->query(q{
SELECT string_agg(k, ' ' ORDER BY k) FROM json_object_keys(
    image_catalog.get_image('00000000-0000-4000-8000-000000000001')) k
 WHERE k IN ('secret', 'plain')
UNION ALL
SELECT string_agg(k, ' ' ORDER BY k) FROM image_catalog.list_images(),
    jsonb_object_keys(properties) k});
		is($found, "$expected\n$expected", "$name $when");
	}
}

$_->query_safe("SET image_catalog.project_id = 'q'") foreach values %session;
shown_is('plain secret', 'without rules');

$primary->safe_psql('postgres', q{
INSERT INTO image_catalog.property_protections (position, pattern, read_roles)
VALUES (1, 'secret', '{auditor}'), (2, '', '{@}')});
$primary->wait_for_catchup($standby);
shown_is('plain', 'with rules');

$primary->safe_psql('postgres',
	'UPDATE image_catalog.property_protections SET read_roles = $${@}$$');
$primary->wait_for_catchup($standby);
shown_is('plain secret', 'with other rules');

$primary->safe_psql('postgres',
	'UPDATE image_catalog.property_protections SET read_roles = $${!}$$ WHERE position = 2');
$primary->wait_for_catchup($standby);
shown_is('secret', 'with a rule that denies');

$primary->safe_psql('postgres',
	'TRUNCATE image_catalog.property_protections');
$primary->wait_for_catchup($standby);
shown_is('plain secret', 'without rules again');

# rules that are read within an older snapshot are those of today
$session{primary}->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
$session{primary}->query_safe('SELECT 1 FROM pg_catalog.pg_class LIMIT 1');
delete($session{standby})->quit;
$primary->safe_psql('postgres', q{
INSERT INTO image_catalog.property_protections (position, pattern, read_roles)
VALUES (1, 'secret', '{auditor}'), (2, '', '{@}')});
shown_is('plain', 'in an older snapshot');
$session{primary}->query_safe('COMMIT');
shown_is('plain', 'after it');

$_->quit foreach values %session;
done_testing();
