# One backend that serves many callers in turn: whatever was asked before, by
# whom, in what way, each answer is that of its caller.  First in one session,
# then behind pgbouncer in transaction mode.  SECONDS=10 loads it for less,
# SEED repeats a run.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $seconds = $ENV{SECONDS} // 60;
my $seed = $ENV{SEED} // time;
srand($seed);
note("SEED=$seed SECONDS=$seconds");

my $projects = 12;
my $node = PostgreSQL::Test::Cluster->new('sessions');
$node->init;
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$node->start;

# Projects p1 to p12.  Of each: two private images, and one that it shares with
# the next project, which accepted.  One public image is of none of them.  Two
# projects read container images.
sub next_of { my ($n) = @_; return $n % $projects + 1 }
sub id_of { my ($n, $which) = @_; return sprintf '5e550000-0000-4000-8000-%06d%06d', $n, $which }
sub reads_containers { my ($n) = @_; return $n > 0 && $n % 6 == 0 }
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
CREATE ROLE app LOGIN;
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.roles TO app;
CREATE ROLE web;
SELECT image_catalog.grant_delegate('web');
CREATE ROLE authenticator LOGIN NOINHERIT;
GRANT web TO authenticator;
CREATE SCHEMA web;
GRANT USAGE ON SCHEMA web TO PUBLIC;
CREATE FUNCTION web.pre_request(project text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT set_config('image_catalog.project_id', project, true), set_config('image_catalog.roles', 'reader,member', true) $$;
ALTER FUNCTION web.pre_request OWNER TO app;
SELECT image_catalog.import_images('[{"id": "5e550000-0000-4000-8000-000000000000", "name": "public", "owner": "platform",
    "status": "active", "visibility": "public"}]');
SELECT image_catalog.import_container_images('[{"id": "sha256:aa", "name": {"fullName": "quay.io/a/b:1"}},
    {"id": "sha256:bb", "name": {"fullName": "quay.io/a/b:2"}}, {"id": "sha256:cc", "name": {"fullName": "quay.io/a/b:3"}}]');
GRANT SELECT ON image_catalog.images, image_catalog.image_members TO PUBLIC;
CREATE ROLE nobody LOGIN;
GRANT nobody TO authenticator;
} . join '', map {
	my $next = next_of($_);
	my $roles = reads_containers($_) ? 'reader,member,container_image_reader' : 'reader,member';
	"CREATE ROLE p$_ LOGIN; GRANT p$_ TO authenticator; SELECT image_catalog.grant_project('p$_', 'p$_', '{$roles}');
SELECT image_catalog.import_images('[
    {\"id\": \"@{[id_of($_, 1)]}\", \"name\": \"p${_}a\", \"owner\": \"p$_\", \"status\": \"active\", \"visibility\": \"private\", \"tags\": [\"t\"]},
    {\"id\": \"@{[id_of($_, 2)]}\", \"name\": \"p${_}b\", \"owner\": \"p$_\", \"status\": \"active\", \"visibility\": \"private\", \"fleet\": \"x\"},
    {\"id\": \"@{[id_of($_, 3)]}\", \"name\": \"p${_}c\", \"owner\": \"p$_\", \"status\": \"active\", \"visibility\": \"shared\", \"tags\": [\"t\"],
     \"members\": {\"p$next\": \"accepted\"}}]');\n" } 1 .. $projects);
$node->safe_psql('postgres', 'VACUUM ANALYZE');

# What project n (0: none) is to hear.
sub listed
{
	my ($n) = @_;
	return 'public' unless $n;
	my $before = $n == 1 ? $projects : $n - 1;
	return join ',', sort "p${n}a", "p${n}b", "p${n}c", "p${before}c", 'public';
}
sub count_tagged { my ($n) = @_; return $n ? 3 : 0 }

my $names = q{string_agg(name, ',' ORDER BY name COLLATE "C")};
my $page = q{(SELECT string_agg(i ->> 'name', ',' ORDER BY i ->> 'name' COLLATE "C") FROM json_array_elements(image_catalog.list_images_page('limit=100') -> 'images') i)};

# Questions, and what a caller of project n is to hear; "error" stands for one.
my @questions = (
	[ "SELECT coalesce(image_catalog.current_project(), '-')", sub { $_[0] ? "p$_[0]" : '-' } ],
	[ "SELECT $names FROM image_catalog.list_images('{}', \"limit\" => 100)", \&listed ],
	[ "SELECT $page", \&listed ],
	[ "SELECT $names FROM image_catalog.images", \&listed ],
	[ q{SELECT image_catalog.count_images('{"tag": "t"}')}, \&count_tagged ],
	[ q{SELECT image_catalog.count_images('{"fleet": "x"}')}, sub { $_[0] ? 1 : 0 } ],
	[ q{SELECT count(*) FROM image_catalog.list_images('{"tag": "t"}', 'name:asc')}, \&count_tagged ],
	[ q{SELECT count(*) FROM image_catalog.image_members}, sub { $_[0] ? 2 : 0 } ],
	[ q{SELECT count(*) FROM image_catalog.export_container_images()}, sub { reads_containers($_[0]) ? 3 : 'error' } ],
	[ q{SELECT image_catalog.may_read_container_images()}, sub { reads_containers($_[0]) ? 't' : 'f' } ],
	(map { my $other = $_; (
		[ "SELECT image_catalog.get_image('@{[id_of($other, 1)]}') ->> 'name'", sub { $_[0] == $other ? "p${other}a" : 'error' } ],
		[ "SELECT image_catalog.is_image_member('@{[id_of($other, 3)]}')", sub { $_[0] == next_of($other) ? 't' : 'f' } ],
		[ "SELECT count(*) FROM image_catalog.list_images(marker => '@{[id_of($other, 2)]}')",
			sub { $_[0] == $other ? qr/^\d+$/ : 'error' } ],
		[ "BEGIN; SELECT image_catalog.update_image('@{[id_of($other, 2)]}', '[{\"op\": \"replace\", \"path\": \"/name\", \"value\": \"y\"}]') ->> 'name'; ROLLBACK",
			sub { $_[0] == $other ? 'y' : 'error' } ]) } 1, 2, 7));

# Ways to be project n in the one session, and to be nobody again.  A login
# that may become every role; none of them leaves anything behind.
my @ways = (
	sub { my ($n) = @_; $n ? ("SET ROLE p$n;", 'RESET ROLE;') : ('SET ROLE nobody;', 'RESET ROLE;') },
	sub { my ($n) = @_; ("BEGIN; SET LOCAL ROLE " . ($n ? "p$n" : 'nobody') . ';', 'COMMIT;') },
	sub { my ($n) = @_; ("BEGIN; SET LOCAL ROLE web; SELECT FROM web.pre_request('" . ($n ? "p$n" : '') . "');", 'COMMIT;') },
	sub { my ($n) = @_; ("BEGIN; SAVEPOINT a; SET LOCAL ROLE p3; SELECT FROM image_catalog.count_images(); ROLLBACK TO a;"
		. " SET LOCAL ROLE web; SELECT FROM web.pre_request('" . ($n ? "p$n" : '') . "');", 'ROLLBACK;') });

# Forms of a question: plain, prepared (kept for all callers), planned in
# parallel, by a cursor, after an error in a subtransaction.
my $parallel = $node->pg_version >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
my @forms = (
	sub { "$_[0];" },
	sub { "EXECUTE q$_[1];" },
	sub { "SET $parallel = on; $_[0]; SET $parallel = off;" },
	sub { "SAVEPOINT s; SELECT image_catalog.list_images_page('limit=x'); ROLLBACK TO s; $_[0];" },
	sub { "SAVEPOINT s; SELECT image_catalog.create_image('{\"name\": 1}'); ROLLBACK TO s; EXECUTE q$_[1];" },
	sub { "DECLARE c CURSOR FOR $_[0]; FETCH ALL FROM c; CLOSE c;" });

sub ask_in_turn
{
	my ($mode, $rounds) = @_;
	my $script = "SET plan_cache_mode = $mode;\n\\set ON_ERROR_STOP 0\n";
	my @expected;

	foreach my $at (0 .. $#questions)
	{
		$script .= "PREPARE q$at AS $questions[$at][0];\n" unless $questions[$at][0] =~ /^BEGIN/;
	}
	foreach my $round (1 .. $rounds)
	{
		my ($way, $n, $at, $form) = (int rand @ways, int rand($projects + 1), int rand @questions, int rand @forms);
		my $question = $questions[$at];

		# only roles of projects have the right to container images
		next if $question->[0] =~ /container/ && $way >= 2 && reads_containers($n);
		$form = 0 if $question->[0] =~ /^BEGIN/;
		$way = int rand 1 if $question->[0] =~ /^BEGIN/;
		$way = 1 if $form >= 3 && $way == 0;
		my ($before, $after) = $ways[$way]->($n);
		my $text = $forms[$form]->($question->[0], $at);

		$script .= "$before\n\\echo == $round\n$text\n\\echo == end\n$after ROLLBACK; RESET ROLE; SET $parallel = off;\n";
		push @expected, [ $round, $question->[1]->($n), "project $n, way $way, form $form: $question->[0]" ];
	}
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY terse\n$script", on_error_stop => 0,
		extra_params => [ '-q', '-U', 'authenticator' ]);
	my %answer = $stdout =~ /^== (\d+)\n(.*?)\n?^== end$/msg;
	my @wrong;

	foreach my $expected (@expected)
	{
		my ($round, $answer, $what) = @$expected;
		my $got = $answer{$round} // 'nothing';

		$got =~ s/^\n*|\n*$//g;
		$got = 'error' if $got eq '';
		push @wrong, "$what: $got, expected $answer" unless ref $answer ? $got =~ $answer : $got eq $answer;
	}
	ok(!@wrong, scalar(@expected) . " questions in turn, $mode") or diag(join "\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]);
	unlike($stderr, qr/XX000|server closed|terminated/, 'without an internal error');
	return;
}
ask_in_turn('auto', 700);
ask_in_turn('force_generic_plan', 500);

sub session
{
	my ($sql, $role) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$sql", on_error_stop => 0,
		extra_params => [ '-q', '-U', $role // 'authenticator' ]);
	return join ' ', split(/\n/, $stdout), map { "[$_]" } $stderr =~ /ERROR:  (\w+)/g;
}

# A cursor that one caller opens and another fetches from.  Functions are called,
# and policies asked, when the first row is fetched, and by whoever fetches it;
# a list is whole then.
is(session(q{BEGIN; SET LOCAL ROLE p1; DECLARE c CURSOR FOR SELECT name FROM image_catalog.list_images('{"visibility": "private"}', 'name:asc');
SET LOCAL ROLE p2; FETCH c; SET LOCAL ROLE p3; FETCH ALL FROM c}), 'p2a p2b', 'a list by a cursor is that of who fetched first');
is(session(q{BEGIN; SET LOCAL ROLE p1; DECLARE c CURSOR FOR SELECT name FROM image_catalog.images WHERE visibility = 'private' ORDER BY name;
SET LOCAL ROLE p2; FETCH c; SET LOCAL ROLE p3; FETCH ALL FROM c}), 'p2a p2b', 'and so is a table');
is(session(q{BEGIN; SET LOCAL ROLE p1; DECLARE c CURSOR FOR SELECT name FROM image_catalog.listed_images WHERE visibility = 'private' ORDER BY name;
SET LOCAL ROLE p2; FETCH c; SET LOCAL ROLE p3; FETCH ALL FROM c}), 'p2a p2b', 'and so is the list as a table');
is(session(q{BEGIN; SET LOCAL ROLE p6; DECLARE c CURSOR FOR SELECT image_catalog.export_container_images() ->> 'id';
SET LOCAL ROLE p1; FETCH c}), '[42501]', 'an export by a cursor begins for who fetches: without a right');
is(session(q{BEGIN; SET LOCAL ROLE p1; DECLARE c CURSOR FOR SELECT image_catalog.export_container_images() ->> 'id';
SET LOCAL ROLE p6; FETCH c; SELECT current_user; FETCH c}), 'sha256:aa p6 sha256:bb', 'and with one');
is(session(q{BEGIN; SET LOCAL ROLE p6; DECLARE c CURSOR FOR SELECT image_catalog.export_container_images() ->> 'id', image_catalog.current_project();
FETCH c; SET LOCAL ROLE nobody; FETCH c; SELECT current_user; SELECT image_catalog.count_container_images()}),
	'sha256:aa|p6 sha256:bb| nobody [42501]', 'an export goes on for whom it began, and nothing else does');

# A definer hands out a cursor: the functions in it act for who fetches.
$node->safe_psql('postgres', q{
CREATE FUNCTION public.hand_out(c refcursor, command text) RETURNS refcursor LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN OPEN c FOR EXECUTE command; RETURN c; END $$;
ALTER FUNCTION public.hand_out OWNER TO p1});
is(session(q{BEGIN; SELECT public.hand_out('c', 'SELECT name FROM image_catalog.list_images(''{"visibility": "private"}'')'); FETCH ALL FROM c}, 'nobody'),
	'c', 'a cursor of a definer function over a list');
is(session(q{BEGIN; SELECT public.hand_out('c', 'SELECT name FROM image_catalog.images WHERE visibility <> ''public'''); FETCH ALL FROM c}, 'nobody'),
	'c', 'and over a table');
is(session(q{BEGIN; SELECT public.hand_out('c', 'SELECT name FROM image_catalog.listed_images WHERE visibility = ''private'''); FETCH ALL FROM c}, 'nobody'),
	'c', 'and over the list as a table');
is(session(q{BEGIN; SET LOCAL ROLE p2; DECLARE c CURSOR WITH HOLD FOR SELECT name FROM image_catalog.list_images('{"visibility": "private"}', 'name:asc');
SET LOCAL ROLE p3; COMMIT; FETCH ALL FROM c}), 'p3a p3b', 'a holdable cursor is read at the commit');

# What a subtransaction undid is undone.
is(session(q{BEGIN; SET LOCAL ROLE web; SELECT FROM web.pre_request('p1'); SELECT image_catalog.current_project();
SAVEPOINT s; SELECT FROM web.pre_request('p2'); SELECT image_catalog.current_project(); SELECT 1/0; ROLLBACK TO s;
SELECT image_catalog.current_project(); SAVEPOINT t; RESET ROLE; SELECT coalesce(image_catalog.current_project(), '-'); ROLLBACK TO t;
SELECT image_catalog.current_project(); COMMIT; SELECT coalesce(image_catalog.current_project(), '-')}),
	'p1 p2 p1 - p1 - [22012]', 'savepoints bring back the caller');
is(session(q{BEGIN; SET LOCAL ROLE p1;
DO $$ BEGIN
    FOR i IN 1 .. 50 LOOP
        BEGIN
            PERFORM set_config('role', 'p' || (i % 12 + 1), true);
            PERFORM image_catalog.get_image('5e550000-0000-4000-8000-00000000000f');
        EXCEPTION WHEN SQLSTATE 'PT404' THEN
            IF image_catalog.current_project() <> 'p1' THEN RAISE 'is %', image_catalog.current_project(); END IF;
        END;
    END LOOP;
END $$;
SELECT image_catalog.current_project(), current_user}), 'p1|p1', 'errors within a block, too');

# A session whose identities and rights are changed under it.
is(session(q{SET ROLE p4; SELECT image_catalog.current_project(); RESET ROLE;
\! psql -XAtqc "SELECT image_catalog.grant_project('p4', 'p5')" >/dev/null
SET ROLE p4; SELECT image_catalog.current_project(); EXECUTE nothing; SELECT image_catalog.count_images('{"fleet": "x", "owner": "p4"}')}),
	'p4 p5 0 [26000]', 'a grant meanwhile counts') or diag('psql of the test must reach the server');
$node->safe_psql('postgres', q{SELECT image_catalog.grant_project('p4', 'p4')});

# pgbouncer: a pool of a few sessions, any of which serves any client's next
# transaction.
SKIP:
{
	skip 'pgbouncer is not installed', 3 unless grep { -x "$_/pgbouncer" } split(/:/, $ENV{PATH}), '/usr/sbin';
	skip 'pgbouncer does not run as root', 3 if $> == 0;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $port = $node->port;

	append_to_file("$dir/users", join '', map { "\"$_\" \"\"\n" } qw(app authenticator));
	append_to_file("$dir/ini", "[databases]
postgres = host=" . $node->host . " port=$port dbname=postgres
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
default_pool_size = 3
max_client_conn = 100
logfile = $dir/log
pidfile = $dir/pid
");
	local $ENV{PATH} = "$ENV{PATH}:/usr/sbin";
	my $pooler = IPC::Run::start([ 'pgbouncer', "$dir/ini" ], '>', \my $out, '2>', \my $err);
	my @to = ('-h', $dir, '-p', $port, '-U', 'app');
	foreach (1 .. 100)
	{
		last if system("psql -XAtq -h $dir -p $port -U app -d postgres -c 'SELECT 1' >/dev/null 2>&1") == 0;
		sleep 0.1;
	}

	# Each script acts for a random project, and ends in an error, which ends
	# its client, if any row or answer is not of that project.
	my $foreign = q{SELECT 1 / (count(*) = 0)::int AS nothing_foreign FROM image_catalog.list_images('{"visibility": "all"}', "limit" => 1000) i
 WHERE owner <> 'p:n' AND visibility <> 'public' AND name <> 'p' || ((:n + 10) % 12 + 1) || 'c';};
	my $who = q{SELECT 1 / (image_catalog.current_project() = 'p:n')::int AS project;};
	my $set = q{BEGIN;
SET LOCAL image_catalog.project_id = 'p:n';};
	my $web = q{BEGIN;
SET LOCAL ROLE web;
SELECT web.pre_request('p:n');};
	my $role = q{BEGIN;
SET LOCAL ROLE p:n;};
	my $own = q{SELECT 1 / (count(*) = 3)::int AS own FROM image_catalog.images WHERE owner = 'p:n' AND name ~ '^p\d+[abc]$';
SELECT 1 / (image_catalog.get_image(('5e550000-0000-4000-8000-' || lpad(:n::text, 6, '0') || '000001')::uuid) ->> 'name' = 'p' || :n || 'a')::int AS image;};
	my $other = q{DO $do$ BEGIN
    PERFORM image_catalog.get_image(('5e550000-0000-4000-8000-' || lpad((:n % 12 + 1)::text, 6, '0') || '000001')::uuid);
    RAISE 'saw an image of another project';
EXCEPTION WHEN SQLSTATE 'PT404' THEN NULL; END $do$;};
	my $write = q{SELECT image_catalog.create_image('{"name": "of p:n", "visibility": "private"}') ->> 'owner' AS made \gset
SELECT 1 / (':made' = 'p:n')::int AS made;
SELECT count(image_catalog.delete_image(id)) FROM image_catalog.list_images('{"name": "of p:n"}', "limit" => 3);};
	my %scripts = (
		app_read => "$set\n$who\n$foreign\n$other\nCOMMIT;",
		app_write => "$set\n$who\n$write\nCOMMIT;",
		app_own => "$set\n$own\n$who\nCOMMIT;",
		app_undone => "$set\n$write\nROLLBACK;",
		app_nobody => q{SELECT 1 / (image_catalog.current_project() IS NULL AND image_catalog.count_images() = 1)::int AS nobody;},
		app_error => "$set\nDO \$do\$ BEGIN PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END \$do\$;\n$foreign\nCOMMIT;",
		web_read => "$web\n$who\n$foreign\n$other\nCOMMIT;",
		web_write => "$web\n$write\n$who\nCOMMIT;",
		role_read => "$role\n$who\n$foreign\n$own\nCOMMIT;",
		role_undone => "$role\nSAVEPOINT a;\n$write\nROLLBACK TO a;\n$foreign\nCOMMIT;");
	my @runs;
	foreach my $kind ([ 'app', 16, 'simple', 'app' ], [ 'web|role', 16, 'simple', 'authenticator' ])
	{
		my (@files, $stdout, $stderr);
		foreach my $name (sort grep { /^($kind->[0])_/ } keys %scripts)
		{
			append_to_file("$dir/$name.sql", "\\set n random(1, $projects)\n$scripts{$name}\n");
			push @files, '-f', "$dir/$name.sql\@" . ($name =~ /write|undone/ ? 1 : 3);
		}
		push @runs, [ $kind->[0], IPC::Run::start([ 'pgbench', '-n', '-c', $kind->[1], '-j', 2, '-T', $seconds, '-M', $kind->[2], @files,
			'-h', $dir, '-p', $port, '-U', $kind->[3], 'postgres' ], '>', \$stdout, '2>', \$stderr), \$stdout, \$stderr ];
	}
	foreach my $run (@runs)
	{
		$run->[1]->finish;
		my ($done) = ${ $run->[2] } =~ /actually processed: (\d+)/;
		ok(($done // 0) > 0 && ${ $run->[3] } !~ /abort|ERROR|FATAL/, "pgbouncer, clients of $run->[0]: every answer was of the caller's project")
		  or diag(substr ${ $run->[3] }, 0, 2000);
		note("$run->[0]: $done transactions in $seconds s");
	}
	is($node->safe_psql('postgres', q{
SELECT count(*) FROM image_catalog.images WHERE name ~ '^of ' AND name <> 'of ' || owner}), '0', 'and so is every image that was made');
	$pooler->kill_kill;
}

$node->stop;
unlike(slurp_file($node->logfile), qr/XX000|terminated by signal/, 'no internal error');
done_testing();
