/*-------------------------------------------------------------------------
 *
 * statement.c
 *		A SQL statement and its parameters, built piece by piece.
 *
 * src/statement.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/params.h"
#include "plan_cache.h"
#include "statement.h"
#include "utils/guc.h"

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
 * Run the statement for at most max_rows rows (0: all), into the receiver.
 * The caller is connected to SPI.  Execution stops at max_rows, so the work
 * behind later rows is not done.
 */
void
imgcat_statement_execute(ImgcatStatement *statement, uint64 max_rows,
						 DestReceiver *receiver)
{
	SPIPlanPtr	plan;
	SPIExecuteOptions options = {0};
	ParamListInfo parameters = makeParamList(statement->nparameters);
	int			parallel = statement->parallel ? CURSOR_OPT_PARALLEL_OK : 0;
	int			nest_level;
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

	/*
	 * What a client asks for would be compiled at each execution, which takes
	 * longer than it saves and cannot be cancelled.  This chooses no plan.
	 */
	nest_level = NewGUCNestLevel();
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	options.params = parameters;
	options.read_only = true;
	options.tcount = max_rows;
	options.dest = receiver;
	result = SPI_execute_plan_extended(plan, &options);
	AtEOXact_GUC(true, nest_level);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not run a listing: %s",
			 SPI_result_code_string(result));
}
