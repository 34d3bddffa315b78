/*-------------------------------------------------------------------------
 *
 * foreign_request.c
 *		Clauses of a statement, with their values, as a list request.
 *
 * src/foreign/foreign_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "foreign/foreign.h"
#include "image/facet.h"
#include "image/image_row.h"
#include "listing/index_scan.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* most facets that a clause may ask for, as parameters of a request */
#define MAX_FACETS 500

/* property whose facets fold spellings (image/facet.c) */
#define FOLDED_PROPERTY "__platform"

/*
 * Nothing can match.
 */
static void
add_never(ImgcatListRequest *request)
{
	imgcat_add_condition(request, IMGCAT_COND_NEVER, IMGCAT_COL_PROPERTIES);
}

/*
 * The elements of an array that are not null: null equals nothing.
 */
static Datum *
elements_of(Datum array, Oid type, int *nelements)
{
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *values;
	bool	   *nulls;
	int			nvalues;

	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(DatumGetArrayTypeP(array), type, length, by_value, align,
					  &values, &nulls, &nvalues);
	*nelements = 0;
	for (int i = 0; i < nvalues; i++)
		if (!nulls[i])
			values[(*nelements)++] = values[i];
	return values;
}

/*
 * A column of texts is one of some.
 */
static void
add_texts(ImgcatListRequest *request, int column, Datum *texts, int ntexts)
{
	if (ntexts == 0)
		add_never(request);
	else if (column == IMGCAT_COL_VISIBILITY)
	{
		List	   *within = NIL;

		for (int i = 0; i < ntexts; i++)
			within = lappend(within, makeString(TextDatumGetCString(texts[i])));
		if (request->within != NIL)
			within = list_intersection(request->within, within);
		if (within == NIL)
			add_never(request);
		else
			request->within = within;
	}
	else
	{
		imgcat_add_text_condition(request, IMGCAT_COND_TEXT, column, texts, ntexts);
		if (ntexts == 1 && column == IMGCAT_COL_OWNER && request->owner == NULL)
			request->owner = TextDatumGetCString(texts[0]);
	}
}

/*
 * The identifier is one of some.
 */
static void
add_ids(ImgcatListRequest *request, Datum *ids, int nids)
{
	if (nids == 0)
		add_never(request);
	else
		imgcat_add_condition(request, IMGCAT_COND_UUID, IMGCAT_COL_ID)->uuids =
			PointerGetDatum(construct_array(ids, nids, UUIDOID, UUID_LEN,
											false, TYPALIGN_CHAR));
}

/*
 * A number compares with a value.
 */
static void
add_number(ImgcatListRequest *request, const ImgcatQual *qual, Datum value)
{
	int64		number = qual->type == INT2OID ? DatumGetInt16(value)
	: qual->type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value);

	if ((qual->kind == IMGCAT_QUAL_LESS && number == PG_INT64_MIN) ||
		(qual->kind == IMGCAT_QUAL_GREATER && number == PG_INT64_MAX))
	{
		add_never(request);
		return;
	}
	if (qual->kind == IMGCAT_QUAL_LESS)
		number--;
	else if (qual->kind == IMGCAT_QUAL_GREATER)
		number++;
	imgcat_add_range_condition(request, qual->column,
							   qual->kind < IMGCAT_QUAL_EQUAL ? PG_INT64_MIN : number,
							   qual->kind > IMGCAT_QUAL_EQUAL ? PG_INT64_MAX : number);
}

/*
 * A time compares with a value.  Infinity is the largest int8, which as the end
 * of a range means that there is none.
 */
static void
add_time(ImgcatListRequest *request, const ImgcatQual *qual, TimestampTz time)
{
	bool		bounds_low = qual->kind >= IMGCAT_QUAL_EQUAL;
	bool		bounds_high = qual->kind <= IMGCAT_QUAL_EQUAL;
	TimestampTz low = bounds_low ? time : PG_INT64_MIN;
	TimestampTz high = bounds_high ? time : PG_INT64_MAX;

	if ((qual->kind == IMGCAT_QUAL_LESS && time == PG_INT64_MIN) ||
		(qual->kind == IMGCAT_QUAL_GREATER && time == PG_INT64_MAX))
	{
		add_never(request);
		return;
	}
	if (qual->kind == IMGCAT_QUAL_LESS && time == PG_INT64_MAX)
	{
		ImgcatCondition *condition =
		imgcat_add_condition(request, IMGCAT_COND_OUTSIDE, qual->column);

		condition->low = condition->high = time;
		return;
	}
	if (qual->kind == IMGCAT_QUAL_GREATER)
		low++;
	else if (qual->kind == IMGCAT_QUAL_LESS)
		high--;
	imgcat_add_range_condition(request, qual->column, low, high);
}

/*
 * Tags contain some, all or one of them.
 */
static void
add_tags(ImgcatListRequest *request, const ImgcatQual *qual, Datum array)
{
	ArrayType  *tags = DatumGetArrayTypeP(array);
	int			ntags;
	Datum	   *facets = elements_of(array, TEXTOID, &ntags);
	bool		all = qual->kind == IMGCAT_QUAL_CONTAINS;

	if (ntags > MAX_FACETS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many tags to look for"),
				 errdetail("A filter has at most %d.", MAX_FACETS)));

	/* no tag is null */
	if (all ? array_contains_nulls(tags) : ntags == 0)
	{
		add_never(request);
		return;
	}
	for (int i = 0; i < ntags; i++)
	{
		text	   *tag = DatumGetTextPP(facets[i]);

		facets[i] = PointerGetDatum(imgcat_facet_of_tag(VARDATA_ANY(tag), VARSIZE_ANY_EXHDR(tag)));
		if (all)
			imgcat_add_text_condition(request, IMGCAT_COND_FACET, IMGCAT_COL_PROPERTIES,
									  &facets[i], 1);
	}
	if (!all)
		imgcat_add_text_condition(request, IMGCAT_COND_FACET, IMGCAT_COL_PROPERTIES,
								  facets, ntags);
}

/*
 * A property is one of some values.  Null has the facet of the empty string, and
 * the facets of one property fold spellings: there the row tells.
 */
static void
add_property(ImgcatListRequest *request, const char *name, Datum *values, int nvalues)
{
	ImgcatListParameter *property = palloc0(sizeof(ImgcatListParameter));
	Datum	   *facets = palloc(sizeof(Datum) * nvalues);
	bool		is_exact = strcmp(name, FOLDED_PROPERTY) != 0;
	ImgcatCondition *condition;

	property->name = name;
	property->name_length = strlen(name);
	for (int i = 0; i < nvalues; i++)
	{
		property->value = TextDatumGetCString(values[i]);
		property->value_length = strlen(property->value);
		is_exact &= property->value_length > 0;
		facets[i] = PointerGetDatum(imgcat_facet_of_property(name, property->name_length,
															 property->value,
															 property->value_length));
	}
	condition = imgcat_add_text_condition(request, IMGCAT_COND_FACET, IMGCAT_COL_PROPERTIES,
										  facets, nvalues);
	if (nvalues == 1)
		condition->property = property;
	if (!is_exact)
		imgcat_add_text_condition(request, IMGCAT_COND_PROPERTY, IMGCAT_COL_PROPERTIES,
								  values, nvalues)->property = property;
}

/*
 * What a qual on a property asks.
 */
static void
add_property_qual(ImgcatListRequest *request, const ImgcatQual *qual,
				  const ImgcatQualValue *value)
{
	char	   *name = TextDatumGetCString(value->name);
	Datum		single = value->value;
	Datum	   *values = &single;
	int			nvalues = 1;

	if (qual->kind == IMGCAT_QUAL_PROPERTY_ANY)
		values = elements_of(value->value, TEXTOID, &nvalues);
	if (nvalues > MAX_FACETS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many values of a property to look for"),
				 errdetail("A filter has at most %d.", MAX_FACETS)));

	/* a property that the caller may not read is not there */
	if (nvalues == 0 || !imgcat_may_read_property(name, strlen(name)))
		add_never(request);
	else
		add_property(request, name, values, nvalues);
}

/*
 * column = value
 */
static void
add_equality(ImgcatListRequest *request, const ImgcatQual *qual, Datum value)
{
	switch (qual->type)
	{
		case TEXTOID:
			value = PointerGetDatum(DatumGetTextPP(value));
			add_texts(request, qual->column, &value, 1);
			break;
		case UUIDOID:
			add_ids(request, &value, 1);
			break;
		case TIMESTAMPTZOID:
			add_time(request, qual, DatumGetTimestampTz(value));
			break;
		default:
			add_number(request, qual, value);
	}
}

/*
 * A column of truth values.  Hidden images are on no list.
 */
static void
add_truth(ImgcatListRequest *request, int column, bool is_true)
{
	if (column == IMGCAT_COL_PROTECTED)
		imgcat_add_range_condition(request, column, is_true, is_true);
	else if (is_true)
		add_never(request);
}

/*
 * What one qual asks.
 */
static void
add_qual(ImgcatListRequest *request, const ImgcatQual *qual, const ImgcatQualValue *value)
{
	Datum	   *elements;
	int			nelements;

	if (value->is_null)
	{
		add_never(request);
		return;
	}
	switch (qual->kind)
	{
		case IMGCAT_QUAL_LESS:
		case IMGCAT_QUAL_LESS_EQUAL:
		case IMGCAT_QUAL_GREATER_EQUAL:
		case IMGCAT_QUAL_GREATER:
			if (qual->type == TIMESTAMPTZOID)
				add_time(request, qual, DatumGetTimestampTz(value->value));
			else
				add_number(request, qual, value->value);
			break;
		case IMGCAT_QUAL_EQUAL:
			if (qual->type == BOOLOID)
				add_truth(request, qual->column, DatumGetBool(value->value));
			else
				add_equality(request, qual, value->value);
			break;
		case IMGCAT_QUAL_ANY:
			elements = elements_of(value->value, qual->type, &nelements);
			if (qual->type == UUIDOID)
				add_ids(request, elements, nelements);
			else
				add_texts(request, qual->column, elements, nelements);
			break;
		case IMGCAT_QUAL_TRUE:
		case IMGCAT_QUAL_FALSE:
			add_truth(request, qual->column, qual->kind == IMGCAT_QUAL_TRUE);
			break;
		case IMGCAT_QUAL_NULL:
		case IMGCAT_QUAL_NOT_NULL:
			imgcat_add_condition(request, qual->kind == IMGCAT_QUAL_NULL
								 ? IMGCAT_COND_MISSING : IMGCAT_COND_PRESENT, qual->column);
			break;
		case IMGCAT_QUAL_CONTAINS:
		case IMGCAT_QUAL_OVERLAPS:
			add_tags(request, qual, value->value);
			break;
		case IMGCAT_QUAL_PROPERTY:
		case IMGCAT_QUAL_PROPERTY_ANY:
			add_property_qual(request, qual, value);
			break;
	}
}

/*
 * What the quals ask: those for any value, or the others.
 */
static void
add_quals(ImgcatListRequest *request, List *quals, const ImgcatQualValue *values,
		  bool for_any)
{
	ListCell   *cell;

	foreach(cell, quals)
	{
		const ImgcatQual *qual = lfirst(cell);

		if ((qual->kind == IMGCAT_QUAL_NOT_NULL) == for_any)
			add_qual(request, qual, &values[foreach_current_index(cell)]);
	}
}

/*
 * Set the request: what list_images() lists without a filter, to the caller, of
 * which all quals hold.  All that it points to is in the current context.
 */
void
imgcat_foreign_request(ImgcatListRequest *request, const ImgcatCaller *caller,
					   List *quals, const ImgcatQualValue *values)
{
	imgcat_list_request_begin(request, imgcat_dialect);
	imgcat_list_request_finish(request, caller);

	/* the filter on a value serves better than the one on any */
	add_quals(request, quals, values, false);
	add_quals(request, quals, values, true);
}

/*
 * Set the order, from lists of column and direction; none: that of the list.
 * Ties are broken by creation and identifier, in the direction of the last key:
 * so an index has the whole order of one key.
 */
void
imgcat_set_order(ImgcatListRequest *request, List *keys)
{
	static const int ties[] = {IMGCAT_COL_CREATED_AT, IMGCAT_COL_ID};
	bool		descending = false;
	bool		has[IMGCAT_NUM_COLS] = {false};
	ListCell   *cell;

	if (keys == NIL)
		return;
	request->nkeys = 0;
	foreach(cell, keys)
	{
		ImgcatKey  *key = &request->keys[request->nkeys++];

		key->column = linitial_int(lfirst(cell));
		key->descending = descending = lsecond_int(lfirst(cell)) != 0;
		has[key->column] = true;
	}
	for (int i = 0; i < (int) lengthof(ties) && !has[IMGCAT_COL_ID]; i++)
		if (!has[ties[i]])
		{
			request->keys[request->nkeys].column = ties[i];
			request->keys[request->nkeys++].descending = descending;
			has[ties[i]] = true;
		}
}

/*
 * Does a condition of the request leave no null of the column?
 */
static bool
is_strict(const ImgcatListRequest *request, int column)
{
	for (int i = 0; i < request->nconditions; i++)
	{
		const ImgcatCondition *condition = &request->conditions[i];

		if (condition->column == column &&
			condition->kind != IMGCAT_COND_MISSING)
			return true;
	}
	return false;
}

/*
 * The zones of the order, one behind another.
 */
int
imgcat_order_zones(const ImgcatListRequest *request, bool nulls_first, ImgcatZone *zones)
{
	int			column = request->keys[0].column;
	bool		has_missing;
	int			nzones = 0;

	if (!imgcat_column_is_nullable(column))
	{
		zones[nzones++] = IMGCAT_ZONE_ALL;
		return nzones;
	}
	has_missing = !is_strict(request, column);
	if (has_missing && nulls_first)
		zones[nzones++] = IMGCAT_ZONE_MISSING;
	if (request->keys[0].descending)
		zones[nzones++] = IMGCAT_ZONE_PRESENT;
	else
	{
		if (column == IMGCAT_COL_SIZE)
			zones[nzones++] = IMGCAT_ZONE_NEGATIVE;
		if (column == IMGCAT_COL_SIZE || column == IMGCAT_COL_NAME)
			zones[nzones++] = IMGCAT_ZONE_EMPTY;
		zones[nzones++] = IMGCAT_ZONE_REST;
	}
	if (has_missing && !nulls_first)
		zones[nzones++] = IMGCAT_ZONE_MISSING;
	return nzones;
}

/*
 * The last value of a column, or the first: no image stands behind it.
 */
static Datum
last_value(int column, bool descending)
{
	static const pg_uuid_t least = {{0}};
	static pg_uuid_t most;
	const ImgcatAttribute *status;
	const char *last;

	switch (column)
	{
		case IMGCAT_COL_ID:
			memset(&most, 0xff, sizeof(most));
			return UUIDPGetDatum(descending ? &least : &most);
		case IMGCAT_COL_STATUS:
			status = imgcat_attribute_find("status", strlen("status"));
			last = status->values[0];
			for (int i = 1; status->values[i] != NULL; i++)
				if (descending ? strcmp(status->values[i], last) < 0
					: strcmp(status->values[i], last) > 0)
					last = status->values[i];
			return CStringGetTextDatum(last);
		default:
			return TimestampTzGetDatum(descending ? PG_INT64_MIN : PG_INT64_MAX);
	}
}

/*
 * Set the request of a zone.  True: the zone begins behind the position that is
 * set, which is that of the last missing value; so none of them is read.
 */
bool
imgcat_zone_request(ImgcatListRequest *zone_request, const ImgcatListRequest *request,
					ImgcatZone zone, ImgcatEntry *after)
{
	int			column = request->keys[0].column;
	bool		is_size = column == IMGCAT_COL_SIZE;
	Datum		empty = PointerGetDatum(cstring_to_text(""));

	*zone_request = *request;
	if (zone == IMGCAT_ZONE_ALL)
		return false;
	zone_request->conditions = palloc(sizeof(ImgcatCondition) * request->max_conditions);
	memcpy(zone_request->conditions, request->conditions,
		   sizeof(ImgcatCondition) * request->nconditions);
	if (zone == IMGCAT_ZONE_MISSING || zone == IMGCAT_ZONE_PRESENT ||
		(zone == IMGCAT_ZONE_REST && !is_size))
		imgcat_add_condition(zone_request, zone == IMGCAT_ZONE_MISSING
							 ? IMGCAT_COND_MISSING : IMGCAT_COND_PRESENT, column);
	else if (is_size)
		imgcat_add_range_condition(zone_request, column,
								   zone == IMGCAT_ZONE_NEGATIVE ? PG_INT64_MIN
								   : zone == IMGCAT_ZONE_REST ? 1 : 0,
								   zone == IMGCAT_ZONE_NEGATIVE ? -1
								   : zone == IMGCAT_ZONE_REST ? PG_INT64_MAX : 0);
	else
		imgcat_add_text_condition(zone_request, IMGCAT_COND_TEXT, column, &empty, 1);
	if (zone != IMGCAT_ZONE_REST || is_size)
		return false;

	memset(after, 0, sizeof(*after));
	imgcat_entry_set_value(after, column, empty);
	for (int i = 1; i < request->nkeys; i++)
		imgcat_entry_set_value(after, request->keys[i].column,
							   last_value(request->keys[i].column,
										  request->keys[i].descending));
	return true;
}
