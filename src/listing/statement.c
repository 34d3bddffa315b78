/*-------------------------------------------------------------------------
 *
 * statement.c
 *		A SQL statement and its parameters, built piece by piece.
 *
 * src/listing/statement.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "listing/statement.h"
#include "nodes/params.h"
#include "plan_cache.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/resowner.h"

/*
 * An empty statement.
 */
void
imgcat_statement_begin(ImgcatStatement *statement)
{
	initStringInfo(&statement->sql);
	statement->nparameters = 0;
	statement->max_parameters = 16;
	statement->types = palloc(sizeof(Oid) * statement->max_parameters);
	statement->values = palloc(sizeof(Datum) * statement->max_parameters);
	statement->generic = true;
	statement->parallel = false;
	statement->bitmap = false;
}

/*
 * Add a parameter, and return its number, from 1.
 */
int
imgcat_statement_parameter(ImgcatStatement *statement, Oid type, Datum value)
{
	if (statement->nparameters == statement->max_parameters)
	{
		statement->max_parameters *= 2;
		statement->types = repalloc(statement->types,
									sizeof(Oid) * statement->max_parameters);
		statement->values = repalloc(statement->values,
									 sizeof(Datum) * statement->max_parameters);
	}
	statement->types[statement->nparameters] = type;
	statement->values[statement->nparameters] = value;
	return ++statement->nparameters;
}

/*
 * Switch planner settings off until AtEOXact_GUC() of the level returned.
 */
static int
switch_off(const char *const *settings, int nsettings)
{
	int			nest_level = NewGUCNestLevel();

	for (int i = 0; i < nsettings; i++)
		(void) set_config_option(settings[i], "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

/*
 * See to it that a generic plan is there that walks indexes; or, for a bitmap
 * plan, one that does not fear it finds half the table.
 *
 * A generic plan is made for an average owner, who has so few images that
 * sorting them looks as cheap as walking them in order.  It is not for a large
 * owner, and walking is as cheap for a small one.  Nothing is forbidden: what
 * cannot be walked is still sorted, at a price that must not make the server
 * compile the plan.
 */
static void
plan_walk(SPIPlanPtr plan, bool bitmap)
{
	static const char *const costly[] = {
		"enable_bitmapscan", "enable_hashjoin", "enable_mergejoin",
		"enable_seqscan", "enable_sort", "jit"
	};
	static const char *const dense[] = {"enable_seqscan", "jit"};
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	CachedPlan *generic;
	int			nest_level;

	if (source->is_valid && source->gplan != NULL && source->gplan->is_valid)
		return;

	nest_level = bitmap ? switch_off(dense, lengthof(dense))
		: switch_off(costly, lengthof(costly));
	generic = SPI_plan_get_cached_plan(plan);
	if (generic != NULL)
		ReleaseCachedPlan(generic, CurrentResourceOwner);
	AtEOXact_GUC(true, nest_level);
}

/*
 * Run the statement for at most max_rows rows (0: all), into the receiver.
 * The caller is connected to SPI.  Execution stops at max_rows, so the work
 * behind later rows is not done.
 */
void
imgcat_statement_execute(ImgcatStatement *statement, uint64 max_rows,
						 DestReceiver *receiver)
{
	static const char *const searching[] = {"enable_mergejoin", "jit"};
	static const char *const compiling[] = {"jit"};
	SPIPlanPtr	plan;
	SPIExecuteOptions options = {0};
	ParamListInfo parameters = makeParamList(statement->nparameters);
	int			parallel = statement->parallel ? CURSOR_OPT_PARALLEL_OK : 0;
	int			nest_level = 0;
	int			result;

	for (int i = 0; i < statement->nparameters; i++)
	{
		ParamExternData *parameter = &parameters->params[i];

		parameter->value = statement->values[i];
		parameter->isnull = false;
		parameter->pflags = PARAM_FLAG_CONST;
		parameter->ptype = statement->types[i];
	}
	plan = imgcat_plan_with_options(statement->sql.data, statement->nparameters,
									statement->types,
									statement->generic
									? CURSOR_OPT_GENERIC_PLAN | parallel
									: CURSOR_OPT_CUSTOM_PLAN | parallel);
	if (statement->parallel)

		/*
		 * A count spends its time in the indexes: compiling it takes longer
		 * than it saves.
		 */
		nest_level = switch_off(compiling, lengthof(compiling));
	else if (statement->generic)
		plan_walk(plan, statement->bitmap);
	else

		/*
		 * A custom plan is made at each execution.  Thinking about merge joins
		 * reads the ends of several indexes, and none was ever chosen.  What
		 * a client searches for would be compiled each time, and a
		 * compilation cannot be cancelled.
		 */
		nest_level = switch_off(searching, lengthof(searching));
	options.params = parameters;
	options.read_only = true;
	options.tcount = max_rows;
	options.dest = receiver;
	result = SPI_execute_plan_extended(plan, &options);
	if (nest_level > 0)
		AtEOXact_GUC(true, nest_level);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not run a listing: %s",
			 SPI_result_code_string(result));
}
