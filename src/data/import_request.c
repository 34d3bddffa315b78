/*-------------------------------------------------------------------------
 *
 * import_request.c
 *		The request of an import: which method, into which stores.
 *
 * src/data/import_request.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "data/upload.h"
#include "image/errors.h"

/*
 * The request is none.
 */
pg_noreturn static void
refuse_request(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid request of an import"),
			 imgcat_errdetail(IMS_BAD_FORMAT, "%s", detail)));
}

/*
 * The member of an object, NULL if it has none.
 */
static JsonbValue *
member_of(JsonbContainer *object, const char *name)
{
	return getKeyJsonValueFromContainer(object, name, strlen(name), NULL);
}

/*
 * Check the method: there is one that needs no other service.
 */
static void
check_method(JsonbContainer *request)
{
	static const char offered[] = "glance-direct";
	JsonbValue *method = member_of(request, "method");
	JsonbValue *name;

	if (method == NULL || method->type != jbvBinary ||
		!JsonContainerIsObject(method->val.binary.data))
		refuse_request("Its member \"method\" must be an object.");
	name = member_of(method->val.binary.data, "name");
	if (name == NULL || name->type != jbvString)
		refuse_request("Its method must have a name.");
	if (name->val.string.len != (int) strlen(offered) ||
		memcmp(name->val.string.val, offered, strlen(offered)) != 0)
		refuse_request("The method that there is is glance-direct.");
}

/*
 * A member that must be a boolean, if it is there; is it true?
 */
static bool
flag_of(JsonbContainer *request, const char *name)
{
	JsonbValue *flag = member_of(request, name);

	if (flag == NULL)
		return false;
	if (flag->type != jbvBool)
		refuse_request(psprintf("Its member \"%s\" must be a boolean.", name));
	return flag->val.boolean;
}

/*
 * Check the stores: there is one, which has no name.
 */
static void
check_stores(JsonbContainer *request)
{
	JsonbValue *stores = member_of(request, "stores");
	bool		all_stores = flag_of(request, "all_stores");

	flag_of(request, "all_stores_must_succeed");
	if (stores == NULL)
		return;
	if (stores->type != jbvBinary ||
		!JsonContainerIsArray(stores->val.binary.data))
		refuse_request("Its member \"stores\" must be an array.");
	if (all_stores)
		refuse_request("It names stores, and wants all of them.");
	if (JsonContainerSize(stores->val.binary.data) > 0)
		ereport(ERROR,
				(errcode(IMGCAT_ERRCODE_CONFLICT),
				 errmsg("unknown store of image data"),
				 imgcat_errdetail(IMS_CONFLICT,
								  "There is one store, which has no name.")));
}

/*
 * Refuse what is no request of an import that we can do.
 */
void
imgcat_import_request_check(Jsonb *request)
{
	if (!JB_ROOT_IS_OBJECT(request))
		refuse_request("It must be an object.");
	check_method(&request->root);
	check_stores(&request->root);
}
