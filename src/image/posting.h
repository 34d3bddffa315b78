/*-------------------------------------------------------------------------
 *
 * posting.h
 *		Postings: the ordered lists of images that have a facet.
 *
 * src/image/posting.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_POSTING_H
#define IMGCAT_POSTING_H

/* Whose rows a list holds. */
typedef enum ImgcatPostingScope
{
	IMGCAT_POSTING_EVERYBODY = 'e', /* all images of a visibility */
	IMGCAT_POSTING_OWNER = 'o', /* an owner's images of a visibility */
	IMGCAT_POSTING_MEMBER = 'm' /* shared with a member that gave an answer */
} ImgcatPostingScope;

extern int64 imgcat_posting(ImgcatPostingScope scope, const char *word,
							const char *project, const text *facet);
extern int64 imgcat_facet_signature(const text *facet);

#endif							/* IMGCAT_POSTING_H */
