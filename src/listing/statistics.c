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
#include "utils/syscache.h"
#include "utils/timestamp.h"

/*
 * Read what ANALYZE knows of a column of a table or an index: the slot of the
 * commonest values or elements, and the histogram if it is wanted.  False: it
 * knows nothing.
 */
static bool
begin_statistics(ImgcatStatistics *statistics, Oid relation, AttrNumber column,
				 int common, bool histogram)
{
	memset(statistics, 0, sizeof(*statistics));
	statistics->tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation),
										Int16GetDatum(column), BoolGetDatum(false));
	if (!HeapTupleIsValid(statistics->tuple))
		return false;
	(void) get_attstatsslot(&statistics->common, statistics->tuple, common,
							InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	if (histogram)
		(void) get_attstatsslot(&statistics->histogram, statistics->tuple, STATISTIC_KIND_HISTOGRAM,
								InvalidOid, ATTSTATSSLOT_VALUES);
	return true;
}

/*
 * Let go of them, if there were any.
 */
void
imgcat_statistics_end(ImgcatStatistics *statistics)
{
	free_attstatsslot(&statistics->common);
	free_attstatsslot(&statistics->histogram);
	if (HeapTupleIsValid(statistics->tuple))
		ReleaseSysCache(statistics->tuple);
}

/*
 * The last of the sorted numbers of a slot that is not above the number; -1: all
 * are.
 */
static int
last_not_above(const AttStatsSlot *slot, int64 number)
{
	int			low = 0;
	int			high = slot->nvalues;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (DatumGetInt64(slot->values[middle]) <= number)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

/*
 * The part of a histogram that lies below a number.
 */
static double
histogram_below(const AttStatsSlot *histogram, int64 number)
{
	int			at = last_not_above(histogram, number);
	double		from;
	double		to;

	if (at < 0)
		return 0;
	if (at == histogram->nvalues - 1)
		return 1;
	from = DatumGetInt64(histogram->values[at]);
	to = DatumGetInt64(histogram->values[at + 1]);
	return (at + (number - from) / Max(to - from, 1)) / (histogram->nvalues - 1);
}

/*
 * Is a value of a column in the range of the condition, or one of its texts?
 * Elements of an array are not compressed, nor are the texts asked for.
 */
static bool
is_asked_for(const ImgcatCondition *condition, Datum value)
{
	if (condition->kind == IMGCAT_COND_RANGE)
		return DatumGetInt64(value) >= condition->low && DatumGetInt64(value) <= condition->high;
	for (int i = 0; i < condition->ntexts; i++)
	{
		const char *asked = DatumGetPointer(condition->texts[i]);
		size_t		length = VARSIZE_ANY_EXHDR(asked);

		if (VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == length &&
			memcmp(VARDATA_ANY(DatumGetPointer(value)), VARDATA_ANY(asked), length) == 0)
			return true;
	}
	return condition->kind == IMGCAT_COND_PRESENT;
}

/*
 * How frequent are the texts, or the values in the range, of a condition in a
 * column?
 */
static double
column_frequency(Relation table, const char *column, const ImgcatCondition *condition)
{
	Oid			relation = RelationGetRelid(table);
	AttrNumber	attribute = get_attnum(relation, column);
	ImgcatStatistics statistics;
	Form_pg_statistic form;
	bool		is_range = condition->kind == IMGCAT_COND_RANGE;
	int			nuncommon = condition->ntexts;
	double		frequency = 0;
	double		others;
	double		ndistinct;

	if (!begin_statistics(&statistics, relation, attribute, STATISTIC_KIND_MCV, is_range))
	{
		if (condition->kind == IMGCAT_COND_PRESENT)
			return 1;
		if (is_range && get_atttype(relation, attribute) == BOOLOID)
			return 0.5;
		return is_range && condition->low < condition->high ? IMGCAT_DEFAULT_RANGE
			: IMGCAT_DEFAULT_EQUAL * Max(condition->ntexts, 1);
	}
	form = (Form_pg_statistic) GETSTRUCT(statistics.tuple);
	others = 1 - form->stanullfrac;
	for (int i = 0; i < statistics.common.nvalues; i++)
	{
		others -= statistics.common.numbers[i];
		if (!is_asked_for(condition, statistics.common.values[i]))
			continue;
		frequency += statistics.common.numbers[i];
		if (--nuncommon == 0 && !is_range)
			break;
	}
	ndistinct = form->stadistinct;
	if (ndistinct < 0)
		ndistinct *= -Max(table->rd_rel->reltuples, 1);
	if (condition->kind == IMGCAT_COND_PRESENT)
		frequency += others;
	else if (!is_range)
		frequency += nuncommon * others / Max(ndistinct - statistics.common.nvalues, 1);
	else if (statistics.histogram.nvalues > 1)
		frequency += others * (histogram_below(&statistics.histogram, condition->high) -
							   histogram_below(&statistics.histogram, condition->low));

	/* a missing value is the empty text, or zero */
	if (condition->missing &&
		(is_range ? condition->low <= 0 && condition->high >= 0
		 : VARSIZE_ANY_EXHDR(DatumGetPointer(condition->texts[0])) == 0))
		frequency += form->stanullfrac;
	imgcat_statistics_end(&statistics);
	return Min(Max(frequency, IMGCAT_LEAST_FREQUENCY), 1);
}

/*
 * How frequent are images that pass a condition on texts, on a range, or on one
 * facet?
 */
double
imgcat_estimate_condition(const ImgcatTable *table, const ImgcatCondition *condition)
{
	ImgcatStatistics statistics;
	double		frequency;

	if (condition->kind != IMGCAT_COND_FACET && condition->kind != IMGCAT_COND_REGISTERED)
		return column_frequency(table->relation, imgcat_column_name(condition->column), condition);
	imgcat_key_statistics_begin(&statistics);
	(void) imgcat_key_frequency(&statistics,
								imgcat_gin_key_of_facet(DatumGetTextPP(condition->texts[0])),
								&frequency);
	imgcat_statistics_end(&statistics);
	if (condition->kind == IMGCAT_COND_REGISTERED)
		frequency = 1 - frequency;
	return Max(frequency, IMGCAT_LEAST_FREQUENCY);
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
imgcat_key_statistics_begin(ImgcatStatistics *statistics)
{
	Oid			index = get_relname_relid("images_search_idx", imgcat_extension_schema());
	const AttStatsSlot *slot = &statistics->common;

	/* the only column of the index is the expression that was analyzed */
	(void) begin_statistics(statistics, index, 1, STATISTIC_KIND_MCELEM, false);

	/* behind the frequencies stands the least of them */
	statistics->least = slot->nnumbers > slot->nvalues ? slot->numbers[slot->nvalues] / 2
		: IMGCAT_DEFAULT_EQUAL;
}

/*
 * How frequent a key of the search index is, the share of images that have it.
 * False if statistics do not tell, because it is too rare; *frequency is then what
 * it may be.
 */
bool
imgcat_key_frequency(const ImgcatStatistics *statistics,
					 int64 key, double *frequency)
{
	const AttStatsSlot *slot = &statistics->common;
	int			at = last_not_above(slot, key);
	bool		known = at >= 0 && DatumGetInt64(slot->values[at]) == key;

	*frequency = known ? slot->numbers[at] : statistics->least;
	return known;
}

/*
 * How frequent a facet is within a scope: as counted, or if it is too rare for
 * that, as if the one had nothing to do with the other, and false.
 */
bool
imgcat_scoped_frequency(const ImgcatStatistics *statistics,
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
	Oid			relation = RelationGetRelid(images->relation);
	ImgcatStatistics statistics;
	const AttStatsSlot *histogram = &statistics.histogram;
	bool		found;

	found = begin_statistics(&statistics, relation, get_attnum(relation, "created_at"),
							 STATISTIC_KIND_MCV, true) && histogram->nvalues > 0;
	if (found)
	{
		*first = DatumGetTimestampTz(histogram->values[0]);
		*last = DatumGetTimestampTz(histogram->values[histogram->nvalues - 1]);
	}
	imgcat_statistics_end(&statistics);
	return found;
}
