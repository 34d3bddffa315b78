/*-------------------------------------------------------------------------
 *
 * list_cost.h
 *		What the planning of a list goes by: all of its constants.
 *
 * Costs are counted in index entries read.  The figures were taken with
 * bench/buffers.sql on catalogues of bench/generate.sql; the size is named
 * where they were.  A wrong one costs buffers and changes no answer.
 *
 * src/listing/list_cost.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_COST_H
#define IMGCAT_LIST_COST_H

/*
 * A row costs as much as so many entries: some 80 entries lie on a page of an
 * index, and a row on a page of its own (one million images).
 */
#define IMGCAT_ROW_COST 100

/*
 * For each row wanted: entries of a peer group to sort before the group
 * becomes a scan of its own; the same if their rows must be read to sort
 * them; entries of a group that may fail the filters (200 thousand images,
 * sorts by two keys: 112 buffers of 250).
 */
#define IMGCAT_GROUP_ENTRIES 12
#define IMGCAT_GROUP_ROWS 2
#define IMGCAT_GROUP_FILTERED 40

/*
 * For each row wanted: what either path of an ordered scan may cost before the
 * other goes on, whatever statistics say; how much longer each turn is.
 */
#define IMGCAT_LEAST_BUDGET 60.0
#define IMGCAT_BUDGET_GROWTH 1.5

/*
 * Entries that a branch reads in a row before it lets another go on, which is
 * at one that comes first: a page of an index.
 */
#define IMGCAT_TURN_ENTRIES 64

/* entries that filter then sort keeps, for each row wanted, and at least */
#define IMGCAT_SORT_ROWS 4
#define IMGCAT_SORT_LEAST 256

/*
 * A facet in another order than that of creation.  So few images are all
 * fetched and sorted; of more than that, up to so many, the row numbers are
 * kept, to filter an ordered scan by; of still more, rows are read until the
 * page is full (one million images: a facet of a thousandth 350 buffers
 * instead of 3,573).  A million of them take 6 MB.
 */
#define IMGCAT_FETCH_ALL_MAX 256
#define IMGCAT_TID_FILTER_MAX 1000000

/*
 * Pages to find the row of a shared image by its identifier, so that it is told
 * whether it has a facet.
 */
#define IMGCAT_SHARE_COST 1.5

/*
 * A condition that this share of the images passes, or more, is left to the
 * recheck of a search scan; a rarer one leads an ordered scan (200 thousand
 * images: status=queued, 4 %, with a facet of 30 %).
 */
#define IMGCAT_SEARCH_LEAST_SHARE 0.03

/* without statistics */
#define IMGCAT_DEFAULT_EQUAL 0.005
#define IMGCAT_DEFAULT_RANGE 0.3

/* of a value that statistics do not know, though they know all others */
#define IMGCAT_LEAST_FREQUENCY 1e-6

/*
 * A search scan: a probe may find so many candidates for each row wanted; so
 * many probes, or limits' worth of candidates, and an ordered scan goes on.
 */
#define IMGCAT_SEARCH_LIMIT 4
#define IMGCAT_SEARCH_PROBES_MAX 40
#define IMGCAT_SEARCH_LIMITS_MAX 12

/*
 * GIN keys of so many images are read as a whole to see where in time they
 * are; of so few, it costs little to look up each in the other keys.
 */
#define IMGCAT_LOOK_AT_ALL 400000
#define IMGCAT_FEW_IN_SET 1000

/* fewest candidates to look for, and what the estimate of a share is worth */
#define IMGCAT_SEARCH_LEAST_TARGET 24
#define IMGCAT_SHARE_WEIGHT 16

/*
 * A facet that more of all images have is counted among the images that the
 * caller may list, not in the search index (200 thousand and one million).
 */
#define IMGCAT_COUNT_COMMON 0.05

/* rows of one recheck: fewest and most after the first one */
#define IMGCAT_RECHECK_LEAST 4
#define IMGCAT_RECHECK_MOST 512

#endif							/* IMGCAT_LIST_COST_H */
