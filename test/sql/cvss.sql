-- CVSS scores in SQL.  The scores themselves are tested without a server
-- (test/unit/test_cvss.c) and, all base vectors there are, against another
-- implementation (test/run.d/cvss_differential).

SELECT image_catalog.cvss_base_score(vector) AS score,
       image_catalog.cvss_severity(vector) AS severity, vector
  FROM (VALUES ('AV:N/AC:L/Au:N/C:P/I:P/A:P'),
               ('AV:L/AC:H/Au:M/C:N/I:N/A:N'),
               ('CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N'),
               ('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H'),
               ('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N'),
               ('CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N/E:U'))
       AS given (vector);
SELECT image_catalog.cvss_base_score(NULL) IS NULL AS strict;

-- errors: each cause, and its place in characters
SELECT image_catalog.cvss_base_score('CVSS:5.0/AV:N');
\echo :LAST_ERROR_SQLSTATE
SELECT image_catalog.cvss_base_score('CVSS:3.1/AV:N/ÄV:N');
SELECT image_catalog.cvss_base_score('CVSS:3.1/AV:N/AC:ÄÄÄ');
SELECT image_catalog.cvss_severity('CVSS:3.1/AV:N/AC:L/AV:L');
SELECT image_catalog.cvss_severity('AV:N/AC:L/Au:N/C:P/I:P');
SELECT image_catalog.cvss_base_score('');
