/*-------------------------------------------------------------------------
 *
 * property_index.c
 *		Ordered indexes of properties that are asked often.
 *
 * index_image_property() makes them (sql/34_property_indexes.sql).  A list
 * knows them by their names (list_plan.c).
 *
 * src/image/property_index.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/md5.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "image/property_index.h"
#include "plan_cache.h"
#include "utils/builtins.h"

/* digits of the digest that tell the names of properties apart */
#define DIGEST_DIGITS 16

/*
 * The name of the index of a property; scope is its leading column.
 */
static void
property_index_name(char *index_name, const char *scope, const char *property)
{
	char		digest[33];
	const char *error = NULL;

	if (!pg_md5_hash(property, strlen(property), digest, &error))
		elog(ERROR, "could not compute the digest of a property name: %s", error);
	snprintf(index_name, NAMEDATALEN, "images_%.10s_property_%.*s_idx",
			 scope, DIGEST_DIGITS, digest);
}

/*
 * The end of the names of the indexes of a property, behind their scope.
 */
const char *
imgcat_property_index_suffix(const char *property)
{
	char		name[NAMEDATALEN];
	size_t		before = strlen("images_owner_");

	property_index_name(name, "owner", property);
	return pnstrdup(name + before, strlen(name) - before - strlen("_idx"));
}

PG_FUNCTION_INFO_V1(imgcat_property_index_name_of);
/*
 * property_index_name(scope text, name text) returns name
 */
Datum
imgcat_property_index_name_of(PG_FUNCTION_ARGS)
{
	Name		result = palloc0(sizeof(NameData));

	property_index_name(NameStr(*result),
						text_to_cstring(PG_GETARG_TEXT_PP(0)),
						text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_NAME(result);
}

/*
 * Refuse a caller who may not index properties.
 */
static void
require_admin(void)
{
	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to index a property"),
				 errdetail("Only a catalogue administrator may.")));
}

/*
 * Change indexed_properties by a statement on the property $1: its trigger
 * makes or drops the indexes.
 */
static void
change_indexed_properties(const char *sql, Datum name)
{
	static const Oid types[] = {TEXTOID};

	SPI_connect();
	if (SPI_execute_plan(imgcat_plan(sql, 1, types), &name, NULL, false, 0) < 0)
		elog(ERROR, "could not change indexed_properties");
	SPI_finish();
}

/*
 * index_image_property(name text) returns void
 */
IMGCAT_FUNCTION(imgcat_index_image_property, 1)
{
	require_admin();
	if (strcmp(text_to_cstring(PG_GETARG_TEXT_PP(0)), "__platform") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("property \"__platform\" cannot be indexed"),
				 errdetail("Its values are compared without blanks and case.")));
	change_indexed_properties("INSERT INTO image_catalog.indexed_properties (name) "
							  "VALUES ($1) ON CONFLICT DO NOTHING",
							  PG_GETARG_DATUM(0));
	PG_RETURN_VOID();
}

/*
 * unindex_image_property(name text) returns void
 */
IMGCAT_FUNCTION(imgcat_unindex_image_property, 1)
{
	require_admin();
	change_indexed_properties("DELETE FROM image_catalog.indexed_properties "
							  "WHERE name = $1", PG_GETARG_DATUM(0));
	PG_RETURN_VOID();
}
