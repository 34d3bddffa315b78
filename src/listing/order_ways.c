/*-------------------------------------------------------------------------
 *
 * order_ways.c
 *		How a stream of images in an order finds them.
 *
 * Decides by which index to walk, from which to collect, and which of the two
 * to begin with (order_stream.c).
 *
 * src/listing/order_ways.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "listing/order_estimate.h"
#include "listing/order_ways.h"
#include "utils/builtins.h"

/* how many times fewer images are changed in a range than long before it */
#define LATE_CHANGES 8

/*
 * The range that filters leave of the walk's first key.
 */
void
imgcat_order_walk_range(const ImgcatOrderStream *stream, int64 *low, int64 *high)
{
	int			column = stream->walk_keys[0].column;

	*low = PG_INT64_MIN;
	*high = PG_INT64_MAX;
	if (column == IMGCAT_COL_CREATED_AT)
		*high = stream->created_before;
	if (column != IMGCAT_COL_CREATED_AT && column != IMGCAT_COL_UPDATED_AT &&
		column != IMGCAT_COL_SIZE)
		return;
	for (int i = 0; i < stream->nfilters; i++)
		if (stream->filters[i].column == column)
		{
			*low = Max(*low, stream->filters[i].low);
			*high = Min(*high, stream->filters[i].high);
		}
}

/*
 * Set the keys to walk by: the keys but those that a filter fixes.
 *
 * The place of the stream may have another value of a fixed key than all its
 * images have.  Then it lies before all of them, or behind, as far as the keys
 * before that one do not tell.
 */
void
imgcat_order_set_walk_keys(ImgcatOrderStream *stream)
{
	stream->exact_place = true;
	for (int i = 0; i < stream->nkeys; i++)
	{
		const ImgcatOrderKey *key = &stream->keys[i];
		const ImgcatOrderFilter *fixed = NULL;
		ImgcatOrderEntry value = {0};
		int			order;

		for (int j = 0; j < stream->nfilters && fixed == NULL; j++)
			if (stream->filters[j].column == key->column &&
				imgcat_filter_is_value(&stream->filters[j]))
				fixed = &stream->filters[j];
		if (fixed == NULL)
		{
			stream->walk_keys[stream->nwalk_keys++] = *key;
			continue;
		}
		if (!stream->has_after || !stream->exact_place)
			continue;
		imgcat_entry_set_value(&value, key->column, imgcat_filter_value(fixed));
		order = imgcat_entry_compare_column(&value, &stream->after, key->column);
		if (order == 0)
			continue;
		stream->exact_place = false;
		if (stream->nwalk_keys > 0)
			continue;
		if (key->descending ? order < 0 : order > 0)
			stream->has_after = false;
		else
			stream->empty = true;
	}
}

/*
 * Does the index of the first walk key have the order of all of them?
 */
bool
imgcat_is_index_order(const ImgcatOrderKey *keys, int nkeys)
{
	static const int ties[] = {IMGCAT_COL_CREATED_AT, IMGCAT_COL_ID};
	int			tie = keys[0].column == IMGCAT_COL_ID ? 2
		: keys[0].column == IMGCAT_COL_CREATED_AT ? 1 : 0;

	if (nkeys != 1 + (int) lengthof(ties) - tie)
		return false;
	for (int i = 1; i < nkeys; i++)
		if (keys[i].column != ties[tie + i - 1] ||
			keys[i].descending != keys[0].descending)
			return false;
	return true;
}

/*
 * The last moment before which all images of the stream were created.  An
 * image is not changed before it is created, so a bound of updated_at is one
 * of created_at, too; but for those that were imported with other times, if
 * there are any.
 */
static int64
last_creation(const ImgcatOrderStream *stream)
{
	int64		high = PG_INT64_MAX;
	ImgcatOrderScan *scan;
	bool		exceptions;

	for (int i = 0; i < stream->nfilters; i++)
		if (stream->filters[i].column == IMGCAT_COL_UPDATED_AT)
			high = Min(high, stream->filters[i].high);
	if (high == PG_INT64_MAX)
		return high;
	scan = imgcat_order_scan_open(stream->scope, "backdated");
	imgcat_order_scan_bound(scan, 0, BTGreaterStrategyNumber,
							TimestampTzGetDatum(high));
	imgcat_order_scan_start(scan);
	exceptions = imgcat_order_scan_next(scan, ForwardScanDirection) != NULL;
	imgcat_order_scan_close(scan);
	return exceptions ? PG_INT64_MAX : high;
}

/*
 * Is the walk within the range of this filter, whatever it passes?
 */
static bool
bounds_walk(const ImgcatOrderStream *stream, int filter)
{
	int			column = stream->filters[filter].column;

	for (int i = 0; i < stream->nprefix; i++)
		if (filter == stream->prefix[i])
			return true;
	return
		(column == stream->walk_keys[0].column &&
		 (column == IMGCAT_COL_CREATED_AT || column == IMGCAT_COL_UPDATED_AT ||
		  column == IMGCAT_COL_SIZE));
}

/*
 * Add a stretch to collect from.
 */
static ImgcatStretch *
add_stretch(ImgcatOrderStream *stream, const char *suffix)
{
	ImgcatStretch    *stretch = &stream->stretches[stream->nstretches++];

	memset(stretch, 0, sizeof(*stretch));
	stretch->suffix = suffix;
	stretch->low = PG_INT64_MIN;
	stretch->high = PG_INT64_MAX;
	return stretch;
}

/*
 * Add a stretch of a number's range, if there is any.
 */
static void
add_range(ImgcatOrderStream *stream, const char *suffix, int64 low, int64 high)
{
	ImgcatStretch    *stretch;

	if (low > high)
		return;
	stretch = add_stretch(stream, suffix);
	stretch->low = low;
	stretch->high = high;
}

/*
 * Where to collect the images of a filter from.
 */
static void
set_stretches(ImgcatOrderStream *stream, const ImgcatOrderFilter *filter)
{
	const char *suffix = imgcat_order_index_suffix(filter->column);
	ImgcatSummaryPart part;

	stream->stretches = palloc(sizeof(ImgcatStretch) * (32 + filter->nnames));
	if (imgcat_column_is_word(filter->column, &part))
	{
		for (int code = 0; code < IMGCAT_SUMMARY_UNKNOWN_WORD; code++)
		{
			const char *word;
			ImgcatStretch    *stretch;

			if (((filter->words >> code) & 1) == 0)
				continue;
			word = imgcat_summary_word_of(part, code);
			stretch = add_stretch(stream, suffix);
			stretch->has_value = true;
			stretch->value = CStringGetTextDatum(word);
		}
		return;
	}
	if (filter->column == IMGCAT_COL_NAME)
	{
		for (int i = 0; i < filter->nnames; i++)
		{
			ImgcatStretch    *stretch = add_stretch(stream, suffix);

			stretch->has_value = true;
			stretch->value =
				PointerGetDatum(cstring_to_text_with_len(filter->names[i],
														 filter->name_lengths[i]));
		}
		return;
	}

	/* missing sizes, which may be many, stand among those that are zero */
	if (filter->column == IMGCAT_COL_SIZE && !filter->missing &&
		filter->low <= 0 && filter->high >= 0 &&
		imgcat_order_index_exists(stream->scope->family, "empty"))
	{
		add_range(stream, suffix, filter->low, -1);
		add_stretch(stream, "empty");
		add_range(stream, suffix, 1, filter->high);
		return;
	}
	add_range(stream, suffix, filter->low, filter->high);
}

/*
 * How frequent are the images that pass the filter among those that the walk
 * meets?  In the order of creation, a walk within a range of updated_at meets
 * images that were changed last when they were created, most of them.  Before
 * the range it meets those that were changed much later, which are fewer.
 */
static double
frequency_in_walk(const ImgcatOrderStream *stream, int at, double frequency)
{
	const ImgcatOrderFilter *filter = &stream->filters[at];

	if (bounds_walk(stream, at))
		return 1;
	if (filter->column != IMGCAT_COL_UPDATED_AT ||
		stream->walk_keys[0].column != IMGCAT_COL_CREATED_AT ||
		filter->low == PG_INT64_MIN)
		return stream->created_before != PG_INT64_MAX
			&& filter->column == IMGCAT_COL_UPDATED_AT
			? Max(frequency, 0.5) : frequency;
	if (stream->walk_keys[0].descending &&
		(filter->high == PG_INT64_MAX ||
		 stream->created_before != PG_INT64_MAX) &&
		(!stream->has_after || stream->after.created_at > filter->low))
		return Max(frequency, 0.5);
	return frequency / LATE_CHANGES;
}

/*
 * The filter that fixes a column, or -1.
 */
static int
fixing_filter(const ImgcatOrderStream *stream, int column)
{
	for (int i = 0; i < stream->nfilters; i++)
		if (stream->filters[i].column == column &&
			imgcat_filter_is_value(&stream->filters[i]))
			return i;
	return -1;
}

/*
 * Is the word that a filter leaves one of these?
 */
static bool
is_word(const ImgcatOrderFilter *filter, const char *word, const char *other)
{
	ImgcatSummaryPart part;

	if (!imgcat_column_is_word(filter->column, &part))
		return false;
	return filter->words ==
		UINT32_C(1) << imgcat_summary_word(part, word, strlen(word)) ||
		filter->words ==
		UINT32_C(1) << imgcat_summary_word(part, other, strlen(other));
}

/*
 * The commonest words, of which the indexes hold less.
 */
static bool
is_common_word(const ImgcatOrderFilter *filter)
{
	switch (filter->column)
	{
		case IMGCAT_COL_STATUS:
			return is_word(filter, "active", "active");
		case IMGCAT_COL_DISK_FORMAT:
			return is_word(filter, "qcow2", "raw");
		case IMGCAT_COL_CONTAINER_FORMAT:
			return is_word(filter, "bare", "bare");
		default:
			return false;
	}
}

/*
 * Walk an index of two filtered values, or of a filtered one and the first
 * walk key, if there is one that holds all such images.
 */
static bool
set_pair_index(ImgcatOrderStream *stream)
{
	int			status = fixing_filter(stream, IMGCAT_COL_STATUS);
	int			size = fixing_filter(stream, IMGCAT_COL_SIZE);
	int			disk = fixing_filter(stream, IMGCAT_COL_DISK_FORMAT);
	int			container = fixing_filter(stream, IMGCAT_COL_CONTAINER_FORMAT);
	int			key = stream->walk_keys[0].column;
	const ImgcatOrderFilter *filters = stream->filters;

	if (status >= 0 &&
		((key == IMGCAT_COL_SIZE && !is_common_word(&filters[status])) ||
		 (key == IMGCAT_COL_CREATED_AT && size >= 0 &&
		  (!is_common_word(&filters[status]) || filters[size].low == 0))) &&
		imgcat_order_index_exists(stream->scope->family, "status_size"))
	{
		stream->suffix = "status_size";
		stream->prefix[stream->nprefix++] = status;
		if (size >= 0)
			stream->prefix[stream->nprefix++] = size;
		return true;
	}
	if (container >= 0 &&
		((key == IMGCAT_COL_DISK_FORMAT && !is_common_word(&filters[container])) ||
		 (key == IMGCAT_COL_CREATED_AT && disk >= 0 &&
		  (!is_common_word(&filters[container]) ||
		   !is_common_word(&filters[disk])))) &&
		imgcat_order_index_exists(stream->scope->family, "formats"))
	{
		stream->suffix = "formats";
		stream->prefix[stream->nprefix++] = container;
		if (disk >= 0)
			stream->prefix[stream->nprefix++] = disk;
		return true;
	}
	return false;
}

/*
 * Add a part: those images that have a size of a range.
 */
static void
add_size_part(ImgcatOrderStream *stream, int64 low, int64 high)
{
	ImgcatOrderFilter *part = &stream->parts[stream->nparts++];

	memset(part, 0, sizeof(*part));
	part->column = IMGCAT_COL_SIZE;
	part->low = low;
	part->high = high;
	part->missing = true;
}

/*
 * qsort() comparator of filters on one word.
 */
static int
compare_parts(const void *a, const void *b)
{
	text	   *x = DatumGetTextPP(imgcat_filter_value(a));
	text	   *y = DatumGetTextPP(imgcat_filter_value(b));
	int			length = Min(VARSIZE_ANY_EXHDR(x), VARSIZE_ANY_EXHDR(y));
	int			order = memcmp(VARDATA_ANY(x), VARDATA_ANY(y), length);

	return order != 0 ? order
		: (int) VARSIZE_ANY_EXHDR(x) - (int) VARSIZE_ANY_EXHDR(y);
}

/*
 * Walk in parts where the walk might pass too many that go with another value,
 * and where the images of each part have an index: size by size those that are
 * active, word by word those of a format or without data.
 */
static void
set_parts(ImgcatOrderStream *stream)
{
	int			status = fixing_filter(stream, IMGCAT_COL_STATUS);
	int			size = fixing_filter(stream, IMGCAT_COL_SIZE);
	int			key = stream->walk_keys[0].column;
	ImgcatSummaryPart part;
	int64		low;
	int64		high;

	if (strcmp(stream->scope->family, "offers") == 0)
		return;					/* too few to matter */
	stream->parts = palloc(sizeof(ImgcatOrderFilter) * 32);
	imgcat_order_walk_range(stream, &low, &high);
	if (key == IMGCAT_COL_SIZE && status >= 0 && low <= 0 && high >= 0)
	{
		add_size_part(stream, PG_INT64_MIN, -1);
		add_size_part(stream, 0, 0);
		add_size_part(stream, 1, PG_INT64_MAX);
	}
	else if ((key == IMGCAT_COL_STATUS && size >= 0 &&
			  stream->filters[size].low == 0) ||
			 (key == IMGCAT_COL_DISK_FORMAT &&
			  fixing_filter(stream, IMGCAT_COL_CONTAINER_FORMAT) >= 0) ||
			 (key == IMGCAT_COL_CONTAINER_FORMAT &&
			  fixing_filter(stream, IMGCAT_COL_DISK_FORMAT) >= 0))
	{
		(void) imgcat_column_is_word(key, &part);
		for (uint32 code = 0; imgcat_summary_word_of(part, code) != NULL; code++)
		{
			ImgcatOrderFilter *word = &stream->parts[stream->nparts++];

			memset(word, 0, sizeof(*word));
			word->column = key;
			word->words = UINT32_C(1) << code;
		}
		qsort(stream->parts, stream->nparts, sizeof(ImgcatOrderFilter),
			  compare_parts);
	}
	for (int i = 0; stream->walk_keys[0].descending && i < stream->nparts / 2; i++)
	{
		ImgcatOrderFilter first = stream->parts[i];

		stream->parts[i] = stream->parts[stream->nparts - 1 - i];
		stream->parts[stream->nparts - 1 - i] = first;
	}
}

/*
 * Decide how to walk.
 */
static void
set_walk(ImgcatOrderStream *stream, const double *frequencies)
{
	int			prefix = -1;

	stream->created_before = PG_INT64_MAX;
	if (stream->walk_keys[0].column == IMGCAT_COL_CREATED_AT)
		stream->created_before = last_creation(stream);
	stream->direct = imgcat_is_index_order(stream->walk_keys, stream->nwalk_keys);
	stream->suffix = imgcat_order_index_suffix(stream->walk_keys[0].column);
	if (stream->nfilters == 0 || set_pair_index(stream))
		return;

	/* the index of any filter on a value is in the order of creation */
	if (stream->nwalk_keys == 2 &&
		stream->walk_keys[0].column == IMGCAT_COL_CREATED_AT)
	{
		for (int i = 0; i < stream->nfilters; i++)
			if (imgcat_filter_is_value(&stream->filters[i]) &&
				(prefix < 0 || frequencies[i] < frequencies[prefix]))
				prefix = i;
		if (prefix >= 0)
		{
			stream->suffix =
				imgcat_order_index_suffix(stream->filters[prefix].column);
			stream->prefix[stream->nprefix++] = prefix;
		}
	}
	else
		set_parts(stream);
}

/*
 * Does the index of a filter lack a key of the order?
 */
static bool
lacks_keys(const ImgcatOrderStream *stream, const ImgcatOrderFilter *filter)
{
	ImgcatSummaryPart part;
	bool		is_number = filter->column == IMGCAT_COL_UPDATED_AT ||
		filter->column == IMGCAT_COL_CREATED_AT;

	for (int i = 0; i < stream->nkeys; i++)
	{
		int			key = stream->keys[i].column;

		if (key == filter->column || key == IMGCAT_COL_ID ||
			key == IMGCAT_COL_CREATED_AT || imgcat_column_is_word(key, &part))
			continue;
		if (strcmp(stream->scope->family, "offers") == 0)
			continue;
		if (is_common_word(filter) || (is_number && key == IMGCAT_COL_NAME) ||
			(filter->column == IMGCAT_COL_UPDATED_AT && key == IMGCAT_COL_SIZE))
			return true;
	}
	return false;
}

/*
 * Decide how to walk, what to collect, and which to begin with.
 */
void
imgcat_order_set_ways(ImgcatOrderStream *stream)
{
	double		images = 0;
	double		frequencies[IMGCAT_ORDER_FILTERS_MAX];
	double		passing = 1;
	double		walk_cost;
	double		collect_cost;
	int			collect = -1;

	if (stream->nfilters > 0)
		images = imgcat_estimate_scope(stream->scope);
	for (int i = 0; i < stream->nfilters; i++)
		frequencies[i] = imgcat_estimate_filter(stream->scope->table,
												&stream->filters[i]);
	set_walk(stream, frequencies);
	for (int i = 0; i < stream->nfilters; i++)
	{
		passing *= frequency_in_walk(stream, i, frequencies[i]);
		if (!bounds_walk(stream, i) &&
			imgcat_order_index_suffix(stream->filters[i].column) != NULL &&
			(collect < 0 || frequencies[i] < frequencies[collect]))
			collect = i;
	}
	stream->walking = true;
	stream->walk_budget = 1e300;
	if (collect < 0)
		return;

	stream->can_collect = true;
	set_stretches(stream, &stream->filters[collect]);
	walk_cost = stream->rows / Max(passing, 1e-9);
	for (int i = 0; i < stream->nprefix; i++)
		walk_cost = Min(walk_cost, images * frequencies[stream->prefix[i]]);
	walk_cost = Min(walk_cost, images);
	collect_cost = images * frequencies[collect];
	if (lacks_keys(stream, &stream->filters[collect]))
		collect_cost *= IMGCAT_ROW_COST;
	stream->walking = walk_cost <= collect_cost;

	/* who has spent what the other would have cost may have been wrong */
	stream->walk_budget = Max(walk_cost * 2, collect_cost) +
		IMGCAT_LEAST_BUDGET(stream);
	stream->collect_budget = Max(collect_cost * 2, walk_cost) +
		IMGCAT_LEAST_BUDGET(stream);
}
