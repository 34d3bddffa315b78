/*-------------------------------------------------------------------------
 *
 * list_links.h
 *		The links first and next of a page.
 *
 * src/listing/list_links.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_LINKS_H
#define IMGCAT_LIST_LINKS_H

#include "lib/stringinfo.h"
#include "listing/list_request.h"

extern void imgcat_append_page_link(StringInfo out, const char *path,
									const ImgcatListRequest *request,
									const char *marker);

#endif							/* IMGCAT_LIST_LINKS_H */
