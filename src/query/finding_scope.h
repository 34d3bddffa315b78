/*-------------------------------------------------------------------------
 *
 * finding_scope.h
 *		The images that a decision on a finding is about: what people write,
 *		normalised.
 *
 *		digest	|	64 hex digits	|	name	|	pattern
 *
 * A name is one of image_reference.h; one with a digest means the digest.  A
 * pattern is a name in which "*" stands for any text, slashes included; "*"
 * alone means every image.  What goes without saying in a name does so in a
 * pattern: "nginx:*" is "docker.io/library/nginx:*".  But a "*" where the
 * registry may be tells nothing of it: there the registry is written, or the
 * pattern begins with "*".
 *
 * Pure C without a server.
 *
 * src/query/finding_scope.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_FINDING_SCOPE_H
#define IMGCAT_FINDING_SCOPE_H

#include "image_reference.h"

typedef enum ImgcatScopeKind
{
	IMGCAT_SCOPE_PATTERN,
	IMGCAT_SCOPE_NAME,
	IMGCAT_SCOPE_DIGEST
} ImgcatScopeKind;

typedef enum ImgcatScopeError
{
	IMGCAT_SCOPE_OK,
	IMGCAT_SCOPE_BAD_NAME,		/* reference_error tells why */
	IMGCAT_SCOPE_NO_REGISTRY,	/* "*" stands where the registry may be */
	IMGCAT_SCOPE_DIGEST_PATTERN /* "*" in a digest */
} ImgcatScopeError;

typedef struct ImgcatFindingScope
{
	ImgcatScopeKind kind;
	size_t		length;			/* of the normalised text */
	ImgcatReferenceError reference_error;
} ImgcatFindingScope;

/*
 * Parse a scope, and write its normalised text to the buffer, which has room
 * for length and IMGCAT_REFERENCE_GROWTH.  No NUL is added.
 */
extern ImgcatScopeError imgcat_finding_scope_parse(const char *str,
												   size_t length,
												   char *buffer,
												   ImgcatFindingScope *scope);

#endif							/* IMGCAT_FINDING_SCOPE_H */
