/*-------------------------------------------------------------------------
 *
 * identity_funcs.c
 *		grant_project and its siblings: who writes what a role is.
 *
 * src/identity_funcs.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#define PROJECT_ID_MAX 255

/*
 * Refuse a caller who may not say who is what.
 */
static void
require_admin(void)
{
	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to say what a role is to the catalogue"),
				 errdetail("Only a catalogue administrator may.")));
}

/*
 * Run a statement with these parameters; NULL ones are null.
 */
static void
run(const char *sql, int nargs, const Oid *types, Datum *values)
{
	char		nulls[5];

	Assert(nargs <= (int) lengthof(nulls));
	for (int i = 0; i < nargs; i++)
		nulls[i] = values[i] == (Datum) 0 ? 'n' : ' ';
	if (SPI_execute_plan(imgcat_plan(sql, nargs, types), values, nulls,
						 false, 0) < 0)
		elog(ERROR, "could not write role_identities");
}

/*
 * Give a role an identity in place of what it had.  project_id and roles are
 * NULL but for a project.  Rows of roles that were dropped go, so that no new
 * role comes to one.
 */
static void
grant(Oid role, const char *identity, text *project_id, ArrayType *roles)
{
	static const Oid types[] = {OIDOID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTOID};
	Datum		values[5];

	if (!SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role with OID %u does not exist", role)));
	values[0] = ObjectIdGetDatum(role);
	values[1] = CStringGetTextDatum(identity);
	values[2] = PointerGetDatum(project_id);
	values[3] = PointerGetDatum(roles);
	values[4] = CStringGetTextDatum(GetUserNameFromId(imgcat_calling_role(),
													  false));
	SPI_connect();
	run("DELETE FROM image_catalog.role_identities i "
		"WHERE NOT EXISTS (SELECT FROM pg_roles a WHERE a.oid = i.role)",
		0, NULL, NULL);
	run("INSERT INTO image_catalog.role_identities AS i "
		"(role, identity, project_id, roles, granted_by) "
		"VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (role) DO UPDATE SET identity = EXCLUDED.identity, "
		"project_id = EXCLUDED.project_id, roles = EXCLUDED.roles, "
		"granted_by = EXCLUDED.granted_by, granted_at = EXCLUDED.granted_at",
		5, types, values);
	SPI_finish();
}

/*
 * Check the project that a role is to act for.
 */
static void
check_project_id(text *project_id)
{
	int			length = pg_mbstrlen_with_len(VARDATA_ANY(project_id),
											  VARSIZE_ANY_EXHDR(project_id));

	if (length == 0 || length > PROJECT_ID_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid project"),
				 errdetail("A project of 1 to %d characters is expected.",
						   PROJECT_ID_MAX)));
}

/*
 * Check the roles that it is to have in the project: words, of which a setting
 * could be made.
 */
static void
check_roles(ArrayType *roles)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	deconstruct_array(roles, TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		char	   *word = nulls[i] ? "" : TextDatumGetCString(elements[i]);

		if (*word == '\0' || strpbrk(word, ", ") != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid roles in a project"),
					 errdetail("Role %d is null, empty, or has a comma or a blank in it.",
							   i + 1)));
	}
}

/*
 * grant_project(role regrole, project_id text, roles text[]) returns void
 */
IMGCAT_FUNCTION(imgcat_grant_project, 3)
{
	text	   *project_id = PG_GETARG_TEXT_PP(1);
	ArrayType  *roles = PG_GETARG_ARRAYTYPE_P(2);

	require_admin();
	check_project_id(project_id);
	check_roles(roles);
	grant(PG_GETARG_OID(0), "project", project_id, roles);
	PG_RETURN_VOID();
}

/*
 * grant_catalog_admin(role regrole) returns void
 */
IMGCAT_FUNCTION(imgcat_grant_catalog_admin, 1)
{
	require_admin();
	grant(PG_GETARG_OID(0), "administrator", NULL, NULL);
	PG_RETURN_VOID();
}

/*
 * grant_delegate(role regrole) returns void
 */
IMGCAT_FUNCTION(imgcat_grant_delegate, 1)
{
	require_admin();
	grant(PG_GETARG_OID(0), "delegate", NULL, NULL);
	PG_RETURN_VOID();
}

/*
 * revoke_project(role regrole) returns void
 */
IMGCAT_FUNCTION(imgcat_revoke_project, 1)
{
	static const Oid types[] = {OIDOID};
	Datum		value = PG_GETARG_DATUM(0);

	require_admin();
	SPI_connect();
	run("DELETE FROM image_catalog.role_identities WHERE role = $1",
		1, types, &value);
	SPI_finish();
	PG_RETURN_VOID();
}
