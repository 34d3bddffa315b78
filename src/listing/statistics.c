/*-------------------------------------------------------------------------
 *
 * statistics.c
 *		What the planner's statistics tell of images.
 *
 * How many images a branch has, how many of them pass a filter, and how common
 * a key of the search index is.  ANALYZE keeps the most common keys of that
 * index with their frequencies; one that it does not keep is rarer than all of
 * them.  A wrong estimate costs a page some time, and nothing else.
 *
 * src/listing/statistics.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "entry.h"
#include "image/gin_key.h"
#include "listing/list_cost.h"
#include "listing/list_plan.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* What ANALYZE knows of a column. */
typedef struct ColumnStatistics
{
	HeapTuple	tuple;
	Form_pg_statistic form;
	AttStatsSlot common;		/* the commonest values; empty: unknown */
	AttStatsSlot histogram;		/* of the others */
} ColumnStatistics;

/*
 * Read the statistics of a column, with the histogram only if it is wanted;
 * false: there are none.
 */
static bool
begin_column(ColumnStatistics *statistics, Relation table, const char *column,
			 bool histogram)
{
	AttrNumber	attribute = get_attnum(RelationGetRelid(table), column);

	statistics->tuple = SearchSysCache3(STATRELATTINH,
										ObjectIdGetDatum(RelationGetRelid(table)),
										Int16GetDatum(attribute), BoolGetDatum(false));
	if (!HeapTupleIsValid(statistics->tuple))
		return false;
	statistics->form = (Form_pg_statistic) GETSTRUCT(statistics->tuple);
	(void) get_attstatsslot(&statistics->common, statistics->tuple, STATISTIC_KIND_MCV,
							InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	memset(&statistics->histogram, 0, sizeof(AttStatsSlot));
	if (histogram)
		(void) get_attstatsslot(&statistics->histogram, statistics->tuple,
								STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES);
	return true;
}

/*
 * Let go of them; returns a frequency that was found, which is never zero.
 */
static double
end_column(ColumnStatistics *statistics, double frequency)
{
	free_attstatsslot(&statistics->common);
	free_attstatsslot(&statistics->histogram);
	ReleaseSysCache(statistics->tuple);
	return Max(frequency, IMGCAT_LEAST_FREQUENCY);
}

/*
 * The part of a histogram that lies below a number.
 */
static double
histogram_below(const AttStatsSlot *histogram, int64 number)
{
	int			low = 0;
	int			high = histogram->nvalues - 1;
	int64		from;
	int64		to;

	if (number <= DatumGetInt64(histogram->values[low]))
		return 0;
	if (number >= DatumGetInt64(histogram->values[high]))
		return 1;
	while (high - low > 1)
	{
		int			middle = (low + high) / 2;

		if (DatumGetInt64(histogram->values[middle]) <= number)
			low = middle;
		else
			high = middle;
	}
	from = DatumGetInt64(histogram->values[low]);
	to = DatumGetInt64(histogram->values[high]);
	return (low + ((double) number - from) / Max((double) to - from, 1))
		/ (histogram->nvalues - 1);
}

/*
 * Is a value of a column in the range of the condition, or one of its texts?
 */
static bool
is_asked_for(const ImgcatCondition *condition, Datum value)
{
	if (condition->kind == IMGCAT_COND_RANGE)
		return DatumGetInt64(value) >= condition->low && DatumGetInt64(value) <= condition->high;
	for (int i = 0; i < condition->ntexts; i++)
	{
		/*
		 * elements of an array are not compressed, nor are the texts asked
		 * for
		 */
		const char *asked = DatumGetPointer(condition->texts[i]);
		size_t		length = VARSIZE_ANY_EXHDR(asked);

		if (VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == length &&
			memcmp(VARDATA_ANY(DatumGetPointer(value)), VARDATA_ANY(asked), length) == 0)
			return true;
	}
	return false;
}

/*
 * How frequent are the texts, or the values in the range, of a condition in a
 * column?
 */
static double
column_frequency(Relation table, const char *column, const ImgcatCondition *condition)
{
	ColumnStatistics statistics;
	bool		is_range = condition->kind == IMGCAT_COND_RANGE;
	int			nuncommon = condition->ntexts;
	double		frequency = 0;
	double		others;
	double		ndistinct;

	if (!begin_column(&statistics, table, column, is_range))
	{
		if (condition->kind == IMGCAT_COND_PRESENT)
			return 1;
		if (is_range && get_atttype(RelationGetRelid(table), get_attnum(RelationGetRelid(table), column)) == BOOLOID)
			return 0.5;
		return is_range && condition->low < condition->high ? IMGCAT_DEFAULT_RANGE
			: IMGCAT_DEFAULT_EQUAL * Max(condition->ntexts, 1);
	}
	others = 1 - statistics.form->stanullfrac;
	if (condition->kind == IMGCAT_COND_PRESENT)
		return end_column(&statistics, others);
	for (int i = 0; i < statistics.common.nvalues; i++)
	{
		others -= statistics.common.numbers[i];
		if (!is_asked_for(condition, statistics.common.values[i]))
			continue;
		frequency += statistics.common.numbers[i];
		if (--nuncommon == 0 && !is_range)
			break;
	}
	ndistinct = statistics.form->stadistinct;
	if (ndistinct < 0)
		ndistinct *= -Max(table->rd_rel->reltuples, 1);
	if (!is_range)
		frequency += nuncommon * others / Max(ndistinct - statistics.common.nvalues, 1);
	else if (statistics.histogram.nvalues > 1)
		frequency += others * (histogram_below(&statistics.histogram, condition->high) -
							   histogram_below(&statistics.histogram, condition->low));

	/* a missing value is the empty text, or zero */
	if (condition->missing &&
		(is_range ? condition->low <= 0 && condition->high >= 0
		 : VARSIZE_ANY_EXHDR(DatumGetPointer(condition->texts[0])) == 0))
		frequency += statistics.form->stanullfrac;
	return end_column(&statistics, Min(frequency, 1));
}

/*
 * How frequent is a facet?
 */
static double
facet_frequency(Datum facet)
{
	ImgcatKeyStatistics statistics;
	double		frequency;

	imgcat_key_statistics_begin(&statistics);
	(void) imgcat_key_frequency(&statistics, imgcat_gin_key_of_facet(DatumGetTextPP(facet)),
								&frequency);
	imgcat_key_statistics_end(&statistics);
	return frequency;
}

/*
 * How frequent are images that pass a condition on texts, on a range, or on one
 * facet?
 */
double
imgcat_estimate_condition(const ImgcatTable *table, const ImgcatCondition *condition)
{
	if (condition->kind == IMGCAT_COND_FACET)
		return facet_frequency(condition->texts[0]);
	if (condition->kind == IMGCAT_COND_REGISTERED)
	{
		double		left = 1 - facet_frequency(condition->texts[0]);

		return Max(left, IMGCAT_LEAST_FREQUENCY);
	}
	return column_frequency(table->relation, imgcat_column_name(condition->column), condition);
}

/*
 * How many images has the branch?
 */
double
imgcat_estimate_branch(const ImgcatBranch *branch)
{
	Relation	table = branch->table->relation;
	ImgcatCondition scope = {.kind = IMGCAT_COND_TEXT,.ntexts = 1};
	ImgcatCondition hidden = {.kind = IMGCAT_COND_RANGE,.low = true,.high = true};
	double		images = imgcat_number_of_rows(branch->table);

	for (int i = 0; i < branch->nscope; i++)
	{
		scope.texts = unconstify(Datum *, &branch->scope[i]);
		images *= column_frequency(table, branch->scope_names[i], &scope);
	}
	if (branch->hidden)
		images *= column_frequency(table, "os_hidden", &hidden);
	return Max(images, 1);
}

/*
 * Number of rows of a table, as ANALYZE or VACUUM left it.
 */
double
imgcat_number_of_rows(const ImgcatTable *table)
{
	return Max(table->relation->rd_rel->reltuples, 1);
}

/*
 * Read the statistics of the search index, for as many questions as follow:
 * they are long, and compressed.
 */
void
imgcat_key_statistics_begin(ImgcatKeyStatistics *statistics)
{
	Oid			schema = imgcat_extension_schema();
	Oid			index = get_relname_relid("images_search_idx", schema);

	memset(statistics, 0, sizeof(*statistics));
	statistics->least = IMGCAT_DEFAULT_EQUAL;

	/* the only column of the index is the expression that was analyzed */
	statistics->tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(index),
										Int16GetDatum(1), BoolGetDatum(false));
	if (HeapTupleIsValid(statistics->tuple))
		(void) get_attstatsslot(&statistics->slot, statistics->tuple,
								STATISTIC_KIND_MCELEM, InvalidOid,
								ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);

	/* behind the frequencies stands the least of them */
	if (statistics->slot.nnumbers > statistics->slot.nvalues)
		statistics->least =
			statistics->slot.numbers[statistics->slot.nvalues] / 2;
}

/*
 * Let go of the statistics.
 */
void
imgcat_key_statistics_end(ImgcatKeyStatistics *statistics)
{
	free_attstatsslot(&statistics->slot);
	if (HeapTupleIsValid(statistics->tuple))
		ReleaseSysCache(statistics->tuple);
}

/*
 * How frequent a key of the search index is, the share of images that have it.  False if
 * statistics do not tell, because it is too rare; *frequency is then what it
 * may be.
 */
bool
imgcat_key_frequency(const ImgcatKeyStatistics *statistics,
					 int64 key, double *frequency)
{
	const AttStatsSlot *slot = &statistics->slot;
	int			low = 0;
	int			high = slot->nvalues;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int64		common = DatumGetInt64(slot->values[middle]);

		if (key == common)
		{
			*frequency = slot->numbers[middle];
			return true;
		}
		if (key < common)
			high = middle;
		else
			low = middle + 1;
	}
	*frequency = statistics->least;
	return false;
}

/*
 * How frequent a facet is within a scope: as counted, or if it is too rare for
 * that, as if the one had nothing to do with the other, and false.
 */
bool
imgcat_scoped_frequency(const ImgcatKeyStatistics *statistics,
						int64 scope, int64 facet, double *frequency)
{
	double		of_scope;
	double		of_facet;

	if (imgcat_key_frequency(statistics,
							 imgcat_gin_key_of_scoped_facet(scope, facet),
							 frequency))
		return true;
	(void) imgcat_key_frequency(statistics, scope, &of_scope);
	(void) imgcat_key_frequency(statistics, facet, &of_facet);
	*frequency = Min(*frequency, of_scope * of_facet);
	return false;
}

/*
 * When the first and the last image were created, by and large; false if
 * there are no statistics.
 */
bool
imgcat_created_at_range(const ImgcatTable *images, TimestampTz *first, TimestampTz *last)
{
	ColumnStatistics statistics;
	int			nvalues;

	if (!begin_column(&statistics, images->relation, "created_at", true))
		return false;
	nvalues = statistics.histogram.nvalues;
	if (nvalues > 0)
	{
		*first = DatumGetTimestampTz(statistics.histogram.values[0]);
		*last = DatumGetTimestampTz(statistics.histogram.values[nvalues - 1]);
	}
	(void) end_column(&statistics, 0);
	return nvalues > 0;
}
