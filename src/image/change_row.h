/*-------------------------------------------------------------------------
 *
 * change_row.h
 *		A change out of the history of images: who sees it, and its JSON.
 *
 * src/image/change_row.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CHANGE_ROW_H
#define IMGCAT_CHANGE_ROW_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "context.h"
#include "image/image_row.h"
#include "lib/stringinfo.h"
#include "query/change_position.h"
#include "utils/jsonb.h"

/*
 * What statements that read changes begin with: $1 is whether the caller is an
 * administrator, $2 its project.  c is the change, i its image, which a purge
 * has left without a row.
 */
#define IMGCAT_CHANGE_COLUMNS \
	"c.number, c.image_id, c.at, c.operation, c.member_id, c.patch, c.inverse, " \
	"c.project_id, c.user_id, c.role, c.request_id, " \
	"$1 OR COALESCE(c.owner = $2, false)"
#define IMGCAT_CHANGES \
	"image_catalog.image_changes c LEFT JOIN image_catalog.images i " \
	"ON i.id = c.image_id"

/*
 * Did the caller's project see an image of this owner and visibility, were it
 * the image i?  Its memberships are those in force now, or at its deletion.
 */
#define IMGCAT_SEES(row_) \
	"(" row_ ".visibility IN ('public', 'community') OR " row_ ".owner = $2 " \
	"OR " row_ ".visibility = 'shared' AND (" row_ ".owner IS NULL " \
	"OR EXISTS (SELECT FROM image_catalog.image_members m " \
	"WHERE m.image_id = i.id AND m.member_id = $2 " \
	"AND m.deleted_at IS NOT DISTINCT FROM i.deleted_at)))"

/*
 * A change is shown to who sees the image, as it is or was when it was deleted,
 * and saw it after the change; that of a membership to the owner and the
 * member, to whom its end is told, too.
 */
#define IMGCAT_MAY_SEE_CHANGE \
	"($1 OR " IMGCAT_SEES("i") " AND " IMGCAT_SEES("c") " " \
	"AND (c.member_id IS NULL OR c.member_id = $2 " \
	"OR c.owner = $2 AND i.owner = $2) " \
	"OR c.visibility = 'shared' AND c.member_id = $2)"

#define IMGCAT_NUM_CHANGE_ARGS 2

extern void imgcat_require_recording(void);
extern bool imgcat_is_recording(void);
extern void imgcat_change_args(const ImgcatCaller *caller, Datum *args,
							   char *nulls);
extern int64 imgcat_change_number(HeapTuple tuple, TupleDesc tupdesc);
extern void imgcat_change_json(StringInfo out, HeapTuple tuple,
							   TupleDesc tupdesc,
							   const ImgcatChangePosition *position);
extern void imgcat_put_json(struct Tuplestorestate *store, TupleDesc tupdesc,
							StringInfo json);

#endif							/* IMGCAT_CHANGE_ROW_H */
