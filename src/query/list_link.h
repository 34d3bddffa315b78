/*-------------------------------------------------------------------------
 *
 * list_link.h
 *		The query of a list, given bare or as a whole link of that list.
 *
 * src/query/list_link.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_LINK_H
#define IMGCAT_LIST_LINK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Find the query in text[0 .. length), which is either that query alone or a
 * link to the list at path: "/v2/images?limit=1", with whatever scheme, host
 * and prefix in front.  The query is a part of the text, without '?' and
 * fragment.
 *
 * Answers false for a link of anything else, and for a text that starts with
 * '?': it is a part of a link.
 */
extern bool imgcat_list_link_query(const char *str, size_t length,
								   const char *path,
								   const char **query, size_t *query_length);

#endif							/* IMGCAT_LIST_LINK_H */
