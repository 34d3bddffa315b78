# Names that a tenant puts where others look for theirs: operators, functions,
# types, tables and casts, in a schema of the search path and among his temporary
# objects, before the extension is created and after.  Whatever of his is run by
# somebody else, or by a statement of the extension, notes it.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('search_path');
$node->init;
$node->start;

# In schema public, first of the DBA's path: for every name of an operator, all
# pairs of types for which pg_catalog has none, and for every name of a function
# the script or a trigger uses, arguments that it does not have.  An inexact
# match of pg_catalog loses against these.
$node->safe_psql('postgres', q{
CREATE ROLE tenant LOGIN;
CREATE ROLE member LOGIN;
CREATE ROLE nobody LOGIN;
GRANT CREATE, USAGE ON SCHEMA public TO tenant;
});
my $traps = q{
SET search_path = public;
CREATE TABLE IF NOT EXISTS public.hits (what text, who name);
GRANT ALL ON public.hits TO PUBLIC;
CREATE OR REPLACE FUNCTION public.hit(what text, who name) RETURNS void LANGUAGE plpgsql AS
    'BEGIN IF who <> ''tenant'' THEN RAISE EXCEPTION ''trapped: % as %'', what, who; END IF; END';
DO $do$
DECLARE
    types text[] := '{text,name,"\"char\"",varchar,bigint,integer,smallint,boolean,uuid,jsonb,json,timestamptz,"double precision",text[],oid,regclass}';
    a text; b text; r text; op record;
BEGIN
    FOREACH a IN ARRAY types LOOP
        FOREACH b IN ARRAY types LOOP
            FOR op IN SELECT o, CASE WHEN o = '||' THEN 'text' WHEN o IN ('+', '-') THEN a ELSE 'boolean' END AS result
                        FROM unnest('{=,<>,<,<=,>,>=,||,~,!~,~~,~~*,->,->>,#>,#>>,@>,<@,?,+,-}'::text[]) o
                       WHERE NOT EXISTS (SELECT FROM pg_operator WHERE oprname = o AND oprleft = a::regtype AND oprright = b::regtype) LOOP
                r := 'trap_' || md5(a || b || op.result);
                IF to_regprocedure(format('public.%I(%s, %s)', r, a, b)) IS NULL THEN
                    EXECUTE format($f$CREATE FUNCTION public.%I(a %s, b %s) RETURNS %s LANGUAGE plpgsql AS
                        'BEGIN PERFORM public.hit(''operator of %s and %s'', current_user); RETURN NULL; END'$f$, r, a, b, op.result, replace(a, '"', ''), replace(b, '"', ''));
                END IF;
                EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.%I, LEFTARG = %s, RIGHTARG = %s)', op.o, r, a, b);
            END LOOP;
        END LOOP;
    END LOOP;
    FOR a IN SELECT unnest('{lower,now,clock_timestamp,coalesce,char_length,strpos,array_position,array_to_string,count,sum,string_agg,
            format,current_setting,nextval,pg_extension_config_dump,substr,aclexplode,unnest,md5,length,jsonb_typeof,generate_series}'::text[]) LOOP
        FOREACH b IN ARRAY '{varchar,name,"varchar, varchar","text, varchar","text, name","varchar[], text","name, name, name"}'::text[] LOOP
            EXECUTE format($f$CREATE FUNCTION public.%I(%s) RETURNS text LANGUAGE plpgsql AS
                'BEGIN PERFORM public.hit(''function %s'', current_user); RETURN NULL; END'$f$, trim(a, E' \n'), b, trim(a, E' \n'));
        END LOOP;
    END LOOP;
END $do$;
CREATE TYPE public.odd AS (x text);
CREATE FUNCTION public.odd_text(public.odd) RETURNS text LANGUAGE sql AS 'SELECT $1.x';
CREATE FUNCTION public.text_odd(text) RETURNS public.odd LANGUAGE plpgsql AS 'BEGIN PERFORM public.hit(''cast'', current_user); RETURN NULL; END';
CREATE CAST (public.odd AS text) WITH FUNCTION public.odd_text AS IMPLICIT;
CREATE CAST (text AS public.odd) WITH FUNCTION public.text_odd AS IMPLICIT;
CREATE DOMAIN public.regclass AS text;
CREATE DOMAIN public.image_status AS text;
CREATE TABLE public.images (id uuid);
CREATE TABLE public.pg_roles (oid oid);
};
my ($ret, $stdout, $stderr) = $node->psql('postgres', $traps, extra_params => [ '-U', 'tenant' ]);
is($stderr, '', 'the tenant sets traps');
is($node->safe_psql('postgres', q{SELECT count(*) > 3000 FROM pg_operator WHERE oprnamespace = 'public'::regnamespace}), 't', 'many');

# One falls into them where names are not qualified: the traps work.
($ret, $stdout, $stderr) = $node->psql('postgres', q{SET search_path = public; SELECT 'a'::text = 'a'::"char"});
like($stderr, qr/trapped: operator of text and char/, 'a careless statement is trapped');

# Everything that the extension does for a DBA and for others, in one run.
my $work = q{
SET search_path = public;
SELECT image_catalog.grant_project('member', 'acme', '{reader,member,container_image_writer}');
SELECT count(*) FROM image_catalog.callers;
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-00000000000a", "name": "x", "owner": "acme", "status": "active",
    "visibility": "shared", "tags": ["t"], "os_distro": "debian", "members": {"friend": "accepted"}},
    {"id": "00000000-0000-4000-8000-00000000000b", "name": "y", "owner": "acme", "status": "active", "visibility": "private"}]');
SELECT image_catalog.index_image_property('os_distro');
UPDATE image_catalog.images SET name = 'z' WHERE id = '00000000-0000-4000-8000-00000000000a'::uuid;
INSERT INTO image_catalog.property_protections (position, pattern, read_roles) VALUES (1, '^secret', '{admin}'), (2, '', '{@}');
DELETE FROM image_catalog.property_protections;
SELECT image_catalog.rebuild_image_shares(), image_catalog.rebuild_container_risk_scores();
SELECT image_catalog.explain_list_images('{"tag": "t"}', 'name:asc');
SET SESSION AUTHORIZATION member;
SELECT image_catalog.create_image('{"id": "00000000-0000-4000-8000-00000000000c", "visibility": "shared"}');
SELECT image_catalog.update_image('00000000-0000-4000-8000-00000000000c', '[{"op": "add", "path": "/os_distro", "value": "x"}]', NULL);
SELECT image_catalog.add_image_tag('00000000-0000-4000-8000-00000000000c', 't');
SELECT image_catalog.ims_set_image_tag('00000000-0000-4000-8000-00000000000c', 'k', 'v');
SELECT image_catalog.add_image_member('00000000-0000-4000-8000-00000000000c', 'm');
SELECT image_catalog.list_image_members('00000000-0000-4000-8000-00000000000c');
SELECT image_catalog.delete_image_member('00000000-0000-4000-8000-00000000000c', 'm');
SELECT image_catalog.deactivate_image('00000000-0000-4000-8000-00000000000a'), image_catalog.reactivate_image('00000000-0000-4000-8000-00000000000a');
SELECT image_catalog.list_images_page(q) FROM unnest('{"",tag=t,os_distro=debian,sort=name:asc&name=in:x,visibility=all&created_at=gt:2020-01-01,
    status=active&size_min=0,id=in:00000000-0000-4000-8000-00000000000a}'::text[]) q;
SELECT count(*) FROM image_catalog.list_images(marker => '00000000-0000-4000-8000-00000000000a');
SELECT image_catalog.count_images('{"tag": "t"}'), image_catalog.ims_project_tags(), image_catalog.ims_query_images('{"action": "count"}');
SELECT image_catalog.import_container_images('[{"id": "sha256:aa", "name": {"fullName": "quay.io/a/b:1"}, "metadata": {"v1": {"labels": {"a": "b"}}},
    "scan": {"components": [{"name": "c", "version": "1", "vulns": [{"cve": "CVE-1", "cvss": 5}]}]}}]');
SELECT image_catalog.defer_finding('CVE-1', 'quay.io/*'), image_catalog.drop_finding_rule('CVE-1', 'quay.io/*');
SELECT count(*) FROM image_catalog.finding_rules();
SELECT image_catalog.count_container_images(q) FROM unnest('{CVE:CVE-1,Image:quay,"Component:c+CVSS:>3","Image Label:a=b","Fixable:false","Image Tag:r/1"}'::text[]) q;
SELECT image_catalog.list_container_images('', sort_field => 'Image Risk Score'), image_catalog.export_container_images();
SELECT image_catalog.list_container_images_page(), image_catalog.get_container_image('sha256:aa');
SELECT image_catalog.watch_image('quay.io/a/b:1'), image_catalog.watched_images(), image_catalog.unwatch_image('quay.io/a/b:1'), image_catalog.scan_image('quay.io/a/b:1');
SELECT image_catalog.http_request('GET', '/v2/images?tag=t'), image_catalog.http_request('GET', '/v1/images');
SELECT image_catalog.delete_container_images('CVE:CVE-1', confirm => true);
SELECT image_catalog.delete_image('00000000-0000-4000-8000-00000000000c');
RESET SESSION AUTHORIZATION;
SELECT image_catalog.unindex_image_property('os_distro');
DELETE FROM image_catalog.images;
DELETE FROM image_catalog.container_images;
};
# What a run says that the traps have set off, or that fails otherwise.
sub trouble
{
	my ($sql, $role) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres', $sql, on_error_stop => 0, $role ? (extra_params => [ '-U', $role ]) : ());
	return join "\n", $stderr =~ /(?:ERROR|WARNING): .*/g;
}
is(trouble('SET search_path = public; CREATE EXTENSION image_catalog;'), '', 'CREATE EXTENSION with traps in its path');
is(trouble($work), '', 'everything works, and no trap is sprung');
is(trouble('SET search_path = public, image_catalog; VACUUM ANALYZE; REINDEX TABLE image_catalog.images; REINDEX TABLE image_catalog.container_images'), '',
	'nor by maintenance');

# After the extension: the same for its own types and tables, as overloads of
# its functions, and as objects of a session's own.
($ret, $stdout, $stderr) = $node->psql('postgres', q{
SET search_path = pg_catalog;
DO $do$
DECLARE a text; b text; o text;
BEGIN
    FOREACH a IN ARRAY '{image_status,image_visibility,member_status,disk_format,container_format,time_filter,json_patch,image_reference,image}'::text[] LOOP
        FOREACH b IN ARRAY ARRAY['text', 'varchar', 'image_catalog.' || a] LOOP
            EXECUTE format($f$CREATE FUNCTION public.trap_type(a image_catalog.%s, b %s) RETURNS boolean LANGUAGE plpgsql AS
                'BEGIN PERFORM public.hit(''operator of %s'', current_user); RETURN NULL; END'$f$, a, b, a);
            FOREACH o IN ARRAY '{=,<>,<,<=,>,>=,~~}'::text[] LOOP
                EXECUTE format('CREATE OPERATOR public.%s (FUNCTION = public.trap_type, LEFTARG = image_catalog.%s, RIGHTARG = %s)', o, a, b);
            END LOOP;
        END LOOP;
    END LOOP;
    FOR o IN SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'image_catalog'::regnamespace LOOP
        EXECUTE format($f$CREATE FUNCTION public.%I(varchar, varchar DEFAULT '') RETURNS boolean LANGUAGE plpgsql AS
            'BEGIN PERFORM public.hit(''function of ours'', current_user); RETURN NULL; END'$f$, o);
    END LOOP;
END $do$}, extra_params => [ '-U', 'tenant' ]);
is($stderr, '', 'the tenant sets more traps');
is(trouble($work), '', 'no trap of our own types and functions is sprung');

# A session's temporary objects come before a catalogue's where pg_temp is not
# named last; for statements of the extension they do not.
$node->safe_psql('postgres', q{SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-00000000000a", "name": "real", "owner": "acme",
    "status": "active", "visibility": "shared", "tags": ["t"], "members": {"acme2": "accepted"}}]');
CREATE ROLE squatter LOGIN; SELECT image_catalog.grant_project('squatter', 'acme2', '{reader,member,container_image_writer}')});
my $temp = q{
SET client_min_messages = warning;
SET search_path = pg_catalog;
DO $do$
DECLARE t record;
BEGIN
    FOR t IN SELECT c.relname, c.oid::regclass AS name FROM pg_class c
              WHERE c.relkind = 'r' AND c.relnamespace = 'image_catalog'::regnamespace
                 OR c.relname IN ('pg_roles', 'pg_class', 'pg_extension', 'pg_trigger', 'pg_proc', 'pg_namespace') LOOP
        EXECUTE format('CREATE TEMP TABLE IF NOT EXISTS %I (id uuid, oid oid, name text)', t.relname);
    END LOOP;
    CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (false);
    CREATE DOMAIN pg_temp.image AS pg_catalog.text CHECK (false);
    CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (false);
    CREATE TEMP TABLE new_rows (risk_score pg_catalog.float8);
    CREATE TEMP TABLE old_images (id pg_catalog.uuid);
END $do$;
SET search_path = pg_temp, pg_catalog;
};
my $questions = q{
\set ON_ERROR_STOP 1
SELECT image_catalog.list_images_page() -> 'images' -> 0 ->> 'name';
SELECT image_catalog.count_images('{"tag": "t"}'), image_catalog.is_image_member('00000000-0000-4000-8000-00000000000a');
SELECT image_catalog.update_image_member('00000000-0000-4000-8000-00000000000a', 'acme2', 'rejected') ->> 'status';
SELECT image_catalog.update_image_member('00000000-0000-4000-8000-00000000000a', 'acme2', 'accepted') ->> 'status';
SELECT image_catalog.import_container_images('[{"id": "sha256:aa", "riskScore": 3}]'), image_catalog.count_container_images();
SELECT image_catalog.delete_container_images('Image Sha:sha256:aa', confirm => true) ->> 'numDeleted';
};
($ret, $stdout, $stderr) = $node->psql('postgres', $temp . $questions, extra_params => [ '-U', 'squatter' ]);
is("$stdout$stderr", "real\n1|t\nrejected\naccepted\n1|0\n1", 'a session with temporary objects of all these names');

$node->stop;
unlike(slurp_file($node->logfile), qr/XX000|terminated by signal/, 'no internal error');
done_testing();
