/*-------------------------------------------------------------------------
 *
 * container_export.c
 *		export_container_images: every image that a query finds, row by row.
 *
 * A row is fetched from a cursor, printed and forgotten before the next one
 * is, so memory does not grow with the result.
 *
 * src/container/container_export.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "container/container_access.h"
#include "container/container_print.h"
#include "container/search_sql.h"
#include "entry.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

/* An export on its way. */
typedef struct Export
{
	ImgcatPrinter *printer;
	char	   *portal_name;
	TimestampTz deadline;		/* DT_NOEND: none */
	bool		timer_set;		/* the statement timer is ours */
	TimestampTz timer_before;	/* what it was set to; DT_NOEND: nothing */
	MemoryContextCallback callback;
} Export;

/*
 * Refuse to go on after the deadline.
 */
static void
check_deadline(TimestampTz deadline)
{
	if (GetCurrentTimestamp() >= deadline)
		ereport(ERROR,
				(errcode(ERRCODE_QUERY_CANCELED),
				 errmsg("export of container images exceeded its deadline"),
				 errhint("Raise timeout_seconds; 0 means no deadline.")));
}

/*
 * Give the statement timer back.  Called when the export's memory goes, at
 * its end as after an error.
 */
static void
restore_timer(void *argument)
{
	Export	   *export = argument;

	if (!export->timer_set)
		return;
	export->timer_set = false;
	disable_timeout(STATEMENT_TIMEOUT, false);
	if (export->timer_before != DT_NOEND)
		enable_timeout_at(STATEMENT_TIMEOUT, export->timer_before);
}

/*
 * Let the statement timer ring at the deadline, unless it does before: that
 * cancels also a search that finds nothing to look at the clock for.
 */
static void
set_timer(Export *export)
{
	export->timer_before = get_timeout_active(STATEMENT_TIMEOUT) ?
		get_timeout_finish_time(STATEMENT_TIMEOUT) : DT_NOEND;
	if (export->timer_before <= export->deadline)
		return;
	if (export->timer_before != DT_NOEND)
		disable_timeout(STATEMENT_TIMEOUT, false);
	enable_timeout_at(STATEMENT_TIMEOUT, export->deadline);
	export->timer_set = true;
}

/*
 * Close the cursor.  Called when the export ends, wherever it is.
 */
static void
close_cursor(Datum argument)
{
	Export	   *export = (Export *) DatumGetPointer(argument);
	Portal		portal = GetPortalByName(export->portal_name);

	if (PortalIsValid(portal))
		SPI_cursor_close(portal);
}

/*
 * Begin: read the query and open a cursor.  SPI is connected; what the export
 * keeps is made in context.
 */
static Export *
begin_export(const char *query, int timeout_seconds, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Export	   *export = palloc0(sizeof(Export));
	ImgcatStatement statement;
	ImgcatCompiledSearch search;
	Portal		portal;
	char	   *nulls;

	export->deadline = DT_NOEND;
	if (timeout_seconds != 0)
		export->deadline =
			TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
										timeout_seconds * INT64CONST(1000));
	check_deadline(export->deadline);
	export->callback.func = restore_timer;
	export->callback.arg = export;
	MemoryContextRegisterResetCallback(context, &export->callback);
	if (export->deadline != DT_NOEND)
		set_timer(export);

	export->printer = imgcat_make_printer(true, false);
	MemoryContextSwitchTo(old);

	imgcat_statement_begin(&statement);
	imgcat_compile_search(query, strlen(query), &statement, &search);
	imgcat_narrow_search(&search, &statement);
	appendStringInfo(&statement.sql,
					 "SELECT " IMGCAT_PRINT_COLUMNS
					 " FROM image_catalog.container_images AS i WHERE %s"
					 " ORDER BY i.last_updated, i.digest", search.where);
	nulls = palloc(statement.nparameters + 1);
	memset(nulls, ' ', statement.nparameters);
	portal = SPI_cursor_open(NULL,
							 imgcat_plan_with_options(statement.sql.data,
													  statement.nparameters,
													  statement.types,
													  CURSOR_OPT_CUSTOM_PLAN),
							 statement.values, nulls, true);
	export->portal_name = MemoryContextStrdup(context, portal->name);
	return export;
}

/*
 * Fetch and print the next image; NULL after the last.  SPI is connected; the
 * text belongs to context.
 */
static text *
next_image(Export *export, MemoryContext context)
{
	Portal		portal = SPI_cursor_find(export->portal_name);
	StringInfoData out;
	text	   *answer;

	if (!PortalIsValid(portal))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_STATE),
				 errmsg("the cursor of an export was closed"),
				 errdetail("export_container_images() reads from the cursor \"%s\", row by row.",
						   export->portal_name)));
	if (export->deadline != DT_NOEND)
		check_deadline(export->deadline);
	SPI_cursor_fetch(portal, true, 1);
	if (SPI_processed == 0)
		return NULL;
	initStringInfo(&out);
	imgcat_print_image(&out, export->printer, SPI_tuptable->vals[0],
					   SPI_tuptable->tupdesc);
	answer = MemoryContextAlloc(context, out.len + VARHDRSZ);
	SET_VARSIZE(answer, out.len + VARHDRSZ);
	memcpy(VARDATA(answer), out.data, out.len);
	return answer;
}

/*
 * export_container_images(query text, timeout_seconds int) returns setof json
 */
IMGCAT_FUNCTION(imgcat_export_container_images, 0)
{
	MemoryContext caller = CurrentMemoryContext;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	FuncCallContext *call;
	Export	   *export;
	text	   *answer;

	if (SRF_IS_FIRSTCALL())
	{
		imgcat_require_container_read();
		call = SRF_FIRSTCALL_INIT();
		SPI_connect();
		export = begin_export(PG_ARGISNULL(0) ? "" :
							  text_to_cstring(PG_GETARG_TEXT_PP(0)),
							  PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1),
							  call->multi_call_memory_ctx);
		SPI_finish();
		call->user_fctx = export;
		RegisterExprContextCallback(result->econtext, close_cursor,
									PointerGetDatum(export));
	}

	call = SRF_PERCALL_SETUP();
	export = call->user_fctx;
	SPI_connect();
	answer = next_image(export, caller);
	SPI_finish();
	if (answer != NULL)
		SRF_RETURN_NEXT(call, PointerGetDatum(answer));

	UnregisterExprContextCallback(result->econtext, close_cursor,
								  PointerGetDatum(export));
	close_cursor(PointerGetDatum(export));
	SRF_RETURN_DONE(call);
}
