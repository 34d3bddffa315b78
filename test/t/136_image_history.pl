# The history of images under load, in time and through a dump: eight writers
# change images while a reader follows by position, and sees every committed
# change exactly once, those of an image in their order; image_at() answers what
# get_image() did; a restored catalogue goes on recording.
#
# SECONDS says how long the writers write (4), MOMENTS how many states of images
# are remembered (150), SEED repeats a run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{SECONDS} || 4;
my $moments = $ENV{MOMENTS} || 150;
my $seed = $ENV{SEED} || int(rand(1_000_000));
note "SEED=$seed SECONDS=$seconds MOMENTS=$moments";

my $node = new_node('history');
$node->safe_psql('postgres', q{
SELECT image_catalog.record_image_history(true);

-- One random change of a random image, by whoever may make it.  What others did
-- may make it fail; the subtransaction then leaves nothing.
CREATE FUNCTION change_image(nimages int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    chosen uuid := ('4157a0fe-0000-4000-8000-' || lpad(floor(random() * nimages)::text, 12, '0'))::uuid;
    member text := 'm' || floor(random() * 3);
    kind text := (ARRAY['create', 'rename', 'property', 'property', 'unset', 'tag', 'visibility', 'status', 'bare', 'null',
                        'add', 'answer', 'remove', 'delete', 'import', 'restore', 'replace'])[1 + floor(random() * 17)];
    patch jsonb;
BEGIN
    PERFORM set_config('image_catalog.project_id', CASE kind WHEN 'answer' THEN member WHEN 'import' THEN '' WHEN 'restore' THEN '' WHEN 'replace' THEN '' ELSE 'owner' END, true),
            set_config('image_catalog.user_id', kind, true);
    CASE kind
    WHEN 'create' THEN
        PERFORM image_catalog.create_image(jsonb_build_object('id', chosen, 'name', kind, 'p0', '0', 'visibility', 'shared'));
    WHEN 'rename' THEN
        patch := jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/name', 'value', random()::text));
    WHEN 'property' THEN
        patch := jsonb_build_array(jsonb_build_object('op', 'add', 'path', '/p~1' || floor(random() * 5), 'value', random()::text),
                                   jsonb_build_object('op', 'add', 'path', '/p' || floor(random() * 5), 'value', 'é~/' || random()));
    WHEN 'unset' THEN
        patch := jsonb_build_array(jsonb_build_object('op', 'remove', 'path', '/p' || floor(random() * 5)));
    WHEN 'visibility' THEN
        patch := jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/visibility', 'value', (ARRAY['private', 'shared', 'community'])[1 + floor(random() * 3)]));
    WHEN 'tag' THEN
        PERFORM image_catalog.add_image_tag(chosen, 't' || floor(random() * 9));
    WHEN 'status' THEN
        IF random() < 0.5 THEN
            PERFORM image_catalog.deactivate_image(chosen);
        ELSE
            PERFORM image_catalog.reactivate_image(chosen);
        END IF;
    WHEN 'add' THEN
        PERFORM image_catalog.add_image_member(chosen, member);
    WHEN 'answer' THEN
        PERFORM image_catalog.update_image_member(chosen, member, (ARRAY['accepted', 'rejected'])[1 + floor(random() * 2)]);
    WHEN 'remove' THEN
        PERFORM image_catalog.delete_image_member(chosen, member);
    WHEN 'delete' THEN
        PERFORM image_catalog.delete_image(chosen);
    WHEN 'import' THEN
        PERFORM image_catalog.import_images((SELECT jsonb_agg(jsonb_build_object('id', left(chosen::text, 35) || i, 'owner', 'owner', 'size', floor(random() * 9), 'members', jsonb_build_object(member, 'accepted')))
                                               FROM generate_series(0, 9) i WHERE random() < 0.5), true);
    WHEN 'restore' THEN
        PERFORM image_catalog.import_images(jsonb_build_array(jsonb_build_object('id', chosen, 'status', 'active', 'owner', 'owner')), true);
    WHEN 'bare' THEN
        UPDATE image_catalog.images i SET properties = i.properties || jsonb_build_object('__support_kvm', 'true', '__sequence_num', '7'), updated_at = clock_timestamp() WHERE i.id = chosen;
    WHEN 'null' THEN
        UPDATE image_catalog.images i SET properties = i.properties || '{"p1": null}' WHERE i.id = chosen;
    WHEN 'replace' THEN
        UPDATE image_catalog.images i SET properties = '{}', tags = '{a,b}', os_hidden = NOT os_hidden, created_at = created_at - interval '1 day' WHERE i.id = chosen;
    END CASE;
    IF patch IS NOT NULL THEN
        PERFORM image_catalog.update_image(chosen, patch::image_catalog.json_patch);
    END IF;
    RETURN chosen;
EXCEPTION
    WHEN SQLSTATE 'PT404' OR SQLSTATE 'PT409' OR insufficient_privilege OR unique_violation OR null_value_not_allowed THEN
        RETURN NULL;
END
$$;

-- Follows the changes, a few at a time, until the writers have ended.
CREATE TABLE seen (no serial PRIMARY KEY, change json);
CREATE TABLE ended ();
CREATE FUNCTION no_change_waits() RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT NOT EXISTS (SELECT FROM image_catalog.image_changes WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) $$;
CREATE PROCEDURE follow() LANGUAGE plpgsql AS $$
DECLARE
    position text;
    at_end boolean := false;
    nread int;
BEGIN
    LOOP
        at_end := EXISTS (SELECT FROM pg_class WHERE relname = 'written') AND no_change_waits();
        COMMIT;
        INSERT INTO seen (change)
        SELECT c FROM image_catalog.image_changes(position, 1 + floor(random() * 30)::int) WITH ORDINALITY f (c, n) ORDER BY n;
        GET DIAGNOSTICS nread = ROW_COUNT;
        COMMIT;
        IF nread > 0 THEN
            position := (SELECT change ->> 'position' FROM seen ORDER BY no DESC LIMIT 1);
        END IF;
        EXIT WHEN at_end AND nread = 0;
    END LOOP;
END
$$;
});

# --- every change once, in order ------------------------------------------

my $script = "$PostgreSQL::Test::Utils::tmp_check/writer.sql";
append_to_file($script, q{
\set early random(0, 2)
\set undo random(0, 9)
\set pause random(0, 8)
BEGIN;
\if :early = 0
SELECT pg_current_xact_id();
\sleep :pause ms
\endif
SELECT change_image(30);
\if :early = 1
\sleep :pause ms
SAVEPOINT s;
SELECT image_catalog.create_image('{"name": "another"}');
\if :pause > 4
ROLLBACK TO s;
\endif
\endif
\if :undo = 0
ROLLBACK;
\else
COMMIT;
\endif
});
my ($out, $err) = ('', '');
my $reader = IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-c', 'CALL follow()' ],
	'<', \undef, '>', \$out, '2>', \$err);
$node->command_ok(
	[ 'pgbench', '-n', '--max-tries=1000', '-c', '8', '-j', '2', '-T', $seconds, "--random-seed=$seed", '-f', $script, 'postgres' ],
	'eight writers change images');
$node->safe_psql('postgres', 'CREATE TABLE written ()');
IPC::Run::finish($reader);
is($err, '', 'the reader followed them');

my $numbers = q{SELECT ('x' || lpad(split_part(change ->> 'position', '-', 4), 16, '0'))::bit(64)::bigint AS number, no, change ->> 'image_id' AS image_id FROM seen};
my $changes = $node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.image_changes');
note "$changes changes in ", $node->safe_psql('postgres', 'SELECT count(DISTINCT xid) FROM image_catalog.image_changes'), ' transactions, ',
  $node->safe_psql('postgres', 'SELECT count(*) FROM (SELECT xid < lag(xid) OVER (ORDER BY number) AS late FROM image_catalog.image_changes) c WHERE late'),
  ' behind one of a greater id';
cmp_ok($changes, '>', 100, 'there were changes');
is($node->safe_psql('postgres', 'SELECT count(*) FROM seen'), $changes, 'as many changes were read as were committed');
is($node->safe_psql('postgres', "SELECT count(*) FROM (($numbers) EXCEPT SELECT 0, 0, '') s FULL JOIN image_catalog.image_changes c USING (number) WHERE s.number IS NULL OR c.number IS NULL"),
	'0', 'and each of them once');
is($node->safe_psql('postgres', "SELECT count(*) FROM (SELECT number < lag(number) OVER (PARTITION BY image_id ORDER BY no) AS late FROM ($numbers) n) s WHERE late"),
	'0', 'those of an image in the order in which they were made');
is($node->safe_psql('postgres', q{
SELECT count(*) FROM image_catalog.images i FULL JOIN (
    SELECT (change ->> 'image_id')::uuid AS id, image_catalog.json_patch_replay('{}'::jsonb, (change ->> 'patch')::image_catalog.json_patch ORDER BY no) AS document
      FROM seen WHERE change ->> 'member_id' IS NULL GROUP BY 1) s USING (id)
 WHERE s.document IS DISTINCT FROM image_catalog.image_json(ROW(i.id, i.name, i.status, i.visibility, i.protected, i.os_hidden, i.owner, i.disk_format,
    i.container_format, i.min_disk, i.min_ram, i.size, i.virtual_size, i.checksum, i.os_hash_algo, i.os_hash_value, i.created_at, i.updated_at, i.tags,
    i.properties)::image_catalog.image)::jsonb - '{self,file,schema}'::text[]}),
	'0', 'the patches, in that order, make the images what they are');
is($node->safe_psql('postgres', q{
SELECT count(*) FROM image_catalog.image_members m FULL JOIN (
    SELECT DISTINCT ON (1, 2) (change ->> 'image_id')::uuid AS image_id, change ->> 'member_id' AS member_id, change -> 'patch' -> 0 ->> 'value' AS status
      FROM seen WHERE change ->> 'member_id' IS NOT NULL ORDER BY 1, 2, no DESC) s USING (image_id, member_id)
 WHERE s.status IS DISTINCT FROM CASE WHEN m.deleted_at IS NULL THEN m.status END}),
	'0', 'and the members');

# --- what an image was at a time ------------------------------------------

$node->safe_psql('postgres', qq{
CREATE TABLE moments (id uuid, at timestamptz, document text);
CREATE FUNCTION document_now(image_id uuid) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
    RETURN image_catalog.get_image(image_id);
EXCEPTION WHEN SQLSTATE 'PT404' THEN RETURN NULL;
END \$\$;
CREATE FUNCTION document_at(image_id uuid, at timestamptz) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
    RETURN image_catalog.image_at(image_id, at);
EXCEPTION WHEN SQLSTATE 'PT404' THEN RETURN NULL;
END \$\$;
CREATE PROCEDURE remember(count int) LANGUAGE plpgsql AS \$\$
DECLARE
    changed uuid;
BEGIN
    FOR n IN 1 .. count LOOP
        changed := change_image(6);
        COMMIT;
        PERFORM set_config('image_catalog.project_id', '', false);
        IF changed IS NOT NULL THEN
            INSERT INTO moments SELECT changed, clock_timestamp(), document_now(changed);
            COMMIT;
        END IF;
    END LOOP;
END \$\$;
SELECT setseed(@{[ $seed / 1_000_000 ]});
CALL remember($moments)});
note $node->safe_psql('postgres', 'SELECT count(*) FROM moments'), ' moments';
cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT document) FROM moments'), '>', $moments / 10, 'images had many states');
my $wrong = 'SELECT id, at, document, document_at(id, at) FROM moments WHERE document IS DISTINCT FROM document_at(id, at) LIMIT 3';
is($node->safe_psql('postgres', $wrong), '', 'at each moment an image is what get_image answered');

# --- dumped and restored ---------------------------------------------------

my $position = $node->safe_psql('postgres', q{SELECT change ->> 'position' FROM seen ORDER BY no OFFSET (SELECT count(*) / 2 FROM seen) LIMIT 1});
my $rest = sub {
	my ($database, $from) = @_;
	my $argument = defined $from ? "'$from'" : 'NULL';
	return $node->safe_psql($database, qq{
SELECT md5(string_agg((c::jsonb - 'position')::text, '' ORDER BY n)) FROM image_catalog.image_changes($argument, NULL) WITH ORDINALITY f (c, n)});
};
my $dump = "$PostgreSQL::Test::Utils::tmp_check/history.dump";
$node->command_ok([ 'pg_dump', '--no-sync', '-Fc', '-f', $dump, '-d', $node->connstr('postgres') ], 'the catalogue is dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr('restored'), $dump ], 'and restored');
is($node->safe_psql('restored', 'SELECT md5(string_agg(c::text, chr(10) ORDER BY number)) FROM image_catalog.image_changes c'),
	$node->safe_psql('postgres', 'SELECT md5(string_agg(c::text, chr(10) ORDER BY number)) FROM image_catalog.image_changes c'),
	'the history is the same, and the restored images are no changes');
is($node->safe_psql('restored', $wrong), '', 'images were what they were');
is($rest->('restored', $position), $rest->('postgres', $position), 'a reader goes on from its position');
is($node->safe_psql('restored', q{
SELECT image_catalog.create_image('{"name": "later"}') ->> 'name';
DO $$ BEGIN WHILE NOT no_change_waits() LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;
SELECT change -> 'patch' -> 0 -> 'value' ->> 'name' FROM image_catalog.image_changes(NULL, NULL) WITH ORDINALITY f (change, n) ORDER BY n DESC LIMIT 1}),
	"later\nlater", 'and hears of new changes last');

# --- off -------------------------------------------------------------------

# Buffers that an update touches, in a session that has its plans and caches: the
# least of five, as a page may be split or cleaned up on the way.
sub buffers
{
	my ($state) = @_;
	my $update = q{SELECT image_catalog.update_image(id, jsonb_build_array(jsonb_build_object('op', 'replace', 'path', '/name', 'value', '%s'))::image_catalog.json_patch) FROM updated};
	my $plan = $node->safe_psql('postgres', join ";\n", (map { sprintf $update, $_ } 1 .. 8),
		(map { 'EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) ' . sprintf $update, "last $_" } 1 .. 5));
	my ($hit) = sort { $a <=> $b } $plan =~ /Seq Scan on updated.*\n +Buffers: shared hit=(\d+)/g;
	note "$state: $hit buffers";
	return $hit;
}
$node->safe_psql('postgres', q{SELECT image_catalog.record_image_history(false);
CREATE TABLE updated AS SELECT (image_catalog.create_image('{"name": "a"}') ->> 'id')::uuid AS id});
my $never = buffers('off');
$node->safe_psql('postgres', 'SELECT image_catalog.record_image_history(true)');
my $on = buffers('on');
$node->safe_psql('postgres', 'SELECT image_catalog.record_image_history(false)');
my $off = buffers('off again');
cmp_ok($on, '>', $off, 'history costs buffers while it is on');
# of the updates between, a page may have been split or become another's
cmp_ok($off, '<', ($never + $on) / 2, 'and none when it is off');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_trigger WHERE tgname ~ '_record_'}), '0', 'off, nothing records');

done_testing();
