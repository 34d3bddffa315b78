/*-------------------------------------------------------------------------
 *
 * signature.h
 *		Signatures of image data, by keys of certificates.
 *
 * src/data/signature.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SIGNATURE_H
#define IMGCAT_SIGNATURE_H

#include "data/digest.h"
#include "image/image_row.h"

/* What is to be verified; all strings end in a zero byte. */
typedef struct ImgcatSignature
{
	const ImgcatDigestAlgorithm *hash;	/* of the data */
	const char *key_type;		/* as img_signature_key_type has it */
	const unsigned char *signature;
	size_t		signature_length;
	const char *certificate;	/* PEM */
	const char *authorities;	/* PEM, those that it must lead to; NULL: it
								 * is trusted as it is */
} ImgcatSignature;

typedef struct ImgcatBytes
{
	const unsigned char *at;
	size_t		length;
} ImgcatBytes;

/* signature.c */
extern bool imgcat_decode_base64(const char *str, int length,
								 ImgcatBytes *bytes);
extern ImgcatSignature *imgcat_image_signature(const ImgcatImageRow *row);
extern void imgcat_signature_require(const ImgcatSignature *signature,
									 const ImgcatDigest *digest);

/* signature_verify.c */
extern bool imgcat_signature_key_type_exists(const char *key_type);
extern const char *imgcat_signature_problem(const ImgcatSignature *signature,
											const unsigned char *digest,
											size_t digest_length);
extern const char *imgcat_key_problem(const char *pem);
extern const char *imgcat_message_problem(const char *pem,
										  const ImgcatBytes *message,
										  const ImgcatBytes *signature,
										  bool *known_algorithm);
extern const char *imgcat_certificates_problem(const char *certificates,
											   bool only_one);

#endif							/* IMGCAT_SIGNATURE_H */
