/* sql/56_image_certificates.sql: certificates that signatures of images name */

CREATE FUNCTION image_catalog.is_image_certificate(certificates text, only_one boolean) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'imgcat_is_image_certificate';
COMMENT ON FUNCTION image_catalog.is_image_certificate(text, boolean) IS
    'can the text be read as certificates in the form of PEM, or as one? true, or an error that says why not (22023)';

CREATE TABLE image_catalog.image_certificates (
    id uuid NOT NULL,
    certificate text NOT NULL CONSTRAINT image_certificates_certificate_check
        CHECK (image_catalog.is_image_certificate(certificate, true)),
    authorities text CONSTRAINT image_certificates_authorities_check
        CHECK (image_catalog.is_image_certificate(authorities, false)),
    CONSTRAINT image_certificates_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE image_catalog.image_certificates IS 'certificates that the property img_signature_certificate_uuid of an image names; administrators write it';
COMMENT ON COLUMN image_catalog.image_certificates.certificate IS 'of the key that signs, in PEM';
COMMENT ON COLUMN image_catalog.image_certificates.authorities IS 'certificates, in PEM, one of which the certificate must lead to; null: it is trusted itself';

SELECT pg_catalog.pg_extension_config_dump('image_catalog.image_certificates', '');

ALTER TABLE image_catalog.image_certificates ENABLE ROW LEVEL SECURITY;
CREATE POLICY image_certificates_admin ON image_catalog.image_certificates
    USING ((SELECT image_catalog.is_catalog_admin()));
COMMENT ON POLICY image_certificates_admin ON image_catalog.image_certificates IS
    'administrators who were granted the table read and write it';
