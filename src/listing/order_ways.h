/*-------------------------------------------------------------------------
 *
 * order_ways.h
 *		A stream of images in an order, from within.
 *
 * src/listing/order_ways.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ORDER_WAYS_H
#define IMGCAT_ORDER_WAYS_H

#include "listing/order_stream.h"

/*
 * Limits, for each row of the page: images of a group to sort before it
 * becomes a stream of its own; the same if their rows must be read to sort
 * them; entries of a group to pass by; and what a way may cost at first.
 */
#define IMGCAT_GROUP_MAX(stream) (12 * (stream)->scope->page_rows)
#define IMGCAT_GROUP_ROWS_MAX(stream) (2 * (stream)->scope->page_rows)
#define IMGCAT_GROUP_PASSED_MAX(stream) (40 * (stream)->scope->page_rows)
#define IMGCAT_LEAST_BUDGET(stream) (60.0 * (stream)->scope->page_rows)

/* most images to collect; a walk is never so long that this is better */
#define IMGCAT_COLLECTED_MAX 200000

/* Costs are counted in entries of an index; a row costs as many. */
#define IMGCAT_ROW_COST 100

/* One stretch of the index that a filter is collected from. */
typedef struct ImgcatStretch
{
	const char *suffix;			/* of the index */
	bool		has_value;
	Datum		value;
	int64		low;			/* unless there is a value */
	int64		high;
} ImgcatStretch;

struct ImgcatOrderStream
{
	const ImgcatOrderScope *scope;
	const ImgcatOrderKey *keys;
	int			nkeys;
	const ImgcatOrderFilter *filters;
	int			nfilters;
	bool		has_after;		/* begin behind this place */
	ImgcatOrderEntry after;
	double		rows;			/* that are wanted, by and large */
	bool		empty;

	/* how to walk: the keys that no filter fixes, and the index */
	ImgcatOrderKey walk_keys[IMGCAT_ORDER_KEYS_MAX];
	int			nwalk_keys;
	bool		exact_place;	/* the place is one of the walk keys */
	const char *suffix;			/* of the index that is walked */
	int			prefix[2];		/* filters whose values it is walked at */
	int			nprefix;
	bool		direct;			/* the index has the order of the walk keys */
	ImgcatOrderFilter *parts;	/* or walk the images of each of these */
	int			nparts;
	int			part;
	int64		created_before; /* no image matches that is younger */

	bool		walking;		/* else collecting */
	double		walk_cost;
	double		walk_budget;
	ImgcatOrderScan *walk;
	bool		walk_ended;
	ImgcatOrderEntry last;		/* handed out last, if walking */
	bool		has_last;

	/* the group being read, or handed out */
	bool		has_group;
	ImgcatOrderEntry group;		/* has its value */
	char	   *group_name;
	int			group_passed;
	ImgcatOrderEntry **run;
	int			nrun;
	int			run_at;
	bool		run_ready;
	bool		has_next_group; /* its first entry was read */
	ImgcatOrderEntry *next_group;
	ImgcatOrderEntry *next_taken;	/* the same, if it matches */
	ImgcatOrderStream *nested;	/* a long group */
	ImgcatOrderFilter *nested_filters;

	/* the collection */
	bool		can_collect;
	ImgcatStretch *stretches;
	int			nstretches;
	int			stretch;
	double		collect_cost;
	double		collect_budget;
	ImgcatOrderScan *collect;
	ImgcatOrderEntry **collected;
	int			ncollected;
	int			max_collected;
	int			collected_at;
	bool		sorted;
};

extern bool imgcat_is_index_order(const ImgcatOrderKey *keys, int nkeys);
extern void imgcat_order_walk_range(const ImgcatOrderStream *stream,
									int64 *low, int64 *high);
extern void imgcat_order_set_walk_keys(ImgcatOrderStream *stream);
extern void imgcat_order_set_ways(ImgcatOrderStream *stream);

#endif							/* IMGCAT_ORDER_WAYS_H */
