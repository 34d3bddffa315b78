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

/*
 * The statistics of a column, or NULL.
 */
static HeapTuple
column_statistics(Relation table, const char *column)
{
	AttrNumber	attribute = get_attnum(RelationGetRelid(table), column);
	HeapTuple	statistics;

	statistics = SearchSysCache3(STATRELATTINH,
								 ObjectIdGetDatum(RelationGetRelid(table)),
								 Int16GetDatum(attribute), BoolGetDatum(false));
	return HeapTupleIsValid(statistics) ? statistics : NULL;
}

/*
 * How frequent is a text in a column?
 */
static double
text_frequency(Relation table, const char *column, const char *value, int length)
{
	HeapTuple	statistics = column_statistics(table, column);
	Form_pg_statistic form;
	AttStatsSlot slot;
	double		frequency = -1;
	double		others;
	double		ndistinct;
	int			ncommon = 0;

	if (statistics == NULL)
		return IMGCAT_DEFAULT_EQUAL;
	form = (Form_pg_statistic) GETSTRUCT(statistics);
	others = 1 - form->stanullfrac;
	if (get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		ncommon = slot.nvalues;
		for (int i = 0; i < slot.nvalues && frequency < 0; i++)
		{
			text	   *common = DatumGetTextPP(slot.values[i]);

			others -= slot.numbers[i];
			if (VARSIZE_ANY_EXHDR(common) == (Size) length &&
				memcmp(VARDATA_ANY(common), value, length) == 0)
				frequency = slot.numbers[i];
		}
		free_attstatsslot(&slot);
	}
	if (frequency < 0)
	{
		ndistinct = form->stadistinct < 0
			? -form->stadistinct * Max(table->rd_rel->reltuples, 1)
			: form->stadistinct;
		frequency = others / Max(ndistinct - ncommon, 1);
	}
	ReleaseSysCache(statistics);
	return Max(frequency, IMGCAT_LEAST_FREQUENCY);
}

/*
 * How frequent is null in a column?
 */
static double
null_frequency(Relation table, const char *column)
{
	HeapTuple	statistics = column_statistics(table, column);
	double		frequency = IMGCAT_DEFAULT_EQUAL;

	if (statistics != NULL)
	{
		frequency = ((Form_pg_statistic) GETSTRUCT(statistics))->stanullfrac;
		ReleaseSysCache(statistics);
	}
	return Max(frequency, IMGCAT_LEAST_FREQUENCY);
}

/*
 * How frequent is a boolean in a column?
 */
static double
bool_frequency(Relation table, const char *column, bool value)
{
	HeapTuple	statistics = column_statistics(table, column);
	AttStatsSlot slot;
	double		frequency = IMGCAT_LEAST_FREQUENCY;

	if (statistics == NULL)
		return 0.5;
	if (get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < slot.nvalues; i++)
			if (DatumGetBool(slot.values[i]) == value)
				frequency = slot.numbers[i];
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(statistics);
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
 * How frequent are numbers, or times, of a range in a column?
 */
static double
range_frequency(Relation table, const char *column, int64 low, int64 high)
{
	HeapTuple	statistics = column_statistics(table, column);
	AttStatsSlot slot;
	double		frequency = 0;
	double		others;

	if (statistics == NULL)
		return low == high ? IMGCAT_DEFAULT_EQUAL : IMGCAT_DEFAULT_RANGE;
	others = 1 - ((Form_pg_statistic) GETSTRUCT(statistics))->stanullfrac;
	if (get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < slot.nvalues; i++)
		{
			int64		common = DatumGetInt64(slot.values[i]);

			others -= slot.numbers[i];
			if (common >= low && common <= high)
				frequency += slot.numbers[i];
		}
		free_attstatsslot(&slot);
	}
	if (get_attstatsslot(&slot, statistics, STATISTIC_KIND_HISTOGRAM, InvalidOid,
						 ATTSTATSSLOT_VALUES))
	{
		if (slot.nvalues > 1)
			frequency += others *
				(histogram_below(&slot, high) - histogram_below(&slot, low));
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(statistics);
	return Max(frequency, IMGCAT_LEAST_FREQUENCY);
}

/*
 * How frequent is a text in a column of the table?
 */
double
imgcat_estimate_column(const ImgcatTable *table, const char *column, Datum value)
{
	text	   *wanted = DatumGetTextPP(value);

	return text_frequency(table->relation, column, VARDATA_ANY(wanted),
						  VARSIZE_ANY_EXHDR(wanted));
}

/*
 * How frequent are images with a text that index entries do not show?
 */
double
imgcat_estimate_text(const ImgcatTable *table, const ImgcatCondition *condition)
{
	char	   *column = get_attname(RelationGetRelid(table->relation),
									 condition->column + 1, false);

	return imgcat_estimate_column(table, column, condition->value);
}

/*
 * How frequent are images with a number that index entries do not show?
 */
double
imgcat_estimate_number(const ImgcatTable *table, const ImgcatCondition *condition)
{
	char	   *column = get_attname(RelationGetRelid(table->relation),
									 condition->column + 1, false);
	int64		number = DatumGetInt64(condition->value);

	return range_frequency(table->relation, column,
						   condition->op == IMGCAT_LTE ? PG_INT64_MIN : number,
						   condition->op == IMGCAT_GTE ? PG_INT64_MAX : number);
}

/*
 * How many images has the branch?
 */
double
imgcat_estimate_branch(const ImgcatBranch *branch)
{
	Relation	table = branch->table->relation;
	double		images = Max(table->rd_rel->reltuples, 1);

	for (int i = 0; i < branch->nscope; i++)
	{
		text	   *value = DatumGetTextPP(branch->scope[i]);

		images *= text_frequency(table, branch->scope_names[i], VARDATA_ANY(value),
								 VARSIZE_ANY_EXHDR(value));
	}
	if (branch->hidden)
		images *= bool_frequency(table, "os_hidden", true);
	return Max(images, 1);
}

/*
 * How frequent are images that pass the filter?
 */
double
imgcat_estimate_filter(const ImgcatTable *table,
					   const ImgcatEntryFilter *filter)
{
	ImgcatSummaryPart part;
	const char *column = imgcat_index_suffix(filter->column);
	double		frequency = 0;

	if (filter->frequency > 0)
		return filter->frequency;

	if (imgcat_column_is_enum(filter->column, &part))
	{
		for (int code = 0; code < IMGCAT_SUMMARY_UNKNOWN_VALUE; code++)
		{
			const char *value;

			if (((filter->codes >> code) & 1) == 0)
				continue;
			value = imgcat_summary_enum_value(part, code);
			frequency += code == IMGCAT_SUMMARY_NO_VALUE
				? null_frequency(table->relation, column)
				: text_frequency(table->relation, column, value, strlen(value));
		}
		return Min(frequency, 1);
	}
	if (filter->column == IMGCAT_COL_NAME)
	{
		for (int i = 0; i < filter->nnames; i++)
		{
			frequency += text_frequency(table->relation, column,
										filter->names[i], filter->name_lengths[i]);
			if (filter->missing && filter->name_lengths[i] == 0)
				frequency += null_frequency(table->relation, column);
		}
		return Min(frequency, 1);
	}
	if (filter->column == IMGCAT_COL_PROTECTED)
		return bool_frequency(table->relation, "protected", filter->low != 0);
	if (column == NULL)
		column = filter->column == IMGCAT_COL_MIN_RAM ? "min_ram" : "min_disk";
	frequency = range_frequency(table->relation, column, filter->low, filter->high);
	if (filter->column == IMGCAT_COL_SIZE && filter->missing &&
		filter->low <= 0 && filter->high >= 0)
		frequency += null_frequency(table->relation, column);
	return Min(frequency, 1);
}

/*
 * Number of images, as ANALYZE or VACUUM left it.
 */
double
imgcat_number_of_images(void)
{
	Oid			schema = imgcat_extension_schema();
	HeapTuple	tuple;
	double		images = 0;

	tuple = SearchSysCache1(RELOID,
							ObjectIdGetDatum(get_relname_relid("images", schema)));
	if (HeapTupleIsValid(tuple))
	{
		images = Max(((Form_pg_class) GETSTRUCT(tuple))->reltuples, 0);
		ReleaseSysCache(tuple);
	}
	return images;
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
	if (!HeapTupleIsValid(statistics->tuple) ||
		!get_attstatsslot(&statistics->slot, statistics->tuple,
						  STATISTIC_KIND_MCELEM, InvalidOid,
						  ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		return;
	statistics->found = true;

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
	if (statistics->found)
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
	int			high = statistics->found ? slot->nvalues : 0;

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
imgcat_created_at_range(TimestampTz *first, TimestampTz *last)
{
	Oid			table = get_relname_relid("images",
										  imgcat_extension_schema());
	HeapTuple	statistics;
	AttStatsSlot slot;
	bool		found = false;

	statistics = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(table),
								 Int16GetDatum(get_attnum(table, "created_at")),
								 BoolGetDatum(false));
	if (!HeapTupleIsValid(statistics))
		return false;
	if (get_attstatsslot(&slot, statistics, STATISTIC_KIND_HISTOGRAM,
						 InvalidOid, ATTSTATSSLOT_VALUES))
	{
		found = slot.nvalues > 0;
		if (found)
		{
			*first = DatumGetTimestampTz(slot.values[0]);
			*last = DatumGetTimestampTz(slot.values[slot.nvalues - 1]);
		}
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(statistics);
	return found;
}
