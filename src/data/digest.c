/*-------------------------------------------------------------------------
 *
 * digest.c
 *		Digests of data that comes in pieces, by OpenSSL.
 *
 * A context of OpenSSL is not palloc'd.  It belongs to the memory context in
 * which the digest was begun, by a callback: whatever ends that, an error
 * included, frees it.  No error of ours is raised while OpenSSL is running.
 *
 * src/data/digest.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "compat.h"
#include "data/digest.h"
#include "image/errors.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/* bytes between two looks at whether the query is cancelled: some 10 ms */
#define INTERRUPT_BYTES ((size_t) 4 * 1024 * 1024)

struct ImgcatDigest
{
	const ImgcatDigestAlgorithm *algorithm;
	EVP_MD_CTX *context;		/* NULL: freed */
	MemoryContextCallback callback;
};

const ImgcatDigestAlgorithm imgcat_digest_algorithms[] = {
	{"sha256", "SHA256", 64, true},
	{"sha384", "SHA384", 96, true},
	{"sha512", "SHA512", 128, true},
	{"sha3-256", "SHA3-256", 64, true},
	{"sha3-384", "SHA3-384", 96, true},
	{"sha3-512", "SHA3-512", 128, true},
	{"blake2b", "BLAKE2b512", 128, true},
	{"blake2s", "BLAKE2s256", 64, false},
	{"md5", "MD5", 32, false},
	{"sha1", "SHA1", 40, false},
	{"sha224", "SHA224", 56, false},
	{"sha3-224", "SHA3-224", 56, false},
};
const int	imgcat_num_digest_algorithms = lengthof(imgcat_digest_algorithms);

/*
 * The algorithm of that name, NULL if there is none.
 */
const ImgcatDigestAlgorithm *
imgcat_digest_algorithm(const char *name)
{
	for (int i = 0; i < imgcat_num_digest_algorithms; i++)
		if (strcmp(imgcat_digest_algorithms[i].name, name) == 0)
			return &imgcat_digest_algorithms[i];
	return NULL;
}

/*
 * The same; an error if there is none.
 */
const ImgcatDigestAlgorithm *
imgcat_digest_algorithm_require(const char *name)
{
	const ImgcatDigestAlgorithm *algorithm = imgcat_digest_algorithm(name);

	if (algorithm == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown digest algorithm"),
				 imgcat_errdetail(IMS_BAD_VALUE,
								  "There is no algorithm \"%s\".", name),
				 errhint("There are md5, sha1, sha224, sha256, sha384, sha512, sha3-224, sha3-256, sha3-384, sha3-512, blake2s and blake2b.")));
	return algorithm;
}

/*
 * Refuse what is no digest of the algorithm in hexadecimal, as records have it,
 * with that SQLSTATE.
 */
void
imgcat_digest_check_hex(const ImgcatDigestAlgorithm *algorithm,
						const char *value, int sqlstate)
{
	if (strlen(value) != (size_t) algorithm->hex_length ||
		strspn(value, "0123456789abcdef") != strlen(value))
		ereport(ERROR,
				(errcode(sqlstate),
				 errmsg("invalid digest"),
				 imgcat_errdetail(sqlstate == IMGCAT_ERRCODE_CONFLICT ?
								  IMS_CONFLICT : IMS_BAD_VALUE,
								  "A digest by %s has %d digits, 0 to 9 and a to f.",
								  algorithm->name, algorithm->hex_length)));
}

/*
 * Memory context callback: free what OpenSSL made.
 */
static void
release(void *argument)
{
	ImgcatDigest *digest = argument;

	EVP_MD_CTX_free(digest->context);
	digest->context = NULL;
}

/*
 * OpenSSL failed.  Its queue of errors is the server's, too, which must not
 * find ours there.
 */
pg_noreturn static void
fail(const char *what)
{
	ERR_clear_error();
	ereport(ERROR,
			(errcode(ERRCODE_INTERNAL_ERROR),
			 errmsg("the cryptographic library failed to %s a digest", what)));
}

/*
 * Begin a digest, in the current memory context.  NULL if the library does not
 * offer the algorithm, as one that is bound to FIPS does not offer md5.
 */
ImgcatDigest *
imgcat_digest_begin_if_offered(const ImgcatDigestAlgorithm *algorithm)
{
	ImgcatDigest *digest = palloc0(sizeof(ImgcatDigest));
	const EVP_MD *method = EVP_get_digestbyname(algorithm->openssl_name);

	digest->algorithm = algorithm;
	digest->callback.func = release;
	digest->callback.arg = digest;
	MemoryContextRegisterResetCallback(CurrentMemoryContext,
									   &digest->callback);
	if (method == NULL)
		return NULL;
	digest->context = EVP_MD_CTX_new();
	if (digest->context == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	if (EVP_DigestInit_ex(digest->context, method, NULL) != 1)
	{
		release(digest);
		ERR_clear_error();
		return NULL;
	}
	return digest;
}

/*
 * The same; an error if the library does not offer it.
 */
ImgcatDigest *
imgcat_digest_begin(const ImgcatDigestAlgorithm *algorithm)
{
	ImgcatDigest *digest = imgcat_digest_begin_if_offered(algorithm);

	if (digest == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("digest algorithm %s is not available",
						algorithm->name),
				 imgcat_errdetail(IMS_BAD_VALUE,
								  "The cryptographic library of the server does not offer it.")));
	return digest;
}

/*
 * Add bytes.
 */
void
imgcat_digest_add(ImgcatDigest *digest, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0)
	{
		size_t		part = Min(length, INTERRUPT_BYTES);

		CHECK_FOR_INTERRUPTS();
		if (EVP_DigestUpdate(digest->context, at, part) != 1)
			fail("continue");
		at += part;
		length -= part;
	}
}

/*
 * The digest of what was added so far; how long it is.  More may be added
 * afterwards.
 */
size_t
imgcat_digest_value(const ImgcatDigest *digest,
					unsigned char value[IMGCAT_DIGEST_MAX])
{
	unsigned char whole[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	bool		good;

	good = copy != NULL && EVP_MD_CTX_copy_ex(copy, digest->context) == 1 &&
		EVP_DigestFinal_ex(copy, whole, &length) == 1;
	EVP_MD_CTX_free(copy);
	if (!good || length > IMGCAT_DIGEST_MAX)
		fail("finish");
	memcpy(value, whole, length);
	return length;
}

/*
 * The same in hexadecimal, palloc'd.
 */
char *
imgcat_digest_hex(const ImgcatDigest *digest)
{
	unsigned char value[IMGCAT_DIGEST_MAX];
	size_t		length = imgcat_digest_value(digest, value);
	char	   *hex = palloc(length * 2 + 1);

	Assert(length * 2 == (size_t) digest->algorithm->hex_length);
	for (size_t i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", value[i]);
	return hex;
}

/*
 * End a digest before its memory context does.
 */
void
imgcat_digest_end(ImgcatDigest *digest)
{
	release(digest);
}
