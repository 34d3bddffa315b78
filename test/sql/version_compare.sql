-- Versions in SQL.  The rules of each ordering are tested without a server
-- (test/unit/test_version.c) and against the ecosystems' own tools
-- (test/run.d/version_differential).

-- one pair for each ordering, under the names of it that data use
SELECT ecosystem, a, image_catalog.version_compare(ecosystem, a, b) AS order, b
  FROM (VALUES ('dpkg', '1.0~rc1-1', '1.0-1'),
               ('Debian:12', '2:1.0-1', '1:9.9-1'),
               ('rpm', '1.0^git1-1', '1.0-2'),
               ('Rocky Linux:9', '3.0.7-24.el9', '3.0.7-24.el9_2.1'),
               ('apk', '1.2.3_rc1-r0', '1.2.3-r0'),
               ('Alpine:v3.19', '1.36.1-r15', '1.36.1-r5'),
               ('npm', '4.17.21-beta.2', '4.17.21-beta.10'),
               ('PyPI', '2.0.post1', '2.0'),
               ('Maven', '2.14.1', '2.15.0-rc1'),
               ('maven', '1.0.0.Final', '1'),
               ('RubyGems', '7.0.0.rc1', '7.0.0'),
               ('Go', 'v1.2.3', '1.2.4-0.20191109021931-daa7c04131f5'))
       AS pair (ecosystem, a, b);

-- what is no version has its place, too
SELECT version FROM (VALUES ('1.2.3'), ('latest'), (''), ('0.0.1-a'), ('1.x')) AS given (version)
 ORDER BY (SELECT count(*) FROM (VALUES ('1.2.3'), ('latest'), (''), ('0.0.1-a'), ('1.x')) AS other (version)
            WHERE image_catalog.version_compare('semver', other.version, given.version) < 0);

SELECT image_catalog.version_compare('dpkg', NULL, '1') IS NULL AS strict;

-- errors
SELECT image_catalog.version_compare('NuGet', '1', '2');
\echo :LAST_ERROR_SQLSTATE
SELECT image_catalog.version_compare('', '1', '2');

-- as long as a value can be, and as deep as one can make it
SELECT ecosystem, image_catalog.version_compare(ecosystem, repeat('1-', 1000000), repeat('1-', 1000000) || '2') AS order
  FROM unnest(ARRAY['dpkg', 'rpm', 'apk', 'semver', 'pep440', 'maven', 'gem', 'go']) AS ecosystem;
