# Functions run as the owner of the extension; the tables that they name must
# be the extension's.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('schema');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
CREATE ROLE tenant LOGIN;
GRANT CREATE ON DATABASE postgres TO tenant;
});

# The error of a statement; empty if there is none.
sub error_of
{
	my ($role, $sql) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql",
		$role ? (extra_params => [ '-U', $role ]) : (), on_error_stop => 1);
	return join ' ', $stderr =~ /ERROR:  (\w+)/g;
}

# A schema that somebody made before the extension.
$node->safe_psql('postgres', 'CREATE SCHEMA image_catalog',
	extra_params => [ '-U', 'tenant' ]);
is(error_of('', 'CREATE EXTENSION image_catalog'), '42P06',
	'the extension does not take a schema that is there');
is(error_of('', 'CREATE EXTENSION image_catalog SCHEMA image_catalog'), '0A000',
	'nor when it is named');
is( $node->safe_psql('postgres', q{
SELECT count(*) FROM pg_extension WHERE extname = 'image_catalog'}),
	'0', 'nothing is installed');
$node->safe_psql('postgres', 'DROP SCHEMA image_catalog');

# The schema is the extension's, and nobody else's to rename, drop or fill.
$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');
is( $node->safe_psql('postgres', q{
SELECT count(*) FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
 WHERE e.extname = 'image_catalog' AND d.deptype = 'e'
   AND d.classid = 'pg_namespace'::regclass AND d.objid = 'image_catalog'::regnamespace}),
	'1', 'the schema is a member of the extension');
foreach my $command (
	'ALTER SCHEMA image_catalog RENAME TO mine',
	'ALTER SCHEMA image_catalog OWNER TO tenant',
	'DROP SCHEMA image_catalog CASCADE',
	'CREATE TABLE image_catalog.mine ()',
	'CREATE FUNCTION image_catalog.mine() RETURNS int LANGUAGE sql AS \'SELECT 1\'',
	'ALTER EXTENSION image_catalog DROP SCHEMA image_catalog')
{
	is(error_of('tenant', $command), '42501', "not for a tenant: $command");
}

# Should the owner rename it, another schema of that name is not trusted.
$node->safe_psql('postgres', 'ALTER SCHEMA image_catalog RENAME TO former');
my $squat = q{
CREATE SCHEMA image_catalog;
CREATE TABLE image_catalog.images (LIKE former.images);
CREATE TABLE image_catalog.image_members (LIKE former.image_members);
CREATE TABLE image_catalog.container_images (LIKE former.container_images);
CREATE FUNCTION image_catalog.mine() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN ALTER ROLE tenant SUPERUSER; RETURN NULL; END';
CREATE TRIGGER mine AFTER INSERT ON image_catalog.images
    FOR EACH ROW EXECUTE FUNCTION image_catalog.mine();};
$node->safe_psql('postgres', 'GRANT SELECT ON ALL TABLES IN SCHEMA former TO tenant');
is(error_of('tenant', $squat), '', 'somebody makes a schema of the name');
foreach my $call (
	q{create_image('{"name": "x"}')}, q{count_images()}, q{list_images_page()},
	q{get_image('00000000-0000-4000-8000-00000000000a')},
	q{count_container_images()}, q{is_image_member('00000000-0000-4000-8000-00000000000a')})
{
	is(error_of('tenant', "SELECT former.$call"), '55000', "not trusted: $call");
	is(error_of('', "SELECT former.$call"), '55000', "nor for a superuser: $call");
}
is( $node->safe_psql('postgres', q{
SELECT rolsuper FROM pg_roles WHERE rolname = 'tenant'}),
	'f', 'nothing of his code was run');

# It works again when the name is back, in the same session, too.
is( $node->safe_psql('postgres', q{
DROP SCHEMA image_catalog CASCADE;
ALTER SCHEMA former RENAME TO image_catalog;
SELECT image_catalog.count_images();
ALTER SCHEMA image_catalog RENAME TO former;
DO $$ BEGIN PERFORM former.count_images(); RAISE 'served';
      EXCEPTION WHEN object_not_in_prerequisite_state THEN NULL; END $$;
ALTER SCHEMA former RENAME TO image_catalog;
SELECT image_catalog.count_images()}),
	"0\n0", 'the name counts at each call');

$node->stop;
done_testing();
