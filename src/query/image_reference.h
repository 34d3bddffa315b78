/*-------------------------------------------------------------------------
 *
 * image_reference.h
 *		Names of container images: what people write, normalised.
 *
 *		[registry "/"] path [":" tag] ["@" digest]	|	digest	|	64 hex digits
 *
 * The grammar and the defaults (registry docker.io, path library/..., tag
 * latest) are those of the distribution project's references.
 *
 * Pure C without a server.
 *
 * src/query/image_reference.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMAGE_REFERENCE_H
#define IMGCAT_IMAGE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ImgcatReferenceError
{
	IMGCAT_REFERENCE_OK,
	IMGCAT_REFERENCE_INVALID,
	IMGCAT_REFERENCE_UPPERCASE, /* the path has upper-case letters */
	IMGCAT_REFERENCE_LOWERCASE, /* lower-casing would make it valid */
	IMGCAT_REFERENCE_TOO_LONG,
	IMGCAT_REFERENCE_DIGEST_LENGTH,
	IMGCAT_REFERENCE_DIGEST_FORMAT,
	IMGCAT_REFERENCE_DIGEST_ALGORITHM
} ImgcatReferenceError;

/* A part of a reference: a slice of the text that was parsed, or a constant. */
typedef struct ImgcatReferencePart
{
	const char *at;
	size_t		length;
} ImgcatReferencePart;

/*
 * A parsed reference.  Of a digest alone, and of 64 hex digits (a sha256),
 * only the digest is set; bare_hex tells the latter.
 */
typedef struct ImgcatImageReference
{
	ImgcatReferencePart registry;
	bool		official;		/* the remote is "library/" and path */
	ImgcatReferencePart path;
	ImgcatReferencePart tag;
	bool		bare_hex;		/* the digest is "sha256:" and this */
	ImgcatReferencePart digest;
} ImgcatImageReference;

/* Bytes that the normalised name may take more than what was written. */
#define IMGCAT_REFERENCE_GROWTH \
	(sizeof("docker.io/") + sizeof("library/") + sizeof(":latest") + \
	 sizeof("sha256:"))

/*
 * Parse a name as written.  On IMGCAT_REFERENCE_UPPERCASE reference->official
 * and ->path are set, for the message.
 */
extern ImgcatReferenceError imgcat_image_reference_parse(const char *str,
														 size_t length,
														 ImgcatImageReference *reference);

/* The cause as text; of IMGCAT_REFERENCE_UPPERCASE without the path. */
extern const char *imgcat_image_reference_message(ImgcatReferenceError error);

/*
 * Write the normalised full name: registry/remote[:tag][@digest].  The buffer
 * must have room for the length parsed and IMGCAT_REFERENCE_GROWTH; returns
 * the length written.  No NUL is added.
 */
extern size_t imgcat_image_reference_write(const ImgcatImageReference *reference,
										   char *buffer);

/*
 * Take a normalised full name apart; the text must come from
 * imgcat_image_reference_write.  path is then the whole remote.
 */
extern void imgcat_image_reference_split(const char *str, size_t length,
										 ImgcatImageReference *reference);

#endif							/* IMGCAT_IMAGE_REFERENCE_H */
