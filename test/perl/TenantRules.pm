# Who may do what: one table of callers, one of images, one of actions with a
# rule each, and what every table shows to whom.  The expected answers of
# test/security/007_tenant_matrix.pl come from here, so nothing in this file is
# copied from what the extension printed.  A function or a table of the
# extension that no rule speaks of fails that test.

package TenantRules;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(callers images actions lists tables owner_functions
  sees may_list functions_of);

my $acme = 'acme';

# A caller: how it comes to be what it is (login role, statements before), and
# what it then is: project, roles, administrator.  SQL of the roles themselves
# is in setup_sql of the test.
sub callers
{
	my @members = map { { name => "member $_", login => $_, project => $_ } } qw(pending accepted rejected);
	my $web = 'SET LOCAL ROLE web; SET LOCAL request.claims = \'%s\'; SELECT web.pre_request()';
	my @callers = (
		{ name => 'anonymous', login => 'nobody' },
		{ name => 'stranger', login => 'stranger', project => 'globex' },
		@members,
		{ name => 'member in role reader', login => 'accepted_reader', project => 'accepted', roles => 'reader' },
		{ name => 'owner in role reader', login => 'owner_reader', project => $acme, roles => 'reader' },
		{ name => 'owner in role member', login => 'owner', project => $acme },
		{ name => 'owner in role member alone', login => 'owner_writer', project => $acme, roles => 'member' },
		{ name => 'owner in no role', login => 'owner_idle', project => $acme, roles => '' },
		{ name => 'administrator', login => 'dba', admin => 1 },
		{ name => 'administrator of a project', login => 'project_admin', project => 'globex', admin => 1 },
		{ name => 'superuser', login => undef, admin => 1 },
		{ name => 'superuser for a project', login => undef, project => 'accepted',
			before => q{SET LOCAL image_catalog.project_id = 'accepted'} },
		{ name => 'application', login => 'app', project => $acme,
			before => q{SET LOCAL image_catalog.project_id = 'acme'} },
		{ name => 'application without a project', login => 'app' },
		{ name => 'web role', login => 'authenticator', project => 'pending',
			before => sprintf $web, '{"project": "pending", "roles": "reader,member"}' },
		{ name => 'web role of a reader', login => 'authenticator', project => $acme, roles => 'reader',
			before => sprintf $web, '{"project": "acme", "roles": "reader"}' },
		{ name => 'web role without a token', login => 'authenticator', before => sprintf $web, '{}' },
		{ name => 'in the group of a project', login => 'in_group' },
		{ name => 'as the group of a project', login => 'in_group', project => $acme,
			before => 'SET LOCAL ROLE owner' });

	foreach my $caller (@callers)
	{
		my $roles = $caller->{roles} // 'reader,member';

		$caller->{admin} //= 0;
		$caller->{reader} = $caller->{admin} || $roles =~ /\breader\b/;
		$caller->{member} = $caller->{admin} || $roles =~ /\bmember\b/;
	}
	return @callers;
}

# Images, all of project acme unless said.  "members" are the projects pending,
# accepted and rejected, each with that answer, also where the image is not
# shared (any more).
sub images
{
	my @images = (
		{ name => 'public', visibility => 'public' },
		{ name => 'community', visibility => 'community' },
		{ name => 'shared', visibility => 'shared' },
		{ name => 'private', visibility => 'private' },
		{ name => 'private again', visibility => 'private', members => 1 },
		{ name => 'public with members', visibility => 'public', members => 1 },
		{ name => 'hidden', visibility => 'public', hidden => 1 },
		{ name => 'hidden private', visibility => 'private', hidden => 1 },
		{ name => 'hidden shared', visibility => 'shared', hidden => 1 },
		{ name => 'deactivated', visibility => 'public', status => 'deactivated' },
		{ name => 'deactivated private', visibility => 'private', status => 'deactivated' },
		{ name => 'deleted', visibility => 'public', status => 'deleted' },
		{ name => 'deleted private', visibility => 'private', status => 'deleted' },
		{ name => 'deleted shared', visibility => 'shared', status => 'deleted' },
		{ name => 'killed', visibility => 'public', status => 'killed' },
		{ name => 'queued private', visibility => 'private', status => 'queued' },
		{ name => 'protected', visibility => 'community', protected => 1 },
		{ name => 'protected private', visibility => 'private', protected => 1 },
		{ name => 'shared by nobody', visibility => 'shared', owner => undef, members => 0 },
		{ name => 'private of nobody', visibility => 'private', owner => undef },
		{ name => 'unregistered', visibility => 'public', unregistered => 1 },
		{ name => 'nowhere', nowhere => 1 });
	my $number = 0;

	foreach my $image (@images)
	{
		$image->{id} = sprintf '7e4a0000-0000-4000-8000-%012x', ++$number;
		next if $image->{nowhere};
		$image->{owner} = $acme unless exists $image->{owner};
		$image->{status} //= 'active';
		$image->{$_} //= 0 foreach qw(hidden protected unregistered);
		$image->{members} //= $image->{visibility} eq 'shared';
	}
	return @images;
}

sub is_own
{
	my ($caller, $image) = @_;
	return defined $caller->{project} && defined $image->{owner}
	  && $caller->{project} eq $image->{owner};
}

sub is_member
{
	my ($caller, $image) = @_;
	return $image->{members} && defined $caller->{project}
	  && $caller->{project} =~ /^(pending|accepted|rejected)$/;
}

# May the caller see it by its id, now or, were it not deleted, before?
sub sees_alive_or_deleted
{
	my ($caller, $image) = @_;
	return 0 if $image->{nowhere};
	return 1 if $caller->{admin};
	return 0 unless $caller->{reader};
	return 1 if $image->{visibility} =~ /^(public|community)$/ || is_own($caller, $image);
	return $image->{visibility} eq 'shared'
	  && (!defined $image->{owner} || is_member($caller, $image));
}

sub sees
{
	my ($caller, $image) = @_;
	return !$image->{nowhere} && $image->{status} ne 'deleted'
	  && sees_alive_or_deleted($caller, $image) ? 1 : 0;
}

sub changes
{
	my ($caller, $image) = @_;
	return !$image->{nowhere} && $image->{status} ne 'deleted'
	  && ($caller->{admin} || $caller->{member} && is_own($caller, $image)) ? 1 : 0;
}

# Is the image on a list of this visibility (undef: not asked), hidden images
# or others, answer of members (default: accepted), and status; ims: in that
# dialect?
sub may_list
{
	my ($caller, $image, %asked) = @_;
	my $visibility = $image->{visibility};
	my $answer = $asked{member_status} // 'accepted';

	return 0 if $image->{nowhere};
	return 0 if defined $asked{status} && $image->{status} ne $asked{status};
	return 0 if $image->{status} =~ /^(deleted|killed)$/ && !($asked{ims} && defined $asked{status});
	return 0 if $image->{hidden} != ($asked{hidden} // 0);
	return 0 if $asked{ims} && $image->{unregistered} && !$caller->{admin};
	# IMS: an answer asks for what is shared with the project, and not by it
	return 0 if $asked{ims} && !$caller->{admin} && defined $asked{member_status}
	  && ($asked{visibility} // '') eq 'shared' && is_own($caller, $image);
	return 0 if ($asked{visibility} // 'all') !~ /^(all|\Q$visibility\E)$/;
	return 1 if $visibility eq 'public' || is_own($caller, $image);
	return defined $asked{visibility} if $visibility eq 'community';
	return 1 if $caller->{admin};
	return $visibility eq 'shared' && is_member($caller, $image) && $image->{status} ne 'deleted'
	  && ($answer eq 'all' || $answer eq $caller->{project});
}

# Rules.  Each is called with the caller and the image, and says the SQLSTATE
# ("ok" for none), or that and the answer.

sub show { return sees(@_) ? 'ok' : 'PT404' }

# Whoever may not change the image hears that only if it sees it.  A rule says
# what else stands in the way.
sub modify
{
	my ($and_then) = @_;
	return sub {
		return sees(@_) ? '42501' : 'PT404' unless changes(@_);
		return $and_then ? $and_then->(@_) : 'ok';
	};
}

sub unless_it
{
	my ($state, $condition) = @_;
	return sub { my ($caller, $image) = @_; return $condition->($image) ? $state : 'ok' };
}

# Where the data lies, of an image in use or one that has no formats.
sub add_location
{
	return modify(sub { $_[1]{status} eq 'active' ? 'ok' : $_[1]{status} eq 'queued' ? '22023' : 'PT409' });
}

sub shared_only
{
	my ($state_without_member) = @_;
	return sub {
		my ($caller, $image) = @_;
		return '42501' unless $image->{visibility} eq 'shared';
		return $image->{members} ? 'ok' : $state_without_member;
	};
}

# One member is shown to the owner, an administrator and itself.
sub show_member
{
	my ($member) = @_;
	return sub {
		my ($caller, $image) = @_;
		return 'PT404' unless sees($caller, $image)
		  && $image->{visibility} eq 'shared' && $image->{members};
		return $caller->{admin} || is_own($caller, $image)
		  || ($caller->{project} // '') eq $member ? 'ok' : 'PT404';
	};
}

sub show_members
{
	my ($caller, $image) = @_;
	return 'PT404' unless sees($caller, $image);
	return '42501' unless $image->{visibility} eq 'shared';
	return $image->{members} ? 'ok accepted pending rejected' : 'ok '
	  if $caller->{admin} || is_own($caller, $image);
	return is_member($caller, $image) ? "ok $caller->{project}" : '42501';
}

# Data is for role member, even without role reader: of the images that a reader
# of its project sees.  While an image is deactivated, for administrators alone.
sub may_see_data
{
	my ($caller, $image) = @_;
	return sees({ %$caller, reader => $caller->{reader} || $caller->{member} }, $image);
}

sub download
{
	my ($and_then) = @_;
	return sub {
		my ($caller, $image) = @_;

		return 'PT404' unless may_see_data($caller, $image);
		return '42501' unless $caller->{admin} || $caller->{member} && $image->{status} ne 'deactivated';
		return $and_then ? $and_then->($image) : 'ok';
	};
}

# These images have no formats, which data must have first.
sub upload { return modify(sub { $_[1]{status} eq 'queued' ? '22023' : 'PT409' }) }

sub answer_offer
{
	my ($member) = @_;
	return sub {
		my ($caller, $image) = @_;
		return 'PT404' unless sees($caller, $image);
		return '42501' unless $image->{visibility} eq 'shared';
		return $image->{members} ? 'ok' : 'PT404' if $caller->{admin};
		return '42501' unless $caller->{member} && is_member($caller, $image);
		return $caller->{project} eq $member ? 'ok' : 'PT404';
	};
}

# An id in use cannot be taken, whoever has it: the one thing about an image
# that everybody who may create one can find out, and no more than that.
sub create
{
	my ($caller, $image) = @_;
	return '42501' unless $caller->{admin} || $caller->{member} && defined $caller->{project};
	return $image->{nowhere} ? 'ok' : '23505';
}

sub marker
{
	my ($caller, $image) = @_;
	return '42501' unless $caller->{reader};
	return sees_alive_or_deleted($caller, $image) ? 'ok' : '22023';
}

sub relation
{
	my ($check) = @_;
	return sub {
		my ($caller, $image) = @_;
		return 'ok ' . (!$image->{nowhere} && $check->($caller, $image) ? 'true' : 'false');
	};
}

sub anybody { return 'ok' }
sub admins { my ($caller) = @_; return $caller->{admin} ? 'ok' : '42501' }
sub creators { my ($caller) = @_;
	return $caller->{admin} || $caller->{member} && defined $caller->{project} ? 'ok' : '42501' }
sub listers { my ($caller) = @_; return $caller->{reader} ? 'ok' : '42501' }

# Administrators have both rights to container images; of these callers nobody
# else.  Those who have one alone are in the container part of the test.
sub container_right { my ($caller) = @_; return $caller->{admin} ? 'ok' : '42501' }

my $rename = q('[{"op": "replace", "path": "/name", "value": "x"}]');
my $publish = q('[{"op": "replace", "path": "/visibility", "value": "public"}]');

my $active_only = unless_it('22023', sub { $_[0]{status} ne 'active' });
my $switchable = unless_it('42501', sub { $_[0]{status} !~ /^(active|deactivated)$/ });

# Actions: a statement with {id} for an image, and its rule.  "per image" is
# said by {id}; the others are made once for each caller.
sub actions
{
	my @actions = (
		# one image
		[ q{SELECT image_catalog.get_image('{id}') ->> 'id' = '{id}'}, \&show, 'true' ],
		[ q{SELECT image_catalog.image_etag('{id}') IS NOT NULL}, \&show, 'true' ],
		[ q{SELECT image_catalog.ims_image_tags('{id}')}, \&show ],
		[ qq{SELECT image_catalog.update_image('{id}', $rename) ->> 'name'}, modify(), 'x' ],
		[ q{SELECT image_catalog.update_image('{id}', '[]') ->> 'id' = '{id}'}, \&show, 'true' ],
		[ qq{SELECT image_catalog.update_image('{id}', $rename, '"stale"')},
			modify(sub { 'PT412' }) ],
		[ qq{SELECT image_catalog.update_image('{id}', $publish)},
			modify(sub { $_[0]{admin} ? 'ok' : '42501' }) ],
		[ q{SELECT image_catalog.update_image_legacy('{id}', '[{"replace": "/name", "value": "x"}]')}, modify() ],
		[ qq{SELECT image_catalog.update_cloud_image('{id}', $rename)}, modify($active_only) ],
		[ q{SELECT image_catalog.delete_image('{id}')}, modify(unless_it('42501', sub { $_[0]{protected} })) ],
		[ q{SELECT image_catalog.deactivate_image('{id}')}, modify($switchable) ],
		[ q{SELECT image_catalog.reactivate_image('{id}')}, modify($switchable) ],
		[ q{SELECT image_catalog.add_image_tag('{id}', 'new')}, modify() ],
		[ q{SELECT image_catalog.delete_image_tag('{id}', 'mark')}, modify() ],
		[ q{SELECT image_catalog.ims_set_image_tag('{id}', 'key', 'value')}, modify() ],
		[ q{SELECT image_catalog.ims_delete_image_tag('{id}', 'mark')}, modify() ],
		[ q{SELECT image_catalog.ims_change_image_tags('{id}', 'create', '[{"key": "k", "value": "v"}]')}, modify() ],
		[ q{SELECT image_catalog.add_image_member('{id}', 'newcomer')},
			modify(unless_it('42501', sub { $_[0]{visibility} ne 'shared' })) ],
		[ q{SELECT image_catalog.delete_image_member('{id}', 'accepted')}, modify(shared_only('PT404')) ],
		[ q{SELECT image_catalog.get_image_member('{id}', 'accepted')}, show_member('accepted') ],
		[ q{SELECT image_catalog.get_image_member('{id}', 'pending')}, show_member('pending') ],
		[ q{SELECT image_catalog.list_image_members('{id}')}, \&show_members,
			sub { join ' ', sort $_[0] =~ /"member_id": "(\w+)"/g } ],
		[ q{SELECT image_catalog.update_image_member('{id}', 'pending', 'accepted')}, answer_offer('pending') ],
		[ q{SELECT image_catalog.update_image_member('{id}', 'accepted', 'rejected')}, answer_offer('accepted') ],
		[ q{SELECT image_catalog.upload_image_data('{id}', 'x')}, upload() ],
		[ q{SELECT image_catalog.append_image_data('{id}', 'x')}, upload() ],
		[ q{SELECT image_catalog.stage_image_data('{id}', 'x')},
			modify(unless_it('PT409', sub { $_[0]{status} ne 'queued' })) ],
		[ q{SELECT image_catalog.import_image_data('{id}', '{"method": {"name": "glance-direct"}}')}, modify(sub { 'PT409' }) ],
		[ q{SELECT image_catalog.activate_image('{id}', 1)}, upload() ],
		[ q{SELECT image_catalog.finish_image_data('{id}')}, modify(sub { 'PT409' }) ],
		[ q{SELECT image_catalog.abort_image_data('{id}')},
			modify(unless_it('PT409', sub { $_[0]{status} ne 'queued' })) ],
		[ q{SELECT image_catalog.download_image_data('{id}')}, download() ],
		[ q{SELECT image_catalog.verify_image_data('{id}')}, download(sub { 'PT409' }) ],
		[ q{SELECT image_catalog.add_image_location('{id}', 'https://example.org/image')}, add_location() ],
		[ q{SELECT image_catalog.replace_image_locations('{id}', '[{"url": "https://example.org/image", "metadata": {}}]')}, add_location() ],
		[ q{SELECT image_catalog.delete_image_location('{id}', 'https://example.org/image')},
			modify(sub { !$_[0]{admin} ? '42501' : $_[1]{status} eq 'active' ? 'PT404' : 'PT409' }) ],
		[ q{SELECT image_catalog.list_image_locations('{id}')},
			sub { !sees(@_) ? 'PT404' : $_[0]{admin} ? 'ok' : '42501' } ],
		[ q{SELECT image_catalog.may_download_image('{id}')}, sub { 'ok false' }, sub { $_[0] } ],
		[ q{SELECT image_catalog.create_image('{"id": "{id}"}') ->> 'id' = '{id}'}, \&create, 'true' ],
		[ q{SELECT count(*) FROM image_catalog.list_images('{"visibility": "all"}', marker => '{id}')}, \&marker ],
		[ q{SELECT image_catalog.list_images_page('sort=name:asc&marker={id}')}, \&marker ],
		[ q{SELECT image_catalog.list_cloud_images_page('marker={id}')}, \&marker ],
		[ q{SELECT count(*) > 0 FROM image_catalog.image_history('{id}')},
			sub { sees_alive_or_deleted(@_) ? 'ok' : 'PT404' } ],
		[ q{SELECT image_catalog.image_at('{id}', 'infinity') ->> 'id' = '{id}'}, \&show, 'true' ],
		[ q{SELECT image_catalog.is_image_owner('{id}')},
			relation(sub { $_[1]{status} ne 'deleted' && is_own(@_) }), sub { $_[0] } ],
		[ q{SELECT image_catalog.is_image_member('{id}')},
			relation(sub { $_[1]{status} ne 'deleted' && $_[1]{visibility} eq 'shared' && is_member(@_) }),
			sub { $_[0] } ],

		# lists of everything are in lists(); here, who may ask
		[ q{SELECT count(*) FROM image_catalog.list_images()}, \&listers ],
		[ q{SELECT image_catalog.list_images_page()}, \&listers ],
		[ q{SELECT image_catalog.list_cloud_images_page()}, \&listers ],
		[ q{SELECT image_catalog.list_cloud_image_tags()}, \&listers ],
		[ q{SELECT image_catalog.count_images()}, \&listers ],
		[ q{SELECT image_catalog.ims_query_images('{"action": "count"}')}, \&listers ],
		[ q{SELECT count(*) FROM image_catalog.image_changes()}, \&listers ],
		[ q{SELECT image_catalog.image_changes_end()}, \&listers ],

		# the catalogue's own
		[ q{SELECT image_catalog.create_image('{}')}, \&creators ],
		[ q{SELECT image_catalog.create_image('{"visibility": "public"}')}, \&admins ],
		[ q{SELECT image_catalog.create_image('{"owner": "somebody"}')}, \&admins ],
		[ q{SELECT image_catalog.import_images('[]')}, \&admins ],
		[ q{SELECT image_catalog.sweep_image_uploads()}, \&admins ],
		[ q{SELECT image_catalog.purge_deleted_images('100 years')}, \&admins ],
		[ q{CALL image_catalog.purge_deleted_images_in_batches('100 years', 0)}, sub { '22023' } ],
		[ q{SELECT image_catalog.record_image_history(true)}, \&admins ],
		[ q{SELECT image_catalog.purge_image_history('100 years')}, \&admins ],
		[ q{CALL image_catalog.purge_image_history_in_batches('100 years', 0)}, sub { '22023' } ],
		(map { [ "SELECT count(*) > 0 FROM image_catalog.$_()", \&admins ] }
			qw(catalog_counts catalog_estimates catalog_pending catalog_sizes)),
		[ q{SELECT count(*) >= 0 FROM image_catalog.catalog_progress()}, \&admins ],
		[ q{SELECT image_catalog.index_image_property('os_distro')}, \&admins ],
		[ q{SELECT image_catalog.unindex_image_property('os_distro')}, \&admins ],
		[ q{SELECT image_catalog.set_project_quota('acme', 10)}, \&admins ],
		[ q{SELECT images >= 0 FROM image_catalog.project_quota('acme')},
			sub { $_[0]{admin} || ($_[0]{project} // '') eq 'acme' ? 'ok' : '42501' } ],
		[ q{SELECT image_catalog.set_listing_orders('{name}')}, \&admins ],
		[ q{SELECT cardinality(image_catalog.listing_orders()) > 0}, \&admins ],
		[ q{SELECT count(*) > 0 FROM image_catalog.listing_index_statements('{}')}, \&admins ],
		[ q{SELECT image_catalog.check()}, \&admins ],
		[ q{SELECT image_catalog.explain_list_images()}, \&admins ],
		[ q{SELECT image_catalog.explain_list_images_page('name=x', true)}, \&admins ],
		[ q{SELECT image_catalog.grant_project('nobody', 'acme')}, \&admins ],
		[ q{SELECT image_catalog.grant_catalog_admin('nobody')}, \&admins ],
		[ q{SELECT image_catalog.grant_delegate('nobody')}, \&admins ],
		[ q{SELECT image_catalog.revoke_project('stranger')}, \&admins ],

		# who is asking
		[ q{SELECT image_catalog.current_project()}, sub { 'ok ' . ($_[0]{project} // '') }, sub { $_[0] } ],
		[ q{SELECT image_catalog.is_catalog_admin()}, sub { 'ok ' . ($_[0]{admin} ? 'true' : 'false') }, sub { $_[0] } ],
		[ q{SELECT image_catalog.may_read_images()}, sub { 'ok ' . ($_[0]{reader} ? 'true' : 'false') }, sub { $_[0] } ],
		[ q{SELECT image_catalog.may_read_container_images()}, sub { 'ok ' . ($_[0]{admin} ? 'true' : 'false') }, sub { $_[0] } ],
		[ q{SELECT image_catalog.may_write_container_images()}, sub { 'ok ' . ($_[0]{admin} ? 'true' : 'false') }, sub { $_[0] } ],

		# what says nothing of anybody
		[ q{SELECT image_catalog.image_catalog_version()}, \&anybody ],
		[ q{SELECT image_catalog.image_schema('image')}, \&anybody ],
		[ q{SELECT image_catalog.image_json(NULL)}, \&anybody ],
		[ q{SELECT image_catalog.readable_properties('{"plain": "x"}')}, \&anybody ],
		[ q{SELECT image_catalog.http(NULL)}, sub { '55000' } ],

		# what reads tables as its caller, for those who were granted them
		[ q{SELECT image_catalog.decided_finding_state(1, 'sha256:aa', 'CVE-1', 0::smallint)},
			sub { defined $_[0]{login} ? '42501' : 'ok' } ],

		# over HTTP: the same rules, as status codes
		(map { [ "SELECT status FROM image_catalog.http_request($_->[0])", http($_->[1]), sub { $_[0] } ] }
			[ q{'GET', '/v2/images/{id}'}, \&show ],
			[ q{'DELETE', '/v2/images/{id}'}, modify(unless_it('42501', sub { $_[0]{protected} })) ],
			[ q{'POST', '/v2/images/{id}/actions/deactivate'}, modify($switchable) ],
			[ q{'PUT', '/v2/images/{id}/tags/new'}, modify() ],
			[ q{'GET', '/v2/images/{id}/members'}, sub { (split ' ', show_members(@_))[0] } ],
			[ q{'GET', '/v2/images/{id}/members/accepted'}, show_member('accepted') ],
			[ q{'GET', '/v2/images?marker={id}'}, \&marker ],
			[ q{'GET', '/v1/imagescount'}, \&container_right ]),
		container_actions(\&container_right, \&container_right));
	return map { { sql => $_->[0], rule => $_->[1], answer => $_->[2], per_image => $_->[0] =~ /\{id\}/ } } @actions;
}

my %http_status = (PT404 => 404, 42501 => 403, 22023 => 400, 23505 => 409);

# A rule as a status code: 2 and two digits for success.  HTTP has no callers
# who are nobody.
sub http
{
	my ($rule) = @_;
	return sub {
		my ($caller, $image) = @_;
		my $state = $rule->($caller, $image);

		return 'ok 401' unless $caller->{admin} || defined $caller->{project};
		return $state eq 'ok' ? 'ok 2..' : "ok $http_status{$state}";
	};
}

# The functions of container images, by the two rights to them.
sub container_actions
{
	my ($read, $write) = @_;
	return (
		(map { [ "SELECT $_", $read ] }
			q{count(*) FROM image_catalog.list_container_images()},
			q{image_catalog.list_container_images_page()},
			q{image_catalog.count_container_images('CVE:x')},
			q{image_catalog.get_container_image('sha256:aa')},
			q{count(*) FROM image_catalog.export_container_images()},
			q{count(*) FROM image_catalog.finding_rules()},
			q{image_catalog.watched_images()}),
		(map { [ "SELECT $_", $write ] }
			q{image_catalog.import_container_images('[]')},
			q{image_catalog.import_vulnerabilities('osv:x', '[]')},
			q{image_catalog.finish_vulnerability_load(image_catalog.begin_vulnerability_load('osv:x'))},
			q{image_catalog.rescan_container_images()},
			q{image_catalog.purge_packages()},
			q{image_catalog.import_sbom('sha256:' || repeat('a', 64), '{"bomFormat": "CycloneDX"}')},
			q{image_catalog.import_scan_report('sha256:' || repeat('a', 64), '{"matches": []}')},
			q{image_catalog.delete_container_images('CVE:x')},
			q{image_catalog.watch_image('quay.io/a/b:1')},
			q{image_catalog.unwatch_image('quay.io/a/b:1')},
			q{image_catalog.scan_image('quay.io/a/b:1')},
			q{image_catalog.verify_container_signatures('sha256:aa')},
			q{image_catalog.invalidate_scan_and_registry_caches()},
			q{image_catalog.defer_finding('CVE-2')},
			q{image_catalog.mark_finding_false_positive('CVE-2')},
			q{image_catalog.observe_finding('CVE-2')},
			q{image_catalog.drop_finding_rule('CVE-1')}));
}

# Lists, by all that can be asked for: a statement whose answer is the names of
# the images, and what may_list() is told.
sub lists
{
	my @lists;

	my @asked = map { my $visibility = $_; map { my $hidden = $_; map {
		{ visibility => $visibility, hidden => $hidden, member_status => $_ } } undef, $hidden ? () : qw(pending rejected all) } 0, 1 }
	  undef, qw(all public community shared private);
	push @asked, map { my $status = $_; map { { visibility => $_, hidden => 0, status => $status } } undef, 'all', 'shared' }
	  qw(active deactivated deleted killed);
	foreach my $asked (@asked)
	{
		my %filter = ($asked->{hidden} ? (os_hidden => 'true') : (),
			map { defined $asked->{$_} ? ($_ => $asked->{$_}) : () } qw(visibility member_status status));
		my $filter = join ', ', map { qq{"$_": "$filter{$_}"} } sort keys %filter;
		my $query = join '&', 'limit=1000', map { "$_=$filter{$_}" } sort keys %filter;
		my $page = q{(SELECT string_agg(i ->> 'name', ',' ORDER BY i ->> 'name' COLLATE "C") FROM json_array_elements(image_catalog.%s('%s') -> 'images') i)};

		push @lists,
		  { sql => qq{SELECT string_agg(name, ',' ORDER BY name) FROM image_catalog.list_images('{$filter}', "limit" => 1000)}, asked => $asked },
		  { sql => 'SELECT ' . sprintf($page, 'list_images_page', $query), asked => $asked },
		  { sql => "SELECT image_catalog.count_images('{$filter}')", asked => $asked, count => 1 },
		  { sql => 'SELECT ' . sprintf($page, 'list_cloud_images_page', $query), asked => { %$asked, ims => 1 } },
		  { sql => qq{SELECT string_agg(t, ',' ORDER BY t COLLATE "C") FROM json_array_elements_text(image_catalog.list_cloud_image_tags('$query') -> 'tags') t WHERE t <> 'mark'},
			asked => { %$asked, ims => 1 } };
	}
	foreach my $status (undef, qw(active deactivated))
	{
		my $where = defined $status ? "WHERE status = '$status'" : '';
		my $asked = { hidden => 0, status => $status };
		push @lists,
		  { sql => "SELECT string_agg(name, ',' ORDER BY name) FROM image_catalog.listed_images $where", asked => $asked },
		  { sql => "SELECT count(*) FROM image_catalog.listed_images $where", asked => $asked, count => 1 },
		  { sql => "SELECT string_agg(name, ',') FROM (SELECT name FROM image_catalog.listed_images $where ORDER BY name LIMIT 1000) i", asked => $asked };
	}
	push @lists, { sql => q{SELECT string_agg(k ->> 'key', ',' ORDER BY k ->> 'key' COLLATE "C") FROM json_array_elements(image_catalog.ims_project_tags() -> 'tags') k WHERE k ->> 'key' <> 'mark'},
		own => 1 };
	return @lists;
}

# Functions that only the owner of the tables may call; trigger functions, which
# nobody calls, are found by their type.
sub owner_functions
{
	return qw(check_image_shares_seen create_list_index image_change_patch is_alive listed_images_handler listed_images_validator
	  listing_index_changes rebuild_image_shares
	  rebuild_container_risk_scores create_container_trigram_indexes
	  later_version latest_version begin_restore finish_restore);
}

# What SELECT on a table shows: to whom, by a name for the test's own counts.
sub tables
{
	my $nobody = sub { 0 };
	my %container = map { ("container_$_" => 'container') } qw(images image_names image_labels
	  image_layers components findings packages scans finding_rules watched_images signature_verifiers risk_scores);
	return (
		images => 'images',
		listed_images => 'list',
		image_members => 'members',
		image_shares => 'shares',
		image_certificates => 'nobody',
		image_data => 'nobody',
		image_location_schemes => 'nobody',
		image_locations => 'nobody',
		image_uploads => 'nobody',
		expected_image_shares => 'owner',
		image_changes => 'history',
		image_changes_number_seq => 'sequence',
		image_recording => 'recording',
		indexed_properties => 'nobody',
		(map { ($_ => 'nobody') } qw(listing_indexes listing_orders project_quotas)),
		property_protections => 'nobody',
		restore_steps => 'nobody',
		role_identities => 'admins',
		callers => 'view of admins',
		(map { ($_ => 'view of monitors') } qw(catalog_estimates catalog_pending catalog_progress catalog_sizes)),
		container_images_image_key_seq => 'sequence',
		(map { $_ => 'container' } qw(packages vulnerability_loads advisories advisory_ranges
			vulnerability_details package_findings)),
		vulnerability_loads_load_key_seq => 'sequence',
		advisories_advisory_key_seq => 'sequence',
		packages_package_key_seq => 'sequence',
		%container);
}

# Names of the extension's functions in a statement.
sub functions_of
{
	my ($sql) = @_;
	return $sql =~ /image_catalog\.(\w+)\(/g;
}

1;
