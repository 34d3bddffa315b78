# Sessions that write the same images, with one call a transaction, never
# deadlock: a deletion against members that answer, then every call against
# every other at each isolation level.
#
# ROUNDS says how many deletions (25), and how many calls for each of six
# sessions: ten times as many.  SEED repeats a run.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $rounds = $ENV{ROUNDS} || 25;
my $seed = $ENV{SEED} || int(rand(1_000_000));
note "SEED=$seed ROUNDS=$rounds";

my $node = new_node('lock_order');
$node->safe_psql('postgres', q{
CREATE FUNCTION id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('10c40000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;

-- Answers the shares of one image after the other, each until it is gone.
CREATE PROCEDURE answer_all(project text, rounds int, INOUT answers int DEFAULT 0) LANGUAGE plpgsql AS $$
DECLARE
    gone boolean;
BEGIN
    PERFORM set_config('image_catalog.project_id', project, false);
    FOR n IN 1 .. rounds LOOP
        gone := false;
        WHILE NOT gone LOOP
            BEGIN
                PERFORM image_catalog.update_image_member(id(n), project, (ARRAY['accepted', 'rejected'])[1 + answers % 2]);
                answers := answers + 1;
            EXCEPTION WHEN SQLSTATE 'PT404' THEN
                gone := true;
            END;
            COMMIT;
        END LOOP;
    END LOOP;
END
$$;
CREATE PROCEDURE delete_all(rounds int) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('image_catalog.project_id', 'owner', false);
    FOR n IN 1 .. rounds LOOP
        PERFORM pg_sleep(random() * 0.01);
        PERFORM image_catalog.delete_image(id(n));
        COMMIT;
    END LOOP;
END
$$;

-- One random call.  What the others did may make it fail; a deadlock, or what
-- should not happen at all, is an error.
CREATE FUNCTION call(kept_snapshot boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    n int := floor(random() * 3);
    member text := 'm' || floor(random() * 3);
    kind text := (ARRAY['delete', 'visibility', 'visibility', 'rename', 'tag', 'status', 'add', 'add', 'remove', 'answer', 'answer',
                        'answer', 'import', 'import', 'restore', 'purge', 'rebuild'])[1 + floor(random() * 17)];
BEGIN
    PERFORM set_config('image_catalog.dialect', (ARRAY['openstack', 'ims'])[1 + floor(random() * 2)], true);
    PERFORM set_config('image_catalog.project_id', CASE kind WHEN 'answer' THEN member WHEN 'import' THEN '' WHEN 'restore' THEN '' ELSE 'owner' END, true);
    CASE kind
    WHEN 'delete' THEN
        PERFORM image_catalog.delete_image(id(n));
    WHEN 'visibility' THEN
        PERFORM image_catalog.update_image(id(n), format('[{"op": "replace", "path": "/visibility", "value": "%s"}]',
            (ARRAY['private', 'shared', 'shared'])[1 + floor(random() * 3)])::image_catalog.json_patch);
    WHEN 'rename' THEN
        PERFORM image_catalog.update_image(id(n), format('[{"op": "replace", "path": "/name", "value": "%s"}]', random())::image_catalog.json_patch);
    WHEN 'tag' THEN
        PERFORM image_catalog.add_image_tag(id(n), 't' || floor(random() * 9));
    WHEN 'status' THEN
        IF random() < 0.5 THEN
            PERFORM image_catalog.deactivate_image(id(n));
        ELSE
            PERFORM image_catalog.reactivate_image(id(n));
        END IF;
    WHEN 'add' THEN
        PERFORM image_catalog.add_image_member(id(n), member);
    WHEN 'remove' THEN
        PERFORM image_catalog.delete_image_member(id(n), member);
    WHEN 'answer' THEN
        PERFORM image_catalog.update_image_member(id(n), member, 'accepted');
    WHEN 'restore' THEN
        PERFORM image_catalog.import_images(jsonb_build_array(jsonb_build_object(
            'id', id(n), 'status', 'active', 'owner', 'owner')), true);
    WHEN 'import' THEN
        -- all of them, in no order, with members and without
        PERFORM image_catalog.import_images((SELECT jsonb_agg(jsonb_build_object(
                'id', id(i), 'owner', 'owner', 'status', 'active', 'name', random()::text)
                || CASE WHEN random() < 0.5 THEN jsonb_build_object('members', jsonb_build_object(member, 'pending')) ELSE '{}' END
                ORDER BY random()) FROM generate_series(0, 2) i), true);
    WHEN 'rebuild' THEN
        IF NOT kept_snapshot AND random() < 0.3 THEN
            PERFORM image_catalog.rebuild_image_shares();
        END IF;
    WHEN 'purge' THEN
        DELETE FROM image_catalog.images WHERE id = id(n) AND random() < 0.3;
    END CASE;
    RETURN kind;
EXCEPTION
    WHEN SQLSTATE 'PT404' OR insufficient_privilege OR unique_violation THEN
        RETURN SQLSTATE;
    WHEN serialization_failure THEN
        IF NOT kept_snapshot THEN
            RAISE;
        END IF;
        RETURN SQLSTATE;
END
$$;
});

# Run commands at the same time, each in a session of its own.
sub side_by_side
{
	my ($name, @commands) = @_;
	my @sessions;
	foreach my $command (@commands)
	{
		my ($out, $err) = ('', '');
		my $handle = IPC::Run::start(
			[
				'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d',
				$node->connstr('postgres'), '-c', $command
			],
			'<', \undef, '>', \$out, '2>', \$err);
		push @sessions, [ $handle, \$out, \$err ];
	}
	my @answers;
	foreach (@sessions)
	{
		IPC::Run::finish($_->[0]);
		is(${ $_->[2] }, '', "$name: a session ran without an error");
		push @answers, ${ $_->[1] };
	}
	return @answers;
}

$node->safe_psql('postgres', qq{
SELECT image_catalog.import_images((SELECT jsonb_agg(jsonb_build_object('id', id(n), 'owner', 'owner',
    'members', '{"m1": "pending", "m2": "pending"}'::jsonb)) FROM generate_series(1, $rounds) n))});
my @answers = side_by_side(
	'deletion against answers',
	"CALL delete_all($rounds)",
	"CALL answer_all('m1', $rounds)",
	"CALL answer_all('m2', $rounds)");
cmp_ok($answers[1] + $answers[2], '>', $rounds, 'members answered meanwhile');
is($node->safe_psql('postgres', q{
SELECT count(*) FROM image_catalog.images i JOIN image_catalog.image_members m ON m.image_id = i.id
 WHERE i.status <> 'deleted' OR m.deleted_at <> i.deleted_at}),
	'0', 'the images are deleted, their members with them');
$node->safe_psql('postgres', 'DELETE FROM image_catalog.images');

my $wrong = q{
SELECT count(*) FROM (
    (TABLE image_catalog.image_shares EXCEPT TABLE image_catalog.expected_image_shares) UNION ALL
    (TABLE image_catalog.expected_image_shares EXCEPT TABLE image_catalog.image_shares)) o};
foreach my $isolation ('read committed', 'repeatable read', 'serializable')
{
	my $calls = $rounds * 10;
	my $kept = $isolation eq 'read committed' ? 'false' : 'true';
	my $tries = $kept eq 'true' ? 1000 : 1;
	my $file = "$PostgreSQL::Test::Utils::tmp_check/calls.sql";

	unlink $file;
	append_to_file($file, "SELECT call($kept);\n");
	local $ENV{PGOPTIONS} =
	  "-c default_transaction_isolation=" . $isolation =~ s/ /\\ /r;
	my $before = $node->safe_psql('postgres',
		q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'});
	$node->command_ok(
		[
			'pgbench', '-n', "--max-tries=$tries", '-c', '6', '-j', '2', '-t', $calls,
			"--random-seed=$seed", '-f', $file, 'postgres'
		],
		"$isolation: every call against every other");
	$node->safe_psql('postgres', 'SELECT pg_sleep(0.6)');
	is($node->safe_psql('postgres',
			q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'}),
		$before, "$isolation: no deadlock");
	is($node->safe_psql('postgres', $wrong),
		'0', "$isolation: the shares are right");
}

done_testing();
