-- Package URLs in SQL.  The rules are tested without a server
-- (test/unit/test_package_url.c).

SELECT parts.* FROM (VALUES ('pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&distro=debian-12'),
                            ('pkg:npm/@Babel/core@7.0.0#packages/core'),
                            ('pkg:PyPI/Django_Rest@1.0'),
                            ('pkg:golang/google.golang.org/genproto'),
                            ('pkg:generic/caf%C3%A9?b=%22&A=%5C'))
                    AS given (purl),
     image_catalog.package_url_parts(purl) AS parts;
SELECT namespace IS NULL AS no_namespace, version IS NULL AS no_version,
       qualifiers, subpath IS NULL AS no_subpath
  FROM image_catalog.package_url_parts('pkg:gem/rails');
SELECT image_catalog.package_url_parts(NULL) IS NULL AS strict;

-- errors: the cause, and its place in characters
SELECT image_catalog.package_url_parts('npm/a@1');
\echo :LAST_ERROR_SQLSTATE
SELECT image_catalog.package_url_parts('pkg:generic/ää@%4');
SELECT image_catalog.package_url_parts('pkg:generic/a%00');
SELECT image_catalog.package_url_parts('pkg:generic/a?b=1&B=2');
SELECT image_catalog.package_url_parts('pkg:generic/' || repeat('a', 100000));
