/*-------------------------------------------------------------------------
 *
 * list_sort.c
 *		The order of a list: expressions, and the keyset.
 *
 * src/listing/list_sort.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "image/image_row.h"
#include "listing/list_sort.h"

/* How a column sorts: a missing value as the empty string, or as zero. */
typedef struct SortExpression
{
	int			column;
	Oid			type;
	const char *expression;
} SortExpression;

static const SortExpression sort_expressions[] = {
	{IMGCAT_COL_NAME, TEXTOID, "COALESCE(i.name, '')"},
	/* as text: the indexes of enums hold it so */
	{IMGCAT_COL_STATUS, TEXTOID, "i.status::text"},
	{IMGCAT_COL_CONTAINER_FORMAT, TEXTOID, "COALESCE(i.container_format, '')"},
	{IMGCAT_COL_DISK_FORMAT, TEXTOID, "COALESCE(i.disk_format, '')"},
	{IMGCAT_COL_SIZE, INT8OID, "COALESCE(i.size, 0)"},
	{IMGCAT_COL_ID, UUIDOID, "i.id"},
	{IMGCAT_COL_CREATED_AT, TIMESTAMPTZOID, "i.created_at"},
	{IMGCAT_COL_UPDATED_AT, TIMESTAMPTZOID, "i.updated_at"},
};

/*
 * How a column sorts.
 */
static const SortExpression *
sort_expression(const ImgcatSortSpec *sort, int at)
{
	int			column = imgcat_sort_attribute(sort->keys[at].attribute)->column;

	for (int i = 0; i < (int) lengthof(sort_expressions); i++)
		if (sort_expressions[i].column == column)
			return &sort_expressions[i];
	elog(ERROR, "column %d has no sort expression", column);
}

/*
 * How a column stands in the indexes: by its sort expression if it has one.
 */
const char *
imgcat_indexed_expression(int column, const char *otherwise)
{
	for (int i = 0; i < (int) lengthof(sort_expressions); i++)
		if (sort_expressions[i].column == column)
			return sort_expressions[i].expression;
	return otherwise;
}

/*
 * Number of sort keys that matter: nothing ties after the id.
 */
int
imgcat_sort_length(const ImgcatSortSpec *sort)
{
	for (int i = 0; i < sort->nkeys; i++)
		if (sort_expression(sort, i)->column == IMGCAT_COL_ID)
			return i + 1;
	return sort->nkeys;
}

/*
 * Is the sort (created_at, id)?
 */
bool
imgcat_sorts_by_creation(const ImgcatSortSpec *sort)
{
	return imgcat_sort_length(sort) == 2 &&
		sort_expression(sort, 0)->column == IMGCAT_COL_CREATED_AT &&
		sort_expression(sort, 1)->column == IMGCAT_COL_ID;
}

/*
 * The type of a sort key, and so of the marker's parameter.
 */
Oid
imgcat_sort_type(const ImgcatSortSpec *sort, int at)
{
	return sort_expression(sort, at)->type;
}

/*
 * The expression of a sort key.
 */
void
imgcat_append_sort_expression(StringInfo sql, const ImgcatSortSpec *sort, int at)
{
	appendStringInfoString(sql, sort_expression(sort, at)->expression);
}

/*
 * The sort as a keyset; parameters are those of the marker's row, or NULL.
 */
int
imgcat_sort_keyset(const ImgcatSortSpec *sort, const int *parameters,
				   ImgcatKeysetKey *keys)
{
	int			nkeys = imgcat_sort_length(sort);

	for (int i = 0; i < nkeys; i++)
	{
		keys[i].expression = sort_expression(sort, i)->expression;
		keys[i].descending = sort->keys[i].descending;
		keys[i].nullable = false;
		keys[i].parameter = parameters != NULL ? parameters[i] : 0;
	}
	return nkeys;
}
