/*-------------------------------------------------------------------------
 *
 * facet_frequency.c
 *		How common a facet is, by the planner's statistics.
 *
 * A request for several facets walks the list of the rarest, or intersects
 * their index entries; which is cheaper depends on how many images have them.
 * ANALYZE keeps the most common elements of images.facets with their
 * frequencies; one that it does not keep is rarer than all of them.
 *
 * src/listing/facet_frequency.c
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
#include "listing/facet_frequency.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* assumed when the table was never analyzed */
#define DEFAULT_FREQUENCY 0.005

/*
 * Number of images, as ANALYZE or VACUUM left it; and the table's OID.
 */
static double
number_of_images(Oid *table)
{
	HeapTuple	tuple;
	double		images = 0;

	*table = get_relname_relid("images", get_namespace_oid("image_catalog", false));
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(*table));
	if (HeapTupleIsValid(tuple))
	{
		images = Max(((Form_pg_class) GETSTRUCT(tuple))->reltuples, 0);
		ReleaseSysCache(tuple);
	}
	return images;
}

/*
 * The frequency of one facet among the elements of a statistics slot, which
 * are sorted; behind their frequencies stands the least of them.
 */
static double
frequency_in_slot(const AttStatsSlot *slot, const text *facet)
{
	int			low = 0;
	int			high = slot->nvalues;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		text	   *element = DatumGetTextPP(slot->values[middle]);
		int			order;

		order = DatumGetInt32(DirectFunctionCall2Coll(bttextcmp,
													  DEFAULT_COLLATION_OID,
													  PointerGetDatum(facet),
													  PointerGetDatum(element)));
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
 * Fill in the frequency of each facet, and return the number of images.
 */
double
imgcat_facet_frequencies(const Datum *facets, int nfacets, double *frequencies)
{
	Oid			table;
	double		images = number_of_images(&table);
	HeapTuple	statistics;
	AttStatsSlot slot;
	bool		found = false;

	statistics = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(table),
								 Int16GetDatum(get_attnum(table, "facets")),
								 BoolGetDatum(false));
	if (HeapTupleIsValid(statistics))
		found = get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCELEM,
								 InvalidOid,
								 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS);
	for (int i = 0; i < nfacets; i++)
		frequencies[i] = found
			? frequency_in_slot(&slot, DatumGetTextPP(facets[i]))
			: DEFAULT_FREQUENCY;
	if (found)
		free_attstatsslot(&slot);
	if (HeapTupleIsValid(statistics))
		ReleaseSysCache(statistics);
	return images;
}
