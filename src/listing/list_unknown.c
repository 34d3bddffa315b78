/*-------------------------------------------------------------------------
 *
 * list_unknown.c
 *		Parameters that no image can answer to: misspelt ones.
 *
 * What is no parameter is taken for a custom property, and one that no image
 * has finds nothing, without a word.  Here is the word: an error where the
 * setting image_catalog.strict_filters is on, else a notice.
 *
 * A parameter is unknown if no image that the caller may list has a property
 * of that name.  Whether one has is asked only where nothing was found: what
 * is found has the property.  No index holds names of properties, so that the
 * answer "none" costs a look at all images that the caller may list.  Without
 * the setting that is not worth it for any name, and the look is taken only
 * for one that is near to a parameter's.
 *
 * Images of others do not count: that they have a property is not told.
 *
 * src/listing/list_unknown.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "image/protection.h"
#include "listing/list_plan.h"
#include "nearest_name.h"
#include "request/list_request.h"
#include "utils/builtins.h"

/* images whose properties are looked through for a name to propose */
#define SAMPLED_IMAGES "1000"

/*
 * Parameters of the list that are no attributes.
 */
static const char *const parameters[] = {
	"limit", "marker", "sort", "sort_key", "sort_dir", "tag", "member_status",
	"size_min", "size_max", "virtual_size_min", "virtual_size_max",
	"min_disk_min", "min_disk_max", "min_ram_min", "min_ram_max"
};

/*
 * Parameters of other lists, and what is meant by them here.
 */
static const struct
{
	const char *foreign;
	const char *ours;
}			translations[] = {
	{"offset", "marker"},
	{"page", "marker"},
	{"page_size", "limit"},
	{"per_page", "limit"},
	{"order_by", "sort"},
	{"sort_by", "sort"},
};

/*
 * The parameter that is near to the name by its spelling, or by what it means;
 * NULL: none.
 */
static const char *
near_parameter(ImgcatNearestName *nearest)
{
	for (int i = 0; i < imgcat_num_attributes; i++)
		if (imgcat_attributes[i].filter != IMGCAT_FILTER_NONE)
			imgcat_nearest_name_try(nearest, imgcat_attributes[i].name);
	for (int i = 0; i < (int) lengthof(parameters); i++)
		imgcat_nearest_name_try(nearest, parameters[i]);
	for (int i = 0; i < (int) lengthof(translations); i++)
		if (strcmp(nearest->written, translations[i].foreign) == 0)
			nearest->nearest = translations[i].ours;
	return nearest->nearest;
}

/*
 * Has an image that the caller may list a property of the name, and may he read
 * it?
 */
static bool
is_property(const ImgcatListParameter *parameter, ImgcatDialect dialect,
			const ImgcatCaller *caller)
{
	ImgcatStatement statement;

	if (!imgcat_may_read_property(parameter->name, parameter->name_length))
		return false;
	imgcat_statement_begin(&statement);
	appendStringInfoString(&statement.sql, "SELECT FROM image_catalog.images i WHERE ");
	imgcat_append_listable(&statement, dialect, caller);
	appendStringInfo(&statement.sql, " AND i.properties ? $%d LIMIT 1",
					 imgcat_statement_parameter(&statement, TEXTOID,
												CStringGetTextDatum(parameter->name)));
	imgcat_statement_execute(&statement, 1, NULL);
	return SPI_processed > 0;
}

/*
 * Look for a near name among the properties of some images that the caller may
 * list.
 */
static void
try_properties(ImgcatNearestName *nearest, ImgcatDialect dialect,
			   const ImgcatCaller *caller)
{
	ImgcatStatement statement;

	imgcat_statement_begin(&statement);
	appendStringInfoString(&statement.sql,
						   "SELECT DISTINCT k.name COLLATE \"C\" FROM ("
						   "SELECT i.properties FROM image_catalog.images i WHERE ");
	imgcat_append_listable(&statement, dialect, caller);
	appendStringInfoString(&statement.sql, " LIMIT " SAMPLED_IMAGES ") s,"
						   " LATERAL jsonb_object_keys(s.properties) k(name)"
						   " ORDER BY 1");
	imgcat_statement_execute(&statement, 0, NULL);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		char	   *name = SPI_getvalue(SPI_tuptable->vals[row],
										SPI_tuptable->tupdesc, 1);

		if (imgcat_may_read_property(name, strlen(name)))
			imgcat_nearest_name_try(nearest, name);
	}
}

/*
 * Tell of the unknown parameters of a request that found nothing: the first is
 * an error if the setting says so; else, if notices are wanted, each that is
 * near to a parameter's name is noticed.  The caller is connected to SPI.
 */
void
imgcat_tell_unknown(const ImgcatListRequest *request,
					const ImgcatCaller *caller, bool notices)
{
	ListCell   *cell;

	if (!imgcat_strict_filters && !notices)
		return;
	foreach(cell, request->properties)
	{
		const ImgcatListParameter *parameter = lfirst(cell);
		ImgcatNearestName nearest;
		const char *meant;

		imgcat_nearest_name_begin(&nearest, parameter->name,
								  parameter->name_length);
		meant = near_parameter(&nearest);
		if ((meant == NULL && !imgcat_strict_filters) ||
			is_property(parameter, request->dialect, caller))
			continue;
		if (meant == NULL)
		{
			try_properties(&nearest, request->dialect, caller);
			meant = nearest.nearest;
		}
		ereport(imgcat_strict_filters ? ERROR : NOTICE,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown parameter \"%s\"", parameter->name),
				 imgcat_ims_errdetail(request->dialect, IMS_BAD_VALUE,
									  "No image that the caller may list has a property of that name."),
				 meant == NULL ?
				 errhint("A filter names an attribute, a parameter of the list, or a custom property.") :
				 strcmp(meant, parameter->name) == 0 ?
				 errhint("Give \"%s\" once.", meant) :
				 errhint("Perhaps you meant \"%s\".", meant)));
	}
}
