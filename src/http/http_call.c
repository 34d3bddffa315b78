/*-------------------------------------------------------------------------
 *
 * http_call.c
 *		Calling the functions of the SQL API.
 *
 * They are called as SQL calls them, as the caller and with a check of the
 * right to EXECUTE: what is revoked in SQL is not to be had over HTTP.  A
 * statement would do the same; but without one a request costs little more
 * than the bare function.
 *
 * src/http/http_call.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "http/http.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

/*
 * The function image_catalog.name of these arguments.  Its caller must be
 * allowed to execute it.
 */
static Oid
find_function(const char *name, int nargs, const Oid *types)
{
	oidvector  *vector = buildoidvector(types, nargs);
	Oid			function;
	AclResult	allowed;

	function = GetSysCacheOid3(
							   PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
							   PointerGetDatum(vector),
							   ObjectIdGetDatum(get_namespace_oid("image_catalog", false)));
	if (!OidIsValid(function))
		elog(ERROR, "function image_catalog.%s of %d arguments is missing",
			 name, nargs);
	allowed = imgcat_function_aclcheck(function, GetUserId(), ACL_EXECUTE);
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_FUNCTION, name);
	return function;
}

/*
 * The type of a patch.
 */
Oid
imgcat_http_patch_type(void)
{
	return GetSysCacheOid2(
						   TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("json_patch"),
						   ObjectIdGetDatum(get_namespace_oid("image_catalog", false)));
}

/*
 * Call image_catalog.function.  nulls may be NULL when no argument is null.
 * A null result is 0, which is what a function that returns void returns.
 */
Datum
imgcat_http_call(const char *function, int nargs, const Oid *types,
				 const Datum *args, const bool *nulls)
{
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	FmgrInfo	flinfo;
	Datum		result;

	fmgr_info(find_function(function, nargs, types), &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, nargs, InvalidOid, NULL, NULL);
	for (int i = 0; i < nargs; i++)
	{
		fcinfo->args[i].value = args[i];
		fcinfo->args[i].isnull = nulls != NULL && nulls[i];
		if (fcinfo->args[i].isnull && flinfo.fn_strict)
			return (Datum) 0;
	}
	result = FunctionCallInvoke(fcinfo);
	return fcinfo->isnull ? (Datum) 0 : result;
}

/*
 * The same for functions that return json, no argument being null.
 */
text *
imgcat_http_call_json(const char *function, int nargs, const Oid *types,
					  const Datum *args)
{
	Datum		result = imgcat_http_call(function, nargs, types, args, NULL);

	return result == (Datum) 0 ? NULL : DatumGetTextPP(result);
}
