/*-------------------------------------------------------------------------
 *
 * search_check.h
 *		What a search of container images would ignore.
 *
 * src/container/search_check.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_SEARCH_CHECK_H
#define IMGCAT_SEARCH_CHECK_H

#include "query/container_search.h"

extern const char *imgcat_search_ignored(const ImgcatSearchQuery *query,
										 const char **hint);
extern void imgcat_tell_ignored(const ImgcatSearchQuery *query, bool notices);

#endif							/* IMGCAT_SEARCH_CHECK_H */
