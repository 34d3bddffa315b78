-- A Glance database as deploy/glance reads one: its five tables of images, with
-- a case of everything.  For PostgreSQL, where datetime is a domain, and MariaDB.

CREATE TABLE images (
    id varchar(36) NOT NULL PRIMARY KEY, name varchar(255), status varchar(30) NOT NULL,
    visibility varchar(10) NOT NULL, owner varchar(255), disk_format varchar(20), container_format varchar(20),
    size bigint, virtual_size bigint, checksum varchar(32), os_hash_algo varchar(64), os_hash_value varchar(128),
    min_disk integer NOT NULL DEFAULT 0, min_ram integer NOT NULL DEFAULT 0,
    protected boolean NOT NULL DEFAULT false, os_hidden boolean NOT NULL DEFAULT false,
    created_at datetime NOT NULL, updated_at datetime, deleted_at datetime, deleted boolean NOT NULL DEFAULT false);
CREATE TABLE image_properties (
    id integer NOT NULL PRIMARY KEY, image_id varchar(36) NOT NULL, name varchar(255) NOT NULL, value text,
    created_at datetime NOT NULL, updated_at datetime, deleted_at datetime, deleted boolean NOT NULL DEFAULT false,
    UNIQUE (image_id, name));
CREATE TABLE image_tags (
    id integer NOT NULL PRIMARY KEY, image_id varchar(36) NOT NULL, value varchar(255) NOT NULL,
    created_at datetime NOT NULL, updated_at datetime, deleted_at datetime, deleted boolean NOT NULL DEFAULT false);
CREATE TABLE image_members (
    id integer NOT NULL PRIMARY KEY, image_id varchar(36) NOT NULL, member varchar(255) NOT NULL,
    can_share boolean NOT NULL DEFAULT false, status varchar(20) NOT NULL,
    created_at datetime NOT NULL, updated_at datetime, deleted_at datetime, deleted boolean NOT NULL DEFAULT false,
    UNIQUE (image_id, member, deleted_at));
CREATE TABLE image_locations (
    id integer NOT NULL PRIMARY KEY, image_id varchar(36) NOT NULL, value text NOT NULL, meta_data text,
    status varchar(30) NOT NULL DEFAULT 'active',
    created_at datetime NOT NULL, updated_at datetime, deleted_at datetime, deleted boolean NOT NULL DEFAULT false);

-- 01 has everything; of 02 nobody is the owner, and it was never changed
INSERT INTO images VALUES ('61a1ce00-0000-4000-8000-000000000001', 'Zürich', 'active', 'public', 'p1', 'qcow2', 'bare',
    1000, 2000, '0123456789abcdef0123456789abcdef', 'sha512', 'abcd', 10, 512, true, false,
    '2024-01-01 10:00:00', '2024-01-02 10:00:00', NULL, false);
INSERT INTO images (id, name, status, visibility, owner, created_at, updated_at) VALUES
    ('61a1ce00-0000-4000-8000-000000000002', NULL, 'queued', 'shared', NULL, '2024-01-01 10:00:00', NULL),
    ('61a1ce00-0000-4000-8000-000000000003', '', 'saving', 'shared', 'p1', '2024-01-01 10:00:00', '2024-01-02 10:00:00'),
    ('61a1ce00-0000-4000-8000-000000000004', 'x', 'uploading', 'private', 'p1', '2024-01-01 10:00:00', '2024-01-02 10:00:00'),
    ('61a1ce00-0000-4000-8000-000000000005', 'x', 'importing', 'private', 'p2', '2024-01-01 10:00:00', '2024-01-02 10:00:00'),
    ('61a1ce00-0000-4000-8000-000000000006', 'x', 'deactivated', 'community', 'p2', '2024-01-03 10:00:00', '2024-01-04 10:00:00'),
    ('61a1ce00-0000-4000-8000-000000000007', 'x', 'killed', 'public', 'p2', '2024-01-01 10:00:00', '2024-01-02 10:00:00'),
    ('61a1ce00-0000-4000-8000-00000000000A', 'shared', 'active', 'shared', 'p1', '2024-01-05 10:00:00', '2024-01-06 10:00:00');
INSERT INTO images (id, name, status, visibility, owner, created_at, updated_at, deleted_at, deleted) VALUES
    ('61a1ce00-0000-4000-8000-000000000008', 'x', 'deleted', 'shared', 'p1', '2024-01-01 10:00:00', '2024-01-02 10:00:00', '2024-01-02 10:00:01', true),
    ('61a1ce00-0000-4000-8000-000000000009', 'x', 'pending_delete', 'public', 'p1', '2024-01-01 10:00:00', '2024-01-02 10:00:00', '2024-01-02 10:00:01', true);
INSERT INTO images (id, name, status, visibility, owner, created_at, updated_at, os_hidden) VALUES
    ('61a1ce00-0000-4000-8000-00000000000b', 'hidden', 'active', 'public', 'p2', '2024-01-01 10:00:00', '2024-01-02 10:00:00', true);

INSERT INTO image_properties (id, image_id, name, value, created_at, updated_at, deleted_at, deleted) VALUES
    (1, '61a1ce00-0000-4000-8000-000000000001', 'os_distro', 'debian', '2024-01-01 10:00:00', '2024-01-01 10:00:00', NULL, false),
    (2, '61a1ce00-0000-4000-8000-000000000001', 'gone', 'x', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-02 10:00:00', true),
    (3, '61a1ce00-0000-4000-8000-000000000001', 'empty', NULL, '2024-01-01 10:00:00', NULL, NULL, false),
    (4, '61a1ce00-0000-4000-8000-000000000001', 'quoted "name"', '\\ ''ü''', '2024-01-01 10:00:00', NULL, NULL, false),
    (5, '61a1ce00-0000-4000-8000-000000000005', 'os_glance_import_task', 'task', '2024-01-01 10:00:00', NULL, NULL, false),
    (6, '61a1ce00-0000-4000-8000-000000000001', 'owner', 'of version 1', '2024-01-01 10:00:00', NULL, NULL, false);
INSERT INTO image_tags (id, image_id, value, created_at, updated_at, deleted_at, deleted) VALUES
    (1, '61a1ce00-0000-4000-8000-000000000001', 'lts', '2024-01-01 10:00:00', NULL, NULL, false),
    (2, '61a1ce00-0000-4000-8000-000000000001', 'beta', '2024-01-01 10:00:00', NULL, '2024-01-02 10:00:00', true),
    (3, '61a1ce00-0000-4000-8000-000000000001', 'beta', '2024-01-02 10:00:00', NULL, NULL, false),
    (4, '61a1ce00-0000-4000-8000-000000000001', 'old', '2024-01-01 10:00:00', NULL, '2024-01-02 10:00:00', true);
-- pa answered, pb did not, pc said no, pd was removed, pe removed and added again by a row of its own
INSERT INTO image_members (id, image_id, member, status, created_at, updated_at, deleted_at, deleted) VALUES
    (1, '61a1ce00-0000-4000-8000-00000000000A', 'pa', 'accepted', '2024-01-05 11:00:00', '2024-01-05 12:00:00', NULL, false),
    (2, '61a1ce00-0000-4000-8000-00000000000A', 'pb', 'pending', '2024-01-05 11:00:00', NULL, NULL, false),
    (3, '61a1ce00-0000-4000-8000-00000000000A', 'pc', 'rejected', '2024-01-05 11:00:00', '2024-01-05 12:00:00', NULL, false),
    (4, '61a1ce00-0000-4000-8000-00000000000A', 'pd', 'accepted', '2024-01-05 11:00:00', '2024-01-05 12:00:00', '2024-01-05 13:00:00', true),
    (5, '61a1ce00-0000-4000-8000-00000000000A', 'pe', 'accepted', '2024-01-05 11:00:00', '2024-01-05 12:00:00', '2024-01-05 13:00:00', true),
    (6, '61a1ce00-0000-4000-8000-00000000000A', 'pe', 'pending', '2024-01-05 14:00:00', '2024-01-05 14:00:00', NULL, false),
    (7, '61a1ce00-0000-4000-8000-000000000008', 'pa', 'accepted', '2024-01-01 11:00:00', '2024-01-02 10:00:01', '2024-01-02 10:00:01', true),
    (8, '61a1ce00-0000-4000-8000-000000000008', 'pb', 'accepted', '2024-01-01 11:00:00', '2024-01-01 12:00:00', '2024-01-01 13:00:00', true);
INSERT INTO image_locations (id, image_id, value, meta_data, status, created_at, deleted_at, deleted) VALUES
    (1, '61a1ce00-0000-4000-8000-000000000001', 'rbd://cluster/images/1/snap', '{"store": "ceph"}', 'active', '2024-01-01 10:00:00', NULL, false),
    (2, '61a1ce00-0000-4000-8000-000000000001', 'file:///srv/images/1', NULL, 'active', '2024-01-01 11:00:00', NULL, false),
    (3, '61a1ce00-0000-4000-8000-000000000001', 'http://example.org/1', '{}', 'deleted', '2024-01-01 10:00:00', '2024-01-02 10:00:00', true),
    (4, '61a1ce00-0000-4000-8000-000000000001', 'http://example.org/2', '{}', 'pending_delete', '2024-01-01 10:00:00', NULL, false);

-- what cannot be copied
INSERT INTO images (id, name, status, visibility, owner, disk_format, created_at, updated_at) VALUES
    ('61a1ce00-0000-4000-8000-0000000000f1', 'x', 'active', 'private', 'p9', 'root-tar', '2024-01-01 10:00:00', '2024-01-02 10:00:00'),
    ('61a1ce00-0000-4000-8000-0000000000f2', 'x', 'active', 'private', 'p9', 'raw', '2024-01-01 10:00:00', '2024-01-02 10:00:00'),
    ('61a1ce00-0000-4000-8000-0000000000f3', 'x', 'active', 'private', 'p9', 'raw', '2024-01-01 10:00:00', '2024-01-02 10:00:00'),
    ('7', 'x', 'active', 'private', 'p9', 'raw', '2024-01-01 10:00:00', '2024-01-02 10:00:00');
INSERT INTO image_properties (id, image_id, name, value, created_at) VALUES
    (7, '61a1ce00-0000-4000-8000-0000000000f2', 'members', 'x', '2024-01-01 10:00:00');
INSERT INTO image_locations (id, image_id, value, meta_data, created_at) VALUES
    (5, '61a1ce00-0000-4000-8000-0000000000f3', 'http://example.org/3', '{', '2024-01-01 10:00:00');
