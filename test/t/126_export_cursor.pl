# An export that a client reads by a cursor: pauses between its rows, what the
# session's own timeouts are afterwards, and what becomes of it when the client
# or the end of a (sub)transaction interferes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use ImageCatalogTest;
use Test::More;

my $node = new_node('export_cursor');
$node->safe_psql('postgres', q{
SELECT image_catalog.import_container_images(jsonb_agg(jsonb_build_object('id', 'sha256:' || n)))
  FROM generate_series(10, 19) n});

# What a script answers, its errors included; "pause" stands for a client that
# does nothing for so many seconds.
sub answers
{
	my ($script) = @_;

	$script =~ s/^pause (\S+)$/\\! sleep $1/mg;
	my (undef, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY terse\n$script", on_error_stop => 0);
	return ($stdout, $stderr);
}

# the deadline passes while the client pauses: nothing of it is left
my ($stdout, $stderr) = answers(q{
SET statement_timeout = '1500ms';
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images('', 1) ->> 'id';
FETCH c;
pause 2
CLOSE c;
SELECT 'after ' || count(*) FROM pg_sleep(0.2);
COMMIT;
});
is($stderr, '', 'a pause, CLOSE, and the next statement runs');
like($stdout, qr/^sha256:10\nafter 1$/m, 'one row came');

# the same where the transaction ends, and where the cursor is read to its end
($stdout, $stderr) = answers(q{
SET statement_timeout = '1500ms';
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images('', 1) ->> 'id';
FETCH c;
pause 2
COMMIT;
SELECT 'after ' || count(*) FROM pg_sleep(0.2);
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images('', 3) ->> 'id';
FETCH c;
pause 1.6
FETCH 20 FROM c;
COMMIT;
SELECT 'after ' || count(*) FROM pg_sleep(0.2);
});
is($stderr, '', 'a pause, the end, and the next statement runs');
is(() = $stdout =~ /^sha256/mg, 11, 'all rows came');

# a deadline is one of the export, not of a FETCH
($stdout, $stderr) = answers(q{
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images('', 1) ->> 'id';
FETCH c;
pause 1.2
FETCH c;
ROLLBACK;
SELECT 'after ' || count(*) FROM pg_sleep(0.2);
});
like($stderr, qr/ERROR:  export of container images exceeded its deadline$/m, 'the deadline holds across FETCHes');
like($stdout, qr/^after 1$/m, 'and the next statement runs');

# the session's own limit is told as such
($stdout, $stderr) = answers(q{
SET statement_timeout = '500ms';
SELECT count(d) FROM (SELECT image_catalog.export_container_images('', 60) AS d, pg_sleep(0.1)) s;
});
like($stderr, qr/canceling statement due to statement timeout/, 'statement_timeout within an export with a deadline');

# a deadline that passes is an error like others, and cancels nothing later
($stdout, $stderr) = answers(q{
DO $$
DECLARE
    seen int := 0;
BEGIN
    BEGIN
        FOR i IN 1 .. 10 LOOP
            PERFORM d, pg_sleep(0.15) FROM (SELECT image_catalog.export_container_images('', 1) AS d) s;
        END LOOP;
    EXCEPTION WHEN query_canceled THEN
        RAISE NOTICE 'caught %', SQLERRM;
    END;
    PERFORM pg_sleep(1.5);
    RAISE NOTICE 'goes on';
END $$;
});
like($stderr, qr/caught export of container images exceeded its deadline\n.*goes on/s, 'a deadline may be caught');

# there is no cursor but the client's, so none that he could take away
($stdout, $stderr) = answers(q{
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images() ->> 'id';
FETCH c;
SELECT 'cursors ' || string_agg(name, ' ') FROM pg_cursors;
SELECT format('DECLARE "<unnamed portal %s>" CURSOR FOR SELECT 1, 2, 3', n) FROM generate_series(0, 9) n \gexec
FETCH c;
CLOSE ALL;
SELECT 'alive';
});
is($stderr, '', 'cursors with the names of unnamed ones');
is($stdout, "sha256:10\ncursors c\nsha256:11\nalive", 'the export reads its own rows');

# what outlives the transaction is filled at its end, whatever else ends there
($stdout, $stderr) = answers(q{
BEGIN;
DECLARE a CURSOR WITH HOLD FOR SELECT image_catalog.export_container_images() ->> 'id';
DECLARE b CURSOR FOR SELECT image_catalog.export_container_images() ->> 'id';
DECLARE d CURSOR WITH HOLD FOR SELECT image_catalog.export_container_images('', 60) ->> 'id';
FETCH a;
FETCH b;
FETCH d;
COMMIT;
FETCH ALL FROM a;
FETCH ALL FROM d;
});
is($stderr, '', 'holdable cursors over an export');
is(() = $stdout =~ /^sha256/mg, 21, 'each has all rows');

# a subtransaction that has read and is gone
($stdout, $stderr) = answers(q{
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images() ->> 'id';
SAVEPOINT s;
FETCH c;
ROLLBACK TO s;
FETCH c;
SAVEPOINT t;
FETCH c;
RELEASE t;
DELETE FROM image_catalog.container_images;
FETCH c;
ROLLBACK;
});
is($stderr, '', 'an export begun in a subtransaction that is rolled back');
is($stdout, "sha256:10\nsha256:11\nsha256:12\nsha256:13", 'it goes on');

# the export reads what its statement saw, under whatever user fetches
($stdout, $stderr) = answers(q{
CREATE ROLE stranger;
BEGIN;
DECLARE c CURSOR FOR SELECT image_catalog.export_container_images('Image Sha:sha256:1') ->> 'id';
FETCH c;
SELECT image_catalog.import_container_images('{"id": "sha256:1x"}');
SET LOCAL ROLE stranger;
FETCH ALL FROM c;
RESET ROLE;
ROLLBACK;
DROP ROLE stranger;
});
is($stderr, '', 'fetched by another role');
is(() = $stdout =~ /^sha256/mg, 10, 'the rows of the statement');

$node->stop;
done_testing();
