/*-------------------------------------------------------------------------
 *
 * list_order.c
 *		Pages found entry by entry in the indexes of orders.
 *
 * No statement lists a page at a bounded cost where the order has two keys,
 * or where a range crosses the order: the planner knows neither to sort an
 * index's entries group by group, nor to change its mind.  Such pages are
 * found here.  Each arm of the scope is a stream of entries in the order of
 * the request (order_stream.c); the streams are merged, and what comes first
 * is looked up by one statement, with the scope and all conditions in it.  The
 * indexes say where an image stands; the statement says whether it is listed.
 *
 * All of a page is read under one snapshot.
 *
 * src/listing/list_order.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "image/image_row.h"
#include "listing/list_order.h"
#include "listing/list_scope.h"
#include "listing/list_sort.h"
#include "listing/order_estimate.h"
#include "listing/order_ways.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* most values of an in: list: each is compared with, and looked for */
#define MAX_VALUES 256

/* most values of a list that have arms of their own */
#define MAX_VALUES_APART 4

/* An arm of the scope as a stream, and its first image not handed out. */
typedef struct ArmStream
{
	ImgcatOrderScope scope;
	const ImgcatOrderFilter *filters;
	double		images;			/* estimated */
	ImgcatOrderStream *stream;
	ImgcatOrderEntry *head;		/* NULL: asked for when needed, or none */
	bool		ended;
} ArmStream;

/* A page in the making. */
typedef struct OrderedPage
{
	const ImgcatListRequest *request;
	const ImgcatCaller *caller;
	ImgcatOrderKey keys[IMGCAT_ORDER_KEYS_MAX];
	int			nkeys;
	ImgcatOrderFilter *filters;
	int			nfilters;
	ImgcatOrderTable images;
	ImgcatOrderTable offers;
	bool		has_offers;
	ArmStream	arms[IMGCAT_MAX_ARMS * MAX_VALUES_APART];
	int			narms;
	Relation	pkey;			/* of images; NULL: not needed as yet */
} OrderedPage;

/*
 * Hands the rows of entries on to the page, as long as none is missing whose
 * entry was not followed to its row.
 */
typedef struct EntryReceiver
{
	DestReceiver pub;			/* must be first */
	DestReceiver *page;
	ImgcatOrderEntry **entries;
	int			nentries;
	int			at;				/* the next expected */
	int64		rows;
	bool		full;			/* the page takes no more */
} EntryReceiver;

/*
 * Pass entries up to one.  False: the row of one of them may be elsewhere.
 */
static bool
pass_entries(EntryReceiver *receiver, int to)
{
	while (receiver->at < to && receiver->entries[receiver->at]->row_read)
		receiver->at++;
	return receiver->at >= to;
}

/*
 * Take one row; behind its columns stands the place of its entry, from 1 on.
 */
static bool
entry_receive(TupleTableSlot *slot, DestReceiver *self)
{
	EntryReceiver *receiver = (EntryReceiver *) self;
	bool		isnull;
	int			place = DatumGetInt64(slot_getattr(slot, IMGCAT_NUM_COLS + 1, &isnull));

	if (!pass_entries(receiver, place - 1))
		return false;
	receiver->at = place;
	receiver->rows++;
	receiver->full = !receiver->page->receiveSlot(slot, receiver->page);
	return !receiver->full;
}

/*
 * Add one name to a filter on names, once: each is looked for on its own.
 */
static void
add_name(ImgcatOrderFilter *filter, Datum value)
{
	text	   *name = DatumGetTextPP(value);
	int			length = VARSIZE_ANY_EXHDR(name);
	int			at = filter->nnames;

	for (int i = 0; i < at; i++)
		if (filter->name_lengths[i] == length &&
			memcmp(filter->names[i], VARDATA_ANY(name), length) == 0)
			return;
	filter->nnames++;
	filter->names[at] = VARDATA_ANY(name);
	filter->name_lengths[at] = length;
	filter->name_hashes[at] = imgcat_summary_name_hash(VARDATA_ANY(name), length);
}

/*
 * The filter on one of some texts.  No image has a word that is none, and a
 * missing one equals nothing.
 */
static void
set_text_filter(ImgcatOrderFilter *filter, const Datum *values, int nvalues)
{
	ImgcatSummaryPart part;

	if (!imgcat_column_is_word(filter->column, &part))
	{
		filter->names = palloc(sizeof(char *) * nvalues);
		filter->name_lengths = palloc(sizeof(int) * nvalues);
		filter->name_hashes = palloc(sizeof(uint32) * nvalues);
	}
	for (int i = 0; i < nvalues; i++)
	{
		text	   *word = DatumGetTextPP(values[i]);
		uint32		code;

		if (filter->column == IMGCAT_COL_NAME)
		{
			add_name(filter, values[i]);
			continue;
		}
		code = imgcat_summary_word(part, VARDATA_ANY(word), VARSIZE_ANY_EXHDR(word));
		if (code != IMGCAT_SUMMARY_NO_WORD && code != IMGCAT_SUMMARY_UNKNOWN_WORD)
			filter->words |= UINT32_C(1) << code;
	}
}

/*
 * The filter on a number.  False: it is not of the indexes.
 */
static bool
set_number_filter(ImgcatOrderFilter *filter, const ImgcatCondition *condition)
{
	int64		number = DatumGetInt64(condition->value);

	filter->low = PG_INT64_MIN;
	filter->high = PG_INT64_MAX;
	switch (condition->op)
	{
		case IMGCAT_EQ:
			filter->low = filter->high = number;
			return true;
		case IMGCAT_GTE:
			filter->low = number;
			return true;
		case IMGCAT_LTE:
			filter->high = number;
			return true;
		default:
			return false;
	}
}

/*
 * Does the condition show in an index?  If so, add the filter.
 */
static bool
add_filter(OrderedPage *page, const ImgcatCondition *condition)
{
	ImgcatOrderFilter *filter = &page->filters[page->nfilters];
	ImgcatSummaryPart part;
	Datum	   *values;
	bool	   *nulls;
	int			nvalues;
	bool		is_text = condition->column == IMGCAT_COL_NAME ||
		imgcat_column_is_word(condition->column, &part);

	memset(filter, 0, sizeof(*filter));
	filter->column = condition->column;
	switch (condition->kind)
	{
		case IMGCAT_COND_TEXT:
			if (!is_text)
				return false;
			set_text_filter(filter, &condition->value, 1);
			break;
		case IMGCAT_COND_TEXT_IN:
			if (!is_text)
				return false;
			deconstruct_array(DatumGetArrayTypeP(condition->value), TEXTOID, -1,
							  false, TYPALIGN_INT, &values, &nulls, &nvalues);
			if (nvalues > MAX_VALUES)
				return false;
			set_text_filter(filter, values, nvalues);
			break;
		case IMGCAT_COND_BOOL:
			filter->low = filter->high = DatumGetBool(condition->value);
			break;
		case IMGCAT_COND_NUMBER:
			if (condition->column != IMGCAT_COL_SIZE ||
				!set_number_filter(filter, condition))
				return false;
			break;
		case IMGCAT_COND_TIME_RANGE:
			filter->low = condition->low;
			filter->high = condition->high == PG_INT64_MAX ? PG_INT64_MAX
				: condition->high - 1;
			break;
		default:
			return false;
	}
	page->nfilters++;
	return true;
}

/*
 * Two ranges of one column are one.
 */
static void
merge_ranges(OrderedPage *page)
{
	int			nfilters = 0;

	for (int i = 0; i < page->nfilters; i++)
	{
		ImgcatOrderFilter *filter = &page->filters[i];
		ImgcatOrderFilter *same = NULL;

		for (int j = 0; j < nfilters && same == NULL; j++)
			if (page->filters[j].column == filter->column &&
				(filter->column == IMGCAT_COL_SIZE ||
				 filter->column == IMGCAT_COL_CREATED_AT ||
				 filter->column == IMGCAT_COL_UPDATED_AT))
				same = &page->filters[j];
		if (same == NULL)
			page->filters[nfilters++] = *filter;
		else
		{
			same->low = Max(same->low, filter->low);
			same->high = Min(same->high, filter->high);
		}
	}
	page->nfilters = nfilters;
}

/*
 * Read the conditions to filters.  False: others are asked that the indexes do
 * not show, and that many images fail.
 */
static bool
set_filters(OrderedPage *page)
{
	const ImgcatListRequest *request = page->request;

	if (request->nconditions >= IMGCAT_ORDER_FILTERS_MAX / 2)
		return false;
	page->filters = palloc(sizeof(ImgcatOrderFilter) * (request->nconditions + 1));
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		switch (condition->kind)
		{
			case IMGCAT_COND_NOT_FACET:
			case IMGCAT_COND_TIME_OUTSIDE:
				break;
			case IMGCAT_COND_TEXT:
				if (condition->column == IMGCAT_COL_OWNER)
					break;		/* the scope sees to that */
				/* FALLTHROUGH */
			default:
				if (!add_filter(page, condition))
					return false;
				break;
		}
	}
	if (request->created_from != PG_INT64_MIN ||
		request->created_before != PG_INT64_MAX)
	{
		ImgcatOrderFilter *filter = &page->filters[page->nfilters++];

		memset(filter, 0, sizeof(*filter));
		filter->column = IMGCAT_COL_CREATED_AT;
		filter->low = request->created_from;
		filter->high = request->created_before == PG_INT64_MAX ? PG_INT64_MAX
			: request->created_before - 1;
	}
	merge_ranges(page);
	return true;
}

/*
 * Set the keys of the order.
 */
static void
set_keys(OrderedPage *page)
{
	const ImgcatSortSpec *sort = &page->request->sort;

	page->nkeys = imgcat_sort_length(sort);
	for (int i = 0; i < page->nkeys; i++)
	{
		page->keys[i].column = imgcat_sort_attribute(sort->keys[i].attribute)->column;
		page->keys[i].descending = sort->keys[i].descending;
	}
}

/*
 * Is a statement as good?  It is where an index has the order, and at most one
 * word is asked for, which has its index in the order of creation.  (So has a
 * name; but of how many images have it the planner thinks too much.)
 */
static bool
suits_statement(const OrderedPage *page)
{
	const ImgcatOrderFilter *filter = page->filters;
	ImgcatSummaryPart part;

	if (!imgcat_is_index_order(page->keys, page->nkeys))
		return false;
	if (page->nfilters == 0)
		return true;
	if (page->nfilters > 1 || !imgcat_sorts_by_creation(&page->request->sort))
		return false;
	if (filter->column == IMGCAT_COL_CREATED_AT ||
		filter->column == IMGCAT_COL_PROTECTED)
		return true;
	return imgcat_column_is_word(filter->column, &part) &&
		imgcat_filter_is_value(filter);
}

/*
 * Add the arms of the scope.  False: one of them cannot be walked.
 */
static bool
add_arms(OrderedPage *page, const ImgcatScope *scope)
{
	const ImgcatListRequest *request = page->request;
	const char *project = page->caller->project_id;

	for (int i = 0; i < scope->narms; i++)
	{
		const ImgcatArm *arm = &scope->arms[i];
		ArmStream  *stream = &page->arms[page->narms];
		ImgcatOrderScope *order = &stream->scope;
		const char *owner = arm->kind == IMGCAT_ARM_OWN ? project : request->owner;

		memset(stream, 0, sizeof(*stream));
		order->table = &page->images;
		if (arm->kind == IMGCAT_ARM_MEMBER)
		{
			/* what is shared with a project is not its own */
			if (request->owner != NULL && strcmp(request->owner, project) == 0)
				continue;
			if (request->owner != NULL)
				return false;
			order->table = &page->offers;
			order->family = "offers";
			order->ncolumns = 2;
			order->values[0] = CStringGetTextDatum(project);
			order->values[1] = CStringGetTextDatum(arm->member_status);
			page->has_offers = true;
		}
		else if (owner != NULL)
		{
			order->family = "images_owner";
			order->ncolumns = 2;
			order->values[0] = CStringGetTextDatum(owner);
			order->values[1] = CStringGetTextDatum(arm->visibility);
		}
		else
		{
			order->family = "images_visibility";
			order->ncolumns = 1;
			order->values[0] = CStringGetTextDatum(arm->visibility);
		}
		page->narms++;
	}
	return true;
}

/*
 * The filters with one of a list's values in place of the list.
 */
static const ImgcatOrderFilter *
filters_of_value(const OrderedPage *page, int at, int value)
{
	ImgcatOrderFilter *filters;
	ImgcatOrderFilter *filter;
	uint32		words = page->filters[at].words;

	filters = palloc(sizeof(ImgcatOrderFilter) * page->nfilters);
	memcpy(filters, page->filters, sizeof(ImgcatOrderFilter) * page->nfilters);
	filter = &filters[at];
	if (filter->column == IMGCAT_COL_NAME)
	{
		filter->nnames = 1;
		filter->names += value;
		filter->name_lengths += value;
		filter->name_hashes += value;
		return filters;
	}
	while (value-- > 0)
		words &= words - 1;
	filter->words = words & -words;
	return filters;
}

/*
 * In the order of creation, give each value of a short list arms of its own:
 * the images of one value have an index in that order, those of a list not.
 */
static void
split_arms(OrderedPage *page)
{
	int			at = -1;
	int			nvalues = 0;
	int			narms = page->narms;

	for (int i = 0; i < page->narms; i++)
		page->arms[i].filters = page->filters;
	if (!imgcat_sorts_by_creation(&page->request->sort) ||
		!imgcat_is_index_order(page->keys, page->nkeys))
		return;
	for (int i = 0; i < page->nfilters && at < 0; i++)
	{
		nvalues = page->filters[i].column == IMGCAT_COL_NAME
			? page->filters[i].nnames : pg_popcount32(page->filters[i].words);
		if (nvalues > 1 && nvalues <= MAX_VALUES_APART)
			at = i;
	}
	if (at < 0)
		return;
	for (int value = nvalues - 1; value >= 0; value--)
		for (int i = 0; i < narms; i++)
		{
			ArmStream  *arm = &page->arms[value * narms + i];

			*arm = page->arms[i];
			arm->filters = filters_of_value(page, at, value);
		}
	page->narms = narms * nvalues;
}

/*
 * Are all indexes there that the streams may ask for?
 */
static bool
has_indexes(const OrderedPage *page, const char *family)
{
	if (!imgcat_order_index_exists(family, "created_at") ||
		!imgcat_order_index_exists(family, "backdated"))
		return false;
	for (int i = 0; i < page->nkeys; i++)
		if (!imgcat_order_index_exists(family,
									   imgcat_order_index_suffix(page->keys[i].column)))
			return false;
	for (int i = 0; i < page->nfilters; i++)
	{
		const char *suffix = imgcat_order_index_suffix(page->filters[i].column);

		if (suffix != NULL && !imgcat_order_index_exists(family, suffix))
			return false;
	}
	return true;
}

/*
 * Open the tables, and a stream for each arm.
 */
static void
open_streams(OrderedPage *page, const ImgcatOrderEntry *after, int64 rows)
{
	double		images = 0;

	imgcat_order_table_open(&page->images, "images");
	if (page->has_offers)
		imgcat_order_table_open(&page->offers, "offers");
	for (int i = 0; i < page->narms; i++)
	{
		page->arms[i].images = imgcat_estimate_scope(&page->arms[i].scope);
		images += page->arms[i].images;
	}
	for (int i = 0; i < page->narms; i++)
	{
		ArmStream  *arm = &page->arms[i];

		arm->scope.page_rows = rows;
		arm->stream = imgcat_order_stream_open(&arm->scope, page->keys, page->nkeys,
											   arm->filters, page->nfilters, after,
											   rows * arm->images / images + 1);
	}
}

/*
 * Close what open_streams() opened.
 */
static void
close_streams(OrderedPage *page)
{
	for (int i = 0; i < page->narms; i++)
		imgcat_order_stream_close(page->arms[i].stream);
	if (page->pkey != NULL)
		index_close(page->pkey, NoLock);
	if (page->has_offers)
		imgcat_order_table_close(&page->offers);
	imgcat_order_table_close(&page->images);
}

/*
 * Let an entry of an offer become that of its image.  False: the snapshot does
 * not see the offer, or the image.
 */
static bool
find_image_of_offer(OrderedPage *page, ImgcatOrderEntry *entry)
{
	ScanKeyData key;
	IndexScanDesc scan;
	ItemPointer tid;
	bool		found = false;

	if (!imgcat_order_read_row(&page->offers, entry))
		return false;
	if (page->pkey == NULL)
		page->pkey = index_open(get_relname_relid("images_pkey",
												  get_namespace_oid("image_catalog", false)),
								AccessShareLock);
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(&entry->id));
	scan = index_beginscan(page->images.relation, page->pkey,
						   page->images.snapshot, 1, 0);
	index_rescan(scan, &key, 1, NULL, 0);
	while (!found && (tid = index_getnext_tid(scan, ForwardScanDirection)) != NULL)
	{
		ImgcatOrderEntry image = {0};

		image.tid = *tid;
		found = imgcat_order_read_row(&page->images, &image);
		if (found)
			*entry = image;
	}
	index_endscan(scan);
	return found;
}

/*
 * The next image of the merged streams, or NULL.  It may be one that nobody
 * sees, unless its row was read.
 */
static ImgcatOrderEntry *
next_image(OrderedPage *page)
{
	for (;;)
	{
		ArmStream  *first = NULL;
		ImgcatOrderEntry *entry;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < page->narms; i++)
		{
			ArmStream  *arm = &page->arms[i];

			if (arm->head == NULL && !arm->ended)
			{
				arm->head = imgcat_order_stream_next(arm->stream);
				arm->ended = (arm->head == NULL);
			}
			if (arm->head != NULL &&
				(first == NULL ||
				 imgcat_entry_compare(arm->head, first->head, page->keys,
									  page->nkeys) < 0))
				first = arm;
		}
		if (first == NULL)
			return NULL;

		entry = first->head;
		first->head = NULL;
		if (first->scope.table != &page->offers ||
			find_image_of_offer(page, entry))
			return entry;
	}
}

/*
 * Look up the rows of entries by one statement, which has the last word on
 * what is listed, and hand them on.
 */
static void
look_up_rows(OrderedPage *page, EntryReceiver *receiver)
{
	ImgcatStatement statement;
	ImgcatScope scope;
	StringInfo	sql = &statement.sql;
	Datum	   *tids = palloc(sizeof(Datum) * receiver->nentries);

	for (int i = 0; i < receiver->nentries; i++)
		tids[i] = PointerGetDatum(&receiver->entries[i]->tid);
	imgcat_statement_begin(&statement);
	imgcat_list_scope(&scope, page->request, page->caller, &statement);
	scope.membership = IMGCAT_MEMBERSHIP_BY_IMAGE;
	appendStringInfo(sql, "SELECT " IMGCAT_IMAGE_COLUMNS ", k.place"
					 " FROM unnest($%d) WITH ORDINALITY k (tid, place)"
					 " JOIN image_catalog.images i ON i.ctid = k.tid WHERE ",
					 imgcat_statement_parameter(&statement, TIDARRAYOID,
												PointerGetDatum(construct_array(tids, receiver->nentries,
																				TIDOID, sizeof(ItemPointerData),
																				false, TYPALIGN_SHORT))));
	imgcat_append_scope_predicate(sql, &scope);
	appendStringInfoString(sql, " AND ");
	imgcat_append_listable(sql, page->request);
	imgcat_append_time_range(&statement, "i.created_at", page->request->created_from,
							 page->request->created_before, sql);
	imgcat_append_conditions(&statement, page->request, NULL,
							 IMGCAT_FACETS_OF_ROW, sql);
	appendStringInfoString(sql, " ORDER BY k.place");
	statement.generic = true;
	imgcat_statement_execute(&statement, 0, &receiver->pub);
}

/*
 * Send the rows of entries to the page.  Returns how many were listed; full
 * says that the page takes no more.
 *
 * An entry points to the first version of a row, which is the one that is
 * seen, but for rows that were changed since without touching an index.  So
 * where a row is missing the rest of the entries is followed to the rows, and
 * looked up once more.
 */
static int64
send_rows(OrderedPage *page, ImgcatOrderEntry **entries, int nentries,
		  DestReceiver *page_receiver, bool *full)
{
	EntryReceiver receiver;
	int			nrest = 0;

	receiver.pub = *page_receiver;
	receiver.pub.receiveSlot = entry_receive;
	receiver.page = page_receiver;
	receiver.entries = entries;
	receiver.nentries = nentries;
	receiver.at = 0;
	receiver.rows = 0;
	receiver.full = false;
	look_up_rows(page, &receiver);
	*full = receiver.full;
	if (receiver.full || pass_entries(&receiver, nentries))
		return receiver.rows;

	for (int i = receiver.at; i < nentries; i++)
		if (imgcat_order_read_row(&page->images, entries[i]))
			entries[nrest++] = entries[i];
	if (nrest == 0)
		return receiver.rows;
	receiver.nentries = nrest;
	receiver.at = 0;
	look_up_rows(page, &receiver);
	*full = receiver.full;
	return receiver.rows;
}

/*
 * The place of the marker as an entry.
 */
static void
set_place(const OrderedPage *page, const ImgcatMarker *marker,
		  ImgcatOrderEntry *place)
{
	memset(place, 0, sizeof(*place));
	for (int i = 0; i < page->nkeys; i++)
		imgcat_entry_set_value(place, page->keys[i].column, marker->values[i]);
}

/*
 * Send at most rows images of the request to the page, after the marker if
 * there is one.  False: the request is not of this kind.  The caller is
 * connected to SPI.
 */
bool
imgcat_list_in_order(const ImgcatListRequest *request,
					 const ImgcatCaller *caller, const ImgcatMarker *marker,
					 int64 rows, DestReceiver *receiver)
{
	OrderedPage page = {0};
	ImgcatStatement unused;
	ImgcatScope scope;
	ImgcatOrderEntry place;
	bool		full = false;
	bool		ended = false;

	if (request->hidden || request->dead)
		return false;
	page.request = request;
	page.caller = caller;
	set_keys(&page);
	if (!set_filters(&page) || suits_statement(&page))
		return false;
	imgcat_statement_begin(&unused);
	imgcat_list_scope(&scope, request, caller, &unused);
	if (!add_arms(&page, &scope))
		return false;
	for (int i = 0; i < page.narms; i++)
		if (!has_indexes(&page, page.arms[i].scope.family))
			return false;

	split_arms(&page);
	if (marker != NULL)
		set_place(&page, marker, &place);
	open_streams(&page, marker != NULL ? &place : NULL, rows);
	while (rows > 0 && !full && !ended)
	{
		ImgcatOrderEntry **entries = palloc(sizeof(ImgcatOrderEntry *) * rows);
		int			nentries = 0;

		while (nentries < rows && !ended)
		{
			ImgcatOrderEntry *entry = next_image(&page);

			if (entry == NULL)
				ended = true;
			else
				entries[nentries++] = entry;
		}
		if (nentries > 0)
			rows -= send_rows(&page, entries, nentries, receiver, &full);
	}
	close_streams(&page);
	return true;
}
