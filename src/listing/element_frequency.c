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
#include "catalog/pg_collation.h"
#include "catalog/pg_statistic.h"
#include "compat.h"
#include "listing/element_frequency.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* assumed when the table was never analyzed */
#define DEFAULT_FREQUENCY 0.005

/*
 * Number of images, as ANALYZE or VACUUM left it.
 */
static double
number_of_images(Oid schema)
{
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
 * The frequency of one element among those of a statistics slot, which
 * are sorted; behind their frequencies stands the least of them.
 */
static double
frequency_in_slot(const AttStatsSlot *slot, const text *element)
{
	int			low = 0;
	int			high = slot->nvalues;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		text	   *common = DatumGetTextPP(slot->values[middle]);
		int			order;

		order = DatumGetInt32(DirectFunctionCall2Coll(bttextcmp,
													  DEFAULT_COLLATION_OID,
													  PointerGetDatum(element),
													  PointerGetDatum(common)));
		if (order == 0)
			return slot->numbers[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return slot->nnumbers > slot->nvalues
		? slot->numbers[slot->nvalues] / 2 : DEFAULT_FREQUENCY;
}

/*
 * Fill in the frequency of each element, and return the number of images.
 */
double
imgcat_element_frequencies(const Datum *elements, int nelements,
						   double *frequencies)
{
	Oid			schema = get_namespace_oid("image_catalog", false);
	Oid			index = get_relname_relid("images_search_idx", schema);
	HeapTuple	statistics;
	AttStatsSlot slot;
	bool		found = false;

	/* the only column of the index is the expression that was analyzed */
	statistics = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(index),
								 Int16GetDatum(1), BoolGetDatum(false));
	if (HeapTupleIsValid(statistics))
		found = get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCELEM,
								 InvalidOid,
								 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	for (int i = 0; i < nelements; i++)
		frequencies[i] = found
			? frequency_in_slot(&slot, DatumGetTextPP(elements[i]))
			: DEFAULT_FREQUENCY;
	if (found)
		free_attstatsslot(&slot);
	if (HeapTupleIsValid(statistics))
		ReleaseSysCache(statistics);
	return number_of_images(schema);
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
