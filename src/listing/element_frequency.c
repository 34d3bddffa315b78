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
 * The frequency of one element among those of a statistics slot, which are
 * sorted; negative if it is not among them.
 */
static double
frequency_in_slot(const AttStatsSlot *slot, int64 element)
{
	int			low = 0;
	int			high = slot->nvalues;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int64		common = DatumGetInt64(slot->values[middle]);

		if (element == common)
			return slot->numbers[middle];
		if (element < common)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

/*
 * The frequency of an element; *least becomes that of those that are not
 * kept, and negative is returned for one of them.
 */
static double
known_frequency(int64 element, double *least)
{
	Oid			schema = get_namespace_oid("image_catalog", false);
	Oid			index = get_relname_relid("images_search_idx", schema);
	HeapTuple	statistics;
	AttStatsSlot slot;
	double		frequency = -1;

	*least = DEFAULT_FREQUENCY;

	/* the only column of the index is the expression that was analyzed */
	statistics = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(index),
								 Int16GetDatum(1), BoolGetDatum(false));
	if (!HeapTupleIsValid(statistics))
		return -1;
	if (get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCELEM, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		frequency = frequency_in_slot(&slot, element);

		/* behind the frequencies stands the least of them */
		if (slot.nnumbers > slot.nvalues)
			*least = slot.numbers[slot.nvalues] / 2;
		free_attstatsslot(&slot);
	}
	ReleaseSysCache(statistics);
	return frequency;
}

/*
 * How frequent an element is: the share of the images that have it.  *known
 * becomes true if statistics tell.
 */
double
imgcat_element_frequency(int64 element, bool *known)
{
	double		least;
	double		frequency = known_frequency(element, &least);

	if (frequency < 0)
		return least;
	*known = true;
	return frequency;
}

/*
 * How frequent a facet is within a scope: as counted, or if it is too rare for
 * that, as if the one had nothing to do with the other.
 */
double
imgcat_scoped_frequency(int64 scope, int64 facet, bool *known)
{
	double		least;
	double		frequency =
	known_frequency(imgcat_element_of_scoped_facet(scope, facet), &least);
	bool		known_alone;

	if (frequency >= 0)
	{
		*known = true;
		return frequency;
	}
	return Min(least, imgcat_element_frequency(scope, &known_alone) *
			   imgcat_element_frequency(facet, &known_alone));
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
