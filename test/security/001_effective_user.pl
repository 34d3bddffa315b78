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
is( $node->safe_psql('postgres', q{
DO $$
DECLARE call text;
BEGIN
    FOREACH call IN ARRAY ARRAY['get_image(''00000000-0000-4000-8000-00000000000f'')', 'list_images_page(''limit=x'')',
            'create_image(''{"name": 1}'')', 'count_container_images()', 'grant_catalog_admin(''tenant'')'] LOOP
        BEGIN
            PERFORM set_config('role', 'tenant', true);
            EXECUTE 'SELECT image_catalog.' || call;
            RAISE 'no error: %', call;
        EXCEPTION WHEN insufficient_privilege OR data_exception OR SQLSTATE 'PT404' THEN
            IF NOT image_catalog.is_catalog_admin() THEN RAISE 'still the tenant after %', call; END IF;
        END;
    END LOOP;
END $$;
SELECT image_catalog.is_catalog_admin()}), 't', 'a superuser is himself again, too');
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

# Where PostgreSQL does not switch to the owner, a superuser who touches what a
# tenant made runs the tenant's code as himself: in the catalogue as in any table
# (docs/access.md tells what to do).  The caller is the effective user there, too.
my $dba = $node->safe_psql('postgres', 'SELECT current_user') . '|t|t';
as_role('tenant', q{
CREATE FUNCTION tenant.code(place text) RETURNS int LANGUAGE plpgsql AS
    'BEGIN IF session_user <> ''tenant'' THEN PERFORM tenant.attempt(place); END IF; RETURN 1; END';
CREATE VIEW tenant.reads AS SELECT tenant.code('view') AS x;
CREATE TABLE tenant.filled (x int DEFAULT tenant.code('default'), y int CHECK (tenant.code('check') = 1));
CREATE FUNCTION tenant.on_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM tenant.code(''trigger''); RETURN NEW; END';
CREATE TABLE tenant.triggered (x int);
CREATE TRIGGER t BEFORE INSERT ON tenant.triggered FOR EACH ROW EXECUTE FUNCTION tenant.on_row();
CREATE TABLE tenant.policed (x int);
INSERT INTO tenant.policed VALUES (1);
ALTER TABLE tenant.policed ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON tenant.policed USING (tenant.code('policy') = 1);
GRANT USAGE ON SCHEMA tenant TO reader;
GRANT SELECT ON tenant.reads, tenant.policed TO reader;
GRANT INSERT ON tenant.filled, tenant.triggered TO reader;
GRANT INSERT ON tenant.notes TO reader;
});

# What the code noted under a statement, by a superuser, or as somebody; what it
# changed is undone.
sub noted
{
	my ($statement) = @_;
	return $node->safe_psql('postgres', qq{
BEGIN;
DELETE FROM tenant.notes;
\\o /dev/null
$statement;
RESET ROLE;
\\o
SELECT effective, admin, bool_or(changed = 'stolen') FROM tenant.notes GROUP BY 1, 2;
ROLLBACK});
}
my $other = 'reader|f|f';
my $tenant = 'tenant|f|f';
foreach my $statement ('SELECT * FROM tenant.reads', 'INSERT INTO tenant.filled (y) VALUES (NULL)', 'INSERT INTO tenant.filled (x, y) VALUES (1, 2)',
	'INSERT INTO tenant.triggered VALUES (1)')
{
	is(noted($statement), $dba, "a superuser's own $statement");
	is(noted("SET LOCAL ROLE tenant; $statement"), $tenant, 'as the tenant, he runs it with the rights of the tenant');
	is(noted("SET LOCAL ROLE reader; $statement"), $other, 'and anybody else with his own');
}
is(noted('SELECT * FROM tenant.policed'), '', 'policies are not for a superuser');
is(noted('SET LOCAL ROLE reader; SELECT * FROM tenant.policed'), $other, 'and ask as the reader');

# Event triggers are of superusers: in the statements of tenants they are tenants,
# and in what a function of ours does they act for its caller.
$node->safe_psql('postgres', q{
CREATE TABLE public.ddl (what text);
GRANT INSERT ON public.ddl TO PUBLIC;
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO public.ddl VALUES (coalesce(image_catalog.current_project(), '-') || ' ' || image_catalog.is_catalog_admin()); END $$;
CREATE EVENT TRIGGER on_ddl ON ddl_command_end EXECUTE FUNCTION public.on_ddl();
CREATE ROLE curator LOGIN;
GRANT SELECT ON public.ddl TO PUBLIC;
SELECT image_catalog.grant_project('curator', 'acme', '{reader,member,admin}')});
as_role('tenant', 'CREATE TABLE tenant.t1 ()');
as_role('curator', q{SELECT image_catalog.index_image_property('fleet')});
is($node->safe_psql('postgres', q{SELECT DISTINCT what FROM public.ddl ORDER BY 1; DROP EVENT TRIGGER on_ddl}),
	"- false\n- true\nacme true", 'an event trigger acts for whose statement it is');

# A restore by a superuser: constraints and generated columns are evaluated as
# himself, index expressions and views as their owners; and all of it as the
# owners, if he says so.
as_role('tenant', q{
DROP TABLE tenant.filled, tenant.triggered;
CREATE FUNCTION tenant.place(x int, place text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    'BEGIN IF current_database() <> ''postgres'' THEN PERFORM tenant.attempt(place); END IF; RETURN x; END';
CREATE DOMAIN tenant.checked AS int CHECK (tenant.place(VALUE, 'domain') > 0);
CREATE TABLE tenant.restored (x int CHECK (tenant.place(x, 'check') > 0), y tenant.checked,
    z int GENERATED ALWAYS AS (tenant.place(x, 'generated')) STORED, d int DEFAULT tenant.place(1, 'default'));
INSERT INTO tenant.restored (x, y) VALUES (1, 1);
CREATE INDEX ON tenant.restored (tenant.place(x, 'index'));
CREATE MATERIALIZED VIEW tenant.kept AS SELECT tenant.place(x, 'matview') FROM tenant.restored;
CREATE TRIGGER t BEFORE INSERT ON tenant.restored FOR EACH ROW EXECUTE FUNCTION tenant.on_row();
DELETE FROM tenant.notes;
});
my $dump = "$PostgreSQL::Test::Utils::tmp_check/tenant.dump";
$node->command_ok([ 'pg_dump', '-Fc', '--no-sync', '-f', $dump, '-d', $node->connstr('postgres') ], 'dumped');
foreach my $how ([ 'himself', [], 'check domain generated' ], [ 'the owners', ['--use-set-session-authorization'], '' ])
{
	my ($as, $options, $superuser) = @$how;

	$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS restored');
	$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
	$node->safe_psql('postgres', 'GRANT CREATE ON DATABASE restored TO tenant');
	$node->run_log([ 'pg_restore', @$options, '-d', $node->connstr('restored'), $dump ]);
	is($node->safe_psql('restored', q{
SELECT coalesce(string_agg(DISTINCT place, ' ' ORDER BY place), '') FROM tenant.notes WHERE admin}), $superuser,
		"restored as $as: what ran as an administrator");
	is($node->safe_psql('restored', q{SELECT bool_and(admin = (effective <> 'tenant')), count(DISTINCT place) > 3 FROM tenant.notes}), 't|t',
		'the effective user is the caller');
	is($node->safe_psql('restored', q{SELECT count(*) FROM image_catalog.images}), '1', 'and the catalogue is restored');
}

$node->stop;
done_testing();
