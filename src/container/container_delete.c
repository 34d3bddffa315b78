/*-------------------------------------------------------------------------
 *
 * container_delete.c
 *		delete_container_images: the images that a query finds.
 *
 * The search language drops what it does not understand, and an empty query
 * finds everything: a misspelt label would delete the catalogue.  So a query
 * of which something would be ignored is refused here, as is one that cannot
 * but find everything; only an empty one may mean all.
 *
 * src/container/container_delete.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_access.h"
#include "container/container_listing.h"
#include "container/search_check.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

/*
 * Refuse the query of a deletion; never returns.
 */
pg_noreturn static void
refuse_query(const char *problem, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("query of a deletion %s", problem),
			 detail != NULL ? errdetail("%s", detail) : 0,
			 errhint("%s", hint)));
}

/*
 * Refuse a query of which a search would ignore a part.
 */
static void
check_understood(const ImgcatSearchQuery *query)
{
	static const char correct[] = "Correct the query; to delete all images, give an empty one.";
	const char *hint;
	const char *ignored = imgcat_search_ignored(query, &hint);

	if (ignored != NULL)
		refuse_query("is not understood", ignored,
					 hint != NULL ? hint : correct);
	for (int i = 0; i < query->ngroups; i++)
	{
		const ImgcatSearchGroup *group = &query->groups[i];

		/* alone it finds nothing, and so deletes nothing */
		if (group->label->table == IMGCAT_SEARCH_UNREACHABLE &&
			query->nreachable > 0)
			refuse_query("is not understood",
						 psprintf("Container images have nothing under the label \"%s\"; a search ignores it, and finds more.",
								  group->spelling), correct);
		for (int j = 0; j < i; j++)
		{
			if (query->groups[j].label == group->label)
				refuse_query("is not understood",
							 psprintf("The labels \"%s\" and \"%s\" are the same.",
									  query->groups[j].spelling,
									  group->spelling),
							 "Give a label once, with all its values.");
		}
	}
}

/*
 * Does the value ask that something be not there?
 */
static bool
is_negated(const ImgcatSearchValue *value)
{
	return value->match.negated ||
		(value->form == IMGCAT_FORM_MAP &&
		 value->map_form == IMGCAT_MAP_LACKS_KEY);
}

/*
 * Refuse a query that may select more than its writer meant; only a blank one
 * may mean all images.
 */
static void
check_scope(const ImgcatSearchQuery *query)
{
	if (query->blank)
		return;
	check_understood(query);
	for (int i = 0; i < query->ngroups; i++)
	{
		const ImgcatSearchGroup *group = &query->groups[i];

		for (int v = 0; v < group->nvalues && group->nvalues > 1; v++)
		{
			/* one value suffices, and few images have all that is negated */
			if (is_negated(&group->values[v]))
				refuse_query("negates one of several values",
							 psprintf("\"%s\" of the label \"%s\" would find nearly all images, whatever the other values are.",
									  group->values[v].raw, group->spelling),
							 "Negate the only value of a label.");
		}
	}
	if (imgcat_search_is_total(query))
		refuse_query("selects every image", NULL,
					 "To delete all images, give an empty query.");
}

/*
 * The keys that a statement has found, as an array.
 */
static Datum
found_keys(void)
{
	uint64		count = SPI_processed;
	Datum	   *keys;

	if (count > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many images to delete at once"),
				 errhint("Give a limit.")));
	keys = palloc_extended(sizeof(Datum) * Max(count, 1), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;

		keys[i] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
								1, &isnull);
	}
	return PointerGetDatum(construct_array(keys, (int) count, INT8OID,
										   sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/*
 * Delete those of the images that the query still finds; their number.  Their
 * rows are locked in the order of digests first, as an import locks them: an
 * import that was faster may have changed what they are.
 */
static uint64
delete_images(Datum keys, const char *query)
{
	Oid			types[1] = {INT8ARRAYOID};
	ImgcatContainerSort sort = {0};
	ImgcatContainerListing listing;
	ImgcatStatement statement;

	if (SPI_execute_with_args("SELECT FROM image_catalog.container_images"
							  " WHERE image_key = ANY ($1)"
							  " ORDER BY digest FOR UPDATE",
							  1, types, &keys, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not lock container images");
	/* searches read what the caller sees, who sees nothing newer */
	PushActiveSnapshot(GetTransactionSnapshot());
	imgcat_statement_begin(&statement);
	imgcat_container_listing(&listing, query, strlen(query), &sort,
							 &statement);
	listing.where = psprintf("%s AND i.image_key = ANY ($%d)", listing.where,
							 imgcat_statement_parameter(&statement,
														INT8ARRAYOID, keys));
	imgcat_container_listing_statement(&statement, "i.image_key", &listing,
									   NULL, -1, 0);
	imgcat_statement_execute(&statement, 0, NULL);
	keys = found_keys();
	PopActiveSnapshot();
	if (SPI_execute_with_args("DELETE FROM image_catalog.container_images"
							  " WHERE image_key = ANY ($1)",
							  1, types, &keys, NULL,
							  false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not delete container images");
	return SPI_processed;
}

/*
 * delete_container_images(query text, confirm boolean, limit int, offset int,
 * sort_field text, reversed boolean, aggregate text, distinct_values boolean)
 * returns json: {"numDeleted", "dryRun"}
 */
IMGCAT_FUNCTION(imgcat_delete_container_images, 1)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		confirm = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);
	int32		limit = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2);
	int32		offset = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT32(3);
	ImgcatContainerSort sort = {0};
	ImgcatContainerListing listing;
	ImgcatStatement statement;
	char	   *query;
	uint64		count;
	text	   *answer;

	imgcat_require_container_write();
	query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (!PG_ARGISNULL(4))
		sort.field = text_to_cstring(PG_GETARG_TEXT_PP(4));
	sort.reversed = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
	if (!PG_ARGISNULL(6))
		sort.aggregate =
			imgcat_aggregate_from_text(text_to_cstring(PG_GETARG_TEXT_PP(6)));
	sort.distinct = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
	sort.present = sort.field != NULL || sort.reversed || sort.distinct ||
		sort.aggregate != IMGCAT_AGGREGATE_UNSET;

	SPI_connect();
	imgcat_statement_begin(&statement);
	imgcat_container_listing(&listing, query, strlen(query), &sort,
							 &statement);
	check_scope(&listing.search.query);
	imgcat_container_listing_statement(&statement, "i.image_key", &listing,
									   NULL, limit > 0 ? limit : -1,
									   Max(offset, 0));
	imgcat_statement_execute(&statement, 0, NULL);
	count = SPI_processed;
	if (confirm && count > 0)
		count = delete_images(found_keys(), query);
	MemoryContextSwitchTo(caller);
	answer = cstring_to_text(psprintf("{\"numDeleted\":" UINT64_FORMAT
									  ",\"dryRun\":%s}",
									  count, confirm ? "false" : "true"));
	SPI_finish();
	PG_RETURN_TEXT_P(answer);
}
