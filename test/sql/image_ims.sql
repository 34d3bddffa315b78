--
-- the IMS dialect: what it asks of new and patched images, and what sharing does
--
SET search_path = image_catalog, pg_catalog;
SET image_catalog.dialect = 'ims';
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid
    RETURN ('135d1a00-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
-- run a call as a project; what it answers, or the error with its code
CREATE FUNCTION pg_temp.try(project text, call text, VARIADIC args text[], OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    PERFORM set_config('image_catalog.project_id', project, true);
    PERFORM set_config('image_catalog.is_admin', CASE project WHEN 'ADM' THEN 'on' ELSE 'off' END, true);
    EXECUTE format('SELECT image_catalog.%I(%s)', call,
                   (SELECT string_agg(quote_nullable(a), ', ' ORDER BY n) FROM unnest(args) WITH ORDINALITY x(a, n)))
       INTO answer;
    answer := 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
    answer := concat_ws(' ', SQLSTATE, why);
END
$$;
CREATE FUNCTION pg_temp.patch(n int, operations jsonb, project text DEFAULT 'A', call text DEFAULT 'update_image') RETURNS text
    RETURN pg_temp.try(project, call, pg_temp.id(n)::text, operations::text);
CREATE FUNCTION pg_temp.op(op text, path text, value jsonb DEFAULT NULL) RETURNS jsonb
    RETURN jsonb_build_array(jsonb_build_object('op', op, 'path', path, 'value', value));

-- defaults of a new image
SET image_catalog.project_id = 'A';
SELECT create_image('{"id": "135d1a00-0000-4000-8000-000000000001", "name": "first"}')::jsonb
    - ARRAY['created_at', 'updated_at', 'self', 'file', 'schema'];
SELECT v AS os_version, d ->> '__os_type' AS os_type, d ->> '__platform' AS platform, d ->> '__os_bit' AS os_bit
  FROM (SELECT v, create_image(jsonb_build_object('__os_version', v))::jsonb AS d
          FROM unnest('{CentOS 7.3 64bit,Windows Server 2016 Standard 64bit,Redhat Linux Enterprise 6.4 64bit,Huawei Cloud EulerOS 2.0 64bit,EulerOS 2.9 64bit,openEuler 20.03 64bit,CoreOS 1010.5.0,Other(32 bit),SUSE Linux Enterprise Server 11 SP3 32bit}'::text[]) v) x;
SELECT create_image('{"__os_version": "CentOS 7.3 64bit", "__platform": "Other", "disk_format": "vhd", "min_ram": 5}')::jsonb
    @> '{"__platform": "Other", "disk_format": "vhd", "min_ram": 5}' AS given_values_stay;

-- what a new image may say
SELECT v, pg_temp.try('A', 'create_image', v) FROM unnest(ARRAY[
    '{"visibility": "private"}', '{"visibility": "shared"}', '{"visibility": "community"}', '{"visibility": "public"}',
    '{"__imagetype": "private"}', '{"__imagetype": "gold"}',
    '{"name": ""}', '{"name": " x"}', '{"name": "x "}', '{"name": "a-b._c 1"}', '{"name": "a/b"}', '{"name": "中文"}', '{"name": null}',
    '{"disk_format": "zvhd"}', '{"min_disk": 0}', '{"min_disk": 1}', '{"min_disk": 1024}', '{"min_disk": 1025}',
    '{"min_disk": 2048, "virtual_env_type": "DataImage"}', '{"min_disk": 2049, "virtual_env_type": "DataImage"}',
    '{"hw_firmware_type": "uefi"}', '{"hw_firmware_type": "efi"}', '{"architecture": "arm"}', '{"architecture": "x86_64"}',
    '{"__description": "x"}', '{"__description": "a<b"}', '{"__description": "a\nb"}',
    '{"__support_kvm": "true", "__support_xen": "true"}', '{"__support_kvm": "true", "__support_kvm_infiniband": "true"}',
    '{"__support_xen": "true", "__support_kvm_infiniband": "true"}', '{"__support_xen_gpu_type": "M60_vGPU", "__support_kvm": "true"}',
    '{"__support_xen_gpu_type": "M60_vGPU", "__support_xen": "true"}', '{"__support_kvm_gpu_type": "V100", "__support_kvm": "true"}',
    '{"__support_kvm_gpu_type": "V100", "__support_xen": "true"}', '{"__support_xen_hana": "true", "__support_kvm": "true"}',
    '{"__support_xen_hana": "true", "__support_xen": "true"}', '{"__support_xen_hana": "true", "__support_kvm_gpu_type": "V100"}',
    '{"status": "active"}', '{"tags": "x"}', '{"self": "x"}']) v;
SELECT pg_temp.try('A', 'create_image', jsonb_build_object('name', repeat('x', 128))::text) AS name_128,
       pg_temp.try('A', 'create_image', jsonb_build_object('name', repeat('x', 129))::text) AS name_129,
       pg_temp.try('A', 'create_image', jsonb_build_object('__description', repeat('x', 1024))::text) AS description_1024,
       pg_temp.try('A', 'create_image', jsonb_build_object('__description', repeat('x', 1025))::text) AS description_1025;
SELECT create_image('{"visibility": "public", "name": "gold"}')::jsonb ->> '__imagetype' AS of_an_administrator FROM set_config('image_catalog.is_admin', 'on', true);

-- patches of a tenant: its name, its tags, its properties
SELECT path, pg_temp.patch(1, pg_temp.op('replace', path, value))
  FROM (VALUES ('/name', '"test01"'::jsonb), ('/tags', '["x", "x"]'), ('/__description', '"d"'), ('/visibility', '"shared"'), ('/protected', 'true'),
               ('/os_hidden', 'true'), ('/owner', '"B"'), ('/disk_format', '"vhd"'), ('/container_format', '"bare"'), ('/min_disk', '5'), ('/min_ram', '5'),
               ('/__imagetype', '"gold"'), ('/__isregistered', '"false"'), ('/status', '"active"'), ('/name', '"x/y"'), ('/hw_firmware_type', '"efi"'),
               ('/nope', '"x"'), ('/location', '"x"')) x(path, value);
SELECT pg_temp.patch(1, pg_temp.op('remove', '/nope')) AS missing, pg_temp.patch(1, pg_temp.op('remove', '/name')) AS base,
       pg_temp.patch(1, pg_temp.op('move', '/name')) AS move;
SELECT pg_temp.patch(1, pg_temp.op('add', '/a~1b', '"x"')) AS escaped,
       pg_temp.patch(1, pg_temp.op('add', '/trait:CUSTOM_HCI_0A7F6A35E650420CB30200A8359861D9', '"required"')) AS trait;
SELECT count(*) FROM list_images('{"trait:CUSTOM_HCI_0A7F6A35E650420CB30200A8359861D9": "required"}');
-- an administrator is bound by the values only
SELECT path, pg_temp.patch(1, pg_temp.op('replace', path, value), 'ADM')
  FROM (VALUES ('/min_disk', '5'::jsonb), ('/min_disk', '"6"'), ('/min_disk', '1025'), ('/min_ram', '"0"'), ('/min_ram', '"x"'), ('/__imagetype', '"market"'), ('/__imagetype', '"private"')) x(path, value);
-- properties that exclude each other, by the result of the patch
SELECT pg_temp.patch(1, pg_temp.op('add', '/__support_kvm_gpu_type', '"V100"')) AS gpu,
       pg_temp.patch(1, pg_temp.op('add', '/__support_xen', '"true"')) AS xen,
       pg_temp.patch(1, pg_temp.op('add', '/__support_xen', '"true"') || pg_temp.op('remove', '/__support_kvm_gpu_type')) AS instead,
       pg_temp.patch(1, pg_temp.op('add', '/__support_kvm_infiniband', '"true"')) AS infiniband,
       pg_temp.patch(1, pg_temp.op('add', '/__support_kvm', '"true"')) AS kvm;
-- an image that has such properties already can be patched elsewhere
SELECT pg_temp.try('ADM', 'import_images', jsonb_build_array(jsonb_build_object('id', pg_temp.id(2), 'owner', 'A', 'visibility', 'private', 'status', 'active',
    '__support_kvm', 'true', '__support_xen_hana', 'true'), jsonb_build_object('id', pg_temp.id(3), 'owner', 'A', 'visibility', 'private', 'status', 'saving'),
    jsonb_build_object('id', pg_temp.id(4), 'owner', 'A', 'visibility', 'public', 'status', 'active', '__imagetype', 'gold'))::text);
SELECT pg_temp.patch(2, pg_temp.op('replace', '/name', '"n"')) AS name, pg_temp.patch(2, pg_temp.op('replace', '/__support_kvm', '"true"')) AS touched;

-- the extension's patch: active images, listed attributes, and own ones without upper case
SELECT path, pg_temp.patch(2, pg_temp.op('add', path, value), 'A', 'update_cloud_image')
  FROM (VALUES ('/name', '"n"'::jsonb), ('/min_ram', '"2048"'), ('/min_ram', '2048'), ('/min_ram', '"x"'), ('/max_ram', '"8192"'), ('/min_disk', '5'), ('/tags', '[]'),
               ('/__description', '"d"'), ('/__support_amd', '"true"'), ('/__os_version', '"x"'), ('/own', '"x"'), ('/Own', '"x"'), ('/hw_firmware_type', '"efi"')) x(path, value);
SELECT pg_temp.patch(3, pg_temp.op('replace', '/name', '"n"'), 'A', 'update_cloud_image') AS saving, pg_temp.patch(4, pg_temp.op('replace', '/name', '"n"'), 'B', 'update_cloud_image') AS foreign_gold;
-- it is under these rules in either dialect; only the codes are of IMS
SET image_catalog.dialect = 'openstack';
SELECT pg_temp.patch(3, pg_temp.op('replace', '/name', '"n"'), 'A', 'update_cloud_image') AS saving, pg_temp.patch(2, pg_temp.op('replace', '/tags', '[]'), 'A', 'update_cloud_image') AS tags;
SET image_catalog.dialect = 'ims';

-- sharing makes a private image shared, type and all; without members it is private again
CREATE FUNCTION pg_temp.state(n int) RETURNS text RETURN (
    SELECT concat_ws(' ', visibility, properties ->> '__imagetype', CASE WHEN updated_at = created_at THEN 'untouched' END) FROM image_catalog.images WHERE id = pg_temp.id(n));
SELECT pg_temp.state(3);
SELECT pg_temp.try('A', 'add_image_member', pg_temp.id(3)::text, 'B') AS offered, pg_temp.try('A', 'add_image_member', pg_temp.id(3)::text, 'C') AS second;
SELECT pg_temp.state(3);
SELECT pg_temp.try('B', 'get_image', pg_temp.id(3)::text) AS shown;
SET image_catalog.project_id = 'B';
SELECT count(*) AS not_listed FROM list_images('{"visibility": "shared"}');
SELECT count(*) AS listed_on_demand FROM list_images('{"visibility": "shared", "member_status": "pending"}');
SELECT pg_temp.try('A', 'update_image_member', pg_temp.id(3)::text, 'B', 'accepted') AS owner_accepts, pg_temp.try('B', 'update_image_member', pg_temp.id(3)::text, 'B', 'accepted') AS accepted;
SELECT count(*) AS listed FROM list_images('{"visibility": "shared", "__imagetype": "shared"}');
SELECT pg_temp.try('A', 'delete_image_member', pg_temp.id(3)::text, 'B') AS first;
SELECT pg_temp.state(3);
SELECT pg_temp.try('A', 'delete_image_member', pg_temp.id(3)::text, 'C') AS last;
SELECT pg_temp.state(3);
-- not with oneself, not what is public, not twice
SELECT pg_temp.try('A', 'add_image_member', pg_temp.id(3)::text, 'A') AS oneself, pg_temp.try('A', 'add_image_member', pg_temp.id(4)::text, 'B') AS public,
       pg_temp.try('B', 'add_image_member', pg_temp.id(3)::text, 'B') AS a_stranger;
SELECT pg_temp.state(3);
SELECT pg_temp.try('A', 'add_image_member', pg_temp.id(3)::text, 'B') AS first, pg_temp.try('A', 'add_image_member', pg_temp.id(3)::text, 'B') AS second;
-- 256 members unless set otherwise; 10 for a whole server
SELECT pg_temp.try('ADM', 'import_images', jsonb_build_array(
    jsonb_build_object('id', pg_temp.id(5), 'owner', 'A', 'members', (SELECT jsonb_object_agg('m' || n, 'pending') FROM generate_series(1, 255) n)),
    jsonb_build_object('id', pg_temp.id(6), 'owner', 'A', '__whole_image', 'true', 'members', (SELECT jsonb_object_agg('m' || n, 'pending') FROM generate_series(1, 9) n)))::text);
SELECT pg_temp.try('A', 'add_image_member', pg_temp.id(5)::text, 'n1') AS member_256, pg_temp.try('A', 'add_image_member', pg_temp.id(5)::text, 'n2') AS member_257,
       pg_temp.try('A', 'add_image_member', pg_temp.id(6)::text, 'n1') AS member_10, pg_temp.try('A', 'add_image_member', pg_temp.id(6)::text, 'n2') AS member_11;

-- protected, and tags of the native kind
SELECT pg_temp.patch(2, pg_temp.op('replace', '/protected', 'true'), 'ADM') AS protect, pg_temp.try('A', 'delete_image', pg_temp.id(2)::text) AS deleted;
SELECT pg_temp.try('A', 'add_image_tag', pg_temp.id(2)::text, 'word') AS first, pg_temp.try('A', 'add_image_tag', pg_temp.id(2)::text, 'word') AS second,
       pg_temp.try('A', 'delete_image_tag', pg_temp.id(2)::text, 'none') AS missing;

DELETE FROM images WHERE owner IN ('A', 'B', 'ADM');
