/*-------------------------------------------------------------------------
 *
 * container_export.c
 *		export_container_images: every image that a query finds, row by row.
 *
 * A row is read, printed and forgotten before the next one is, so memory does
 * not grow with the result.
 *
 * src/container/container_export.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "container/container_access.h"
#include "container/container_print.h"
#include "container/search_check.h"
#include "container/search_sql.h"
#include "entry.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "row_stream.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

/* An export on its way. */
typedef struct Export
{
	ImgcatPrinter *printer;
	ImgcatRowStream *rows;		/* NULL: not begun, or ended */
	TimestampTz deadline;		/* DT_NOEND: none */
	bool		envelope;		/* each as {"result":{"image":...}} */
} Export;

/* Rings at the deadline of the export that is at work. */
static TimeoutId deadline_timer = MAX_TIMEOUTS;

/*
 * End the export, wherever it is.
 */
static void
end_export(Datum argument)
{
	Export	   *export = (Export *) DatumGetPointer(argument);
	ImgcatRowStream *rows = export->rows;

	export->rows = NULL;
	if (rows != NULL)
		imgcat_close_row_stream(rows);
}

/*
 * Refuse to go on after the deadline.
 */
static void
refuse_late(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_QUERY_CANCELED),
			 errmsg("export of container images exceeded its deadline"),
			 errhint("Raise timeout_seconds; 0 means no deadline.")));
}

/*
 * Signal handler: cancel the statement.
 */
static void
deadline_passed(void)
{
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

/*
 * Let the timer ring at the deadline: that ends also a search that finds nothing
 * to look at the clock for.  It rings only while the export is at work, so
 * what the server does between two rows, and its own timers, are left alone.
 */
static void
set_timer(TimestampTz deadline)
{
	if (deadline_timer == MAX_TIMEOUTS)
		deadline_timer = RegisterTimeout(USER_TIMEOUT, deadline_passed);
	if (GetCurrentTimestamp() >= deadline)
		refuse_late();
	enable_timeout_at(deadline_timer, deadline);
}

/*
 * Begin: read the query and start the statement.  What the export keeps is made
 * in context.
 */
static void
begin_export(Export *export, const char *query, MemoryContext context)
{
	MemoryContext old;
	ImgcatStatement statement;
	ImgcatCompiledSearch search;
	SPIPlanPtr	plan;

	SPI_connect();
	old = MemoryContextSwitchTo(context);
	export->printer = imgcat_make_printer(true, false);
	MemoryContextSwitchTo(old);

	imgcat_statement_begin(&statement);
	imgcat_compile_search(query, strlen(query), &statement, &search);
	imgcat_tell_ignored(&search.query, !imgcat_answering_http);
	imgcat_narrow_search(&search, &statement);
	appendStringInfo(&statement.sql,
					 "SELECT " IMGCAT_PRINT_COLUMNS
					 " FROM image_catalog.container_images AS i WHERE %s"
					 " ORDER BY i.last_updated, i.digest", search.where);
	plan = imgcat_plan_with_options(statement.sql.data, statement.nparameters,
									statement.types, CURSOR_OPT_CUSTOM_PLAN);
	export->rows = imgcat_open_row_stream(plan, statement.nparameters,
										  statement.types, statement.values,
										  context);
	SPI_finish();
}

/*
 * Print the next image; NULL after the last.  The text belongs to the current
 * memory context.  Unless query is NULL, the export begins with it, and keeps
 * what it needs in the context kept.
 */
static text *
next_image(Export *export, const char *query, MemoryContext kept)
{
	StringInfoData out;
	HeapTuple	row;
	TupleDesc	descriptor;
	MemoryContext old;
	MemoryContext scratch;
	text	   *answer;

	if (query != NULL)
		begin_export(export, query, kept);
	row = imgcat_next_row(export->rows, &descriptor);
	if (row == NULL)
		return NULL;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "exported image",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(scratch);
	initStringInfo(&out);
	if (export->envelope)
		appendStringInfoString(&out, "{\"result\":{\"image\":");
	imgcat_print_image(&out, export->printer, row, descriptor);
	if (export->envelope)
		appendStringInfoString(&out, "}}");
	MemoryContextSwitchTo(old);
	answer = cstring_to_text_with_len(out.data, out.len);
	MemoryContextDelete(scratch);
	return answer;
}

/*
 * The same, with the timer set.
 */
static text *
next_image_in_time(Export *export, const char *query, MemoryContext kept)
{
	MemoryContext caller = CurrentMemoryContext;
	text	   *volatile answer = NULL;

	set_timer(export->deadline);
	PG_TRY();
	{
		answer = next_image(export, query, kept);
		disable_timeout(deadline_timer, true);
		/* if it has rung, that was for us, and for nobody later */
		if (get_timeout_indicator(deadline_timer, false))
			CHECK_FOR_INTERRUPTS();
	}
	PG_CATCH();
	{
		disable_timeout(deadline_timer, true);
		if (get_timeout_indicator(deadline_timer, true) &&
			geterrcode() == ERRCODE_QUERY_CANCELED)
		{
			MemoryContextSwitchTo(caller);
			FlushErrorState();
			refuse_late();
		}
		PG_RE_THROW();
	}
	PG_END_TRY();
	return answer;
}

/*
 * export_container_images(query text, timeout_seconds int, envelope boolean)
 * returns setof json
 */
IMGCAT_FUNCTION(imgcat_export_container_images, 0)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	FuncCallContext *call;
	Export	   *export;
	const char *query = NULL;
	text	   *answer;

	if (SRF_IS_FIRSTCALL())
	{
		int			timeout_seconds = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);

		imgcat_require_container_read();
		call = SRF_FIRSTCALL_INIT();
		export = MemoryContextAllocZero(call->multi_call_memory_ctx,
										sizeof(Export));
		export->deadline = timeout_seconds == 0 ? DT_NOEND :
			TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
										timeout_seconds * INT64CONST(1000));
		export->envelope = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
		query = PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0));
		call->user_fctx = export;
		RegisterExprContextCallback(result->econtext, end_export,
									PointerGetDatum(export));
	}

	call = SRF_PERCALL_SETUP();
	export = call->user_fctx;
	answer = (export->deadline == DT_NOEND ? next_image : next_image_in_time)
		(export, query, call->multi_call_memory_ctx);
	if (answer != NULL)
		SRF_RETURN_NEXT(call, PointerGetDatum(answer));

	UnregisterExprContextCallback(result->econtext, end_export,
								  PointerGetDatum(export));
	end_export(PointerGetDatum(export));
	SRF_RETURN_DONE(call);
}
