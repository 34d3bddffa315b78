/*-------------------------------------------------------------------------
 *
 * sort_spec.h
 *		The order that a client asks for: sort=, or sort_key= and sort_dir=.
 *
 * src/query/sort_spec.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SORT_SPEC_H
#define IMGCAT_SORT_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#define IMGCAT_SORT_KEYS_MAX 16

typedef struct ImgcatSortKey
{
	int			attribute;		/* index into the caller's names[] */
	bool		descending;
} ImgcatSortKey;

/* The whole order: the keys asked for and the tie-breakers. */
typedef struct ImgcatSortSpec
{
	int			nkeys;
	ImgcatSortKey keys[IMGCAT_SORT_KEYS_MAX + 2];
} ImgcatSortSpec;

typedef enum ImgcatSortResult
{
	IMGCAT_SORT_OK,
	IMGCAT_SORT_BAD_KEY,		/* no such key */
	IMGCAT_SORT_BAD_DIRECTION,	/* neither asc nor desc */
	IMGCAT_SORT_DIRECTION_COUNT,	/* several directions, not one a key */
	IMGCAT_SORT_MIXED_SYNTAX,	/* sort together with sort_key or sort_dir */
	IMGCAT_SORT_TOO_MANY		/* more than IMGCAT_SORT_KEYS_MAX keys */
} ImgcatSortResult;

/* The sort parameters of a request.  Keys and directions end with a NUL. */
typedef struct ImgcatSortRequest
{
	const char *sort;			/* value of sort, if has_sort */
	size_t		sort_length;
	bool		has_sort;
	int			nkeys;
	const char *const *keys;	/* values of sort_key, in order */
	int			ndirections;
	const char *const *directions;	/* values of sort_dir, in order */
} ImgcatSortRequest;

/*
 * Resolve a request against names[], the NULL-terminated list of the allowed
 * keys, of which created_at_index and id_index break ties.
 *
 * A repeated key after its first occurrence has no effect and is left out.
 * IMGCAT_SORT_TOO_MANY counts the keys as written.  On a bad key or direction
 * *error_at and *error_length are the slice of the request at fault, blanks
 * cut off; otherwise NULL and 0.  *spec is set only on IMGCAT_SORT_OK.
 */
extern ImgcatSortResult imgcat_sort_spec_parse(const ImgcatSortRequest *request,
											   const char *const *names,
											   int created_at_index,
											   int id_index,
											   ImgcatSortSpec *spec,
											   const char **error_at,
											   size_t *error_length);

#endif							/* IMGCAT_SORT_SPEC_H */
