/*-------------------------------------------------------------------------
 *
 * list_marker.c
 *		The place of a marker in the order of a listing.
 *
 * src/listing/list_marker.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "image/image_row.h"
#include "listing/list_sort.h"
#include "listing/list_statement.h"
#include "plan_cache.h"
#include "query/uuid.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/*
 * A sort key of the marker's row.  Deletion changes two of the keys; where
 * deleted images are not listed, one keeps the place that it had before.
 */
static void
append_marker_expression(StringInfo sql, const ImgcatListRequest *request, int at)
{
	int			column = imgcat_sort_attribute(request->sort.keys[at].attribute)->column;

	if (!request->dead && column == IMGCAT_COL_STATUS)
		appendStringInfoString(sql, "COALESCE(i.status_before_deletion, i.status)");
	else if (!request->dead && column == IMGCAT_COL_UPDATED_AT)
		appendStringInfoString(sql, "COALESCE(i.updated_at_before_deletion, i.updated_at)");
	else
		imgcat_append_sort_expression(sql, IMGCAT_SORT_IMAGE, &request->sort, at);
}

/*
 * Find the marker's place: its row's sort keys.  False: there is no such
 * image, or the caller may not see it, which are told apart to nobody.
 *
 * A deleted image keeps its place for whoever could see it, so its memberships
 * count although they are marked deleted, too.  The caller is connected to
 * SPI; the values are copied to the caller's context before.
 */
bool
imgcat_find_marker(const ImgcatListRequest *request, const ImgcatCaller *caller,
				   ImgcatMarker *marker)
{
	ImgcatStatement statement;
	pg_uuid_t	id;
	int			nkeys = imgcat_sort_length(&request->sort);
	int			id_parameter;
	SPIPlanPtr	plan;
	HeapTuple	tuple;
	TupleDesc	tupdesc;

	if (!imgcat_parse_uuid(request->marker, strlen(request->marker), id.data))
		return false;

	imgcat_statement_begin(&statement);
	id_parameter = imgcat_statement_parameter(&statement, UUIDOID,
											  UUIDPGetDatum(&id));
	appendStringInfoString(&statement.sql, "SELECT ");
	for (int i = 0; i < nkeys; i++)
	{
		if (i > 0)
			appendStringInfoString(&statement.sql, ", ");
		append_marker_expression(&statement.sql, request, i);
	}
	appendStringInfo(&statement.sql,
					 " FROM image_catalog.images i WHERE i.id = $%d",
					 id_parameter);
	if (!caller->is_admin)
	{
		appendStringInfoString(&statement.sql,
							   " AND (i.visibility IN ('public', 'community')"
							   " OR (i.visibility = 'shared' AND i.owner IS NULL)");
		if (caller->project_id != NULL)
		{
			int			project_parameter =
			imgcat_statement_parameter(&statement, TEXTOID,
									   CStringGetTextDatum(caller->project_id));

			appendStringInfo(&statement.sql,
							 " OR i.owner = $%d OR (i.visibility = 'shared'"
							 " AND EXISTS (SELECT FROM image_catalog.image_members m"
							 " WHERE m.image_id = i.id AND m.member_id = $%d"
							 " AND (m.deleted_at IS NULL OR m.deleted_at = i.deleted_at)))",
							 project_parameter, project_parameter);
		}
		appendStringInfoChar(&statement.sql, ')');
	}

	plan = imgcat_plan_with_options(statement.sql.data, statement.nparameters,
									statement.types, CURSOR_OPT_GENERIC_PLAN);
	if (SPI_execute_plan(plan, statement.values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look up a marker");
	if (SPI_processed == 0)
		return false;

	tuple = SPI_tuptable->vals[0];
	tupdesc = SPI_tuptable->tupdesc;
	for (int i = 0; i < nkeys; i++)
	{
		bool		isnull;

		/* the tuple table lives until SPI_finish, as long as the statement */
		marker->values[i] = SPI_getbinval(tuple, tupdesc, i + 1, &isnull);
		Assert(!isnull);
	}
	return true;
}
