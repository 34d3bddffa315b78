/*-------------------------------------------------------------------------
 *
 * search_check.c
 *		What a search of container images would ignore.
 *
 * The language drops what it does not understand, so that a misspelt label
 * finds everything.  Here is the word about it: an error where the setting
 * image_catalog.strict_filters is on, else a notice.
 *
 * src/container/search_check.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/search_check.h"
#include "context.h"
#include "nearest_name.h"

/*
 * The first part of the query that a search ignores, told in a sentence; NULL:
 * it ignores nothing.  *hint is a sentence that helps, or NULL.
 */
const char *
imgcat_search_ignored(const ImgcatSearchQuery *query, const char **hint)
{
	static const char *const reasons[] = {
		[IMGCAT_DROPPED_NO_PAIR] = "\"%s\" is no pair of label and value; a search ignores it, and finds more.",
		[IMGCAT_DROPPED_NO_VALUE] = "The label \"%s\" has no value; a search ignores it, and finds more.",
		[IMGCAT_DROPPED_UNKNOWN] = "\"%s\" is no label of the search language; a search ignores it, and finds more.",
		[IMGCAT_DROPPED_REPLACED] = "The label \"%s\" stands there twice; a search takes the last values alone.",
	};
	const ImgcatSearchDropped *dropped = query->dropped;

	*hint = NULL;
	if (query->ndropped == 0)
		return NULL;
	if (dropped->reason == IMGCAT_DROPPED_UNKNOWN)
	{
		const ImgcatSearchLabel *label;
		ImgcatNearestName nearest;

		imgcat_nearest_name_begin(&nearest, dropped->str,
								  strlen(dropped->str));
		for (int i = 0; (label = imgcat_search_label_at(i)) != NULL; i++)
			if (label->table != IMGCAT_SEARCH_UNREACHABLE)
				imgcat_nearest_name_try(&nearest, label->name);
		if (nearest.nearest != NULL)
			*hint = psprintf("Perhaps you meant \"%s\".", nearest.nearest);
	}
	return psprintf(reasons[dropped->reason], dropped->str);
}

/*
 * Tell of what the search ignores: an error if the setting says so, else, if
 * notices are wanted, a notice.
 */
void
imgcat_tell_ignored(const ImgcatSearchQuery *query, bool notices)
{
	const char *ignored;
	const char *hint;

	if (!imgcat_strict_filters && !notices)
		return;
	ignored = imgcat_search_ignored(query, &hint);
	if (ignored != NULL)
		ereport(imgcat_strict_filters ? ERROR : NOTICE,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("part of the query is not understood"),
				 errdetail("%s", ignored),
				 hint != NULL ? errhint("%s", hint) : 0));
}
