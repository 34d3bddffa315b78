# The caller is the effective user.  A superuser's session runs other people's
# code; that code has no more rights than its owner, and a superuser's code no
# fewer.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('effective_user');
$node->init;
$node->append_conf('postgresql.conf', q{
autovacuum_naptime = 1s
autovacuum_analyze_threshold = 50
});
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-00000000000a",
    "name": "secret", "owner": "acme", "status": "active", "visibility": "private"}]');
CREATE ROLE tenant LOGIN;
CREATE SCHEMA tenant AUTHORIZATION tenant;
CREATE ROLE reader LOGIN;
CREATE ROLE runner LOGIN;
GRANT reader TO runner;
GRANT SELECT ON image_catalog.container_images TO reader;
});

sub as_role
{
	my ($role, $sql) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres', $sql,
		extra_params => [ '-U', $role ], on_error_stop => 0);
	$stderr =~ s/^psql:.*?: //mg;
	return wantarray ? ($stdout, $stderr) : $stdout;
}

# What the tenant's code tries, and notes of itself: who it is, whether it
# administers, what it can do to an image of somebody else.
as_role('tenant', q{
CREATE TABLE tenant.notes (place text, effective name, session name, admin boolean, got text, changed text);
CREATE FUNCTION tenant.attempt(place text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    got text;
    changed text;
BEGIN
    BEGIN
        got := image_catalog.get_image('00000000-0000-4000-8000-00000000000a') ->> 'name';
    EXCEPTION WHEN OTHERS THEN got := SQLSTATE;
    END;
    BEGIN
        changed := image_catalog.update_image('00000000-0000-4000-8000-00000000000a',
            '[{"op": "replace", "path": "/name", "value": "stolen"}]') ->> 'name';
    EXCEPTION WHEN OTHERS THEN changed := SQLSTATE;
    END;
    INSERT INTO tenant.notes
    VALUES (place, current_user, session_user, image_catalog.is_catalog_admin(), got, changed);
END $$;
CREATE TABLE tenant.bait (x int);
CREATE FUNCTION tenant.f(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN x; END';
CREATE INDEX bait_idx ON tenant.bait (tenant.f(x));
});

# The tenant's index expression runs its code wherever somebody else evaluates
# it; place tells where.
sub arm
{
	my ($place) = @_;
	as_role('tenant', qq{
DELETE FROM tenant.notes;
CREATE OR REPLACE FUNCTION tenant.f(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS \$\$
BEGIN
    IF session_user <> 'tenant' AND x = 1 THEN PERFORM tenant.attempt('$place'); END IF;
    RETURN x;
END \$\$;
});
	return;
}

sub notes
{
	return $node->safe_psql('postgres', q{
SELECT DISTINCT effective, admin, got, changed FROM tenant.notes});
}
my $nobody = 'tenant|f|PT404|PT404';

foreach my $command (
	'ANALYZE tenant.bait',
	'VACUUM ANALYZE tenant.bait',
	'REINDEX INDEX tenant.bait_idx',
	'REINDEX TABLE CONCURRENTLY tenant.bait',
	'CLUSTER tenant.bait USING bait_idx',
	'CREATE INDEX ON tenant.bait (tenant.f(x + 0))')
{
	as_role('tenant', 'ALTER TABLE tenant.bait SET (autovacuum_enabled = off);
		TRUNCATE tenant.bait; INSERT INTO tenant.bait SELECT generate_series(1, 100)');
	arm($command);
	$node->safe_psql('postgres', $command);
	is(notes(), $nobody, "code in an index under $command of a superuser");
}

as_role('tenant', q{
CREATE MATERIALIZED VIEW tenant.view AS SELECT tenant.f(1) AS x});
arm('refresh');
$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW tenant.view');
is(notes(), $nobody, 'code in a materialized view that a superuser refreshes');

# autovacuum, whose session user is a superuser
as_role('tenant', 'ALTER TABLE tenant.bait SET (autovacuum_enabled = on); TRUNCATE tenant.bait');
arm('autovacuum');
as_role('tenant', 'INSERT INTO tenant.bait SELECT generate_series(1, 500)');
ok( $node->poll_query_until('postgres', 'SELECT count(*) > 0 FROM tenant.notes'),
	'autovacuum runs the code');
is(notes(), $nobody, 'code in an index under autovacuum');
is( $node->safe_psql('postgres', q{
SELECT name FROM image_catalog.images WHERE id = '00000000-0000-4000-8000-00000000000a'}),
	'secret', 'the image is as it was');

# A definer function acts as its owner, whoever calls it.
as_role('tenant', q{
CREATE FUNCTION tenant.definer() RETURNS text LANGUAGE sql SECURITY DEFINER
    AS 'SELECT image_catalog.is_catalog_admin() || '' '' || image_catalog.count_images(''{"visibility": "all"}'')';
CREATE FUNCTION tenant.invoker() RETURNS text LANGUAGE sql
    AS 'SELECT image_catalog.is_catalog_admin() || '' '' || image_catalog.count_images(''{"visibility": "all"}'')'});
is($node->safe_psql('postgres', 'SELECT tenant.definer()'), 'false 0',
	'a tenant\'s definer function, called by a superuser');
$node->safe_psql('postgres', q{
CREATE FUNCTION public.lend() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
    AS 'SELECT image_catalog.is_catalog_admin() || '' '' || image_catalog.count_images(''{"visibility": "all"}'')'});
is(as_role('tenant', 'SELECT public.lend()'), 'true 1',
	'a superuser\'s definer function, called by a tenant, acts as the superuser');

# SET ROLE counts at once, both ways.
is( $node->safe_psql('postgres', q{
SELECT image_catalog.is_catalog_admin();
SET ROLE tenant; SELECT image_catalog.is_catalog_admin();
RESET ROLE; SELECT image_catalog.is_catalog_admin()}),
	"t\nf\nt", 'SET ROLE leaves administration behind, RESET ROLE brings it back');
is( as_role('runner', q{
SELECT image_catalog.may_read_container_images();
SET ROLE reader; SELECT image_catalog.count_container_images()}),
	"t\n0", 'a right of a role that it became, or is a member of');

# Code within a function's own statements: on behalf of the caller.  A trigger
# of the owner that switches to somebody else acts as that one.
$node->safe_psql('postgres', q{
CREATE TABLE public.seen (what text);
GRANT INSERT, SELECT ON public.seen TO PUBLIC;
CREATE FUNCTION public.look(who text) RETURNS text LANGUAGE sql
    AS $$ SELECT who || ' ' || coalesce(image_catalog.current_project(), '-') || ' '
                 || image_catalog.is_catalog_admin() || ' '
                 || image_catalog.count_images('{"owner": "acme", "visibility": "private"}') $$;
CREATE FUNCTION public.as_invoker() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO public.seen VALUES (public.look('invoker')); RETURN NULL; END $$;
CREATE FUNCTION public.as_tenant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN INSERT INTO public.seen VALUES (public.look('definer')); RETURN NULL; END $$;
ALTER FUNCTION public.as_tenant() OWNER TO tenant;
CREATE TRIGGER look_as_invoker AFTER UPDATE ON image_catalog.images
    FOR EACH ROW EXECUTE FUNCTION public.as_invoker();
CREATE TRIGGER look_as_tenant AFTER UPDATE ON image_catalog.images
    FOR EACH ROW EXECUTE FUNCTION public.as_tenant();
CREATE ROLE app LOGIN;
GRANT SET ON PARAMETER image_catalog.project_id TO app;
});
my ($stdout, $stderr) = as_role('app', q{
SET image_catalog.project_id = 'acme';
SELECT image_catalog.update_image('00000000-0000-4000-8000-00000000000a',
    '[{"op": "replace", "path": "/name", "value": "new"}]') ->> 'name';
SELECT what FROM public.seen ORDER BY 1});
is($stdout, "new\ndefiner - false 0\ninvoker acme false 1",
	'a trigger acts for the caller, a definer of another role for itself');
is($stderr, '', 'without a complaint');

# However a function ends, the caller is himself again.
is( as_role('tenant', q{
BEGIN; SAVEPOINT s;
SELECT image_catalog.get_image('00000000-0000-4000-8000-00000000000a');
ROLLBACK TO s;
SELECT current_user, image_catalog.is_catalog_admin();
SELECT image_catalog.list_images_page('limit=x');
ROLLBACK;
DO $$ BEGIN PERFORM image_catalog.create_image('{"name": 1}');
      EXCEPTION WHEN OTHERS THEN NULL; END $$;
SELECT current_user, image_catalog.is_catalog_admin();
SET ROLE postgres;
SELECT count(*) FROM image_catalog.images}),
	"tenant|f\ntenant|f", 'after errors');
is( as_role('reader', q{
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images();
FETCH c;
SELECT current_user;
CLOSE c;
SELECT current_user;
COMMIT}), "reader\nreader", 'between the rows of an export');

# Two functions in one statement, one in the other's arguments.
is( as_role('app', q{
SET image_catalog.project_id = 'acme';
SELECT image_catalog.get_image((image_catalog.list_images_page('owner=acme&visibility=private')
    #>> '{images,0,id}')::uuid) ->> 'name', current_user}),
	'new|app', 'functions in each other\'s arguments');

$node->stop;
done_testing();
