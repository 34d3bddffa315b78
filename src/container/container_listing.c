/*-------------------------------------------------------------------------
 *
 * container_listing.c
 *		Which container images, in which order, which part of them.
 *
 * The order ends with the digest, ascending whatever the direction of the keys,
 * so that it is total.  Nulls come last, too, whatever the direction.  A label of a child table
 * sorts by an aggregate over the image's rows that the search found; images
 * without such rows have no place in the order and are left out, as an inner
 * join would.
 *
 * src/container/container_listing.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "container/container_listing.h"
#include "fmgr.h"
#include "keyset.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* the labels of an image as one text, for the order only */
#define LABELS_TEXT \
	"(SELECT string_agg(m.label_key || '=' || m.label_value, ',' " \
	"ORDER BY m.label_key COLLATE \"C\") COLLATE \"C\" " \
	"FROM image_catalog.container_image_labels m " \
	"WHERE m.image_key = i.image_key)"

/* What the steps that build the order share. */
typedef struct SortBuilder
{
	ImgcatContainerListing *listing;
	const ImgcatContainerSort *sort;
	ImgcatSearchTable table;	/* child table of the aggregates */
	StringInfoData aggregates;	/* ", max(f.cvss) AS k1" */
} SortBuilder;

/*
 * The aggregate function of that name or number, as the API spells them.
 */
ImgcatAggregate
imgcat_aggregate_from_text(const char *str)
{
	static const char *const names[] = {"UNSET", "COUNT", "MIN", "MAX"};
	static const char *const numbers[] = {"0", "1", "2", "3"};
	int			i;

	for (i = 0; i < (int) lengthof(names); i++)
	{
		if (strcmp(str, names[i]) == 0 || strcmp(str, numbers[i]) == 0)
			return (ImgcatAggregate) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is not a valid value", str),
			 errdetail("It is not the name of an aggregate function."),
			 errhint("Write UNSET, COUNT, MIN or MAX.")));
}

/*
 * Refuse a field that is not there.
 */
pg_noreturn static void
refuse_field(const char *field)
{
	char	   *lower = pstrdup(field);
	char	   *c;

	for (c = lower; *c != '\0'; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("field %s does not exist in table images or connected tables",
					lower),
			 errhint("Sort by a label that images have, such as \"Image Created Time\".")));
}

/* The type of a label's column. */
static Oid
column_type(const ImgcatSearchLabel *label)
{
	switch (label->type)
	{
		case IMGCAT_SEARCH_ARRAY:
			return TEXTARRAYOID;
		case IMGCAT_SEARCH_NUMBER:
			return FLOAT8OID;
		case IMGCAT_SEARCH_INTEGER:
			return INT8OID;
		case IMGCAT_SEARCH_BOOL:
			return BOOLOID;
		case IMGCAT_SEARCH_TIME:
			return TIMESTAMPTZOID;
		case IMGCAT_SEARCH_ENUM:
			return INT2OID;
		default:
			return TEXTOID;
	}
}

/* A column's expression, texts with a collation that sorts bytewise. */
static const char *
sorting_expression(const ImgcatSearchLabel *label,
				   const ImgcatSearchColumn *column)
{
	Oid			type = column_type(label);

	if ((type == TEXTOID || type == TEXTARRAYOID) && !column->bytewise)
		return psprintf("%s COLLATE \"C\"", column->expression);
	return column->expression;
}

/* Add a key to the order. */
static void
add_key(SortBuilder *builder, const char *expression, Oid type, bool nullable)
{
	ImgcatContainerSortKey *key;

	Assert(builder->listing->nkeys < IMGCAT_CONTAINER_SORT_KEYS);
	key = &builder->listing->keys[builder->listing->nkeys++];
	key->expression = expression;
	key->type = type;
	key->nullable = nullable;
}

/*
 * Add a key on the image row.  An aggregate over one row is its value, or the
 * number of its values.
 */
static void
add_image_key(SortBuilder *builder, const ImgcatSearchLabel *label)
{
	const ImgcatSearchColumn *column = imgcat_search_column(label);
	const char *expression = LABELS_TEXT;
	bool		nullable = true;

	if (column != NULL)
	{
		expression = sorting_expression(label, column);
		nullable = column->nullable;
	}
	if (builder->sort->aggregate != IMGCAT_AGGREGATE_COUNT)
		add_key(builder, expression, column_type(label), nullable);
	else if (nullable)
		add_key(builder, psprintf("(%s IS NOT NULL)::int::int8", expression),
				INT8OID, false);
	else
		add_key(builder, "1::int8", INT8OID, false);
}

/*
 * Add a key that is an aggregate over the rows of a child table.  Without a
 * function the best row of an image decides: the least one ascending, the
 * greatest one descending.
 */
static void
add_child_key(SortBuilder *builder, const ImgcatSearchLabel *label,
			  ImgcatAggregate aggregate)
{
	const ImgcatSearchColumn *column = imgcat_search_column(label);
	bool		counts = aggregate == IMGCAT_AGGREGATE_COUNT;
	bool		largest = aggregate == IMGCAT_AGGREGATE_MAX ||
	(aggregate == IMGCAT_AGGREGATE_UNSET && builder->listing->descending);
	const char *function;

	Assert(builder->table == label->table ||
		   builder->table == IMGCAT_SEARCH_IMAGE);
	builder->table = label->table;
	if (counts)
		function = "count";
	else if (label->type == IMGCAT_SEARCH_BOOL)
		function = largest ? "bool_or" : "bool_and";
	else
		function = largest ? "max" : "min";
	appendStringInfo(&builder->aggregates, ", %s(%s%s) AS k%d", function,
					 builder->sort->distinct ? "DISTINCT " : "",
					 sorting_expression(label, column),
					 builder->listing->nkeys + 1);
	/* nothing is null but what its column lets be, and what has no rows */
	add_key(builder, psprintf("s.k%d", builder->listing->nkeys + 1),
			counts ? INT8OID : column_type(label),
			!counts && (column->nullable ||
						builder->listing->search.without_rows[label->table]));
}

/* Add a label as a key. */
static void
add_label(SortBuilder *builder, const char *name)
{
	const ImgcatSearchLabel *label = imgcat_search_label(name, strlen(name));

	if (label->table == IMGCAT_SEARCH_IMAGE)
		add_image_key(builder, label);
	else
		add_child_key(builder, label, builder->sort->aggregate);
}

/*
 * Add a label that is an aggregate of its own, such as "CVSS Max".
 */
static void
add_derived_label(SortBuilder *builder, const ImgcatSearchLabel *label)
{
	const ImgcatDerivedLabel *derived = imgcat_derived_label(label);
	const ImgcatSearchLabel *base = imgcat_search_label(derived->base,
														strlen(derived->base));

	if (builder->sort->aggregate != IMGCAT_AGGREGATE_UNSET)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("field %s takes no aggregate function", label->name),
				 errhint("It is one: sort by \"%s\" with an aggregate function, or by \"%s\" without one.",
						 base->name, label->name)));
	if (base->table == IMGCAT_SEARCH_IMAGE)
		add_key(builder, "1::int8", INT8OID, false);
	else
		add_child_key(builder, base, strcmp(derived->function, "count") == 0 ?
					  IMGCAT_AGGREGATE_COUNT :
					  strcmp(derived->function, "min") == 0 ?
					  IMGCAT_AGGREGATE_MIN : IMGCAT_AGGREGATE_MAX);
}

/*
 * Turn the field into keys.  A few names stand for several columns, or for
 * another one; "Image" and "Component" only when spelt so.
 */
static void
add_field(SortBuilder *builder, const char *field)
{
	const ImgcatSearchLabel *label;
	size_t		length = strlen(field);

	if (strcmp(field, "Image") == 0)
	{
		add_label(builder, "Image Registry");
		add_label(builder, "Image Remote");
		add_label(builder, "Image Tag");
		return;
	}
	if (strcmp(field, "Component") == 0)
	{
		add_label(builder, "Component");
		add_label(builder, "Component Version");
		return;
	}
	if (pg_strcasecmp(field, "_id") == 0)
	{
		add_label(builder, "Image Sha");
		return;
	}
	label = imgcat_search_label(field, length);
	if (label == NULL)
		refuse_field(field);
	if (label->type == IMGCAT_SEARCH_SORT_ONLY)
	{
		/* a rank is the score, the highest first */
		builder->listing->descending = !builder->listing->descending;
		add_label(builder, label->table == IMGCAT_SEARCH_IMAGE ?
				  "Image Risk Score" : "Component Risk Score");
	}
	else if (label->table == IMGCAT_SEARCH_DERIVED)
		add_derived_label(builder, label);
	else if (label->table != IMGCAT_SEARCH_UNREACHABLE)
		add_label(builder, label->name);
	else if (strstr(label->name, "Severity Count") == NULL)
		refuse_field(field);
	/* else a count that no listing sorts by: known, and without effect */
}

/*
 * Build the order of the listing from the sort option.
 */
static void
compile_sort(ImgcatContainerListing *listing, const ImgcatContainerSort *sort)
{
	SortBuilder builder = {listing, sort, IMGCAT_SEARCH_IMAGE, {0}};
	const ImgcatSearchFrom *child;

	initStringInfo(&builder.aggregates);
	listing->descending = sort->reversed;
	if (sort->present && (sort->field == NULL || *sort->field == '\0'))
		refuse_field("");
	if (sort->distinct && sort->aggregate == IMGCAT_AGGREGATE_UNSET)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("distinct needs an aggregate function"),
				 errhint("Use COUNT, MIN or MAX.")));
	if (sort->field != NULL)
		add_field(&builder, sort->field);
	if (listing->nkeys == 0)
		add_key(&builder, "i.last_updated", TIMESTAMPTZOID, false);
	child = imgcat_search_from(builder.table);
	if (child == NULL)
		return;
	listing->aggregated = true;
	listing->from = psprintf("%s CROSS JOIN LATERAL (SELECT count(*) AS n%s FROM %s %s WHERE %s.image_key = i.image_key AND %s) s",
							 listing->from, builder.aggregates.data,
							 child->name, child->alias, child->alias,
							 listing->search.rows[builder.table] != NULL ?
							 listing->search.rows[builder.table] : "true");
	if (!listing->search.without_rows[builder.table])
		listing->where = psprintf("%s AND s.n > 0", listing->where);
}

/*
 * Compile a search and an order.  The values of the search become parameters
 * of the statement; errors are of class 22.  The caller is connected to SPI.
 */
void
imgcat_container_listing(ImgcatContainerListing *listing,
						 const char *query, size_t length,
						 const ImgcatContainerSort *sort,
						 ImgcatStatement *statement)
{
	memset(listing, 0, sizeof(*listing));
	imgcat_compile_search(query, length, statement, &listing->search);
	imgcat_narrow_search(&listing->search, statement);
	listing->from = "image_catalog.container_images i";
	listing->where = listing->search.where;
	compile_sort(listing, sort);
}

/*
 * The keys of a row as texts, for a marker: ", key::text, ...".  A time is
 * written in UTC, whatever the session's settings are.
 */
const char *
imgcat_container_key_columns(const ImgcatContainerListing *listing)
{
	StringInfoData out;
	int			i;

	initStringInfo(&out);
	for (i = 0; i < listing->nkeys; i++)
	{
		const ImgcatContainerSortKey *key = &listing->keys[i];

		if (key->type == TIMESTAMPTZOID)
			appendStringInfo(&out, ", to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
							 key->expression);
		else
			appendStringInfo(&out, ", (%s)::text", key->expression);
	}
	return out.data;
}

/* A key of a marker as a parameter of the key's type; its number. */
static int
key_parameter(ImgcatStatement *statement, const ImgcatContainerSortKey *key,
			  const char *str)
{
	Oid			input;
	Oid			io_parameter;

	getTypeInputInfo(key->type, &input, &io_parameter);
	return imgcat_statement_parameter(statement, key->type,
									  OidInputFunctionCall(input,
														   pstrdup(str),
														   io_parameter, -1));
}

/*
 * The order of the listing as a keyset, behind the marker if there is one.
 */
static int
make_keyset(ImgcatStatement *statement, const ImgcatContainerListing *listing,
			const ImgcatContainerMarker *marker, ImgcatKeysetKey *keys)
{
	for (int i = 0; i < listing->nkeys; i++)
	{
		keys[i].expression = listing->keys[i].expression;
		keys[i].descending = listing->descending;
		keys[i].nullable = listing->keys[i].nullable;
		keys[i].parameter = marker != NULL && marker->keys[i] != NULL
			? key_parameter(statement, &listing->keys[i], marker->keys[i]) : 0;
	}
	keys[listing->nkeys].expression = "i.digest";
	keys[listing->nkeys].descending = false;
	keys[listing->nkeys].nullable = false;
	keys[listing->nkeys].parameter = marker != NULL
		? imgcat_statement_parameter(statement, TEXTOID,
									 CStringGetTextDatum(marker->digest)) : 0;
	return listing->nkeys + 1;
}

/*
 * Append the condition that a row comes after the marker.
 */
static void
append_after_marker(ImgcatStatement *statement,
					const ImgcatContainerListing *listing,
					const ImgcatContainerMarker *marker)
{
	ImgcatKeysetKey keys[IMGCAT_CONTAINER_SORT_KEYS + 1];
	bool		fits = marker->nkeys == listing->nkeys;
	int			nkeys;
	int			i;

	for (i = 0; fits && i < listing->nkeys; i++)
		fits = marker->keys[i] != NULL || listing->keys[i].nullable;
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("marker keys do not fit the order"),
				 errhint("Follow the link \"next\" of the page before as it is.")));
	nkeys = make_keyset(statement, listing, marker, keys);
	appendStringInfoString(&statement->sql, " AND ");
	imgcat_append_keyset_after(&statement->sql, keys, nkeys);
}

/*
 * Append " ORDER BY ..." of the listing.
 */
static void
append_order(StringInfo out, const ImgcatContainerListing *listing)
{
	ImgcatKeysetKey keys[IMGCAT_CONTAINER_SORT_KEYS + 1];
	int			nkeys = make_keyset(NULL, listing, NULL, keys);

	imgcat_append_keyset_order(out, keys, nkeys);
}

/*
 * Append the statement of a page that starts at a marker whose key is a
 * column that can be null: the values after the marker, then the nulls.  Each
 * UNION ALL branch follows an index from its first row, which their OR could
 * not.
 */
static void
append_branches(ImgcatStatement *statement, const char *columns,
				const ImgcatContainerListing *listing,
				const ImgcatContainerMarker *marker, int64 rows)
{
	StringInfo	out = &statement->sql;
	const char *key = listing->keys[0].expression;
	ImgcatKeysetKey keys[IMGCAT_CONTAINER_SORT_KEYS + 1];
	int			nkeys;
	char		limit[32] = "";

	if (rows >= 0)
		snprintf(limit, sizeof(limit), " LIMIT $%d",
				 imgcat_statement_parameter(statement, INT8OID,
											Int64GetDatum(rows)));
	nkeys = make_keyset(statement, listing, marker, keys);
	keys[0].nullable = false;	/* nulls are in the other branch */
	appendStringInfo(out, "SELECT * FROM ((SELECT %s, 1 AS branch, %s AS sort_key, i.digest AS sort_digest FROM %s WHERE %s AND ",
					 columns, key, listing->from, listing->where);
	imgcat_append_keyset_after(out, keys, nkeys);
	append_order(out, listing);
	appendStringInfo(out, "%s) UNION ALL (SELECT %s, 2, %s, i.digest FROM %s WHERE %s AND %s IS NULL",
					 limit, columns, key, listing->from, listing->where, key);
	/* the key is constant here, but only so does the planner see the index */
	append_order(out, listing);
	appendStringInfo(out, "%s)) p ORDER BY branch, sort_key%s, sort_digest",
					 limit, listing->descending ? " DESC" : "");
}

/*
 * Append "SELECT columns ..." of the listing, after the marker, to the
 * statement; a negative limit is none.  columns name the image row i; the
 * statement may give more columns behind them.
 */
void
imgcat_container_listing_statement(ImgcatStatement *statement,
								   const char *columns,
								   const ImgcatContainerListing *listing,
								   const ImgcatContainerMarker *marker,
								   int64 limit, int64 offset)
{
	StringInfo	out = &statement->sql;
	bool		marked = marker != NULL && marker->digest != NULL;

	offset = Max(offset, 0);

	/*
	 * limit and offset decide whether an index is read in order or rows
	 * sorted
	 */
	statement->generic = false;
	if (marked && listing->nkeys == 1 && listing->keys[0].nullable &&
		!listing->aggregated && marker->nkeys == 1 && marker->keys[0] != NULL)
		append_branches(statement, columns, listing, marker,
						limit < 0 ? -1 : limit + offset);
	else
	{
		appendStringInfo(out, "SELECT %s FROM %s WHERE %s", columns,
						 listing->from, listing->where);
		if (marked)
			append_after_marker(statement, listing, marker);
		append_order(out, listing);
	}
	if (limit >= 0)
		appendStringInfo(out, " LIMIT $%d",
						 imgcat_statement_parameter(statement, INT8OID,
													Int64GetDatum(limit)));
	if (offset > 0)
		appendStringInfo(out, " OFFSET $%d",
						 imgcat_statement_parameter(statement, INT8OID,
													Int64GetDatum(offset)));
}
