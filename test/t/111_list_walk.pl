# Walks by next: every visible image once, in the order of one long page, for
# every sort and page size; and while other sessions insert, patch and delete,
# every image that nobody touches once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my @keys =
  qw(name status container_format disk_format size id created_at updated_at);

my $node = new_node('list_walk', 'jit = off');
$node->safe_psql('postgres', q{
CREATE SCHEMA walk;

-- The ids of all pages of a query, in order, or what is wrong with the pages.
CREATE FUNCTION walk.ids(query text, pause float DEFAULT 0) RETURNS text[]
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    first CONSTANT text := '/v2/images' || CASE query WHEN '' THEN '' ELSE '?' || query END;
    page json;
    page_ids text[];
    ids text[] := '{}';
BEGIN
    LOOP
        page := image_catalog.list_images_page(query);
        page_ids := ARRAY(SELECT image ->> 'id' FROM json_array_elements(page -> 'images') image);
        IF page ->> 'first' <> first THEN
            RETURN ARRAY['another first: ' || (page ->> 'first')];
        END IF;
        IF cardinality(page_ids) = 0 AND cardinality(ids) > 0 AND pause = 0 THEN
            RETURN ARRAY['a next to an empty page'];
        END IF;
        ids := ids || page_ids;
        EXIT WHEN page ->> 'next' IS NULL;
        query := regexp_replace(page ->> 'next', '^/v2/images\?', '');
        PERFORM pg_sleep(pause);
    END LOOP;
    RETURN ids;
END;
$$;

-- The queries of which a walk goes wrong: project, admin and base as given,
-- with each of the sorts and limits.
CREATE FUNCTION walk.wrong(project text, admin boolean, base text, sorts text[], limits int[])
RETURNS SETOF text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    sort text;
    page_limit int;
    whole text[];
    walked text[];
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true),
            set_config('image_catalog.is_admin', admin::text, true);
    FOREACH sort IN ARRAY sorts LOOP
        whole := walk.ids(base || '&limit=1000' || sort);
        IF cardinality(whole) < 10 THEN
            RETURN NEXT 'only ' || cardinality(whole) || ' images: ' || base || sort;
        END IF;
        FOREACH page_limit IN ARRAY limits LOOP
            walked := walk.ids(base || '&limit=' || page_limit || sort);
            IF walked IS DISTINCT FROM whole THEN
                RETURN NEXT format('%s&limit=%s%s: %s instead of %s', base, page_limit, sort, walked, whole);
            END IF;
        END LOOP;
    END LOOP;
END;
$$;

-- Images whose sort keys tie and are missing.  Those of the churn come and go.
CREATE PROCEDURE walk.fill(rows int, churn boolean) LANGUAGE sql AS $$
    INSERT INTO image_catalog.images (
        id, name, status, visibility, owner, size, disk_format,
        container_format, created_at, updated_at, properties)
    SELECT gen_random_uuid(),
           (ARRAY[NULL, '', 'a', 'B', 'b', 'c'])[1 + random() * 5],
           (ARRAY['active', 'queued', 'deactivated'])[1 + random() * 2],
           (ARRAY['public', 'community', 'shared', 'private', 'private'])[1 + random() * 4],
           (ARRAY['a', 'a', 'b', NULL])[1 + random() * 3],
           (ARRAY[NULL, 0, 10, 20])[1 + random() * 3],
           (ARRAY[NULL, 'raw', 'qcow2'])[1 + random() * 2],
           (ARRAY[NULL, 'bare', 'ovf'])[1 + random() * 2],
           '2024-01-01Z'::timestamptz + floor(random() * 20) * interval '0.1 second',
           '2024-01-01Z'::timestamptz + floor(random() * 20) * interval '0.1 second',
           CASE WHEN churn THEN '{"kind": "x", "churn": "1"}' ELSE '{"kind": "x"}' END::jsonb
      FROM generate_series(1, rows);
    -- the image's row first, as the functions lock it
    INSERT INTO image_catalog.image_members (image_id, member_id, status)
    SELECT id, 'a', (ARRAY['accepted', 'pending'])[1 + random()]
      FROM (SELECT id FROM image_catalog.images
             WHERE visibility = 'shared' AND owner = 'b' AND random() < 0.7
             ORDER BY id FOR NO KEY UPDATE) image
    ON CONFLICT DO NOTHING;
$$;
SELECT setseed(0.5);
CALL walk.fill(110, false);
});

# In an array literal for SQL.
sub sorts
{
	return 'ARRAY[' . join(', ', map { literal("&$_") } @_) . ']';
}

# All orders by one key, in both forms, and by two.
my @single = map { my $key = $_; map { "sort=$key:$_" } qw(asc desc) } @keys;
my @classic =
  map { my $key = $_; map { "sort_key=$key&sort_dir=$_" } qw(asc desc) }
  @keys;
my @double = map {
	my $at = $_;
	map {
		my $second = $keys[ ($at + $_) % @keys ];
		map { "sort=$keys[$at]:$_->[0],$second:$_->[1]" }
		  [qw(asc asc)], [qw(asc desc)], [qw(desc asc)], [qw(desc desc)]
	} 1 .. $#keys
} 0 .. $#keys;

# The links in walk.ids carry the query in its encoded form.
s/:/%3A/g, s/,/%2C/g foreach @single, @double;

sub walks_are_right
{
	my ($name, $project, $admin, $base, $sorts, $limits) = @_;
	is( $node->safe_psql(
			'postgres',
			sprintf 'SELECT walk.wrong(%s, %s, %s, %s, %s)',
			literal($project), $admin, literal($base), sorts(@$sorts),
			"ARRAY[$limits]"),
		'',
		$name);
	return;
}

walks_are_right(
	"$_->[0], by one key", $_->[1], $_->[2], $_->[3],
	[ 'sort_dir=desc', @single ], '1, 2, 7, 25')
  foreach (
	[ 'an owner and member', 'a', 'false', 'os_hidden=false' ],
	[ 'a stranger', 'z', 'false', 'visibility=all' ],
	[ 'an administrator', '', 'true', 'visibility=all' ]);
walks_are_right('the classic form', 'a', 'false', 'visibility=all',
	\@classic, '2, 25');
walks_are_right('by two keys', 'a', 'false',
	'visibility=all&member_status=all', \@double, '7');
walks_are_right('with a filter', 'a', 'false', 'status=in%3Aactive%2Cqueued',
	\@single, '1, 7');
walks_are_right('with a range', 'a', 'false',
	'size_max=10&visibility=all&member_status=all', [ @single, @double ], '3');
walks_are_right(
	'with a range of the last change', '', 'true',
	'visibility=all&updated_at=lt%3A2024-01-01T00%3A00%3A01Z',
	[ 'sort_dir=desc', @single ], '1, 3');

# Now other sessions insert, patch and delete images, all the while and also
# the one that a walk is at.
$node->safe_psql('postgres', q{
CREATE TABLE walk.stop ();
CREATE PROCEDURE walk.churn(patches text[]) LANGUAGE plpgsql AS $$
DECLARE
    changed uuid;
BEGIN
    PERFORM set_config('image_catalog.is_admin', 'on', false);
    WHILE NOT EXISTS (SELECT FROM walk.stop) LOOP
        IF (SELECT count(*) FROM image_catalog.images
             WHERE properties ? 'churn' AND status <> 'deleted') < 60 THEN
            CALL walk.fill(3, true);
        END IF;
        COMMIT;
        -- three go for three that came, another is patched, some are shared
        FOR i IN 1 .. 4 LOOP
            SELECT id INTO changed FROM image_catalog.images
             WHERE properties ? 'churn' AND status <> 'deleted'
             ORDER BY random() LIMIT 1;
            CONTINUE WHEN changed IS NULL;
            BEGIN
                IF random() < 0.3 THEN
                    PERFORM image_catalog.add_image_member(changed, project)
                       FROM unnest(ARRAY['a', 'b', 'c']) project WHERE random() < 0.5;
                ELSIF random() < 0.1 THEN
                    -- not the walker: a marker that it may no longer see is refused
                    PERFORM image_catalog.delete_image_member(changed, 'b');
                ELSIF i < 4 THEN
                    PERFORM image_catalog.delete_image(changed);
                ELSIF cardinality(patches) > 0 THEN
                    PERFORM image_catalog.update_image(
                        changed, patches[1 + floor(random() * cardinality(patches))]::image_catalog.json_patch);
                END IF;
            EXCEPTION WHEN SQLSTATE 'PT404' OR unique_violation OR insufficient_privilege THEN
                NULL;           -- the other session was first, or it is not shared
            END;
            COMMIT;
        END LOOP;
    END LOOP;
END;
$$;

-- The sorts in which an image that stays does not come just once, or any image
-- comes twice.
CREATE FUNCTION walk.astray(base text, sorts text[], limits int[]) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    stay text[];
    sort text;
    page_limit int;
    walked text[];
BEGIN
    PERFORM set_config('image_catalog.project_id', 'a', true);
    stay := ARRAY(
        SELECT id::text FROM image_catalog.images i
         WHERE NOT properties ? 'churn'
           AND (owner = 'a' OR visibility IN ('public', 'community') OR visibility = 'shared'
                AND EXISTS (SELECT FROM image_catalog.image_members m
                             WHERE m.image_id = i.id AND m.member_id = 'a' AND m.status = 'accepted'))
         ORDER BY 1);
    FOREACH sort IN ARRAY sorts LOOP
        FOREACH page_limit IN ARRAY limits LOOP
            walked := walk.ids(base || '&limit=' || page_limit || sort, 0.0005);
            IF stay IS DISTINCT FROM ARRAY(SELECT id FROM unnest(walked) id WHERE id = ANY (stay) ORDER BY 1)
               OR EXISTS (SELECT FROM unnest(walked) id GROUP BY id HAVING count(*) > 1)
            THEN
                RETURN NEXT format('%s, limit %s: %s', sort, page_limit, walked);
            END IF;
        END LOOP;
    END LOOP;
END;
$$;
});

# A patch may change what the order does not depend on.
sub walks_beside_churn
{
	my ($name, $base, $limits, $sorts, @patches) = @_;
	my $churn = 'CALL walk.churn(ARRAY['
	  . join(', ', map { literal($_) } @patches)
	  . ']::text[])';
	my @sessions = map {
		my ($out, $err) = ('', '');
		my $handle = IPC::Run::start(
			[
				'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1',
				'-d', $node->connstr('postgres'), '-c', $churn
			],
			'<', \undef, '>', \$out, '2>', \$err);
		[ $handle, \$err ];
	} 1 .. 2;

	is( $node->safe_psql(
			'postgres',
			sprintf 'SELECT walk.astray(%s, %s, ARRAY[%s])',
			literal($base), sorts(@$sorts), $limits),
		'',
		$name);

	my $changes = $node->safe_psql('postgres',
		q{SELECT count(*) FROM image_catalog.images WHERE properties ? 'churn'}
	);
	cmp_ok($changes, '>', 50, "$name: others were at work ($changes images)");
	$node->safe_psql('postgres', 'INSERT INTO walk.stop DEFAULT VALUES');
	foreach (@sessions)
	{
		IPC::Run::finish($_->[0]);
		is(${ $_->[1] }, '', "$name: another session ran without an error");
	}

	# what lists walk is still what the catalogue makes of it
	my $tables = q{
SELECT md5(string_agg(o::text, ' ' ORDER BY o::text COLLATE "C")) FROM image_catalog.image_shares o};
	my $kept = $node->safe_psql('postgres', $tables);
	$node->safe_psql('postgres',
		'SELECT image_catalog.rebuild_image_shares()');
	is($kept, $node->safe_psql('postgres', $tables),
		"$name: shares are kept");

	$node->safe_psql('postgres',
		q{TRUNCATE walk.stop;
		  DELETE FROM image_catalog.images WHERE properties ? 'churn'});
	return;
}

my $property = '[{"op": "add", "path": "/p", "value": "1"}]';
my $name = '[{"op": "replace", "path": "/name", "value": "d"}]';
walks_beside_churn('by creation', 'visibility=all', '1, 2, 7, 25',
	[ 'sort_dir=desc', 'sort_dir=asc', 'sort=id%3Aasc', 'sort=id%3Adesc' ],
	$property, $name);
walks_beside_churn(
	'by name and the like',
	'visibility=all',
	'5',
	[
		grep { !/updated_at/ } @single,
		'sort=name%3Aasc%2Csize%3Adesc', 'sort=status%3Adesc%2Cname%3Aasc',
		'sort=size%3Aasc%2Cstatus%3Aasc', 'sort=status%3Aasc%2Csize%3Adesc',
		'sort=disk_format%3Aasc%2Ccontainer_format%3Adesc',
		'sort=created_at%3Aasc%2Cname%3Adesc'
	],
	$property);
walks_beside_churn('by the last change', 'visibility=all', '1, 7',
	[ grep { /updated_at/ } @single ]);
walks_beside_churn(
	'with a property',
	'visibility=all&kind=x',
	'1, 7',
	[ 'sort_dir=desc', 'sort_dir=asc' ],
	$property, $name, '[{"op": "replace", "path": "/tags", "value": ["t"]}]');

done_testing();
