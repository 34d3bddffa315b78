/*-------------------------------------------------------------------------
 *
 * json_patch_replay.c
 *		The aggregate that folds patches into a document: history replay.
 *
 * The document stays a tree from one patch to the next; jsonb is written for
 * the result only, and now and then to drop what earlier patches left behind.
 *
 * src/json/json_patch_replay.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "json/json_patch_apply.h"
#include "utils/memutils.h"

/* What patches may leave behind before the document is written anew. */
#define SLACK_FACTOR	2
#define SLACK_BYTES		(1024 * 1024)

typedef struct ReplayState
{
	MemoryContext aggregate;	/* where the state itself lives */
	MemoryContext context;		/* document, tree and patches; NULL: the first
								 * row had no document, so there is none */
	Jsonb	   *document;
	ImgcatJsonPatchRun run;
	int64		npatches;
} ReplayState;

/*
 * Tell which of the patches an error comes from.
 */
static void
replay_error_context(void *arg)
{
	errcontext("JSON Patch number " INT64_FORMAT " of json_patch_replay",
			   ((ReplayState *) arg)->npatches);
}

/*
 * Begin, or go on, with a document of our own in a new memory context.
 */
static void
start_with(ReplayState *state, Jsonb *document)
{
	MemoryContext old = state->context;
	MemoryContext caller;

	state->context = AllocSetContextCreate(state->aggregate,
										   "JSON Patch replay",
										   ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(state->context);
	state->document = document
		? memcpy(palloc(VARSIZE(document)), document, VARSIZE(document))
		: imgcat_json_tree_write(&state->run.root);
	imgcat_json_patch_begin(&state->run, state->document);
	MemoryContextSwitchTo(caller);
	if (old)
		MemoryContextDelete(old);
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_replay_step);
/*
 * State function: internal, document jsonb, patch json_patch -> internal.
 * The document of the first row counts, a null one too: then all is null, as of
 * json_patch_apply.  Null patches are skipped.
 */
Datum
imgcat_json_patch_replay_step(PG_FUNCTION_ARGS)
{
	ReplayState *state = PG_ARGISNULL(0)
	? NULL : (ReplayState *) PG_GETARG_POINTER(0);
	MemoryContext aggregate;
	MemoryContext caller;
	ErrorContextCallback callback;
	Jsonb	   *patch;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		elog(ERROR, "imgcat_json_patch_replay_step called in non-aggregate context");

	if (state == NULL)
	{
		state = MemoryContextAllocZero(aggregate, sizeof(ReplayState));
		state->aggregate = aggregate;
		if (!PG_ARGISNULL(1))
			start_with(state, PG_GETARG_JSONB_P(1));
	}
	state->npatches++;
	if (PG_ARGISNULL(2) || state->context == NULL)
		PG_RETURN_POINTER(state);

	callback.callback = replay_error_context;
	callback.arg = state;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	/* the tree will point into the patch */
	patch = PG_GETARG_JSON_PATCH_P(2);
	imgcat_json_patch_check_size(patch);
	caller = MemoryContextSwitchTo(state->context);
	patch = memcpy(palloc(VARSIZE(patch)), patch, VARSIZE(patch));
	state->run.copied = 0;
	imgcat_json_patch_perform(&state->run,
							  imgcat_json_patch_parse(patch, NULL));
	MemoryContextSwitchTo(caller);

	if (MemoryContextMemAllocated(state->context, true) >
		SLACK_FACTOR * (Size) VARSIZE(state->document) + SLACK_BYTES)
		start_with(state, NULL);

	error_context_stack = callback.previous;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(imgcat_json_patch_replay_result);
/*
 * Final function: the document after all patches.  It leaves the state alone,
 * so as a window function the aggregate shows every version.
 */
Datum
imgcat_json_patch_replay_result(PG_FUNCTION_ARGS)
{
	ReplayState *state;

	state = PG_ARGISNULL(0) ? NULL : (ReplayState *) PG_GETARG_POINTER(0);
	if (state == NULL || state->context == NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(imgcat_json_tree_write(&state->run.root));
}
