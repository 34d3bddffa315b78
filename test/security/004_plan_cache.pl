# Plans kept for the session: none is freed while it runs, and they are bounded
# in number and in bytes.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('plan_cache');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-00000000000a",
    "name": "shared", "owner": "acme", "status": "active", "visibility": "shared"}]');
SELECT image_catalog.import_container_images(json_agg(json_build_object('id', 'sha256:' || n,
    'name', json_build_object('fullName', 'quay.io/a/b:' || n)))::jsonb)
  FROM generate_series(1, 5) n;
-- searches of as many shapes as are asked for: the labels differ
CREATE FUNCTION shapes(first int, last int, tail text DEFAULT '') RETURNS bigint LANGUAGE sql AS $$
    SELECT sum(image_catalog.count_container_images(
        (SELECT string_agg(l || ':x', '+') FROM unnest('{Image Registry,Image Remote,Image Tag,CVE,Component,
            Component Version,Dockerfile Instruction Keyword,Image OS,Image User,Image Label}'::text[]) WITH ORDINALITY t (l, i)
          WHERE n >> (i::int - 1) & 1 = 1) || tail))
      FROM generate_series(first, last) n
$$;
CREATE FUNCTION many_shapes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.shapes(1, 200); RETURN NULL; END $$;
});

# A trigger of the owner that makes more shapes than are kept, within a
# statement of ours.
$node->safe_psql('postgres', q{
CREATE TRIGGER many_shapes AFTER INSERT OR UPDATE OR DELETE ON image_catalog.image_members
    FOR EACH ROW EXECUTE FUNCTION public.many_shapes();
CREATE TRIGGER many_shapes AFTER INSERT OR UPDATE OR DELETE ON image_catalog.images
    FOR EACH ROW EXECUTE FUNCTION public.many_shapes();
});
foreach my $call (
	q{add_image_member('00000000-0000-4000-8000-00000000000a', 'globex') ->> 'status'},
	q{update_image_member('00000000-0000-4000-8000-00000000000a', 'globex', 'accepted') ->> 'status'},
	q{update_image('00000000-0000-4000-8000-00000000000a', '[{"op": "replace", "path": "/name", "value": "new"}]') ->> 'name'},
	q{add_image_tag('00000000-0000-4000-8000-00000000000a', 'tag')},
	q{create_image('{"name": "another"}') ->> 'name'},
	q{delete_image_member('00000000-0000-4000-8000-00000000000a', 'globex')},
	q{import_images('[{"name": "third", "owner": "acme"}]')},
	q{delete_image('00000000-0000-4000-8000-00000000000a')})
{
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "SELECT image_catalog.$call; SELECT 'alive'");
	is($stderr, '', "plans made within a statement: $call");
	like($stdout, qr/alive/, 'the server lives');
}

# The same, with an error in the midst of it; the session goes on.
$node->safe_psql('postgres', q{
CREATE OR REPLACE FUNCTION many_shapes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        BEGIN
            PERFORM public.shapes(1, 200);
            PERFORM image_catalog.count_container_images('CVSS:x');
        EXCEPTION WHEN invalid_parameter_value THEN NULL;
        END;
        PERFORM public.shapes(1, 200);
        IF TG_OP = 'DELETE' THEN RAISE 'no'; END IF;
        RETURN NULL;
    END $$;
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-00000000000b",
    "name": "shared", "owner": "acme", "status": "active", "visibility": "shared"}]')});
my ($ret, $stdout, $stderr) = $node->psql('postgres', q{
SELECT image_catalog.add_image_member('00000000-0000-4000-8000-00000000000b', 'm' || n) ->> 'member_id'
  FROM generate_series(1, 3) n;
DELETE FROM image_catalog.image_members;
SELECT shapes(1, 300);
SELECT image_catalog.delete_image('00000000-0000-4000-8000-00000000000b');
SELECT shapes(1, 300), 'alive'}, on_error_stop => 0);
like($stdout, qr/^m1\nm2\nm3\n0\n.*0\|alive$/s, 'after errors, too');

# Bytes: a session that ran shapes with as much in them as a request may have.
my $kept = $node->safe_psql('postgres', q{
SELECT count(image_catalog.list_images_page((SELECT string_agg('p' || n || '=v', '&') FROM generate_series(1, shape) n)))
  FROM generate_series(400, 499) shape;
SELECT shapes(1, 200, (SELECT '+Image:' || string_agg('docker.io/library/name' || n, ',') FROM generate_series(1, 700) n));
SELECT shapes(1, 200, (SELECT '+Image Label:' || string_agg('key' || n || '=v', ',') FROM generate_series(1, 1000) n));
SELECT shapes(1, 200, (SELECT '+Image:' || string_agg('r/name' || n, ',') FROM generate_series(1, 32) n));
SELECT sum(total_bytes) / 1048576.0 FROM pg_backend_memory_contexts
 WHERE name IN ('SPI Plan', 'CachedPlanSource', 'CachedPlanQuery', 'CachedPlan')});
$kept =~ s/.*\n//s;
note("plans of 700 large shapes keep $kept MB");
cmp_ok($kept, '<', 17, 'plans are bounded in bytes');

# An export has no cursor that the client could close between its rows; the
# plan that it runs is its own, whatever else fills the cache meanwhile.
($ret, $stdout, $stderr) = $node->psql('postgres', q{
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images();
FETCH c;
SELECT 'CLOSE "' || name || '"' FROM pg_cursors WHERE name <> 'c' \gexec
SELECT shapes(1, 300, '+Image:x');
FETCH c;
CLOSE c;
COMMIT;
SELECT 'alive'}, on_error_stop => 0);
is($stderr, '', 'an export between whose rows plans are dropped');
like($stdout, qr/alive/, 'and the session goes on');

is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'}), '1', 'the server was not restarted');
$node->stop;
unlike(slurp_file($node->logfile), qr/terminated by signal/, 'no process died');
done_testing();
