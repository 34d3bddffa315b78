/*-------------------------------------------------------------------------
 *
 * order_estimate.c
 *		How many images a scope has, and how many of them pass a filter.
 *
 * From the statistics that ANALYZE takes of images and offers.  A wrong
 * estimate costs a page some time, and nothing else.
 *
 * src/listing/order_estimate.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "listing/order_estimate.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* without statistics */
#define DEFAULT_EQUAL 0.005
#define DEFAULT_RANGE 0.3

/* of a value that statistics know nothing of, though they know all others */
#define LEAST_FREQUENCY 1e-6

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
		return DEFAULT_EQUAL;
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
	return Max(frequency, LEAST_FREQUENCY);
}

/*
 * How frequent is null in a column?
 */
static double
null_frequency(Relation table, const char *column)
{
	HeapTuple	statistics = column_statistics(table, column);
	double		frequency = DEFAULT_EQUAL;

	if (statistics != NULL)
	{
		frequency = ((Form_pg_statistic) GETSTRUCT(statistics))->stanullfrac;
		ReleaseSysCache(statistics);
	}
	return Max(frequency, LEAST_FREQUENCY);
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
		return low == high ? DEFAULT_EQUAL : DEFAULT_RANGE;
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
	return Max(frequency, LEAST_FREQUENCY);
}

/*
 * How many images, or offers, has the scope?
 */
double
imgcat_estimate_scope(const ImgcatOrderScope *scope)
{
	static const char *const visibility[] = {"visibility"};
	static const char *const owner[] = {"owner", "visibility"};
	static const char *const member[] = {"member_id", "answer"};
	Relation	table = scope->table->relation;
	const char *const *columns = scope->ncolumns == 1 ? visibility
		: strcmp(scope->family, "offers") == 0 ? member : owner;
	double		images = Max(table->rd_rel->reltuples, 1);

	for (int i = 0; i < scope->ncolumns; i++)
	{
		text	   *value = DatumGetTextPP(scope->values[i]);

		images *= text_frequency(table, columns[i], VARDATA_ANY(value),
								 VARSIZE_ANY_EXHDR(value));
	}
	return Max(images, 1);
}

/*
 * How frequent are images that pass the filter?
 */
double
imgcat_estimate_filter(const ImgcatOrderTable *table,
					   const ImgcatOrderFilter *filter)
{
	ImgcatSummaryPart part;
	const char *column = imgcat_order_index_suffix(filter->column);
	double		frequency = 0;

	if (imgcat_column_is_word(filter->column, &part))
	{
		for (int code = 0; code < IMGCAT_SUMMARY_UNKNOWN_WORD; code++)
		{
			const char *word;

			if (((filter->words >> code) & 1) == 0)
				continue;
			word = imgcat_summary_word_of(part, code);
			frequency += code == IMGCAT_SUMMARY_NO_WORD
				? null_frequency(table->relation, column)
				: text_frequency(table->relation, column, word, strlen(word));
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
		return filter->low ? 0.01 : 0.99;
	frequency = range_frequency(table->relation, column, filter->low, filter->high);
	if (filter->column == IMGCAT_COL_SIZE && filter->missing &&
		filter->low <= 0 && filter->high >= 0)
		frequency += null_frequency(table->relation, column);
	return Min(frequency, 1);
}
