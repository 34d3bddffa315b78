# The statements that PostgREST 12 and 13 send for a request, run by psql in one
# transaction each over one connection, as its pool does: settings and role by
# set_config, db-pre-request, and one statement for the resource or function.
#
# A request is a hash: method (GET), path, query, claims (a hash; none:
# anonymous), role (image_web, or image_anonymous without claims), headers, body
# (a hash of arguments), bytes (the body of an unnamed argument), count (as
# Prefer: count=exact), sql (a statement in place of the resource's).

package Postgrest;

use strict;
use warnings;

use Exporter 'import';
use JSON::PP;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(replay statements_of);

my $json = JSON::PP->new->canonical->allow_nonref;
my $octets = JSON::PP->new->utf8->canonical->allow_nonref;

my %operator = (
	eq => '=', neq => '<>', gt => '>', gte => '>=', lt => '<', lte => '<=',
	like => 'like', ilike => 'ilike', match => '~', imatch => '~*',
	cs => '@>', cd => '<@', ov => '&&');

# One argument of a function, as many values of a query may be arrays.
sub literal
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

sub identifier
{
	my ($name) = @_;
	$name =~ s/"/""/g;
	return qq{"$name"};
}

sub decoded
{
	my ($text) = @_;
	$text =~ tr/+/ /;
	$text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
	return $text;
}

# A parameter of the statement: $n.
sub parameter
{
	my ($statement, $value) = @_;
	push @{ $statement->{values} }, $value;
	return '$' . @{ $statement->{values} };
}

# A column of the relation, or a member of one: properties->>os_type
sub field
{
	my ($statement, $relation, $name) = @_;
	my ($column, @path) = split /(->>?)/, $name;
	my $sql = "$relation." . identifier($column);
	while (my ($arrow, $key) = splice @path, 0, 2)
	{
		$sql .= $arrow . parameter($statement, $key);
		$sql .= '::int' if $key =~ /^-?\d+$/;
	}
	return $sql;
}

# A filter: column, and not.operator.value
sub filter
{
	my ($statement, $relation, $name, $text) = @_;
	my $not = $text =~ s/^not\.// ? 'NOT ' : '';
	my ($word, $value) = $text =~ /^(\w+)\.(.*)$/s or die "filter $text";
	my $sql = $not . field($statement, $relation, $name);

	return "$sql IS " . ($value eq 'not_null' ? 'NOT NULL' : uc $value)
	  if $word eq 'is';
	if ($word eq 'in')
	{
		my @values = $value =~ /^\((.*)\)$/ ? split(/,/, $1) : die "in $value";
		return "$sql = ANY (" . parameter($statement,
			'{' . join(',', map { my $v = $_; $v =~ s/^"|"$//g; qq{"$v"} } @values) . '}') . ')';
	}
	$value =~ tr/*/%/ if $word =~ /like/;
	return "$sql IS DISTINCT FROM " . parameter($statement, $value)
	  if $word eq 'isdistinct';
	return "$sql $operator{$word} " . parameter($statement, $value);
}

# or=(a.eq.1,b.is.null): no more than one level is asked for here
sub alternatives
{
	my ($statement, $relation, $text) = @_;
	my @parts = $text =~ /^\((.*)\)$/ ? split(/,(?![^()]*\))/, $1) : die "or $text";
	return '(' . join(' OR ',
		map { my ($name, $rest) = split /\./, $_, 2; filter($statement, $relation, $name, $rest) }
		  @parts) . ')';
}

# ORDER BY
sub order
{
	my ($statement, $relation, $text) = @_;
	return 'ORDER BY ' . join ', ', map {
		my ($name, @words) = split /\./;
		join ' ', field($statement, $relation, $name),
		  map { $_ eq 'nullsfirst' ? 'NULLS FIRST' : $_ eq 'nullslast' ? 'NULLS LAST' : uc } @words;
	} split /,/, $text;
}

# The relationships, and whether there is one row behind each.
my %one = (
	'images image_members' => 0, 'image_members images' => 1,
	'container_images findings' => 0, 'findings container_images' => 1);

# Columns and joins of select=
sub selection
{
	my ($statement, $name, $relation, $text) = @_;
	my (@columns, @joins);

	for my $item (split /,(?![^()]*\))/, $text)
	{
		if ($item =~ /^(\w+)\((.*)\)$/)
		{
			my ($other, $inner) = ($1, $2);
			my $alias = "${name}_${other}_1";
			my $one = $one{"$name $other"};
			die "no relationship $name $other" unless defined $one;
			my $from = qq{"image_api"."$other"("$name"::"image_api"."$name") AS "$other"};
			my ($columns) = selection($statement, $other, qq{"$other"}, $inner);
			if ($one)
			{
				push @joins, qq{LEFT JOIN LATERAL ( SELECT $columns FROM $from ) AS "$alias" ON TRUE};
				push @columns, qq{row_to_json("$alias".*)::jsonb AS "$other"};
			}
			else
			{
				push @joins, qq{LEFT JOIN LATERAL ( SELECT json_agg("$alias")::jsonb AS "$alias" }
				  . qq{FROM (SELECT $columns FROM $from ) AS "$alias" ) AS "$alias" ON TRUE};
				push @columns, qq{COALESCE( "$alias"."$alias", '[]') AS "$other"};
			}
		}
		else
		{
			my $alias = $item =~ s/^(\w+):(?!:)// ? $1 : $item =~ /->>?(\w+)$/ ? $1 : undef;
			my $cast = $item =~ s/::(\w+)$// ? $1 : undef;
			my $sql = $item eq '*' ? "$relation.*" : field($statement, $relation, $item);
			$sql = "CAST( $sql AS $cast )" if defined $cast;
			$sql .= ' AS ' . identifier($alias) if defined $alias;
			push @columns, $sql;
		}
	}
	return (join(', ', @columns), join(' ', @joins));
}

my $results = q{pg_catalog.count(_postgrest_t) AS page_total, %s AS body, }
  . q{nullif(current_setting('response.headers', true), '') AS response_headers, }
  . q{nullif(current_setting('response.status', true), '') AS response_status};

# The statement of a resource or a function, and its parameters.
sub statement_of
{
	my ($request) = @_;
	my $statement = { values => [] };
	my ($call, $name) = $request->{path} =~ m{^/(rpc/)?(\w+)$} or die $request->{path};
	my %arguments = %{ $request->{body} // {} };
	my (@filters, $order, $limit, $offset);
	my $select = '*';
	my $relation = $call ? '"pgrst_call"' : qq{"image_api"."$name"};
	my $is_set = !$call || $name eq 'list_images';

	for my $pair (split /&/, $request->{query} // '')
	{
		my ($key, $value) = map { decoded($_) } split /=/, $pair, 2;
		if    ($key eq 'select') { $select = $value }
		elsif ($key eq 'order')  { $order = $value }
		elsif ($key eq 'limit')  { $limit = $value }
		elsif ($key eq 'offset') { $offset = $value }
		elsif ($call && !$is_set) { $arguments{$key} = $value }
		elsif ($call && $key =~ /^(filter|sort|page_size|marker)$/) { $arguments{$key} = $value }
		elsif ($key eq 'or') { push @filters, alternatives($statement, $relation, $value) }
		else { push @filters, filter($statement, $relation, $key, $value) }
	}

	my $source = "FROM $relation";
	if ($call)
	{
		my $list = defined $request->{bytes}
		  ? parameter($statement, '\x' . unpack('H*', $request->{bytes})) . '::bytea'
		  : join ', ', map {
			my $value = $arguments{$_};
			identifier($_) . ' := ' . parameter($statement, ref $value ? $json->encode($value) : $value)
		  } sort keys %arguments;
		return finish($statement, qq{WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar }
			. qq{FROM (SELECT "image_api"."$name"($list) pgrst_scalar) pgrst_call) SELECT null::bigint, 1 AS page_total, }
			. (defined $request->{bytes}
				? q{encode("image_catalog"."*/*"(_postgrest_t.pgrst_scalar), 'hex')}
				: q{coalesce(json_agg(_postgrest_t.pgrst_scalar)->0, 'null')})
			. q{ AS body, nullif(current_setting('response.headers', true), '') AS response_headers, }
			. q{nullif(current_setting('response.status', true), '') AS response_status }
			. q{FROM (SELECT "pgrst_scalar".* FROM (SELECT * FROM pgrst_source) AS pgrst_scalar) _postgrest_t})
		  unless $is_set;
		$source = qq{FROM "image_api"."$name"($list) pgrst_call};
	}
	my ($columns, $joins) = selection($statement, $name, $relation, $select);
	my $where = @filters ? 'WHERE ' . join(' AND ', @filters) : '';
	my $count = $request->{count} ? ", pgrst_source_count AS (SELECT 1 $source $where)" : '';
	my $total = $request->{count}
	  ? '(SELECT pg_catalog.count(*) FROM pgrst_source_count)' : 'null::bigint';
	my $by = defined $order ? order($statement, $relation, $order) : '';
	my $range = '';

	$range = 'LIMIT ' . (defined $limit ? parameter($statement, $limit) : 'ALL')
	  . ' OFFSET ' . parameter($statement, $offset // 0)
	  if defined $limit || defined $offset;
	return finish($statement, "WITH pgrst_source AS ( SELECT $columns $source $joins $where $by $range ) $count "
		. "SELECT $total AS total_result_set, "
		. sprintf($results, q{coalesce(json_agg(_postgrest_t), '[]')})
		. ' FROM ( SELECT * FROM pgrst_source ) _postgrest_t');
}

sub finish
{
	my ($statement, $sql) = @_;
	$statement->{sql} = $sql;
	return $statement;
}

# PREPARE and EXECUTE, for psql.  Parameters have no type, as PostgREST's.
sub statements_of
{
	my ($request, $explain) = @_;
	return "$request->{sql};\n" if defined $request->{sql};
	my $statement = statement_of($request);
	my $values = join ', ', map { defined $_ ? literal($_) : 'NULL' } @{ $statement->{values} };

	return "PREPARE request AS $statement->{sql};\n\\if :ERROR\n\\else\n"
	  . ($explain // '') . 'EXECUTE request' . ($values eq '' ? '' : "($values)") . ";\n\\endif\n";
}

# Run requests over one connection.  An answer is a hash: state (SQLSTATE),
# message, rows, total, body (decoded), headers, status; of sql, text alone.
sub replay
{
	my ($node, $database, @requests) = @_;
	my $script = "\\set VERBOSITY terse\n\\pset tuples_only on\n\\pset format unaligned\n"
	  . "\\pset fieldsep '\\x1f'\n";

	for my $request (@requests)
	{
		my $method = $request->{method} // 'GET';
		my $role = $request->{role} // ($request->{claims} ? 'image_web' : 'image_anonymous');
		my $claims = $octets->encode({ role => $role, %{ $request->{claims} // {} } });
		my $headers = $octets->encode($request->{headers} // {});
		my $access = $method eq 'GET' ? 'READ ONLY' : 'READ WRITE';

		$script .= "BEGIN ISOLATION LEVEL READ COMMITTED $access;\n"
		  . q{SELECT set_config('search_path', '"image_api", "image_api"', true), }
		  . q{set_config('plan_cache_mode', 'force_generic_plan', true), }
		  . "set_config('role', '$role', true), "
		  . "set_config('request.jwt.claims', " . literal($claims) . ', true), '
		  . "set_config('request.method', '$method', true), "
		  . "set_config('request.path', " . literal($request->{path} // '/') . ', true), '
		  . "set_config('request.headers', " . literal($headers) . ', true), '
		  . "set_config('request.cookies', '{}', true) \\g /dev/null\n"
		  . qq{SELECT "image_claims"."pre_request"() \\g /dev/null\n}
		  . "\\if :ERROR\n\\else\n" . statements_of($request) . "\\endif\n"
		  . "\\echo \x1e:LAST_ERROR_SQLSTATE\x1f:LAST_ERROR_MESSAGE\x1f:ERROR\n"
		  . "\\if :ERROR\nROLLBACK;\n\\else\nCOMMIT;\n\\endif\n"
		  . "DEALLOCATE ALL;\n";
	}
	my ($code, $out, $err) = $node->psql($database, $script,
		extra_params => [ '-U', 'image_authenticator' ], on_error_stop => 0, on_error_die => 0);
	my @answers;
	while ($out =~ /\G(.*?)\x1e(\w*)\x1f(.*?)\x1f(\w+)(?:\n|\z)/gs)
	{
		my ($text, $state, $message, $failed) = ($1, $2, $3, $4);
		my %answer = (state => $failed eq 'true' ? $state : '00000', message => $message);
		my $request = $requests[@answers];
		chomp $text;
		if ($failed eq 'true') { }
		elsif (defined $request->{sql}) { $answer{text} = $text }
		else
		{
			@answer{qw(total rows body headers status)} = split /\x1f/, $text, -1;
			$answer{body} = $octets->decode($answer{body})
			  unless defined $request->{bytes};
			$answer{body} = pack 'H*', $answer{body} if defined $request->{bytes};
		}
		push @answers, \%answer;
	}
	die "asked @{[scalar @requests]}, answered @{[scalar @answers]}:\n$out\n$err"
	  if @answers != @requests;
	return @answers;
}

1;
