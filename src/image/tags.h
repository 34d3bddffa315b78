/*-------------------------------------------------------------------------
 *
 * tags.h
 *		The set of tags of an image.
 *
 * src/image/tags.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_TAGS_H
#define IMGCAT_TAGS_H

#include "image/policy.h"

/* Longest tag, in characters. */
#define IMGCAT_TAG_MAX 255

/*
 * Of images i, those of project $1 that the list of IMS shows without being
 * asked for more; $2 is imgcat_ims_unlisted_facet().
 */
#define IMGCAT_IMS_OWN_LISTED \
	"i.owner = $1 AND NOT i.os_hidden " \
	"AND i.status <> 'deleted' AND i.status <> 'killed' " \
	"AND ($2 IS NULL OR NOT i.facets @> ARRAY[$2])"

/* Tags while they are changed; room for one more than there are. */
typedef struct ImgcatTagSet
{
	text	  **tags;
	int			ntags;
} ImgcatTagSet;

extern void imgcat_tags_read(ImgcatTagSet *set, const ImgcatImageRow *row,
							 int room);
extern int	imgcat_tags_find(const ImgcatTagSet *set, const text *tag);
extern void imgcat_tags_add(ImgcatTagSet *set, text *tag);
extern void imgcat_tags_remove(ImgcatTagSet *set, int position);
extern void imgcat_tags_store(const ImgcatTagSet *set, ImgcatImageRow *row);

#endif							/* IMGCAT_TAGS_H */
