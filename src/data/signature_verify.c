/*-------------------------------------------------------------------------
 *
 * signature_verify.c
 *		Verifying a signature, by OpenSSL.
 *
 * Nothing here raises an error of ours, so whatever OpenSSL made is freed by
 * whoever asked for it.  What is wrong is a sentence.
 *
 * src/data/signature_verify.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "data/signature.h"

/* what is encrypted is not read; without it OpenSSL asks at the terminal */
#define NO_PASSWORD ((void *) "")

/* Kinds of keys, by their names in img_signature_key_type. */
static const struct
{
	const char *name;
	const char *kind;			/* of OpenSSL */
	const char *curve;			/* of an EC key */
}			key_types[] =

{
	{"RSA-PSS", "RSA", NULL},
	{"DSA", "DSA", NULL},
	{"ECC_SECP384R1", "EC", "secp384r1"},
	{"ECC_SECP521R1", "EC", "secp521r1"},
	{"ECC_SECT409K1", "EC", "sect409k1"},
	{"ECC_SECT409R1", "EC", "sect409r1"},
	{"ECC_SECT571K1", "EC", "sect571k1"},
	{"ECC_SECT571R1", "EC", "sect571r1"},
};

/*
 * The number of a kind of keys, -1 if there is none.
 */
static int
find_key_type(const char *name)
{
	for (int i = 0; i < (int) lengthof(key_types); i++)
		if (strcmp(key_types[i].name, name) == 0)
			return i;
	return -1;
}

/*
 * Is it a kind of keys that there is?
 */
bool
imgcat_signature_key_type_exists(const char *key_type)
{
	return find_key_type(key_type) >= 0;
}

/*
 * Read the first certificate of a text, NULL if there is none.
 */
static X509 *
read_certificate(const char *pem)
{
	BIO		   *bio = BIO_new_mem_buf(pem, -1);
	X509	   *certificate = NULL;

	if (bio != NULL)
		certificate = PEM_read_bio_X509(bio, NULL, NULL, NO_PASSWORD);
	BIO_free(bio);
	return certificate;
}

/*
 * Put all certificates of a text into a store; how many they are.
 */
static int
read_authorities(X509_STORE *store, const char *pem)
{
	BIO		   *bio = BIO_new_mem_buf(pem, -1);
	X509	   *certificate;
	int			count = 0;

	while (bio != NULL &&
		   (certificate = PEM_read_bio_X509(bio, NULL, NULL, NO_PASSWORD)) != NULL)
	{
		if (X509_STORE_add_cert(store, certificate) == 1)
			count++;
		X509_free(certificate);
	}
	BIO_free(bio);
	return count;
}

/*
 * What is wrong with the certificate on its own, NULL if nothing is.
 */
static const char *
certificate_problem(X509 *certificate)
{
	if (X509_cmp_current_time(X509_get0_notBefore(certificate)) >= 0)
		return "The certificate is not valid yet.";
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
		return "The certificate has expired.";
	if (!(X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE))
		return "The certificate is not for signatures.";
	return NULL;
}

/*
 * Does a chain lead from the certificate to the authorities?  What is wrong,
 * NULL if nothing is.
 */
static const char *
chain_problem(X509 *certificate, const char *authorities)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool		good;

	good = store != NULL && context != NULL &&
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
		read_authorities(store, authorities) > 0 &&
		X509_STORE_CTX_init(context, store, certificate, NULL) == 1 &&
		X509_verify_cert(context) == 1;
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	return good ? NULL : "The certificate does not lead to its authorities.";
}

/*
 * Is the key of that kind?
 */
static bool
key_is(EVP_PKEY *key, const char *key_type)
{
	int			type = find_key_type(key_type);
	char		curve[64];
	size_t		length;

	if (type < 0 || !EVP_PKEY_is_a(key, key_types[type].kind))
		return false;
	if (key_types[type].curve == NULL)
		return true;
	return EVP_PKEY_get_group_name(key, curve, sizeof(curve), &length) == 1 &&
		OBJ_sn2nid(curve) == OBJ_sn2nid(key_types[type].curve);
}

/*
 * Is it the key's signature of the digest?  Of RSA the padding is PSS, with a
 * salt of any length.
 */
static bool
signature_fits(EVP_PKEY *key, const ImgcatSignature *signature,
			   const unsigned char *digest, size_t digest_length)
{
	const EVP_MD *hash = EVP_get_digestbyname(signature->hash->openssl_name);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool		fits;

	fits = context != NULL && hash != NULL &&
		EVP_PKEY_verify_init(context) == 1 &&
		(!EVP_PKEY_is_a(key, "RSA") ||
		 (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
		  EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_AUTO) == 1)) &&
		EVP_PKEY_CTX_set_signature_md(context, hash) == 1 &&
		EVP_PKEY_verify(context, signature->signature,
						signature->signature_length, digest,
						digest_length) == 1;
	EVP_PKEY_CTX_free(context);
	return fits;
}

/*
 * What is wrong with a signature of data that has this digest, NULL if nothing
 * is.
 */
const char *
imgcat_signature_problem(const ImgcatSignature *signature,
						 const unsigned char *digest, size_t digest_length)
{
	X509	   *certificate = read_certificate(signature->certificate);
	EVP_PKEY   *key;
	const char *problem;

	if (certificate == NULL)
		problem = "The certificate cannot be read.";
	else if ((problem = certificate_problem(certificate)) == NULL &&
			 (signature->authorities == NULL ||
			  (problem = chain_problem(certificate,
									   signature->authorities)) == NULL))
	{
		key = X509_get0_pubkey(certificate);
		if (key == NULL || !key_is(key, signature->key_type))
			problem = "The key of the certificate is not of the type of img_signature_key_type.";
		else if (!signature_fits(key, signature, digest, digest_length))
			problem = "It is not a signature of this data by the key of the certificate.";
	}
	X509_free(certificate);
	ERR_clear_error();
	return problem;
}

/*
 * Read the key of a text, a public key or a certificate; NULL if there is none.
 * problem is what is wrong with its certificate, or NULL.
 */
static EVP_PKEY *
read_key(const char *pem, const char **problem)
{
	X509	   *certificate = read_certificate(pem);
	BIO		   *bio;
	EVP_PKEY   *key = NULL;

	*problem = NULL;
	if (certificate != NULL)
	{
		*problem = certificate_problem(certificate);
		key = X509_get_pubkey(certificate);
		X509_free(certificate);
		return key;
	}
	bio = BIO_new_mem_buf(pem, -1);
	if (bio != NULL)
		key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NO_PASSWORD);
	BIO_free(bio);
	return key;
}

/*
 * What is wrong with a text that is to hold one public key or one certificate,
 * NULL if nothing is.  One that has expired can be read, and is good here.
 */
const char *
imgcat_key_problem(const char *pem)
{
	const char *block = strstr(pem, "-----BEGIN ");
	const char *ignored;
	EVP_PKEY   *key = read_key(pem, &ignored);
	bool		found = key != NULL;

	EVP_PKEY_free(key);
	ERR_clear_error();
	if (!found)
		return "There is no public key and no certificate in the form of PEM.";
	if (block != NULL && strstr(block + 1, "-----BEGIN ") != NULL)
		return "There is more than one key or certificate.";
	return NULL;
}

/*
 * What is wrong with a signature of a message, NULL if nothing is.  The hash
 * is SHA-256, but for Ed25519, which has its own; RSA is padded by PKCS #1 1.5.
 * known_algorithm tells whether the key is of a kind that is verified.
 */
const char *
imgcat_message_problem(const char *pem, const ImgcatBytes *message,
					   const ImgcatBytes *signature, bool *known_algorithm)
{
	const char *problem;
	EVP_PKEY   *key = read_key(pem, &problem);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool		has_hash = key != NULL && !EVP_PKEY_is_a(key, "ED25519");

	*known_algorithm = true;
	if (key == NULL)
		problem = "The key of the verifier cannot be read.";
	else if (problem != NULL)
		;						/* its certificate is not good */
	else if ((has_hash && !EVP_PKEY_is_a(key, "EC") &&
			  !EVP_PKEY_is_a(key, "RSA")) ||
			 context == NULL ||
			 EVP_DigestVerifyInit(context, NULL, has_hash ? EVP_sha256() : NULL,
								  NULL, key) != 1)
	{
		*known_algorithm = false;
		problem = "Signatures by a key of this kind are not verified.";
	}
	else if (EVP_DigestVerify(context, signature->at, signature->length,
							  message->at, message->length) != 1)
		problem = "It is not a signature of this payload by the key of the verifier.";
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return problem;
}

/*
 * What is wrong with a text of certificates, NULL if nothing is.
 */
const char *
imgcat_certificates_problem(const char *certificates, bool only_one)
{
	X509_STORE *store = X509_STORE_new();
	int			count = store == NULL ? 0 : read_authorities(store, certificates);

	X509_STORE_free(store);
	ERR_clear_error();
	if (count == 0)
		return "There is no certificate in the form of PEM.";
	if (only_one && count > 1)
		return "There is more than one certificate.";
	return NULL;
}
