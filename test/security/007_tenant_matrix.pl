# The tenant matrix: every caller, every function, every table and every state
# of an image, by the rules of test/perl/TenantRules.pm.  And what a caller may
# not see is nowhere: word for word what a random id is told.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use TenantRules;
use Test::More;

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my @callers = callers();
my @images = images();
my ($nowhere) = grep { $_->{nowhere} } @images;

my $node = PostgreSQL::Test::Cluster->new('tenant_matrix');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', 'max_stack_depth = 2MB');
$node->start;

sub literal { my ($text) = @_; $text =~ s/'/''/g; return "'$text'" }

# Roles, by each way in which one comes to a project; images; and a function
# that runs a statement as its caller, tells what it answered, and undoes what
# it did.
my @documents = map { {
	id => $_->{id}, name => $_->{name}, owner => $_->{owner}, visibility => $_->{visibility},
	status => $_->{status} eq 'deleted' ? 'active' : $_->{status}, tags => [ 'mark', $_->{name} ],
	os_hidden => $_->{hidden} ? JSON::PP::true : JSON::PP::false,
	protected => $_->{protected} ? JSON::PP::true : JSON::PP::false,
	$_->{unregistered} ? ('__isregistered' => 'false') : (),
	members => $_->{members} ? { map { $_ => $_ } qw(pending accepted rejected) } : {} } }
  grep { !$_->{nowhere} } @images;
$node->safe_psql('postgres', q{
CREATE EXTENSION image_catalog;
CREATE ROLE nobody LOGIN;
CREATE ROLE stranger LOGIN;
CREATE ROLE pending LOGIN;
CREATE ROLE accepted LOGIN;
CREATE ROLE rejected LOGIN;
CREATE ROLE accepted_reader LOGIN;
CREATE ROLE owner_reader LOGIN;
CREATE ROLE owner LOGIN;
CREATE ROLE owner_writer LOGIN;
CREATE ROLE owner_idle LOGIN;
CREATE ROLE dba LOGIN;
CREATE ROLE project_admin LOGIN;
CREATE ROLE app LOGIN;
CREATE ROLE in_group LOGIN;
GRANT owner TO in_group;
SELECT image_catalog.grant_project('stranger', 'globex'),
       image_catalog.grant_project('pending', 'pending'),
       image_catalog.grant_project('accepted', 'accepted'),
       image_catalog.grant_project('rejected', 'rejected'),
       image_catalog.grant_project('accepted_reader', 'accepted', '{reader}'),
       image_catalog.grant_project('owner_reader', 'acme', '{reader}'),
       image_catalog.grant_project('owner', 'acme'),
       image_catalog.grant_project('owner_writer', 'acme', '{member}'),
       image_catalog.grant_project('owner_idle', 'acme', '{}'),
       image_catalog.grant_project('project_admin', 'globex', '{reader,member,admin}'),
       image_catalog.grant_catalog_admin('dba');
GRANT SET ON PARAMETER image_catalog.project_id TO app;
CREATE ROLE authenticator LOGIN NOINHERIT;
CREATE ROLE web;
GRANT web TO authenticator;
SELECT image_catalog.grant_delegate('web');
CREATE ROLE token_reader;
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.roles TO token_reader;
CREATE SCHEMA web;
GRANT USAGE ON SCHEMA web TO web;
CREATE FUNCTION web.pre_request() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT set_config('image_catalog.project_id', claims ->> 'project', true),
                 set_config('image_catalog.roles', claims ->> 'roles', true)
            FROM (SELECT current_setting('request.claims')::json) t (claims) $$;
ALTER FUNCTION web.pre_request() OWNER TO token_reader;

CREATE FUNCTION public.probe(statement text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    answer text; state text; message text; detail text; hint text;
BEGIN
    BEGIN
        EXECUTE statement INTO answer;
        RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = coalesce(answer, '');
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
            detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    END;
    RETURN CASE state WHEN 'ZZ001' THEN json_build_array('ok', message)
                      ELSE json_build_array(state, message, detail, hint) END;
END $$;
CREATE FUNCTION public.affected(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE rows bigint;
BEGIN EXECUTE statement; GET DIAGNOSTICS rows = ROW_COUNT; RETURN rows; END $$;
CREATE TABLE public.probes (n int PRIMARY KEY, statement text);
GRANT SELECT ON public.probes TO PUBLIC;
SELECT image_catalog.import_container_images('[{"id": "sha256:aa", "name": {"fullName": "quay.io/a/b:1"},
    "metadata": {"v1": {"labels": {"a": "b"}, "layers": [{"instruction": "RUN", "value": "x"}]}},
    "scan": {"components": [{"name": "c", "version": "1", "source": "NODEJS", "vulns": [{"cve": "CVE-1"}]}]}}]');
SELECT image_catalog.import_vulnerabilities('osv:a', '{"id": "CVE-1", "affected": [{"package": {"ecosystem": "npm", "name": "c"}, "versions": ["1"]}]}');
SELECT image_catalog.scan_image('quay.io/a/b:1', true);
INSERT INTO image_catalog.vulnerability_details (load_key, cve) SELECT load_key, 'CVE-1' FROM image_catalog.vulnerability_loads;
SELECT image_catalog.watch_image('quay.io/a/b:1'), image_catalog.defer_finding('CVE-1');
INSERT INTO image_catalog.container_signature_verifiers VALUES ('v', 'v');
SELECT image_catalog.index_image_property('fleet');
SELECT image_catalog.record_image_history(true);
INSERT INTO image_catalog.property_protections (position, pattern, read_roles, create_roles, update_roles, delete_roles)
    VALUES (1, '^secret', '{admin}', '{admin}', '{admin}', '{admin}'), (2, '', '{@}', '{@}', '{@}', '{@}');
} . 'SELECT image_catalog.import_images(' . literal($json->encode(\@documents)) . ");\n"
  . join('', map { "SELECT image_catalog.delete_image('$_->{id}');\n" } grep { ($_->{status} // '') eq 'deleted' } @images)
  . 'VACUUM ANALYZE');

# Asks a caller all the statements; the answers in their order.
sub ask
{
	my ($caller, @statements) = @_;
	my ($ret, $stdout, $stderr);
	my $n = 0;

	($ret, $stdout, $stderr) = $node->psql('postgres',
		'TRUNCATE probes; INSERT INTO probes VALUES ' . join(', ', map { '(' . $n++ . ', ' . literal($_) . ')' } @statements));
	die $stderr if $ret;
	($ret, $stdout, $stderr) = $node->psql('postgres',
		"\\o /dev/null\nBEGIN; " . ($caller->{before} // '') . ";\n\\o\nSELECT probe(statement) FROM probes ORDER BY n;\nCOMMIT",
		$caller->{login} ? (extra_params => [ '-U', $caller->{login} ]) : ());
	is($stderr, '', "$caller->{name}: nothing but answers");
	my @answers = map { $json->decode($_) } split /\n/, $stdout;
	die "asked @{[scalar @statements]}, answered @{[scalar @answers]}" if @answers != @statements;
	return @answers;
}

# One check for many probes: the list of those that came out wrong is empty.
sub none_wrong
{
	my ($wrong, $count, $name) = @_;
	ok($count > 0 && !@$wrong, "$name ($count probes)") or diag(join "\n", @$wrong[0 .. ($#$wrong > 7 ? 7 : $#$wrong)]);
	return;
}

# The words of an answer without ids, which differ.
sub words
{
	my ($answer) = @_;
	return $json->encode($answer) =~ s/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/id/gr;
}

# Every function is spoken of.
my %spoken = map { $_ => 1 } (map { functions_of($_->{sql}) } actions(), lists()), owner_functions();
my $functions = $node->safe_psql('postgres', q{
SELECT p.proname, p.provolatile, has_function_privilege('nobody', p.oid, 'EXECUTE'),
       p.prorettype = 'trigger'::regtype, p.prosecdef,
       p.prorettype = 'internal'::regtype OR 'internal'::regtype = ANY (p.proargtypes)
  FROM pg_proc p WHERE p.pronamespace = 'image_catalog'::regnamespace});
my (@unspoken, @open, @closed);
my %owners = map { $_ => 1 } owner_functions();
foreach my $line (split /\n/, $functions)
{
	my ($name, $volatility, $executable, $is_trigger, $is_definer, $is_internal) = split /\|/, $line;

	# an immutable function knows its arguments alone; of internal arguments
	# there is no SQL
	push @unspoken, $name
	  if $volatility ne 'i' && $is_trigger eq 'f' && $is_internal eq 'f' && !$spoken{$name};
	push @open, $name if $executable eq 't' && ($is_trigger eq 't' || $is_definer eq 't' || $owners{$name});
	push @closed, $name if $executable eq 'f' && $is_trigger eq 'f' && !$owners{$name};
}
is("@unspoken", '', 'every function that reads or writes has a rule in TenantRules.pm');
is("@open", '', 'nobody may call, or attach to his tables, what is for the owner alone');
is("@closed", '', 'everybody may call the rest');

# Every table is spoken of.
my %tables = tables();
my @relations = split /\n/, $node->safe_psql('postgres', q{
SELECT relname FROM pg_class WHERE relnamespace = 'image_catalog'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f', 'S') ORDER BY 1});
is(join(' ', sort keys %tables), join(' ', @relations), 'every table, view and sequence has a rule');
is( $node->safe_psql('postgres', q{
SELECT string_agg(relname, ' ') FROM pg_class
 WHERE relnamespace = 'image_catalog'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity}),
	'', 'every table has row-level security, and so no statistics in pg_stats');
is( $node->safe_psql('postgres', q{
SELECT string_agg(relname, ' ') FROM pg_class
 WHERE relnamespace = 'image_catalog'::regnamespace AND relkind = 'v' AND NOT 'security_invoker=true' = ANY (reloptions)}),
	'', 'every view asks as its caller');

# Every caller, every action, every image.
my @actions = actions();
my @probes = map { my $action = $_; map { [ $action, $_ ] } $action->{per_image} ? @images : $nowhere } @actions;
my @statements = map { $_->[0]{sql} =~ s/\{id\}/$_->[1]{id}/gr } @probes;
foreach my $caller (@callers)
{
	my @answers = ask($caller, @statements);
	my (@wrong, @leaks, %nowhere);
	my $compared = 0;

	foreach my $at (0 .. $#probes)
	{
		my ($action, $image) = @{ $probes[$at] };
		my ($state, $answer) = @{ $answers[$at] };
		my $expected = $action->{rule}->($caller, $image);
		my $form = $action->{answer};
		my $got = $state;

		if ($state eq 'ok' && defined $form)
		{
			$got = ref $form ? 'ok ' . $form->($answer) : $answer eq $form ? 'ok' : "ok, but $answer";
		}
		$got =~ s/^ok 2\d\d$/ok 2../;
		push @wrong, "$statements[$at] of $image->{name}: $got, expected $expected; " . words($answers[$at])
		  if $got ne $expected;
		$nowhere{$action} = words($answers[$at]) if $image->{nowhere};
	}
	none_wrong(\@wrong, scalar @probes, "$caller->{name}: every action on every image");

	# what it may not see is nowhere, whatever it asks; an id in use says no
	# more than that
	my %in_use;
	foreach my $at (0 .. $#probes)
	{
		my ($action, $image) = @{ $probes[$at] };
		my $said = words($answers[$at]);

		next if !$action->{per_image} || $image->{nowhere};
		if ($action->{sql} =~ /create_image/)
		{
			push @leaks, "$statements[$at] of $image->{name}: $said, and of another $in_use{$action}"
			  if ($in_use{$action} //= $said) ne $said;
		}
		elsif (!TenantRules::is_own($caller, $image)
			&& !($action->{sql} =~ /marker|image_history/ ? TenantRules::sees_alive_or_deleted($caller, $image)
				: $action->{sql} =~ /(?:download|verify)_image/ ? TenantRules::may_see_data($caller, $image)
				: sees($caller, $image)))
		{
			$compared++;
			push @leaks, "$statements[$at] of $image->{name}: $said, and of nothing $nowhere{$action}"
			  if $said ne $nowhere{$action};
		}
	}
	none_wrong(\@leaks, $compared, "$caller->{name}: what it may not see is told as what is not there");
}

# Every list, and every count, in both dialects.
my @lists = lists();
foreach my $dialect (qw(openstack ims))
{
	$node->safe_psql('postgres', "SELECT image_catalog.current_project(); ALTER DATABASE postgres SET image_catalog.dialect = $dialect");
	foreach my $caller (@callers)
	{
		my @answers = ask($caller, map { $_->{sql} } @lists);
		my @wrong;

		foreach my $at (0 .. $#lists)
		{
			my ($list, $answer) = ($lists[$at], $answers[$at]);
			my @names = sort map { $_->{name} } grep {
				$list->{own}
				  ? !$_->{nowhere} && $_->{status} !~ /^(deleted|killed)$/ && !$_->{hidden} && TenantRules::is_own($caller, $_)
				  && $caller->{reader} && (!$_->{unregistered} || $caller->{admin})
				  : may_list($caller, $_, $dialect eq 'ims' ? (ims => 1) : (), %{ $list->{asked} }) } @images;
			my $expected = !$caller->{reader} && !$list->{own} ? '42501' : $list->{count} ? scalar @names : join ',', @names;
			my $got = $answer->[0] eq 'ok' ? $answer->[1] : $answer->[0];

			push @wrong, "$list->{sql}: $got, expected $expected" if $got ne $expected;
		}
		none_wrong(\@wrong, scalar @lists, "$caller->{name}: lists and counts, $dialect");
	}
}
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET image_catalog.dialect');

# Tables.  Nobody has a right on any, but to read the list; a superuser has all.
my @commands = (
	[ 'SELECT', 'SELECT count(*) FROM %s' ], [ 'INSERT', 'SELECT affected($s$INSERT INTO %s DEFAULT VALUES$s$)' ],
	[ 'UPDATE', 'SELECT affected($s$UPDATE %s SET (%s) = (SELECT %s)$s$)' ],
	[ 'DELETE', 'SELECT affected($s$DELETE FROM %s$s$)' ], [ 'TRUNCATE', 'TRUNCATE %s' ]);
my %column = map { split /\|/ } split /\n/, $node->safe_psql('postgres', q{
SELECT DISTINCT ON (c.relname) c.relname, quote_ident(a.attname) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'image_catalog'::regnamespace AND a.attnum > 0 ORDER BY c.relname, a.attnum});
sub statement
{
	my ($command, $table) = @_;
	my ($column) = $column{$table} // 'x';
	return sprintf $command->[1], "image_catalog.$table", ($column) x 2;
}
my @table_probes = map { my $table = $_; map { [ $table, $_ ] } @commands } @relations;
my @unprivileged = grep { defined $_->{login} } @callers;
foreach my $caller (@unprivileged)
{
	my @answers = ask($caller, map { statement($_->[1], $_->[0]) } @table_probes);
	my @wrong = map { "$table_probes[$_][0] $table_probes[$_][1][0]: " . words($answers[$_]) }
	  grep { $tables{ $table_probes[$_][0] } eq 'list' && $table_probes[$_][1][0] eq 'SELECT'
		? $answers[$_][0] ne ($caller->{reader} ? 'ok' : '42501')
		: $answers[$_][0] !~ /^(42501|42809|0A000|55000)$/ || $answers[$_][0] ne '42501' && $tables{ $table_probes[$_][0] } !~ /^(sequence|view of \w+|owner|list)$/ }
	  0 .. $#table_probes;
	none_wrong(\@wrong, scalar @table_probes, "$caller->{name}: no right on a table without a grant");
}

# With a grant, SELECT shows by row-level security what get_image would show,
# and the other commands find nothing.
my @granted = grep { $tables{$_} !~ /^(sequence|container|list)$/ } @relations;
my $granted = join ', ', map { "image_catalog.$_" } @granted;
my $identities = $node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.role_identities');
my $settings = $node->safe_psql('postgres', q{SELECT count(*) FROM image_catalog.callers WHERE identity ~ '^settings'});
my $changes = $node->safe_psql('postgres', 'SELECT count(*) FROM image_catalog.image_changes');
my %rows = (
	images => sub { my ($caller) = @_; scalar grep { sees($caller, $_) } @images },
	members => sub {
		my ($caller) = @_;
		my $rows = 0;
		foreach my $image (grep { $_->{members} && $_->{status} ne 'deleted' } @images)
		{
			next unless $caller->{reader};
			$rows += $caller->{admin} || TenantRules::is_own($caller, $image) ? 3
			  : $image->{visibility} eq 'shared' && TenantRules::is_member($caller, $image) ? 1 : 0;
		}
		return $rows;
	},
	shares => sub {
		my ($caller) = @_;
		my $rows = 0;
		foreach my $image (grep { $_->{members} && $_->{visibility} eq 'shared' && $_->{status} !~ /^(deleted|killed)$/ } @images)
		{
			next unless $caller->{reader};
			$rows += $caller->{admin} ? 3 : TenantRules::is_member($caller, $image) ? 1 : 0;
		}
		return $rows;
	},
	nobody => sub { 0 },
	owner => sub { '42501' },
	admins => sub { my ($caller) = @_; $caller->{admin} ? $identities : 0 },
	history => sub { my ($caller) = @_; $caller->{admin} ? $changes : 0 },
	'view of monitors' => sub {
		my ($caller, $view) = @_;
		return $caller->{admin} ? $node->safe_psql('postgres', "SELECT count(*) FROM image_catalog.$view") : '42501';
	},
	recording => sub { my ($caller) = @_; $caller->{admin} ? 1 : 0 },
	'view of admins' => sub { my ($caller) = @_; $caller->{admin} ? $identities + $settings : $settings });
my $ids = q{SELECT string_agg(name, ',' ORDER BY name) FROM image_catalog.images};
my $leak = q{CREATE FUNCTION public.leak(name text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
    AS $$ BEGIN IF name !~ current_setting('test.visible') THEN RAISE 'leak: %', name; END IF; RETURN true; END $$};
$node->safe_psql('postgres', "GRANT SELECT, INSERT, UPDATE, DELETE ON $granted TO PUBLIC; $leak");
foreach my $caller (@unprivileged)
{
	my $seen = join ',', sort map { $_->{name} } grep { sees($caller, $_) } @images;
	my $pattern = '^(' . join('|', 'none', map { $_->{name} } grep { sees($caller, $_) } @images) . ')$';
	my @checks = ([ $ids, "ok $seen" ],
		[ "SELECT set_config('test.visible', '$pattern', true) <> '' AND (SELECT count(*) >= 0 FROM image_catalog.images WHERE leak(name))", 'ok true' ],
		[ q{SELECT count(*) FROM image_catalog.images WHERE name = 'deleted'}, 'ok 0' ],
		[ q{SELECT count(*) FROM image_catalog.images i WHERE i.properties IS NOT NULL AND i IS NOT NULL}, 'ok 0' ],
		[ q{SELECT count(*) FROM pg_stats WHERE schemaname = 'image_catalog'}, 'ok 0' ],
		[ q{SELECT (SELECT count(*) FROM pg_stats_ext WHERE schemaname = 'image_catalog')
			+ (SELECT count(*) FROM pg_stats_ext_exprs WHERE schemaname = 'image_catalog')}, 'ok 0' ],
		[ q{SELECT count(*) FROM pg_statistic}, '42501' ],
		# an insertion is refused before it could find its id in use
		(map { [ "INSERT INTO image_catalog.images (id) VALUES ('$_->{id}') ON CONFLICT (id) DO NOTHING RETURNING id", '42501' ] } @images),
		(map { [ "SELECT affected(\$s\$UPDATE image_catalog.images SET name = 'x' WHERE id = '$_->{id}'\$s\$)", 'ok 0' ] } @images),
		[ q{SELECT count(*) FROM image_catalog.images FOR UPDATE}, '0A000' ],
		[ q{SELECT id FROM image_catalog.images FOR SHARE}, 'ok ' ],
		(map {
			my $rows = $rows{ $tables{$_} }->($caller, $_);
			([ "SELECT count(*) FROM image_catalog.$_", $rows =~ /^42\d{3}$/ ? $rows : "ok $rows" ],
			$tables{$_} =~ /^(owner|view)/ ? ()
			: ([ statement($commands[1], $_), '23502 or 42501' ], [ statement($commands[2], $_), "ok 0" ],
				[ statement($commands[3], $_), 'ok 0' ]), [ statement($commands[4], $_), '42501' ]) } @granted));
	my @answers = ask($caller, map { $_->[0] } @checks);
	my @wrong;
	foreach my $at (0 .. $#checks)
	{
		my ($state, $answer) = @{ $answers[$at] };
		my $got = $state eq 'ok' ? "ok $answer" : $state;
		my $expected = $checks[$at][1];
		push @wrong, "$checks[$at][0]: $got, expected $expected; " . words($answers[$at])
		  unless $got eq $expected || $expected =~ / or / && $got =~ /^(23502|42501)$/ || $expected eq '42501' && $got eq '42809';
	}
	none_wrong(\@wrong, scalar @checks, "$caller->{name}: tables with a grant");
}

# A grant of columns: those, and no others.
$node->safe_psql('postgres', "REVOKE ALL ON $granted FROM PUBLIC; GRANT SELECT (id, name) ON image_catalog.images TO PUBLIC");
foreach my $caller (@unprivileged)
{
	my $seen = join ',', sort map { $_->{name} } grep { sees($caller, $_) } @images;
	my @checks = ([ $ids, "ok $seen" ], [ 'SELECT count(*) FROM image_catalog.images', 'ok ' . $rows{images}->($caller) ],
		map { [ $_, '42501' ] } 'SELECT properties FROM image_catalog.images', 'SELECT * FROM image_catalog.images',
		'SELECT i FROM image_catalog.images i', q{SELECT id FROM image_catalog.images WHERE owner = 'acme'},
		'SELECT id FROM image_catalog.images ORDER BY facets', 'TABLE image_catalog.image_members',
		q{INSERT INTO image_catalog.images (id) VALUES (gen_random_uuid())}, 'DELETE FROM image_catalog.images',
		q{UPDATE image_catalog.images SET name = 'x'}, 'SELECT id FROM image_catalog.images FOR UPDATE', 'TRUNCATE image_catalog.images',
		'LOCK TABLE image_catalog.images IN EXCLUSIVE MODE', 'CREATE TRIGGER t AFTER UPDATE ON image_catalog.images EXECUTE FUNCTION public.affected()');
	my @answers = ask($caller, map { $_->[0] } @checks);
	my @wrong = map { "$checks[$_][0]: " . words($answers[$_]) . ", expected $checks[$_][1]" }
	  grep { ($answers[$_][0] eq 'ok' ? "ok $answers[$_][1]" : $answers[$_][0]) ne $checks[$_][1] } 0 .. $#checks;
	none_wrong(\@wrong, scalar @checks, "$caller->{name}: a grant of columns");
}
$node->safe_psql('postgres', 'REVOKE ALL ON image_catalog.images FROM PUBLIC; REVOKE SELECT (id, name) ON image_catalog.images FROM PUBLIC');

# What EXPLAIN tells of a call does not depend on what others have.  Buffers do,
# as time does (docs/access.md); since 18 it counts them unless told not to.
foreach my $caller (grep { $_->{name} =~ /^(anonymous|stranger|pending)/ || $_->{name} eq 'member rejected' } @callers)
{
	my @pairs = map { my $call = $_; [ map { sprintf $call, $_ } 'hidden private', 'nothing at all' ] }
	  q{SELECT * FROM image_catalog.list_images('{"name": "%s"}')}, q{SELECT image_catalog.count_images('{"name": "%s", "os_hidden": "true"}')},
	  q{SELECT image_catalog.list_images_page('tag=%s')};
	my @explained = map { $node->safe_psql('postgres', "EXPLAIN (ANALYZE, BUFFERS OFF, VERBOSE, TIMING OFF, SUMMARY OFF) $_",
			extra_params => [ '-U', $caller->{login} ]) =~ s/hidden private|nothing at all/value/gr } map { @$_ } @pairs;
	is($explained[2 * $_], $explained[2 * $_ + 1], "$caller->{name}: EXPLAIN of $pairs[$_][0]") foreach 0 .. $#pairs;
}

# Container images: two rights, and each way to have one, one not quite, or
# the half of one.
$node->safe_psql('postgres', q{
CREATE ROLE c_none LOGIN;
CREATE ROLE c_reader LOGIN;
CREATE ROLE c_columns LOGIN;
CREATE ROLE c_child LOGIN;
CREATE ROLE c_writer LOGIN;
CREATE ROLE c_inserter LOGIN;
CREATE ROLE c_role_reader LOGIN;
CREATE ROLE c_role_writer LOGIN;
CREATE ROLE c_member LOGIN;
CREATE ROLE c_super SUPERUSER LOGIN;
GRANT SELECT ON image_catalog.container_images TO c_reader;
GRANT SELECT (digest), INSERT (digest), UPDATE (digest) ON image_catalog.container_images TO c_columns;
GRANT SELECT, INSERT, UPDATE, DELETE ON image_catalog.container_findings, image_catalog.container_finding_rules TO c_child;
GRANT INSERT, UPDATE, DELETE ON image_catalog.container_images TO c_writer;
GRANT INSERT, UPDATE ON image_catalog.container_images TO c_inserter;
GRANT c_writer TO c_member;
SELECT image_catalog.grant_project('c_role_reader', 'p', '{container_image_reader}'),
       image_catalog.grant_project('c_role_writer', 'p', '{container_image_writer}'),
       image_catalog.grant_project('c_super', 'p');
});
my @container_callers = map { { name => "container images, $_->[0]", login => $_->[0], right => $_->[1] } }
  [ c_none => '' ], [ c_reader => 'r' ], [ c_columns => '' ], [ c_child => '' ], [ c_writer => 'rw' ],
  [ c_inserter => '' ], [ c_role_reader => 'r' ], [ c_role_writer => 'rw' ], [ c_member => 'rw' ], [ c_super => '' ];
my @container = map { { sql => $_->[0], rule => $_->[1] } }
  TenantRules::container_actions(sub { $_[0]{right} =~ /r/ ? 'ok' : '42501' }, sub { $_[0]{right} =~ /w/ ? 'ok' : '42501' });
sub ask_container
{
	my ($what) = @_;
	foreach my $caller (@container_callers)
	{
		my @answers = ask($caller, map { $_->{sql} } @container);
		my @wrong = map { "$container[$_]{sql}: " . words($answers[$_]) }
		  grep { $answers[$_][0] ne $container[$_]{rule}->($caller) } 0 .. $#container;
		none_wrong(\@wrong, scalar @container, "$caller->{name}: $what");
	}
	return;
}
ask_container('functions');

# ... and the tables, all of them granted to everybody but the one whose grant
# is the right itself.
my @children = grep { $tables{$_} eq 'container' && $_ ne 'container_images' } @relations;
my %count = map { $_ => $node->safe_psql('postgres', "SELECT count(*) FROM image_catalog.$_") } @children;
is(join(' ', grep { !$count{$_} } @children), '', 'every table of container images has rows');
$node->safe_psql('postgres', 'GRANT SELECT, INSERT, UPDATE, DELETE ON ' . join(', ', map { "image_catalog.$_" } @children) . ' TO PUBLIC');
ask_container('functions, with grants on the tables beside');
foreach my $caller (grep { $_->{login} ne 'c_super' } @container_callers)
{
	my @checks = map { [ "SELECT count(*) FROM image_catalog.$_", $caller->{right} =~ /r/ ? $count{$_} : 0 ],
		[ "SELECT affected('DELETE FROM image_catalog.$_')", $caller->{right} =~ /w/ ? $count{$_} : 0 ],
		[ statement($commands[2], $_), $caller->{right} =~ /w/ ? $count{$_} : 0 ] } @children;
	my @answers = ask($caller, map { $_->[0] } @checks);
	my @wrong = map { "$checks[$_][0]: " . words($answers[$_]) . ", expected $checks[$_][1]" }
	  grep { "@{$answers[$_]}" ne "ok $checks[$_][1]" } 0 .. $#checks;
	none_wrong(\@wrong, scalar @checks, "$caller->{name}: tables");
}

$node->stop;
unlike(slurp_file($node->logfile), qr/XX000|terminated by signal/, 'no internal error');
done_testing();
