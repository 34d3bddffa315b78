/*-------------------------------------------------------------------------
 *
 * package_url.h
 *		Package URLs: pkg:type/namespace/name@version?qualifiers#subpath
 *
 * src/query/package_url.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PACKAGE_URL_H
#define IMGCAT_PACKAGE_URL_H

#include <stddef.h>

#define IMGCAT_PURL_LENGTH_MAX 65536
#define IMGCAT_PURL_QUALIFIERS_MAX 32

/* A part, decoded; empty when it is not there. */
typedef struct ImgcatPurlPart
{
	const char *at;
	size_t		length;
} ImgcatPurlPart;

typedef struct ImgcatPackageUrl
{
	ImgcatPurlPart type;
	ImgcatPurlPart namespace;	/* segments with '/' between */
	ImgcatPurlPart name;
	ImgcatPurlPart version;
	int			nqualifiers;	/* sorted by key */
	struct
	{
		ImgcatPurlPart key;
		ImgcatPurlPart value;
	}			qualifiers[IMGCAT_PURL_QUALIFIERS_MAX];
	ImgcatPurlPart subpath;		/* segments with '/' between */
} ImgcatPackageUrl;

typedef enum ImgcatPurlError
{
	IMGCAT_PURL_OK,
	IMGCAT_PURL_TOO_LONG,		/* IMGCAT_PURL_LENGTH_MAX */
	IMGCAT_PURL_NO_SCHEME,		/* no "pkg:" */
	IMGCAT_PURL_BAD_TYPE,		/* no type, or other characters in it */
	IMGCAT_PURL_NO_NAME,
	IMGCAT_PURL_BAD_ENCODING,	/* no two hexadecimal digits after a '%' */
	IMGCAT_PURL_BAD_TEXT,		/* decodes to what is not UTF-8, or to NUL */
	IMGCAT_PURL_BAD_SEGMENT,	/* a '/' in a segment, encoded */
	IMGCAT_PURL_BAD_QUALIFIER,	/* no key, or other characters in it */
	IMGCAT_PURL_REPEATED,		/* a key for the second time */
	IMGCAT_PURL_TOO_MANY,		/* qualifiers */
	IMGCAT_PURL_NAMESPACE,		/* the type has to have one, or none */
	IMGCAT_PURL_NO_UUID,		/* the type has to have this qualifier */
	IMGCAT_PURL_BAD_NAME		/* no name that the type has */
} ImgcatPurlError;

/*
 * Take a package URL apart and normalise it by the rules of its type.
 *
 * The parts lie in buffer, which has length bytes at least.  On an error
 * *error_at is where in the text it is.
 */
extern ImgcatPurlError imgcat_package_url_parse(const char *str, size_t length,
												char *buffer,
												ImgcatPackageUrl *purl,
												size_t *error_at);

/* Why a text is no package URL, in a sentence. */
extern const char *imgcat_package_url_message(ImgcatPurlError error);

/*
 * Write the canonical form to out and return its length.  Three times the
 * length of the text that was parsed, and 8 bytes, are enough for it.
 */
extern size_t imgcat_package_url_write(const ImgcatPackageUrl *purl, char *out);

#endif							/* IMGCAT_PACKAGE_URL_H */
