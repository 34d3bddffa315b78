/*-------------------------------------------------------------------------
 *
 * status.c
 *		The states of an image, and the ways between them.
 *
 * src/image/status.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/policy.h"
#include "image/status.h"

#define MAX_WAYS 6				/* and the NULL behind them */

static const struct
{
	const char *from;
	const char *to[MAX_WAYS];
}			transitions[] =

{
	{"queued", {"saving", "uploading", "importing", "active", "deleted"}},
	{"saving", {"active", "killed", "deleted", "queued"}},
	{"uploading", {"importing", "queued", "deleted"}},
	{"importing", {"active", "deleted", "queued"}},
	{"active", {"pending_delete", "deleted", "deactivated"}},
	{"killed", {"deleted"}},
	{"pending_delete", {"deleted", "active"}},
	{"deactivated", {"active", "deleted"}},
};

/*
 * May the image of this row get this status?  Keeping its status is no
 * transition: the answer is false.
 */
bool
imgcat_status_may_become(const ImgcatImageRow *row, const char *status)
{
	for (int i = 0; i < (int) lengthof(transitions); i++)
	{
		if (!imgcat_row_text_is(row, IMGCAT_COL_STATUS, transitions[i].from))
			continue;
		for (int way = 0; transitions[i].to[way] != NULL; way++)
			if (strcmp(transitions[i].to[way], status) == 0)
				return true;
	}
	return false;
}
