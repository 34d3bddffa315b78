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
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-00000000000a", "name": "x", "owner": "acme",
    "visibility": "shared", "status": "active", "members": {"friend": "accepted"}}]');
SELECT image_catalog.import_container_images('[{"id": "sha256:aa", "name": {"fullName": "quay.io/a/b:1"}}]');
SELECT image_catalog.index_image_property('os_distro')});
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

# Nor by code that runs when the owner himself writes his tables: triggers name
# tables, too.  Whatever of the squatter's is run, it would be as the owner.
$node->safe_psql('postgres', q{
SET ROLE tenant;
CREATE TABLE image_catalog.hits (what text);
CREATE FUNCTION image_catalog.hit() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN INSERT INTO image_catalog.hits VALUES (current_user || $$ $$ || TG_TABLE_NAME); RETURN NULL; END';
CREATE FUNCTION image_catalog.check_image_shares_seen(uuid, text) RETURNS void LANGUAGE sql
    AS 'INSERT INTO image_catalog.hits VALUES (current_user)';
CREATE FUNCTION image_catalog.property_index_name(text, text) RETURNS name LANGUAGE sql
    AS 'INSERT INTO image_catalog.hits VALUES (current_user); SELECT $1::name';
CREATE TABLE image_catalog.image_shares (LIKE former.image_shares);
CREATE TABLE image_catalog.image_data (LIKE former.image_data);
CREATE TABLE image_catalog.image_uploads (LIKE former.image_uploads);
CREATE FUNCTION image_catalog.purge_deleted_images(interval, int DEFAULT NULL) RETURNS bigint LANGUAGE sql
    AS 'INSERT INTO image_catalog.hits VALUES (current_user); SELECT 0::bigint';
CREATE VIEW image_catalog.expected_image_shares AS TABLE image_catalog.image_shares;
CREATE TABLE image_catalog.container_components (LIKE former.container_components);
CREATE TABLE image_catalog.container_risk_scores (LIKE former.container_risk_scores);
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY '{images,image_members,image_shares,image_data,image_uploads,container_images,container_components,container_risk_scores}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER hit AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON image_catalog.%I EXECUTE FUNCTION image_catalog.hit()', t);
    END LOOP;
END $$});
foreach my $write (
	q{UPDATE former.images SET name = 'renamed'}, q{UPDATE former.images SET status = 'deleted'},
	q{DELETE FROM former.images}, q{TRUNCATE former.images CASCADE},
	q{UPDATE former.image_members SET status = 'pending'}, q{DELETE FROM former.image_members},
	q{INSERT INTO former.image_members (image_id, member_id) SELECT id, 'x' FROM former.images},
	q{INSERT INTO former.indexed_properties VALUES ('fleet')}, q{DELETE FROM former.indexed_properties},
	q{UPDATE former.container_images SET risk_score = 7}, q{DELETE FROM former.container_images},
	q{UPDATE former.images SET status = 'queued'}, q{CALL former.purge_deleted_images_in_batches('1 day')},
	q{CALL former.purge_image_history_in_batches('1 day')}, q{INSERT INTO former.listing_orders VALUES ('name')},
	q{SELECT former.rebuild_image_shares()}, q{SELECT former.rebuild_container_risk_scores()},
	q{SELECT former.create_container_trigram_indexes()})
{
	is(error_of('', $write), '55000', "refused: $write");
}
is($node->safe_psql('postgres', 'SELECT count(*), min(what) FROM image_catalog.hits'), '0|',
	'nothing of his was run');
is(error_of('', 'UPDATE former.property_protections SET position = 2'), '', 'what names no table goes on');

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
	"1\n1", 'the name counts at each call');

$node->stop;
done_testing();
