/*-------------------------------------------------------------------------
 *
 * digest.h
 *		Digests of data that comes in pieces, by OpenSSL.
 *
 * src/data/digest.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_DIGEST_H
#define IMGCAT_DIGEST_H

/* most bytes of a digest */
#define IMGCAT_DIGEST_MAX 64

/* A way to make a digest, by the name that a record has in os_hash_algo. */
typedef struct ImgcatDigestAlgorithm
{
	const char *name;
	const char *openssl_name;
	int			hex_length;
	bool		may_be_setting; /* good enough for image_catalog.os_hash_algo */
} ImgcatDigestAlgorithm;

typedef struct ImgcatDigest ImgcatDigest;

extern const ImgcatDigestAlgorithm imgcat_digest_algorithms[];
extern const int imgcat_num_digest_algorithms;

extern const ImgcatDigestAlgorithm *imgcat_digest_algorithm(const char *name);
extern const ImgcatDigestAlgorithm *imgcat_digest_algorithm_require(const char *name);
extern void imgcat_digest_check_hex(const ImgcatDigestAlgorithm *algorithm,
									const char *value, int sqlstate);

extern ImgcatDigest *imgcat_digest_begin_if_offered(const ImgcatDigestAlgorithm *algorithm);
extern ImgcatDigest *imgcat_digest_begin(const ImgcatDigestAlgorithm *algorithm);
extern void imgcat_digest_add(ImgcatDigest *digest, const void *bytes,
							  size_t length);
extern size_t imgcat_digest_value(const ImgcatDigest *digest,
								  unsigned char value[IMGCAT_DIGEST_MAX]);
extern char *imgcat_digest_hex(const ImgcatDigest *digest);
extern void imgcat_digest_end(ImgcatDigest *digest);

#endif							/* IMGCAT_DIGEST_H */
