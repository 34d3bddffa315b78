# What the tests of PostgREST ask of the resource images, by the statements that
# it sends (t/150_postgrest.pl) and of itself (live/postgrest): a few images of
# what bench/generate.sql does not make, filters and orders with the SQL that says
# the same, and a view of what the project MixedCase lists.

package PostgrestCases;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(images_sql oracle_sql filters orders);

# The ids of the images begin with this.
our $id = '77000000-0000-4000-8000-00000000000';

sub images_sql
{
	return q{
SELECT image_catalog.import_images('[
  {"id": "77000000-0000-4000-8000-000000000001", "owner": "MixedCase", "name": "Ubuntu, 24.04 \"x\" (a)", "visibility": "private", "tags": ["a b", "x,y"], "hw_disk_bus": "scsi", "secret": "s3"},
  {"id": "77000000-0000-4000-8000-000000000002", "owner": "mixedcase", "name": "other", "visibility": "private"},
  {"id": "77000000-0000-4000-8000-000000000003", "owner": "MixedCase", "visibility": "shared", "members": {"m1": "pending", "m2": "accepted"}, "secret": "s2"},
  {"id": "77000000-0000-4000-8000-000000000004", "owner": "other", "name": "", "visibility": "shared", "members": {"MixedCase": "accepted"}, "secret": "s1", "tags": ["shared"]},
  {"id": "77000000-0000-4000-8000-000000000005", "owner": "other", "visibility": "shared", "members": {"MixedCase": "accepted"}},
  {"id": "77000000-0000-4000-8000-000000000006", "owner": "other", "visibility": "shared", "members": {"MixedCase": "pending"}},
  {"id": "77000000-0000-4000-8000-000000000007", "owner": "MixedCase", "visibility": "community"},
  {"id": "77000000-0000-4000-8000-000000000008", "owner": "MixedCase", "visibility": "shared", "os_hidden": true, "members": {"m1": "pending"}},
  {"id": "77000000-0000-4000-8000-000000000009", "owner": "", "visibility": "private"}
]')};
}

# What the project lists, as plainly as possible.
sub oracle_sql
{
	return q{
CREATE SCHEMA oracle;
CREATE VIEW oracle.listed AS
SELECT i.id, i.name, i.status::text, i.visibility::text, i.protected, i.owner, i.disk_format::text, i.container_format::text, i.min_ram,
	   i.size, i.created_at, i.updated_at, i.tags, i.properties
  FROM image_catalog.images i
 WHERE status NOT IN ('deleted', 'killed') AND NOT os_hidden
   AND (visibility = 'public' OR owner = 'MixedCase'
		OR visibility = 'shared' AND EXISTS (SELECT FROM image_catalog.image_members m
			WHERE m.image_id = i.id AND m.member_id = 'MixedCase' AND m.status = 'accepted' AND m.deleted_at IS NULL))};
}

# Filters, and conditions of the view; half of the images are older than $middle.
sub filters
{
	my ($middle) = @_;
	return (
	[ 'status=eq.active', q{status = 'active'} ],
	[ 'status=neq.active', q{status <> 'active'} ],
	[ 'status=not.eq.active', q{status <> 'active'} ],
	[ 'status=in.(queued,"saving")', q{status IN ('queued', 'saving')} ],
	[ 'status=not.in.(queued,active)', q{status NOT IN ('queued', 'active')} ],
	[ 'visibility=eq.private', q{visibility = 'private'} ],
	[ 'visibility=eq.shared', q{visibility = 'shared'} ],
	[ 'visibility=eq.community', q{visibility = 'community'} ],
	[ 'owner=eq.MixedCase', q{owner = 'MixedCase'} ],
	[ 'owner=eq.mixedcase', 'false' ],
	[ 'owner=eq.', 'false' ],
	[ "created_at=lt.$middle", "created_at < '$middle'" ],
	[ "created_at=gte.$middle&updated_at=gt.$middle", "created_at >= '$middle' AND updated_at > '$middle'" ],
	[ 'size=gt.1000000000', 'size > 1000000000' ],
	[ 'size=lte.1000000000', 'size <= 1000000000' ],
	[ 'size=is.null', 'size IS NULL' ],
	[ 'size=not.is.null&size=lt.5000000000', 'size < 5000000000' ],
	[ 'min_ram=gte.2048', 'min_ram >= 2048' ],
	[ 'name=is.null', 'name IS NULL' ],
	[ 'name=eq.', q{name = ''} ],
	[ 'name=not.is.null&name=lt.b', q{name COLLATE "C" < 'b'} ],
	[ 'name=in.("",golden)', q{name IN ('', 'golden')} ],
	[ 'size=eq.0', 'size = 0' ],
	[ 'container_format=is.null', 'container_format IS NULL' ],
	[ 'visibility=in.(public,shared)&visibility=eq.shared', q{visibility = 'shared'} ],
	[ 'name=like.ubuntu*', q{name LIKE 'ubuntu%'} ],
	[ 'name=ilike.*UBUNTU*', q{name ILIKE '%ubuntu%'} ],
	[ 'name=not.ilike.*ubuntu*', q{name NOT ILIKE '%ubuntu%'} ],
	[ 'name=match.^[a-f]', q{name ~ '^[a-f]'} ],
	[ 'name=imatch.^[A-F]', q{name ~* '^[a-f]'} ],
	[ 'name=eq.Ubuntu,%2024.04%20"x"%20(a)', q{name = 'Ubuntu, 24.04 "x" (a)'} ],
	[ 'name=isdistinct.golden', q{name IS DISTINCT FROM 'golden'} ],
	[ 'disk_format=eq.qcow2', q{disk_format = 'qcow2'} ],
	[ 'disk_format=is.null', 'disk_format IS NULL' ],
	[ 'protected=is.true', 'protected' ],
	[ 'protected=eq.true', 'protected' ],
	[ 'protected=is.false', 'NOT protected' ],
	[ "id=eq.${id}1", "id = '${id}1'" ],
	[ "id=in.(${id}1,${id}2,${id}4,${id}6)", "id IN ('${id}1', '${id}2', '${id}4', '${id}6')" ],
	[ 'tags=cs.{prod}', q{tags @> '{prod}'} ],
	[ 'tags=cs.{prod,base}', q{tags @> '{prod,base}'} ],
	[ 'tags=cs.{"a b","x,y"}', q{tags @> '{"a b","x,y"}'} ],
	[ 'tags=cd.{base,prod,lts}', q{tags <@ '{base,prod,lts}'} ],
	[ 'tags=ov.{prod,shared}', q{tags && '{prod,shared}'} ],
	[ 'tags=eq.{}', q{tags = '{}'} ],
	[ 'properties->>os_type=eq.windows', q{properties ->> 'os_type' = 'windows'} ],
	[ 'properties->>os_type=neq.windows', q{properties ->> 'os_type' <> 'windows'} ],
	[ 'properties->>hw_disk_bus=in.(scsi,virtio)', q{properties ->> 'hw_disk_bus' IN ('scsi', 'virtio')} ],
	[ 'properties->>era=is.null', q{properties ->> 'era' IS NULL} ],
	[ 'properties->os_type=eq."linux"', q{properties -> 'os_type' = '"linux"'} ],
	[ 'properties=cs.{"architecture":"aarch64"}', q{properties @> '{"architecture": "aarch64"}'} ],
	[ 'or=(status.eq.queued,name.like.debian*)', q{(status = 'queued' OR name LIKE 'debian%')} ],
	[ 'or=(visibility.eq.private,visibility.eq.shared)&status=eq.queued', q{visibility IN ('private', 'shared') AND status = 'queued'} ]);
}

# Orders, none of which leaves two images at one place.
sub orders
{
	return (
	[ 'created_at.desc,id.desc', 'created_at DESC, id DESC' ],
	[ 'created_at,id', 'created_at, id' ],
	[ 'created_at.desc.nullslast,id', 'created_at DESC NULLS LAST, id' ],
	[ 'updated_at.desc,id', 'updated_at DESC, id' ],
	[ 'id', 'id' ],
	[ 'id.desc', 'id DESC' ],
	[ 'status.asc,created_at.desc,id', 'status COLLATE "C", created_at DESC, id' ],
	[ 'name,id', 'name COLLATE "C", id' ],
	[ 'name.desc.nullslast,id', 'name COLLATE "C" DESC NULLS LAST, id' ],
	[ 'name.asc.nullsfirst,id', 'name COLLATE "C" NULLS FIRST, id' ],
	[ 'name.desc,id', 'name COLLATE "C" DESC, id' ],
	[ 'size,id', 'size, id' ],
	[ 'size.nullsfirst,id.desc', 'size NULLS FIRST, id DESC' ],
	[ 'status.desc,updated_at,id', 'status COLLATE "C" DESC, updated_at, id' ],
	[ 'disk_format,id', 'disk_format COLLATE "C", id' ],
	[ 'disk_format.desc.nullslast,created_at,id', 'disk_format COLLATE "C" DESC NULLS LAST, created_at, id' ],
	[ 'container_format.desc,id', 'container_format COLLATE "C" DESC, id' ],
	[ 'status,size.desc,id', 'status COLLATE "C", size DESC, id' ],
	[ 'size.desc,id', 'size DESC, id' ],
	[ 'size.desc.nullslast,id', 'size DESC NULLS LAST, id' ],
	[ 'properties->>os_distro.desc,id', q{properties ->> 'os_distro' COLLATE "C" DESC, id} ]);
}

1;
