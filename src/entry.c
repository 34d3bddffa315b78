/*-------------------------------------------------------------------------
 *
 * entry.c
 *		The way into every function of the API: who calls, and as whom the
 *		function goes to the tables.
 *
 * The caller is the effective user, GetUserId(), as everywhere in PostgreSQL.
 * Never the outer or the session user: a superuser's session runs other
 * people's code (a view, an index expression under autovacuum or REINDEX), and
 * the server switches to their owner exactly so that this code has no more
 * rights than he.  A SECURITY DEFINER wrapper therefore acts as its owner, and
 * SET ROLE counts at once.
 *
 * The function's own statements run as the owner of the tables, as those of
 * foreign keys do (ri_triggers.c).  Code that they start, a trigger of ours or
 * one that the owner put on our tables, finds the owner as effective user; it
 * works on behalf of whoever called the function.  Hence the rule:
 *
 *		Who is asking is the effective user; but while a function of ours
 *		runs, and the effective user is the owner that it switched to, it is
 *		whoever that function was called by.
 *
 * So a function of the API called by such code acts for the same caller, with
 * its rights and not the owner's, and code that has switched to a third user
 * (a SECURITY DEFINER trigger of another owner) acts as that user.
 *
 * The noted callers form a stack, one frame a running function, on the C stack:
 * no way leads out of a function but through PG_FINALLY, that of a
 * subtransaction's error included.
 *
 * src/entry.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "context.h"
#include "entry.h"
#include "funcapi.h"
#include "http/http.h"
#include "miscadmin.h"
#include "plan_cache.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* A function of ours that is running. */
typedef struct Entry
{
	Oid			caller;
	Oid			owner;			/* whom it switched to */
	struct Entry *outer;
} Entry;

static Entry *current_entry = NULL;

/* Is what runs the answer to an HTTP request?  Nobody reads notices then. */
bool		imgcat_answering_http = false;

/* While it is: the identifier of the request, which its answer carries. */
const char *imgcat_http_request_id = NULL;

/* Where the extension's tables are and whose they are, once looked up. */
static bool tables_known = false;
static Oid	tables_schema = InvalidOid;
static Oid	tables_owner = InvalidOid;
static Oid	images_table = InvalidOid;

/*
 * Syscache callback: a schema changed.
 */
static void
forget_schema(Datum arg pg_attribute_unused(),
			  int cache_id pg_attribute_unused(),
			  uint32 hash_value pg_attribute_unused())
{
	tables_known = false;
}

/*
 * Relcache callback: the table images changed, its owner perhaps.
 */
static void
forget_images(Datum arg pg_attribute_unused(), Oid relation)
{
	if (relation == InvalidOid || relation == images_table)
		tables_known = false;
}

/*
 * Find the extension's schema, and the owner of the table images.
 *
 * Statements name the schema, so it must be the one that the extension made: a
 * schema that somebody put in its place would have its code run as the owner.
 */
static void
find_tables(void)
{
	static bool callbacks_registered = false;
	Oid			extension;
	HeapTuple	tuple;

	if (!callbacks_registered)
	{
		CacheRegisterSyscacheCallback(NAMESPACEOID, forget_schema, (Datum) 0);
		CacheRegisterRelcacheCallback(forget_images, (Datum) 0);
		callbacks_registered = true;
	}

	/* before we look: an invalidation meanwhile must not be overlooked */
	tables_known = true;
	images_table = InvalidOid;
	extension = get_extension_oid("image_catalog", true);
	tables_schema = get_namespace_oid("image_catalog", true);
	if (OidIsValid(extension) && OidIsValid(tables_schema) &&
		getExtensionOfObject(NamespaceRelationId, tables_schema) == extension)
		images_table = get_relname_relid("images", tables_schema);
	tuple = OidIsValid(images_table) ?
		SearchSysCache1(RELOID, ObjectIdGetDatum(images_table)) : NULL;
	if (!HeapTupleIsValid(tuple))
	{
		tables_known = false;
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schema image_catalog is not that of the extension image_catalog"),
				 errhint("Give the extension's schema its name back, or create the extension again.")));
	}
	tables_owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
}

/*
 * The schema of the extension; an error if another one has its name.
 */
Oid
imgcat_extension_schema(void)
{
	if (!tables_known)
		find_tables();
	return tables_schema;
}

/*
 * The role on whose behalf we run: see the head of this file.
 */
Oid
imgcat_calling_role(void)
{
	Oid			user = GetUserId();

	if (current_entry != NULL && current_entry->owner == user)
		return current_entry->caller;
	return user;
}

/*
 * Refuse a null argument, by its name.
 */
static void
refuse_null(FunctionCallInfo fcinfo, int argument)
{
	HeapTuple	tuple;
	Datum		names;
	Datum		modes;
	bool		is_null;
	char	  **words;
	int			nwords = 0;

	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u",
			 fcinfo->flinfo->fn_oid);
	names = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargnames, &is_null);
	if (!is_null)
	{
		modes = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargmodes,
								&is_null);
		nwords = get_func_input_arg_names(names,
										  is_null ? PointerGetDatum(NULL) : modes,
										  &words);
	}
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 argument < nwords && words[argument] != NULL ?
			 errmsg("argument \"%s\" must not be null", words[argument]) :
			 errmsg("argument %d must not be null", argument + 1)));
}

/*
 * While our statements run, what the server logs of them does not reach a
 * caller that asks for messages below NOTICE: debug_print_plan would print
 * their plans, and with them statistics of what others have.  The answer is
 * the nest level of settings to go back to, 0 if nothing was changed; after an
 * error the (sub)transaction's end goes back.
 */
static int
hush(Oid caller)
{
	int			nest_level;

	if (client_min_messages >= NOTICE || superuser_arg(caller))
		return 0;
	nest_level = NewGUCNestLevel();
	(void) set_config_option("client_min_messages", "notice", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

/*
 * Run a body as the owner of the tables, for the caller, by the settings noted
 * (NULL: those that count now).  Restrictions that the caller is under (a
 * security-restricted operation) stay.
 */
static void
run_as_owner(Oid caller, const ImgcatSettings *settings,
			 void (*body) (void *argument), void *argument)
{
	Entry		entry;
	Oid			user;
	int			security_context;
	int			plans;
	const ImgcatSettings *former;
	volatile int nest_level;
	volatile bool failed = true;

	imgcat_check_settings();
	if (!tables_known)
		find_tables();

	GetUserIdAndSecContext(&user, &security_context);
	entry.caller = caller;
	entry.owner = tables_owner;
	entry.outer = current_entry;
	nest_level = hush(caller);
	plans = imgcat_plans_enter();
	former = imgcat_use_settings(settings);

	PG_TRY();
	{
		current_entry = &entry;
		SetUserIdAndSecContext(tables_owner,
							   security_context | SECURITY_LOCAL_USERID_CHANGE |
							   SECURITY_NOFORCE_RLS);
		body(argument);
		failed = false;
	}
	PG_FINALLY();
	{
		current_entry = entry.outer;
		(void) imgcat_use_settings(former);
		/* only on the way out: within, errors are caught by their own codes */
		if (failed && entry.outer == NULL && imgcat_http_errors)
			errcode(imgcat_http_sqlstate(geterrcode()));
		SetUserIdAndSecContext(user, security_context);
		imgcat_plans_leave(plans, failed);
	}
	PG_END_TRY();
	if (nest_level > 0)
		AtEOXact_GUC(true, nest_level);
}

/* A call of a function of the API. */
typedef struct FunctionCall
{
	FunctionCallInfo fcinfo;
	PGFunction	body;
	Datum		result;
} FunctionCall;

static void
call_function(void *argument)
{
	FunctionCall *call = argument;

	call->result = call->body(call->fcinfo);
}

/*
 * Run a function of the API: its body, as the owner of the tables, for the
 * caller noted now.
 */
Datum
imgcat_enter(FunctionCallInfo fcinfo, PGFunction body, int nrequired)
{
	FunctionCall call = {.fcinfo = fcinfo,.body = body};

	for (int argument = 0; argument < nrequired; argument++)
		if (fcinfo->args[argument].isnull)
			refuse_null(fcinfo, argument);
	run_as_owner(imgcat_calling_role(), NULL, call_function, &call);
	return call.result;
}

/*
 * Who is asking now, for imgcat_enter_for(); in the current memory context.
 */
ImgcatNotedCaller
imgcat_note_caller(void)
{
	ImgcatNotedCaller caller;

	imgcat_check_settings();
	caller.role = imgcat_calling_role();
	caller.settings = imgcat_copy_settings();
	return caller;
}

/*
 * Run a body as the owner of the tables, for a caller noted before, whoever is
 * the effective user now and whatever the settings say.  What has begun for the
 * one must not go on for another.
 */
void
imgcat_enter_for(const ImgcatNotedCaller *caller,
				 void (*body) (void *argument), void *argument)
{
	run_as_owner(caller->role, &caller->settings, body, argument);
}
