/*-------------------------------------------------------------------------
 *
 * row_stream.c
 *		The rows of a statement, one at a time, across the calls of a
 *		set-returning function.
 *
 * The executor is run directly, as a function in SQL that returns a set runs
 * it (functions.c), and not through a cursor.  A cursor has a name that the
 * client may close, or fetch from, or give to another one; and the end of a
 * transaction drops it, perhaps before it fills the client's holdable cursor
 * from it.  What the executor holds belongs to the resource owner of the
 * calling statement, and goes with it after an error.
 *
 * src/row_stream.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "executor/execdesc.h"
#include "executor/executor.h"
#include "row_stream.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

struct ImgcatRowStream
{
	QueryDesc  *query;
	CachedPlan *plan;
	ResourceOwner owner;		/* of the plan's reference */
	HeapTuple	row;			/* received last */
	MemoryContext row_context;
};

/* Where the executor puts a row. */
typedef struct RowReceiver
{
	DestReceiver base;
	ImgcatRowStream *stream;
} RowReceiver;

static bool
receive_row(TupleTableSlot *slot, DestReceiver *self)
{
	ImgcatRowStream *stream = ((RowReceiver *) self)->stream;
	MemoryContext old = MemoryContextSwitchTo(stream->row_context);

	stream->row = ExecCopySlotHeapTuple(slot);
	MemoryContextSwitchTo(old);
	return true;
}

static void
receive_startup(DestReceiver *self pg_attribute_unused(),
				int operation pg_attribute_unused(),
				TupleDesc descriptor pg_attribute_unused())
{
}

static void
receive_nothing(DestReceiver *self pg_attribute_unused())
{
}

static DestReceiver *
make_receiver(ImgcatRowStream *stream)
{
	RowReceiver *receiver = palloc0(sizeof(RowReceiver));

	receiver->base.receiveSlot = receive_row;
	receiver->base.rStartup = receive_startup;
	receiver->base.rShutdown = receive_nothing;
	receiver->base.rDestroy = receive_nothing;
	receiver->base.mydest = DestNone;
	receiver->stream = stream;
	return &receiver->base;
}

/*
 * Copies of parameters, in the current memory context.
 */
static ParamListInfo
copy_parameters(int nargs, const Oid *types, const Datum *values)
{
	ParamListInfo parameters = makeParamList(nargs);

	for (int i = 0; i < nargs; i++)
	{
		int16		length;
		bool		by_value;

		get_typlenbyval(types[i], &length, &by_value);
		parameters->params[i].value = datumCopy(values[i], by_value, length);
		parameters->params[i].isnull = false;
		parameters->params[i].pflags = PARAM_FLAG_CONST;
		parameters->params[i].ptype = types[i];
	}
	return parameters;
}

/*
 * Begin to run a plan of one SELECT under the active snapshot, no parameter
 * null.  The stream lives in context, which lives as long as the statement
 * that calls.
 */
ImgcatRowStream *
imgcat_open_row_stream(SPIPlanPtr plan, int nargs, const Oid *types,
					   const Datum *values, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	ImgcatRowStream *stream = palloc0(sizeof(ImgcatRowStream));
	ParamListInfo parameters = copy_parameters(nargs, types, values);

	/* not a Node: linitial_node() would not compile with assertions */
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));

	stream->row_context = AllocSetContextCreate(context, "row of a stream",
												ALLOCSET_DEFAULT_SIZES);
	stream->owner = CurrentResourceOwner;
	stream->plan = GetCachedPlan(source, parameters, stream->owner, NULL);
	stream->query =
		CreateQueryDesc(linitial_node(PlannedStmt, stream->plan->stmt_list),
						pstrdup(source->query_string), GetActiveSnapshot(),
						InvalidSnapshot, make_receiver(stream), parameters,
						NULL, 0);
	ExecutorStart(stream->query, 0);
	MemoryContextSwitchTo(old);
	return stream;
}

/*
 * The next row, good until the one after it is asked for; NULL after the last.
 */
HeapTuple
imgcat_next_row(ImgcatRowStream *stream, TupleDesc *descriptor)
{
	MemoryContextReset(stream->row_context);
	stream->row = NULL;
	PushActiveSnapshot(stream->query->snapshot);
	imgcat_executor_run(stream->query, ForwardScanDirection, 1);
	PopActiveSnapshot();
	*descriptor = stream->query->tupDesc;
	return stream->row;
}

/*
 * End the statement, wherever it is.
 */
void
imgcat_close_row_stream(ImgcatRowStream *stream)
{
	PushActiveSnapshot(stream->query->snapshot);
	ExecutorFinish(stream->query);
	ExecutorEnd(stream->query);
	PopActiveSnapshot();
	FreeQueryDesc(stream->query);
	ReleaseCachedPlan(stream->plan, stream->owner);
}
