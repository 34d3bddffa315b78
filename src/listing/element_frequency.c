/*-------------------------------------------------------------------------
 *
 * element_frequency.c
 *		How common an element of the search index is, by the planner's
 *		statistics.
 *
 * How long a stretch of time holds a page of images depends on how common
 * their facets are.  ANALYZE keeps the most common elements of the search
 * index with their frequencies; one that it does not keep is rarer than all
 * of them.  A wrong estimate costs a few probes more (list_window.c).
 *
 * src/listing/element_frequency.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "compat.h"
#include "image/search_element.h"
#include "listing/element_frequency.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* assumed when the table was never analyzed */
#define DEFAULT_FREQUENCY 0.005

/*
 * Number of images, as ANALYZE or VACUUM left it.
 */
double
imgcat_number_of_images(void)
{
	Oid			schema = get_namespace_oid("image_catalog", false);
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
imgcat_element_statistics_begin(ImgcatElementStatistics *statistics)
{
	Oid			schema = get_namespace_oid("image_catalog", false);
	Oid			index = get_relname_relid("images_search_idx", schema);

	memset(statistics, 0, sizeof(*statistics));
	statistics->least = DEFAULT_FREQUENCY;

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
imgcat_element_statistics_end(ImgcatElementStatistics *statistics)
{
	if (statistics->found)
		free_attstatsslot(&statistics->slot);
	if (HeapTupleIsValid(statistics->tuple))
		ReleaseSysCache(statistics->tuple);
}

/*
 * How frequent an element is, the share of the images that have it.  False if
 * statistics do not tell, because it is too rare; *frequency is then what it
 * may be.
 */
bool
imgcat_element_frequency(const ImgcatElementStatistics *statistics,
						 int64 element, double *frequency)
{
	const AttStatsSlot *slot = &statistics->slot;
	int			low = 0;
	int			high = statistics->found ? slot->nvalues : 0;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int64		common = DatumGetInt64(slot->values[middle]);

		if (element == common)
		{
			*frequency = slot->numbers[middle];
			return true;
		}
		if (element < common)
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
imgcat_scoped_frequency(const ImgcatElementStatistics *statistics,
						int64 scope, int64 facet, double *frequency)
{
	double		of_scope;
	double		of_facet;

	if (imgcat_element_frequency(statistics,
								 imgcat_element_of_scoped_facet(scope, facet),
								 frequency))
		return true;
	(void) imgcat_element_frequency(statistics, scope, &of_scope);
	(void) imgcat_element_frequency(statistics, facet, &of_facet);
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
										  get_namespace_oid("image_catalog", false));
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
