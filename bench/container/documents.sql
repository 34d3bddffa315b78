/*
 * bench/container/documents.sql: made-up StorageImage documents
 *
 * Defines bench.container_document(number, findings): 100 packages of Debian
 * kind and their findings, drawn from 20,000 CVE ids by hashing, every member
 * of a finding filled as the API prints it.  The same number gives the same
 * document.
 */
CREATE SCHEMA IF NOT EXISTS bench;

-- a number from 0 to n - 1 that follows from two others
CREATE OR REPLACE FUNCTION bench.draw(a bigint, b bigint, n int) RETURNS int
	LANGUAGE SQL IMMUTABLE PARALLEL SAFE
	RETURN ((hashint8extended(a, b) & 9223372036854775807) % n)::int;

CREATE OR REPLACE FUNCTION bench.container_finding(image bigint, place bigint) RETURNS jsonb
	LANGUAGE SQL STABLE PARALLEL SAFE AS $$
	SELECT jsonb_build_object(
		'cve', 'CVE-' || 2010 + n % 16 || '-' || 1000 + n,
		'advisory', NULL,
		'cvss', (n % 100) / 10.0,
		'summary', repeat('A flaw was found in the handling of ' || n || '. ', 8),
		'link', 'https://example.org/CVE-' || n,
		'scoreVersion', 'V3',
		'cvssV2', NULL,
		'cvssV3', jsonb_build_object('vector', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'exploitabilityScore', 3.9,
			'impactScore', 5.9, 'attackVector', 'ATTACK_NETWORK', 'attackComplexity', 'COMPLEXITY_LOW',
			'privilegesRequired', 'PRIVILEGE_NONE', 'userInteraction', 'UI_NONE', 'scope', 'UNCHANGED',
			'confidentiality', 'IMPACT_HIGH', 'integrity', 'IMPACT_HIGH', 'availability', 'IMPACT_HIGH',
			'score', (n % 100) / 10.0, 'severity', 'HIGH'),
		'publishedOn', '2024-01-05T00:00:00Z', 'lastModified', '2024-02-05T10:11:12Z',
		'vulnerabilityType', 'IMAGE_VULNERABILITY', 'vulnerabilityTypes', '["IMAGE_VULNERABILITY"]'::jsonb,
		'suppressed', false, 'suppressActivation', NULL, 'suppressExpiry', NULL,
		'firstSystemOccurrence', '2024-01-06T00:00:00.123456789Z', 'firstImageOccurrence', '2024-01-10T00:00:00Z',
		'severity', (ARRAY['LOW', 'LOW', 'LOW', 'MODERATE', 'MODERATE', 'IMPORTANT', 'CRITICAL'])[1 + n % 7] || '_VULNERABILITY_SEVERITY',
		'state', 'OBSERVED', 'cvssMetrics', '[]'::jsonb, 'nvdCvss', (n % 100) / 10.0,
		'epss', jsonb_build_object('epssProbability', (n % 1000) / 1000.0, 'epssPercentile', 0.5))
		|| CASE WHEN n % 3 = 0 THEN jsonb_build_object('fixedBy', '1.2.' || n % 9) ELSE '{}' END
	  FROM bench.draw(image, place, 20000) AS n
$$;

CREATE OR REPLACE FUNCTION bench.container_document(image bigint, findings int DEFAULT 200) RETURNS jsonb
	LANGUAGE SQL STABLE PARALLEL SAFE AS $$
	SELECT jsonb_build_object(
		'id', 'sha256:' || encode(sha256(image::text::bytea), 'hex'),
		'name', name, 'names', jsonb_build_array(name),
		'lastUpdated', to_char(timestamp '2024-01-01' + image * interval '1 minute', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		'metadata', jsonb_build_object('v1', jsonb_build_object('created', '2024-01-01T00:00:00.123456789Z', 'user', 'app',
			'command', '["/bin/sh", "-c", "run"]'::jsonb, 'labels', jsonb_build_object('app', 'app' || image % 500, 'team', 'team' || image % 40),
			'layers', (SELECT jsonb_agg(jsonb_build_object('instruction', 'RUN', 'value', 'step ' || l)) FROM generate_series(1, 12) l))),
		'scan', jsonb_build_object('scannerVersion', '4.8', 'scanTime', '2025-01-01T00:00:00Z', 'operatingSystem', 'debian:12',
			'components', (
				SELECT jsonb_agg(jsonb_build_object('name', 'package' || bench.draw(image, -c, 5000), 'version', '1.0.' || c,
					'source', 'OS', 'location', 'var/lib/dpkg/status', 'layerIndex', c % 12, 'architecture', 'amd64',
					'vulns', COALESCE((SELECT jsonb_agg(bench.container_finding(image, f)) FROM generate_series(c, findings, 100) f), '[]')))
				  FROM generate_series(1, 100) c)))
	  FROM (SELECT jsonb_build_object('registry', 'quay.io', 'remote', 'team' || image % 40 || '/app' || image % 500, 'tag', '1.' || image,
				'fullName', 'quay.io/team' || image % 40 || '/app' || image % 500 || ':1.' || image) AS name) n
$$;
