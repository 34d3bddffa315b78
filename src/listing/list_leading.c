/*-------------------------------------------------------------------------
 *
 * list_leading.c
 *		Pages sorted first by a key that has few values.
 *
 * No index has the order (status, name), and sorting all active images by
 * name for one page costs all of them.  But the words of a status or a format
 * are known, and so is their order: the page is filled word by word, each
 * with a statement that filters on it and sorts by the other keys, which have
 * indexes.  Mostly the first word fills the page.
 *
 * All statements of a page run under one snapshot.
 *
 * src/listing/list_leading.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/image_row.h"
#include "listing/list_leading.h"
#include "listing/list_sort.h"
#include "utils/builtins.h"

/* more words than any attribute has, with the empty one */
#define MAX_WORDS 32

/* Hands rows on to the page, and notes when it takes no more. */
typedef struct FullReceiver
{
	DestReceiver pub;			/* must be first */
	DestReceiver *page;
	bool		full;
} FullReceiver;

static bool
full_receive(TupleTableSlot *slot, DestReceiver *self)
{
	FullReceiver *receiver = (FullReceiver *) self;

	receiver->full = !receiver->page->receiveSlot(slot, receiver->page);
	return !receiver->full;
}

/*
 * The words of the leading key, if it is one of few and no index has the
 * whole order; NULL otherwise.
 */
static const char *const *
leading_words(const ImgcatListRequest *request)
{
	const ImgcatSortSpec *sort = &request->sort;
	const ImgcatAttribute *attribute = imgcat_sort_attribute(sort->keys[0].attribute);
	bool		one_direction = true;

	if (request->hidden || request->dead || attribute->values == NULL)
		return NULL;
	for (int i = 1; i < imgcat_sort_length(sort); i++)
		if (sort->keys[i].descending != sort->keys[0].descending)
			one_direction = false;
	if (one_direction &&
		imgcat_sort_attribute(sort->keys[1].attribute)->column == IMGCAT_COL_CREATED_AT)
		return NULL;
	return attribute->values;
}

/*
 * Order of two words, bytewise as texts sort.
 */
static int
compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * The words in the order of the listing.  A missing value sorts as the empty
 * word.
 */
static int
sort_words(const char *const *words, bool descending, const char **sorted)
{
	int			nwords = 0;

	sorted[nwords++] = "";
	for (; *words != NULL; words++)
	{
		if (nwords == MAX_WORDS)
			elog(ERROR, "an attribute has more than %d words", MAX_WORDS - 1);
		sorted[nwords++] = *words;
	}
	qsort(sorted, nwords, sizeof(char *), compare_words);
	for (int i = 0; descending && i < nwords / 2; i++)
	{
		const char *word = sorted[i];

		sorted[i] = sorted[nwords - 1 - i];
		sorted[nwords - 1 - i] = word;
	}
	return nwords;
}

/*
 * The request for one word: filtered on it, sorted by the other keys.
 */
static void
request_of_word(ImgcatListRequest *of_word, const ImgcatListRequest *request,
				const char *word)
{
	ImgcatCondition *condition;
	int			column = imgcat_sort_attribute(request->sort.keys[0].attribute)->column;

	*of_word = *request;
	of_word->conditions = palloc(sizeof(ImgcatCondition) * (request->nconditions + 1));
	memcpy(of_word->conditions, request->conditions,
		   sizeof(ImgcatCondition) * request->nconditions);
	condition = &of_word->conditions[of_word->nconditions++];
	memset(condition, 0, sizeof(*condition));
	condition->kind = IMGCAT_COND_SORTED_TEXT;
	condition->column = column;
	condition->value = CStringGetTextDatum(word);

	of_word->sort.nkeys = request->sort.nkeys - 1;
	for (int i = 0; i < of_word->sort.nkeys; i++)
		of_word->sort.keys[i] = request->sort.keys[i + 1];
}

/*
 * Is there any image of the word?  Asked in the order of creation this is a
 * plan that stands ready, and spares planning for the words that nobody uses.
 */
static bool
word_occurs(const ImgcatListRequest *of_word, const ImgcatCaller *caller)
{
	ImgcatListRequest in_order = *of_word;
	ImgcatStatement statement;
	DestReceiver receiver = *None_Receiver;

	/* other filters take planning, too */
	if (of_word->nconditions > 1)
		return true;
	in_order.sort.nkeys = 2;
	in_order.sort.keys[0].attribute = imgcat_sort_key_of_column(IMGCAT_COL_CREATED_AT);
	in_order.sort.keys[1].attribute = imgcat_sort_key_of_column(IMGCAT_COL_ID);
	in_order.sort.keys[0].descending = in_order.sort.keys[1].descending = true;
	imgcat_list_statement(&statement, &in_order, caller, NULL, 1);
	receiver.mydest = DestTuplestore;	/* SPI takes DestNone for no rows */
	imgcat_statement_execute(&statement, 1, &receiver);
	return SPI_processed > 0;
}

/*
 * Send at most rows images of the request to the page, after the marker if
 * there is one.  False: the request's sort is not of this kind.  The caller is
 * connected to SPI.
 */
bool
imgcat_list_by_leading_value(const ImgcatListRequest *request,
							 const ImgcatCaller *caller,
							 const ImgcatMarker *marker,
							 int64 rows, DestReceiver *page)
{
	const char *const *words = leading_words(request);
	const char *sorted[MAX_WORDS];
	const char *place = NULL;
	bool		descending = request->sort.keys[0].descending;
	int			nwords;
	FullReceiver receiver;

	if (words == NULL)
		return false;
	nwords = sort_words(words, descending, sorted);
	if (marker != NULL)
		place = TextDatumGetCString(marker->values[0]);

	receiver.pub = *page;
	receiver.pub.receiveSlot = full_receive;
	receiver.page = page;
	receiver.full = false;
	for (int i = 0; i < nwords && rows > 0 && !receiver.full; i++)
	{
		ImgcatListRequest of_word;
		ImgcatStatement statement;
		ImgcatMarker rest;
		int			order = place != NULL ? strcmp(sorted[i], place) : 1;

		if (place != NULL && descending)
			order = -order;
		if (order < 0)
			continue;			/* before the marker */
		if (order == 0)
			memcpy(rest.values, marker->values + 1,
				   sizeof(Datum) * (imgcat_sort_length(&request->sort) - 1));
		request_of_word(&of_word, request, sorted[i]);
		if (!word_occurs(&of_word, caller))
			continue;
		imgcat_list_statement(&statement, &of_word, caller,
							  order == 0 ? &rest : NULL, rows);
		imgcat_statement_execute(&statement, rows, &receiver.pub);
		rows -= SPI_processed;
	}
	return true;
}
