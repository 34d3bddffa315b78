-- cosign signatures of container images; keys and signatures were made by openssl
SET image_catalog.clock = '2025-06-24 12:00:00Z';
DELETE FROM image_catalog.container_images;
DELETE FROM image_catalog.container_signature_verifiers;
SELECT 'sha256:' || repeat('c', 64) AS digest \gset
-- store the image with signatures, pairs of a payload and a signature over it
CREATE FUNCTION pg_temp.sign(VARIADIC signatures text[]) RETURNS bigint LANGUAGE sql AS $$
    SELECT image_catalog.import_container_images(jsonb_build_object(
        'id', 'sha256:' || repeat('c', 64),
        'names', '[{"fullName": "quay.io/shop/cart:1.4"}, {"fullName": "docker.io/shop/cart:1"}]'::jsonb,
        'notes', '["MISSING_METADATA", "MISSING_SIGNATURE_VERIFICATION_DATA"]'::jsonb,
        'signature', jsonb_build_object('signatures',
            (SELECT jsonb_agg(jsonb_build_object('cosign', jsonb_build_object(
                       'signaturePayload', signatures[i], 'rawSignature', signatures[i + 1])))
               FROM generate_series(1, cardinality(signatures), 2) i))))
$$;
-- what the verifiers say, one a line
CREATE FUNCTION pg_temp.verify() RETURNS TABLE (verifier text, status text, description text, refs jsonb)
LANGUAGE sql AS $$
    SELECT r ->> 'verifierId', r ->> 'status', r ->> 'description', r -> 'verifiedImageReferences'
      FROM image_catalog.verify_container_signatures('sha256:' || repeat('c', 64)) d,
           jsonb_array_elements(d::jsonb #> '{signatureVerificationData,results}') r
$$;

\set ec_key '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqOc0a8A62x2k49Yc7ZBqeJpUKtuh\nk+mkhuo6mN/kSc7pSWTpaJW4mDwruYL3Ld5L8bwND5Dh5BEQP9SfGwPjgg==\n-----END PUBLIC KEY-----'
\set other_key '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsgHrG5eJpzZhFa5vwQFK0Y0DxXsz\nTLId+AWQ1vadkHO9Lv72hMakYLjvi0mQu/QxgL7M/JrAEtCHDJ5U263LXA==\n-----END PUBLIC KEY-----'
\set rsa_key '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAixiAL0l+kY30i2dAP20o\nCFoMGO1vCJk+QFUCvZOqdoDGO3mzBX4x57kG5f0dMnaxjBMvJWF14ehREkJuzb1O\n98Og+THBupjpFbIfZAmlPjtf4xSuw/NEoJOw4s1+FwOKA5NQsyc1V9xdwYutd47D\nYTQnyCtraiu/aTrh2VoLj/KJDk905OmT82wyTqUghTJ6eeKKhwt/7QJOjbdfY36S\nXQMF6s33DGqeLNgEv2oxAkAQTAzwlkQOrk5NbN9E/nl6QcxjCswJsdAY5uuA1m8+\niU5B4un21PZSR9eG6l/3eZemhm9evY3wlMQgiAmpvh1KcwlmLGENQUDuyiD38HZx\niQIDAQAB\n-----END PUBLIC KEY-----'
\set ed_key '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAz/7nw8nirGxmd7l4aZFdYT9HyFxp7fN8NesqEc02074=\n-----END PUBLIC KEY-----'
\set x_key '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEAqESoKXaiep0RpJhEQaq6gssLFQJ5C9RajCu2pE7dE30=\n-----END PUBLIC KEY-----'
\set cert '-----BEGIN CERTIFICATE-----\nMIIBhzCCASygAwIBAgIUOHufOqgmWJ/VcWbfccYI6WEICmgwCgYIKoZIzj0EAwIw\nETEPMA0GA1UEAwwGc2lnbmVyMCAXDTI2MTEyOTE5MjU1OFoYDzIxMjYxMTA1MTky\nNTU4WjARMQ8wDQYDVQQDDAZzaWduZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\nAATZwqBzAeRzh0tqO713LHO5p4GM3KvTXo1K4853lWD318WmFujxTRh4xqdSOxPT\ncMVi971ZAg55At5XfXNQu4yIo2AwXjAdBgNVHQ4EFgQUqV6gPPS8F1oeaIeXsvAV\nvJPSbcowHwYDVR0jBBgwFoAUqV6gPPS8F1oeaIeXsvAVvJPSbcowDwYDVR0TAQH/\nBAUwAwEB/zALBgNVHQ8EBAMCB4AwCgYIKoZIzj0EAwIDSQAwRgIhANyE/Yf5i6jP\nCyIF5CKH6FuQQk5fSJHyGWQqyGHUCgh1AiEA7zsoEyKaRmkDh3HdWz1MUbg0DIfO\nZy+c+MyOHoW/s+Y=\n-----END CERTIFICATE-----'
\set expired '-----BEGIN CERTIFICATE-----\nMIIBCTCBsAIBATAKBggqhkjOPQQDAjARMQ8wDQYDVQQDDAZzaWduZXIwHhcNMjAw\nMTAxMDAwMDAwWhcNMjAwMjAxMDAwMDAwWjARMQ8wDQYDVQQDDAZzaWduZXIwWTAT\nBgcqhkjOPQIBBggqhkjOPQMBBwNCAATZwqBzAeRzh0tqO713LHO5p4GM3KvTXo1K\n4853lWD318WmFujxTRh4xqdSOxPTcMVi971ZAg55At5XfXNQu4yIMAoGCCqGSM49\nBAMCA0gAMEUCIG5mh7pV5KX46q1P97TT5gGVjitpWy7HNvcgTG4TbMhvAiEAvNY7\nqgWHepM0jHyz1XeaH4NKHCREHhnKG+D4L/z9LAc=\n-----END CERTIFICATE-----'
\set good 'eyJjcml0aWNhbCI6eyJpZGVudGl0eSI6eyJkb2NrZXItcmVmZXJlbmNlIjoicXVheS5pby9zaG9wL2NhcnQifSwiaW1hZ2UiOnsiZG9ja2VyLW1hbmlmZXN0LWRpZ2VzdCI6InNoYTI1NjpjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjIn0sInR5cGUiOiJjb3NpZ24gY29udGFpbmVyIGltYWdlIHNpZ25hdHVyZSJ9LCJvcHRpb25hbCI6bnVsbH0='
\set otherimage 'eyJjcml0aWNhbCI6eyJpZGVudGl0eSI6eyJkb2NrZXItcmVmZXJlbmNlIjoicXVheS5pby9zaG9wL2NhcnQifSwiaW1hZ2UiOnsiZG9ja2VyLW1hbmlmZXN0LWRpZ2VzdCI6InNoYTI1NjpkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkIn0sInR5cGUiOiJjb3NpZ24gY29udGFpbmVyIGltYWdlIHNpZ25hdHVyZSJ9LCJvcHRpb25hbCI6bnVsbH0='
\set otherrepo 'eyJjcml0aWNhbCI6eyJpZGVudGl0eSI6eyJkb2NrZXItcmVmZXJlbmNlIjoicXVheS5pby9lbHNlL2NhcnQifSwiaW1hZ2UiOnsiZG9ja2VyLW1hbmlmZXN0LWRpZ2VzdCI6InNoYTI1NjpjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjIn0sInR5cGUiOiJjb3NpZ24gY29udGFpbmVyIGltYWdlIHNpZ25hdHVyZSJ9LCJvcHRpb25hbCI6bnVsbH0='
\set hub 'eyJjcml0aWNhbCI6eyJpZGVudGl0eSI6eyJkb2NrZXItcmVmZXJlbmNlIjoiaW5kZXguZG9ja2VyLmlvL3Nob3AvY2FydCJ9LCJpbWFnZSI6eyJkb2NrZXItbWFuaWZlc3QtZGlnZXN0Ijoic2hhMjU2OmNjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2MifSwidHlwZSI6ImNvc2lnbiBjb250YWluZXIgaW1hZ2Ugc2lnbmF0dXJlIn0sIm9wdGlvbmFsIjpudWxsfQ=='
\set changed 'eyJjcml0aWNhbCI6eyJpZGVudGl0eSI6eyJkb2NrZXItcmVmZXJlbmNlIjoicXVheS5pby9zaG9wL2NvcnQifSwiaW1hZ2UiOnsiZG9ja2VyLW1hbmlmZXN0LWRpZ2VzdCI6InNoYTI1NjpjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjIn0sInR5cGUiOiJjb3NpZ24gY29udGFpbmVyIGltYWdlIHNpZ25hdHVyZSJ9LCJvcHRpb25hbCI6bnVsbH0='
\set good_by_ec 'MEQCIG89zSltGKRzKtNAMRZNrnBoxuUA0zKb/HXfuhDIFm9JAiArh3LaRxL9eX65YyW61l7QRnZUFb+Bi6+ZYbFYs7ayJg=='
\set good_by_rsa 'UmzEs4T8pDg6ms6rltMcKmrAFc2RFhbXqAKW/GR7vnrGTEiCaesajY9trw/sI21iWOG2ZSPKfEYJfHVw56/4STXgQXy1BsVu8sO6pLxc6z8L7vZvipA71OSJvV5wKLzRdBZpRDA/sJU7eeX2NNtcgVkSUoIph3Xf890qoA44ImMeh0+y9rGPyPecrZJLQ8rmAMFgVTVAMeNAHP+7bsNiurt8pj8oxZezxw7ZLuAWvL04XblCRqkr2AZ5iZuU6PYHY/3cJyclZLHUOzO2b/A6dxy7+96HjKR8tAgZBhDkI6itGOAPPzai0TEcAET2l6WmMzICe/fuFwS4tBxBBSouMg=='
\set good_by_ed 'OZX3kfFz9tfoyFc5FZufIienoRlYa6VhnEg8ew1Yx4zLrFSPPSMthVThTogISPIc1A65WNy03YqjYbiyyVq3CA=='
\set good_by_cert 'MEQCIQDHrQJ7loofLiXZQIwJknh1biuejfDG0SWR9G6JmpxmHgIfBahlHMCE/dz3B41OGfnqvdgy7BwUb3dC0Z0IChdr/Q=='
\set otherimage_by_ec 'MEUCIQCERmnlVgdhaTnfK0TfcSZx/n3FoXaLlkEnTxnVjgrlrAIgaPLVRXg0ynIHEjhw9j/Hm9JB6dePCxFKba+Wt5OYMd4='
\set otherrepo_by_ec 'MEUCIQDJoStoJ+6J23xnHmhl5ROgdiqM+9IN6vUjNPyYG7S5AgIgP+NQpXyLyXGBDZB1h6LO7KA0gZAhOpxO8s5xd998lyg='
\set nodigest 'eyJjcml0aWNhbCI6eyJpZGVudGl0eSI6eyJkb2NrZXItcmVmZXJlbmNlIjoicXVheS5pby9zaG9wL2NhcnQifX19'
\set nodigest_by_ec 'MEUCIAyVWHbeSSXOfMvkXRVuu5Sphgw9kbhG+UnrwNKfsUZ2AiEA+rZTu6yooc92L56pQYtaU47l7Ga0ncJdRud70XJg738='
\set hub_by_ec 'MEYCIQDW9kkM0bHoDxeVVb3e+jKkSb/UyKd04a0m9f7skRRzmAIhAPra536fied2kP0W//+rhHQL4mBR3uWNAzBfF+tWpWUg'

-- a verifier's key is one public key or one certificate
INSERT INTO image_catalog.container_signature_verifiers VALUES ('bad', 'bad', 'no key');
INSERT INTO image_catalog.container_signature_verifiers VALUES ('bad', 'bad', :'ec_key' || E'\n' || :'rsa_key');
INSERT INTO image_catalog.container_signature_verifiers VALUES
    ('ec', 'EC', :'ec_key'), ('rsa', 'RSA', :'rsa_key'), ('ed', 'Ed25519', :'ed_key'),
    ('cert', 'certificate', :'cert'), ('expired', 'the same, expired', :'expired'),
    ('other', 'nobody signs by it', :'other_key'), ('x', 'not for signatures', :'x_key');

-- each verifier finds the signature of its key, among others
SELECT pg_temp.sign(:'good', :'good_by_ec');
SELECT * FROM pg_temp.verify();
SELECT pg_temp.sign(:'good', :'good_by_ec', :'good', :'good_by_rsa', :'good', :'good_by_ed', :'good', :'good_by_cert');
SELECT * FROM pg_temp.verify();

-- it is stored: what is read says the same, with time and name; the note is gone
SELECT jsonb_pretty(d -> 'signatureVerificationData' -> 'results' -> 1), d -> 'notes', d ->> 'lastUpdated'
  FROM (SELECT image_catalog.get_container_image(:'digest')::jsonb) s (d);

-- only the EC key from here on
DELETE FROM image_catalog.container_signature_verifiers WHERE verifier_id <> 'ec';
-- a changed payload, that of another image, of another repository, and without a digest
SELECT pg_temp.sign(:'changed', :'good_by_ec');
SELECT * FROM pg_temp.verify();
SELECT pg_temp.sign(:'otherimage', :'otherimage_by_ec');
SELECT * FROM pg_temp.verify();
SELECT pg_temp.sign(:'otherrepo', :'otherrepo_by_ec');
SELECT * FROM pg_temp.verify();
SELECT pg_temp.sign(:'nodigest', :'nodigest_by_ec');
SELECT * FROM pg_temp.verify();
-- a repository of Docker Hub, by the name that cosign gives it
SELECT pg_temp.sign(:'hub', :'hub_by_ec');
SELECT * FROM pg_temp.verify();
-- a bad signature beside a good one does no harm
SELECT pg_temp.sign('', '', :'good', 'AAAA', :'good', :'good_by_ec');
SELECT * FROM pg_temp.verify();
-- missing, and no signature at all
SELECT pg_temp.sign(:'good', '', '', :'good_by_ec');
SELECT * FROM pg_temp.verify();
SELECT pg_temp.sign(:'good', 'AAAA');
SELECT * FROM pg_temp.verify();
-- broken base64 is refused when it comes
SELECT pg_temp.sign(:'good', 'A');
SELECT pg_temp.sign('{}', :'good_by_ec');

-- what other programs found stays where their verifier has no key here
INSERT INTO image_catalog.container_signature_verifiers VALUES ('elsewhere', 'asked elsewhere');
SELECT image_catalog.import_container_images(jsonb_set(image_catalog.get_container_image(:'digest')::jsonb,
    '{signatureVerificationData}', '{"results": [{"verifierId": "elsewhere", "status": "VERIFIED"},
        {"verifierId": "ec", "status": "VERIFIED"}, {"verifierId": "unknown", "status": "VERIFIED"}]}'));
SELECT * FROM pg_temp.verify();
-- without signatures, or without keys, nothing is verified any more
SELECT pg_temp.sign(:'good', :'good_by_ec');
SELECT * FROM pg_temp.verify();
SELECT image_catalog.import_container_images(image_catalog.get_container_image(:'digest')::jsonb - 'signature');
SELECT * FROM pg_temp.verify();
SELECT pg_temp.sign(:'good', :'good_by_ec');
SELECT * FROM pg_temp.verify();
DELETE FROM image_catalog.container_signature_verifiers;
SELECT * FROM pg_temp.verify();
SELECT image_catalog.get_container_image(:'digest')::jsonb -> 'signatureVerificationData' AS verification;

-- an image that is not there, no image
SELECT image_catalog.verify_container_signatures('ffff');
\echo :SQLSTATE
SELECT image_catalog.verify_container_signatures(NULL);
\echo :SQLSTATE
DELETE FROM image_catalog.container_images;
