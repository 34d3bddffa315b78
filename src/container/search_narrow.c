/*-------------------------------------------------------------------------
 *
 * search_narrow.c
 *		A search for something rare, narrowed to the images that have it.
 *
 * The planner believes of any prefix that it finds one row in ten thousand
 * or more, and of a rare name what names have on average: too many, in a
 * large table, to begin with.  It would read all images to find a few.  So the
 * names of a search are looked up first, a bounded number of rows each; the
 * images of those that are rare are named in the statement.
 *
 * src/container/search_narrow.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "container/search_sql.h"
#include "executor/spi.h"
#include "plan_cache.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"

/* a name with more rows than this is not rare */
#define RARE_ROWS	500

/* most names looked up for one query */
#define MAX_NAMES	1000

/*
 * Can all values of the group be looked up: plain prefixes and equalities on
 * a column of a child table that has an index on its lower case?
 */
static bool
can_look_up(const ImgcatSearchGroup *group)
{
	const ImgcatSearchColumn *column = imgcat_search_column(group->label);
	int			i;

	if (column == NULL || !column->lower_index ||
		imgcat_search_from(group->label->table) == NULL ||
		group->nvalues > MAX_NAMES)
		return false;
	for (i = 0; i < group->nvalues; i++)
	{
		const ImgcatSearchValue *value = &group->values[i];

		if (value->form != IMGCAT_FORM_TEXT || value->match.negated)
			return false;
		if (value->match.kind == IMGCAT_MATCH_REGEX)
			return false;
		/* without a fixed beginning the index is of no use */
		if (value->match.kind == IMGCAT_MATCH_PREFIX &&
			(value->match.str[0] == '\0' ||
			 strchr("%_\\", value->match.str[0]) != NULL))
			return false;
	}
	return true;
}

/*
 * Append the image keys of at most RARE_ROWS rows that a value finds to
 * keys; false when there are more.
 */
static bool
look_up(const ImgcatSearchGroup *group, const ImgcatSearchValue *value,
		Datum *keys, int *nkeys)
{
	const ImgcatSearchColumn *column = imgcat_search_column(group->label);
	const ImgcatSearchFrom *from = imgcat_search_from(group->label->table);
	bool		exact = value->match.kind == IMGCAT_MATCH_EXACT;
	Oid			types[2] = {TEXTOID, INT8OID};
	Datum		values[2];
	SPIPlanPtr	plan;
	uint64		i;

	values[0] = CStringGetTextDatum(exact ? value->match.str :
									psprintf("%s%%", value->match.str));
	values[1] = Int64GetDatum(RARE_ROWS + 1);
	plan = imgcat_plan_with_options(psprintf("SELECT %s.image_key FROM %s %s WHERE lower(%s) %s lower($1) LIMIT $2",
											 from->alias, from->name,
											 from->alias, column->expression,
											 exact ? "=" : "LIKE"),
									2, types, CURSOR_OPT_CUSTOM_PLAN);
	if (SPI_execute_plan(plan, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up a name");
	if (*nkeys + SPI_processed > RARE_ROWS)
		return false;
	for (i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		keys[(*nkeys)++] = SPI_getbinval(SPI_tuptable->vals[i],
										 SPI_tuptable->tupdesc, 1, &isnull);
	}
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/*
 * The images of a group as a parameter; its number, or 0 when its names are
 * not rare.
 */
static int
rare_images(const ImgcatSearchGroup *group, ImgcatStatement *statement)
{
	Datum		keys[RARE_ROWS];
	int			nkeys = 0;
	ArrayType  *array;
	int			i;

	for (i = 0; i < group->nvalues; i++)
	{
		if (!look_up(group, &group->values[i], keys, &nkeys))
			return 0;
	}
	array = construct_array(keys, nkeys, INT8OID, sizeof(int64),
							FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	return imgcat_statement_parameter(statement, INT8ARRAYOID,
									  PointerGetDatum(array));
}

/*
 * Make the planner take index scans: they alone are bounded, and misled
 * estimates prefer others.  Returns the nesting level of the settings, to be
 * closed by the caller.
 */
static int
prefer_index_scans(void)
{
	int			nest_level = NewGUCNestLevel();

	(void) set_config_option("enable_seqscan", "off", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("enable_bitmapscan", "off", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

/*
 * Narrow a compiled search.  The caller is connected to SPI and runs the
 * statement in the same snapshot.
 */
void
imgcat_narrow_search(ImgcatCompiledSearch *search, ImgcatStatement *statement)
{
	int			nest_level = 0;
	int			nnames = 0;
	int			i;

	for (i = 0; i < search->query.ngroups; i++)
	{
		int			parameter;

		if (!can_look_up(&search->query.groups[i]))
			continue;
		nnames += search->query.groups[i].nvalues;
		if (nnames > MAX_NAMES)
			break;
		if (nest_level == 0)
			nest_level = prefer_index_scans();
		parameter = rare_images(&search->query.groups[i], statement);
		if (parameter > 0)
			search->where = psprintf("%s AND i.image_key = ANY ($%d)",
									 search->where, parameter);
	}
	if (nest_level > 0)
		AtEOXact_GUC(true, nest_level);
}
