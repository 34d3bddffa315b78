-- states that a DBA gives to findings: the narrowest scope decides, later scans included
DELETE FROM image_catalog.container_images;
CREATE FUNCTION pg_temp.document(digest text, name text, state text DEFAULT 'OBSERVED') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('id', digest, 'name', jsonb_build_object('fullName', name), 'lastUpdated', '2025-01-01T00:00:00Z',
        'scan', jsonb_build_object('scanTime', '2025-01-01T00:00:00Z', 'components', jsonb_build_array(
            jsonb_build_object('name', 'c', 'vulns', jsonb_build_array(
                jsonb_build_object('cve', 'CVE-1', 'state', state), jsonb_build_object('cve', 'CVE-2', 'state', state))))))
$$;
CREATE FUNCTION pg_temp.states() RETURNS TABLE (digest text, printed jsonb, columns smallint[], open text) LANGUAGE sql AS $$
    SELECT i.digest, jsonb_path_query_array(d::jsonb, '$.scan.components[*].vulns[*].state'),
           (SELECT array_agg(image_catalog.decided_finding_state(f.image_key, i.digest, f.cve, f.document_state) ORDER BY finding_index) FROM image_catalog.container_findings f WHERE f.image_key = i.image_key),
           image_catalog.get_container_image(i.digest)->>'cves'
      FROM image_catalog.container_images i, image_catalog.get_container_image(i.digest, true) d ORDER BY 1
$$;
SELECT image_catalog.import_container_images(jsonb_build_array(
    pg_temp.document('sha256:a1', 'docker.io/library/app:1'), pg_temp.document('sha256:a2', 'docker.io/library/app:2'),
    pg_temp.document('sha256:b1', 'quay.io/x/y_z:1', 'DEFERRED')));
SELECT * FROM pg_temp.states();

-- everywhere
SELECT image_catalog.defer_finding('CVE-1');
SELECT image_catalog.defer_finding('CVE-1');
SELECT * FROM pg_temp.states();
SELECT image_catalog.count_container_images('CVE:CVE-1+Vulnerability State:DEFERRED');
-- a pattern, a name, a digest: each narrower than the one before
SELECT image_catalog.mark_finding_false_positive('CVE-1', 'docker.io/library/app:*', 'not built in');
SELECT image_catalog.observe_finding('CVE-1', 'app:2');
SELECT image_catalog.defer_finding('CVE-1', 'sha256:a2');
SELECT * FROM pg_temp.states();
-- a wider rule does not move a narrower one
SELECT image_catalog.observe_finding('CVE-1', 'docker.io/*');
SELECT image_catalog.observe_finding('CVE-1', '*');
SELECT * FROM pg_temp.states();
SELECT cve, scope, name_pattern, precedence, state, comment, created_by = current_user AS own
  FROM image_catalog.container_finding_rules ORDER BY precedence;
-- % and _ are no wildcards of a scope
SELECT image_catalog.mark_finding_false_positive('CVE-2', 'quay.io/x/y__*');
SELECT image_catalog.mark_finding_false_positive('CVE-2', 'quay.io/x/y%*');
SELECT image_catalog.mark_finding_false_positive('CVE-2', 'quay.io/x/y_z*');

-- later scans, and images that come later, obey
SELECT image_catalog.import_container_images(jsonb_build_array(
    pg_temp.document('sha256:a3', 'docker.io/library/app:3'), pg_temp.document('sha256:a1', 'docker.io/library/app:1', 'DEFERRED')));
SELECT * FROM pg_temp.states();
-- a second name brings the image under a rule
SELECT image_catalog.observe_finding('CVE-2', 'app:3');
SELECT image_catalog.import_container_images(pg_temp.document('sha256:a1', 'docker.io/library/app:3', 'DEFERRED'));
SELECT * FROM pg_temp.states() WHERE digest = 'sha256:a1';

-- without rules the imported states are back
SELECT sum(image_catalog.drop_finding_rule(cve, scope)) > 0 FROM (SELECT * FROM image_catalog.container_finding_rules) r;
SELECT count(*) FROM image_catalog.container_finding_rules;
SELECT * FROM pg_temp.states();

-- a CVE is one in whatever case it is written, as in a search
SELECT image_catalog.defer_finding('cve-1', 'app:3', 'first');
SELECT image_catalog.count_container_images('CVE:cve-1+Vulnerability State:DEFERRED+Image:docker.io/library/app:3');
SELECT image_catalog.mark_finding_false_positive('Cve-1', 'app:3', 'second');
SELECT image_catalog.observe_finding('CVE-1', 'app:3');
SELECT * FROM pg_temp.states() WHERE digest IN ('sha256:a1', 'sha256:a3');
SELECT image_catalog.drop_finding_rule('cVE-1', 'docker.io/library/app:3');

-- what is said in a name goes without saying in a pattern
SELECT image_catalog.mark_finding_false_positive('CVE-1', 'app:*');
SELECT image_catalog.drop_finding_rule('CVE-1', 'docker.io/library/app:*');
SELECT image_catalog.mark_finding_false_positive('CVE-1', 'index.docker.io/app:*');
SELECT image_catalog.drop_finding_rule('CVE-1', 'library/app:*');
-- a name that begins as the name of a digest does
SELECT image_catalog.import_container_images(pg_temp.document('sha256:c1', 'docker.io/library/shadow:1.2'));
SELECT image_catalog.defer_finding('CVE-1', 'shadow:1.2');
SELECT image_catalog.defer_finding('CVE-1', 'sha256:c1');
SELECT image_catalog.observe_finding('CVE-1', 'shadow@sha256:' || repeat('c', 64));

-- who decided what, the narrowest first
SELECT image_catalog.defer_finding('cve-0', comment => 'later');
SELECT cve, scope, state, comment, created_at > now() - interval '1 minute' AS now, created_by = current_user AS own FROM image_catalog.finding_rules();
-- of a rule that is not there
SELECT image_catalog.drop_finding_rule('CVE-1', 'nginx:1.2');
\set VERBOSITY sqlstate
SELECT image_catalog.drop_finding_rule('CVE-1', 'app:*');
SELECT image_catalog.drop_finding_rule('CVE-3');
\set VERBOSITY default
SELECT sum(image_catalog.drop_finding_rule(cve, scope)) FROM image_catalog.finding_rules();
SELECT * FROM image_catalog.finding_rules();

-- scopes and CVEs that are none
SELECT image_catalog.defer_finding('');
-- longer than the id of a document, which the index takes
SELECT image_catalog.defer_finding((SELECT string_agg(md5(i::text), '') FROM generate_series(1, 157) i));
SELECT image_catalog.observe_finding(repeat('c', 1601));
SELECT image_catalog.drop_finding_rule(repeat('c', 1601));
SELECT image_catalog.mark_finding_false_positive((SELECT string_agg(md5(i::text), '') FROM generate_series(1, 50) i), '*:' || repeat('x', 128));
SELECT image_catalog.drop_finding_rule((SELECT string_agg(md5(i::text), '') FROM generate_series(1, 50) i), '*:' || repeat('x', 128));
SELECT image_catalog.defer_finding('CVE-1', 'NGINX');
SELECT image_catalog.defer_finding('CVE-1', '');
SELECT image_catalog.defer_finding('CVE-1', 'app*');
SELECT image_catalog.defer_finding('CVE-1', 'qu*/app:1');
SELECT image_catalog.defer_finding('CVE-1', 'APP:*');
SELECT image_catalog.defer_finding('CVE-1', 'sha256:a*');
SELECT image_catalog.defer_finding('CVE-1', 'nginx@sha256:' || repeat('a', 64));
SELECT scope FROM image_catalog.container_finding_rules;
DELETE FROM image_catalog.container_finding_rules;
DELETE FROM image_catalog.container_images;
