# A transaction that keeps its snapshot gets the same answers, whatever others
# insert, change, delete and vacuum meanwhile: index entries are followed to the
# rows that the snapshot sees, and dead ones are marked only if nobody sees them.
# The same without other sessions, version by version: sql/list_versions.sql.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('repeatable_read', 'jit = off');
$node->safe_psql('postgres', q{
CREATE SCHEMA churn;
CREATE TABLE churn.stop ();
CREATE PROCEDURE churn.fill(rows int) LANGUAGE sql AS $$
    INSERT INTO image_catalog.images (id, name, status, visibility, owner, size, os_hidden,
                                      disk_format, min_ram, created_at, updated_at, tags, properties)
    SELECT gen_random_uuid(), 'n' || (random() * 20)::int, (ARRAY['active', 'active', 'queued'])[1 + random() * 2],
           (ARRAY['public', 'shared', 'private', 'private'])[1 + random() * 3], 'p' || (random() * 2)::int,
           (random() * 5)::int, random() < 0.1, (ARRAY[NULL, 'raw', 'qcow2'])[1 + random() * 2],
           (random() * 3)::int * 512, now() - random() * interval '1000 days', now(),
           CASE WHEN random() < 0.3 THEN ARRAY['t'] ELSE '{}' END,
           jsonb_build_object('kind', (random() * 3)::int::text)
      FROM generate_series(1, rows);
    INSERT INTO image_catalog.image_members (image_id, member_id, status)
    SELECT id, 'p1', 'accepted' FROM image_catalog.images
     WHERE visibility = 'shared' AND owner <> 'p1' AND random() < 0.3
    ON CONFLICT DO NOTHING;
$$;
CALL churn.fill(1500);

-- the answers of all requests, each with what was asked
CREATE FUNCTION churn.answers() RETURNS TABLE (request text, answer text)
LANGUAGE sql VOLATILE AS $$
    SELECT q.query || ' ' || c.project,
           md5((SELECT image_catalog.list_images_page(q.query)::text FROM set_config('image_catalog.project_id', c.project, true)))
           || (SELECT image_catalog.count_images('{"kind": "1"}'))
      FROM (VALUES (''), ('p1'), ('p2')) c (project),
           unnest(ARRAY['', 'limit=100', 'sort=name:asc', 'sort=size:desc,name:asc', 'sort=status:asc,size:asc',
                        'kind=1', 'kind=1&sort=name:asc', 'tag=t&kind=2', 'tag=t&sort=size:asc', 'os_hidden=true&sort=name:desc',
                        'status=queued', 'status=in:queued,active&sort=updated_at:desc', 'min_ram=512&sort=id:asc',
                        'size_min=2&sort=created_at:asc', 'name=n3', 'visibility=shared',
                        'name=in:n1,n2,n3,n4,n5&sort=updated_at:desc', 'os_hidden=true&sort=updated_at:desc']) q (query)
     WHERE set_config('image_catalog.is_admin', (c.project = '')::text, true) IS NOT NULL
$$;
CREATE PROCEDURE churn.churn() LANGUAGE plpgsql AS $$
BEGIN
    WHILE NOT EXISTS (SELECT FROM churn.stop) LOOP
        CALL churn.fill(20);
        UPDATE image_catalog.images SET name = 'n' || (random() * 20)::int, updated_at = now()
         WHERE id IN (SELECT id FROM image_catalog.images ORDER BY random() LIMIT 20);
        UPDATE image_catalog.images SET checksum = md5(random()::text)  -- heap-only
         WHERE id IN (SELECT id FROM image_catalog.images ORDER BY random() LIMIT 20);
        DELETE FROM image_catalog.images
         WHERE id IN (SELECT id FROM image_catalog.images ORDER BY random() LIMIT 20);
        COMMIT;
    END LOOP;
END
$$;
});

my @sessions = map {
	my ($out, $err) = ('', '');
	my $handle = IPC::Run::start(
		[
			'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres'), @$_
		],
		'<', \undef, '>', \$out, '2>', \$err);
	[ $handle, \$err ];
  }[ '-c', 'CALL churn.churn()' ],
  [ map { ('-c', 'VACUUM image_catalog.images', '-c', 'SELECT pg_sleep(0.05)') } 1 .. 40 ];

# 54 requests, 22 times in one snapshot
my ($changed, $asked, $which) = split /\|/, $node->safe_psql('postgres', q{
BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE TEMP TABLE first AS SELECT * FROM churn.answers();
CREATE TEMP TABLE again (request text, answer text);
DO $$
BEGIN
    FOR i IN 1 .. 21 LOOP
        PERFORM pg_sleep(0.1);
        INSERT INTO again SELECT * FROM churn.answers();
    END LOOP;
END
$$;
SELECT (SELECT count(*) FROM first JOIN again a USING (request) WHERE first.answer <> a.answer),
       (SELECT count(*) FROM again),
       (SELECT string_agg(request, ' ') FROM first JOIN again a USING (request) WHERE first.answer <> a.answer)
       WHERE (SELECT count(DISTINCT answer) FROM first) > 20;
COMMIT;
});
is($changed, 0, 'no answer changes under one snapshot') or diag $which;
cmp_ok($asked, '>', 1000, "$asked requests were repeated");

$node->safe_psql('postgres', 'INSERT INTO churn.stop DEFAULT VALUES');
foreach (@sessions)
{
	IPC::Run::finish($_->[0]);
	is(${ $_->[1] }, '', 'another session ran without an error');
}
ok( $node->poll_query_until('postgres', q{
SELECT n_tup_hot_upd > 10 AND n_tup_del > 100 AND vacuum_count > 10
  FROM pg_stat_user_tables WHERE relname = 'images'}),
	'they changed, deleted and vacuumed');

# Entries of rows that nobody sees are read, told to their index, and not
# fetched again.
my $buffers = $node->safe_psql('postgres', q{
SET image_catalog.is_admin = on;
DO $$
BEGIN
    INSERT INTO image_catalog.images (id, status, visibility, created_at)
    SELECT gen_random_uuid(), 'active', 'public', now() + interval '1 day' FROM generate_series(1, 3000);
    RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN NULL;
END
$$;
SELECT count(*) FROM image_catalog.list_images() \g /dev/null
SELECT substring(line FROM 'hit=(\d+)') FROM image_catalog.explain_list_images('{"visibility": "public"}', "analyze" => true) line
 WHERE line LIKE '%Buffers%';
});
cmp_ok($buffers, '<', 500,
	"a page after 3,000 rows that were rolled back: $buffers buffers");

done_testing();
