# Offers are what images and members say, in every snapshot: under random
# changes of both by several sessions at every isolation level, after a restore
# without triggers, and behind a subscription to all tables.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('offers', "wal_level = logical\n");

my $stale = 'TABLE image_catalog.image_shares EXCEPT TABLE image_catalog.expected_image_shares';
my $missing = 'TABLE image_catalog.expected_image_shares EXCEPT TABLE image_catalog.image_shares';
my $wrong = "SELECT count(*) FROM (($stale) UNION ALL ($missing)) o";
my $images = q{
INSERT INTO image_catalog.images (id, name, owner, visibility)
SELECT ('0ffe7000-0000-4000-8000-00000000000' || n)::uuid, 'image ' || n, 'a', 'shared'
  FROM generate_series(0, 5) n;
INSERT INTO image_catalog.image_members (image_id, member_id, status)
SELECT id, 'm0', 'accepted' FROM image_catalog.images};

# Random changes.  Readers fail as soon as a snapshot shows an offer without
# its membership, or the other way round, or a listing of such an image.  While
# all shares are written anew, an older snapshot may miss some.
$node->safe_psql('postgres', $images);
my $image = q{('0ffe7000-0000-4000-8000-00000000000' || :i)::uuid};
my %script = (
	write => qq{
\\set i random(0, 5)
\\set m random(0, 3)
\\set what random(0, :kinds)
\\set isolation random(0, 2)
\\if :what = 9
\\set isolation 0
\\endif
BEGIN;
\\if :isolation = 1
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
\\elif :isolation = 2
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
\\endif
SELECT count(*) FROM image_catalog.images;
\\if :what < 2
INSERT INTO image_catalog.image_members AS m (image_id, member_id, status) VALUES ($image, 'm' || :m, 'accepted')
	ON CONFLICT (image_id, member_id) DO UPDATE SET deleted_at = NULL, status = 'accepted';
\\elif :what < 4
UPDATE image_catalog.image_members SET deleted_at = now() WHERE image_id = $image AND member_id = 'm' || :m;
\\elif :what = 4
DELETE FROM image_catalog.image_members WHERE image_id = $image AND member_id = 'm' || :m;
\\elif :what = 5
UPDATE image_catalog.image_members SET status = CASE status WHEN 'accepted' THEN 'rejected' ELSE 'accepted' END
 WHERE image_id = $image AND member_id = 'm' || :m;
\\elif :what < 8
UPDATE image_catalog.images SET visibility = CASE visibility WHEN 'shared' THEN 'private' ELSE 'shared' END
 WHERE id = $image;
\\elif :what = 8
UPDATE image_catalog.images SET name = 'renamed ' || :i, owner = 'm' || :m WHERE id = $image;
\\else
SELECT image_catalog.rebuild_image_shares() WHERE random() < 0.1;
\\endif
COMMIT;
},
	read => qq{
\\if :kinds = 8
SELECT 1 / (n = 0)::int FROM ($wrong) w(n);
\\else
SELECT 1 / (count(*) = 0)::int FROM ($stale) o;
\\endif
SET image_catalog.project_id = 'm0';
SELECT 1 / (count(*) = 0)::int FROM image_catalog.list_images('{"visibility": "shared"}') i
 WHERE i.owner <> 'm0' AND NOT EXISTS (
	SELECT FROM image_catalog.image_members m
	 WHERE m.image_id = i.id AND m.member_id = 'm0' AND m.status = 'accepted' AND m.deleted_at IS NULL);
});
my @files;
foreach my $name (sort keys %script)
{
	my $file = "$PostgreSQL::Test::Utils::tmp_check/$name.sql";

	append_to_file($file, $script{$name});
	push @files, '-f', "$file\@" . ($name eq 'write' ? 3 : 1);
}
foreach my $kinds (8, 9)
{
	$node->command_ok(
		[
			'pgbench', '-n', '--max-tries=1000', '-c', '6', '-j', '2', '-t', '400',
			'--random-seed=2026', '-D', "kinds=$kinds", @files, 'postgres'
		],
		"random changes at every isolation level, $kinds kinds");
	is($node->safe_psql('postgres', $wrong), '0', 'and the shares are right');
}
# chance may have left none
$node->safe_psql('postgres', q{
SELECT image_catalog.import_images('[{"id": "00000000-0000-4000-8000-0000000000ff", "owner": "p1",
	"status": "active", "visibility": "shared", "members": {"p2": "accepted"}}]')});
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.image_shares'),
	'>', 0, 'there are some');

# a restore without triggers leaves them enabled for ordinary sessions only
$node->safe_psql(
	'postgres', q{
ALTER TABLE image_catalog.images DISABLE TRIGGER ALL;
ALTER TABLE image_catalog.image_members DISABLE TRIGGER ALL;
UPDATE image_catalog.image_members SET status = 'pending';
ALTER TABLE image_catalog.images ENABLE TRIGGER ALL;
ALTER TABLE image_catalog.image_members ENABLE TRIGGER ALL});
cmp_ok($node->safe_psql('postgres', $wrong),
	'>', 0, 'changes without triggers leave wrong shares');
$node->safe_psql(
	'postgres', q{
SET session_replication_role = replica;
SELECT image_catalog.rebuild_image_shares();
UPDATE image_catalog.image_members SET status = 'rejected'});
is($node->safe_psql('postgres', $wrong),
	'0', 'written anew, they are kept by every session');

# a subscription to all tables
my $subscriber = new_node('subscriber', "wal_level = logical\n");
$node->safe_psql('postgres', 'CREATE PUBLICATION everything FOR ALL TABLES');
my $connection = $node->connstr('postgres');
$connection =~ s/'/''/g;
$subscriber->safe_psql('postgres',
	"CREATE SUBSCRIPTION everything CONNECTION '$connection' PUBLICATION everything");
$subscriber->wait_for_subscription_sync($node, 'everything');
$subscriber->safe_psql('postgres', 'SELECT image_catalog.rebuild_image_shares()');
$node->safe_psql(
	'postgres', q{
UPDATE image_catalog.images SET visibility = 'shared', owner = 'a';
UPDATE image_catalog.image_members SET status = 'accepted', deleted_at = NULL;
UPDATE image_catalog.image_members SET deleted_at = now() WHERE image_id::text LIKE '%1';
INSERT INTO image_catalog.images (id, name, owner, visibility)
VALUES ('0ffe7000-0000-4000-8000-000000000006', 'image 6', 'a', 'shared');
INSERT INTO image_catalog.image_members VALUES ('0ffe7000-0000-4000-8000-000000000006', 'm1', 'accepted');
DELETE FROM image_catalog.images WHERE name = 'image 2';
});
$node->wait_for_catchup('everything');
is($subscriber->safe_psql('postgres', $wrong),
	'0', 'a subscriber makes its own shares');
my @contents = map {
	$_->safe_psql('postgres', 'SELECT o::text FROM image_catalog.image_shares o ORDER BY 1')
} ($node, $subscriber);
is($contents[1], $contents[0], 'which are the publisher\'s');
isnt($contents[0], '', 'and there are some');

done_testing();
