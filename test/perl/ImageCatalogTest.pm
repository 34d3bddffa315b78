# What the programs of test/t share: a server with a catalogue, and a way to
# ask it as any caller.

package ImageCatalogTest;

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT =
  qw(new_node data_text data_lines json_literal literal load_catalogue
  ask_all ask_one page_ids);

my $json = JSON::PP->new->utf8->canonical;

# Callable by the plain role "tenant": answers for a caller described by its
# arguments.  The function runs as a trusted application that may set the
# settings, and is otherwise nobody.
my $ask_function = q{
CREATE ROLE tenant LOGIN;
CREATE ROLE asker;
GRANT SET ON PARAMETER image_catalog.project_id, image_catalog.is_admin,
	image_catalog.roles, image_catalog.dialect TO asker;
CREATE SCHEMA ask;
GRANT USAGE ON SCHEMA ask TO tenant;
CREATE FUNCTION ask.as_caller(project text, admin boolean, roles text,
                              dialect text, command text) RETURNS json
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    answer json;
    state text;
    message text;
    detail text;
    hint text;
BEGIN
    PERFORM set_config('image_catalog.project_id', coalesce(project, ''), true),
            set_config('image_catalog.is_admin', admin::text, true),
            set_config('image_catalog.roles', coalesce(roles, 'reader,member'), true),
            set_config('image_catalog.dialect', coalesce(dialect, 'openstack'), true);
    EXECUTE command INTO answer;
    RETURN json_build_object('state', '00000', 'answer', answer);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN json_build_object('state', state, 'message', message,
                             'detail', detail, 'hint', hint);
END;
$$;
ALTER FUNCTION ask.as_caller OWNER TO asker;
};

# A running server with the extension and the role "tenant" in database
# postgres.
sub new_node
{
	my ($name, @configuration) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(allows_streaming => 1, extra => [ '-E', 'UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', $_) foreach @configuration;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION image_catalog');
	$node->safe_psql('postgres', $ask_function);
	return $node;
}

# A file of test/data.
sub data_text
{
	my ($name) = @_;
	return slurp_file("$FindBin::RealBin/../data/$name");
}

# The records of a JSON Lines file of test/data.
sub data_lines
{
	my ($name) = @_;
	return map { $json->decode($_) } grep { /\S/ } split /\n/,
	  data_text($name);
}

# A text as an SQL literal, whatever it holds but a zero byte.
sub literal
{
	my ($text) = @_;
	return 'NULL' unless defined $text;
	$text =~ s/'/''/g;
	return "'$text'";
}

# A value as an SQL literal of JSON.
sub json_literal
{
	my ($value) = @_;
	return literal($json->encode($value));
}

# Store images given as API documents with "members".
sub load_catalogue
{
	my ($node, $images) = @_;
	my $imported = $node->safe_psql('postgres',
		'SELECT image_catalog.import_images(' . json_literal($images) . ');
		 ANALYZE image_catalog.images, image_catalog.image_members');

	die "imported $imported of @{[scalar @$images]} images"
	  if $imported != @$images;
	return;
}

# Ask for the answers of many commands at once.  A command is a hash of
# project, admin, roles, dialect and sql, the last a query of one JSON value.
# An answer is a hash of status (as HTTP has it), state, message, detail, hint
# and answer.
sub ask_all
{
	my ($node, @commands) = @_;
	my $sql = "SET client_min_messages = error;\n";

	foreach my $command (@commands)
	{
		$sql .= sprintf "SELECT ask.as_caller(%s, %s, %s, %s, %s);\n",
		  literal($command->{project}), $command->{admin} ? 'true' : 'false',
		  literal($command->{roles}), literal($command->{dialect}),
		  literal($command->{sql});
	}

	my $printed = $node->safe_psql('postgres', $sql,
		extra_params => [ '-U', 'tenant' ]);
	my @answers = map { $json->decode($_) } split /\n/, $printed;
	die "asked @{[scalar @commands]}, answered @{[scalar @answers]}"
	  if @answers != @commands;
	$_->{status} = http_status($_->{state}) foreach @answers;
	return @answers;
}

# Ask one command.
sub ask_one
{
	my ($node, %command) = @_;
	my ($answer) = ask_all($node, \%command);
	return $answer;
}

# The HTTP status that PostgREST makes of a SQLSTATE, as far as this extension
# uses them.
sub http_status
{
	my ($state) = @_;
	return $state eq '00000' ? 200
	  : $state =~ /^PT(\d\d\d)$/ ? $1
	  : $state =~ /^22/ ? 400
	  : $state eq '42501' ? 403
	  : $state eq '23505' ? 409
	  : $state =~ /^54/ ? 413
	  : "SQLSTATE $state";
}

# The ids of the images of a page.
sub page_ids
{
	my ($page) = @_;
	return map { $_->{id} } @{ $page->{images} };
}

1;
