/*-------------------------------------------------------------------------
 *
 * location_url.h
 *		URLs that say where the data of an image lies.
 *
 * src/query/location_url.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LOCATION_URL_H
#define IMGCAT_LOCATION_URL_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ImgcatLocationUrlResult
{
	IMGCAT_LOCATION_OK,
	IMGCAT_LOCATION_NO_SCHEME,	/* it does not begin with scheme:// */
	IMGCAT_LOCATION_EMPTY,		/* nothing follows that */
	IMGCAT_LOCATION_BAD_BYTE,	/* a blank, a control character, a quote ... */
	IMGCAT_LOCATION_BAD_AT		/* an @ that ends no user information */
} ImgcatLocationUrlResult;

/* A URL taken apart; its parts lie in it. */
typedef struct ImgcatLocationUrl
{
	size_t		scheme_length;
	size_t		user_begin;		/* user information, with its @ */
	size_t		user_end;
	size_t		query_begin;	/* query and fragment, or the end */
} ImgcatLocationUrl;

/*
 * Take url[0 .. length) apart.
 */
extern ImgcatLocationUrlResult imgcat_location_url_read(ImgcatLocationUrl *parts,
														const char *url,
														size_t length);

/* What is wrong with a URL, as a sentence about it. */
extern const char *imgcat_location_url_problem(ImgcatLocationUrlResult result);

#endif							/* IMGCAT_LOCATION_URL_H */
