/*-------------------------------------------------------------------------
 *
 * identity.c
 *		What a database role is to the catalogue: the table role_identities,
 *		and whether the role's settings count.
 *
 * A role with a row is what its row says, whatever the settings say.  Of one
 * without, and of a delegate, the settings tell; but a setting counts only if
 * the role could have made it: a superuser, a role with SET on that parameter,
 * or a delegate, for whom others make it.  The row is the role's own: being a
 * member of a group lends no project, or SET ROLE to the group would not be
 * needed to act for it, and a role in two groups would have two.
 *
 * Every call asks here, so answers are kept for the session, by role.  A
 * trigger on the table sends a relation cache invalidation, which reaches all
 * sessions, those of standbys included; changes of roles and of privileges on
 * parameters send their own.
 *
 * src/identity.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/parallel.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_type.h"
#include "entry.h"
#include "identity.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* columns of role_identities */
enum
{
	COL_ROLE = 1,
	COL_IDENTITY,
	COL_PROJECT_ID,
	COL_ROLES
};

const char *const imgcat_identity_settings[IMGCAT_NUM_IDENTITY_SETTINGS] = {
	"image_catalog.project_id",
	"image_catalog.user_id",
	"image_catalog.roles",
	"image_catalog.is_admin"
};

/* What the session keeps, in a context of its own. */
static MemoryContext identity_context = NULL;
static HTAB *identities = NULL;
static bool identities_valid = false;
static Oid	identity_table = InvalidOid;

/* Roles whose unused pin was told already; kept to the end. */
static List *warned_roles = NIL;

/*
 * Relation cache callback: the table changed, or everything may have.
 */
static void
forget_table(Datum arg pg_attribute_unused(), Oid relation)
{
	if (relation == InvalidOid || relation == identity_table)
		identities_valid = false;
}

/*
 * Syscache callback: roles, memberships or privileges on parameters changed.
 */
static void
forget_roles(Datum arg pg_attribute_unused(),
			 int cache_id pg_attribute_unused(),
			 uint32 hash_value pg_attribute_unused())
{
	identities_valid = false;
}

/*
 * Empty the cache unless it is valid.
 */
static void
begin_cache(void)
{
	static bool callbacks_registered = false;
	HASHCTL		control = {0};

	if (identities_valid)
		return;
	if (!callbacks_registered)
	{
		CacheRegisterRelcacheCallback(forget_table, (Datum) 0);
		CacheRegisterSyscacheCallback(AUTHOID, forget_roles, (Datum) 0);
		CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, forget_roles, (Datum) 0);
		CacheRegisterSyscacheCallback(PARAMETERACLOID, forget_roles, (Datum) 0);
		callbacks_registered = true;
	}
	if (identity_context == NULL)
		identity_context = AllocSetContextCreate(TopMemoryContext,
												 "image_catalog identities",
												 ALLOCSET_SMALL_SIZES);
	identities = NULL;
	MemoryContextReset(identity_context);
	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(ImgcatIdentity);
	control.hcxt = identity_context;
	identities = hash_create("image_catalog identities", 16, &control,
							 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	identity_table = get_relname_relid("role_identities",
									   imgcat_extension_schema());
	if (!OidIsValid(identity_table))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation \"image_catalog.role_identities\" does not exist")));
	/* before anything is read: an invalidation meanwhile must not be lost */
	identities_valid = true;
}

/*
 * The words of a text[] with commas between them, in the current context.
 */
static char *
join_words(Datum array)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	StringInfoData words;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &count);
	initStringInfo(&words);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			appendStringInfo(&words, "%s%s", words.len > 0 ? "," : "",
							 TextDatumGetCString(elements[i]));
	return words.data;
}

/*
 * Take over a row of role_identities; strings go to the cache's context.
 */
static void
read_row(ImgcatIdentity *identity, HeapTuple tuple, TupleDesc tupdesc)
{
	bool		is_null;
	char	   *word;
	Datum		value;
	MemoryContext old;

	word = TextDatumGetCString(heap_getattr(tuple, COL_IDENTITY, tupdesc,
											&is_null));
	if (strcmp(word, "project") == 0)
		identity->kind = IMGCAT_ROLE_PROJECT;
	else if (strcmp(word, "administrator") == 0)
		identity->kind = IMGCAT_ROLE_ADMINISTRATOR;
	else if (strcmp(word, "delegate") == 0)
		identity->kind = IMGCAT_ROLE_DELEGATE;
	else
		elog(ERROR, "unknown identity \"%s\"", word);
	if (identity->kind != IMGCAT_ROLE_PROJECT)
		return;

	old = MemoryContextSwitchTo(identity_context);
	value = heap_getattr(tuple, COL_PROJECT_ID, tupdesc, &is_null);
	identity->project_id = TextDatumGetCString(value);
	value = heap_getattr(tuple, COL_ROLES, tupdesc, &is_null);
	identity->roles = join_words(value);
	MemoryContextSwitchTo(old);
}

/*
 * Look for the role's row.
 *
 * By a scan and no statement, as this runs within any other statement, in
 * parallel workers and in standbys; under the newest snapshot, as what is kept
 * must not be older than the invalidation before it.
 */
static void
find_row(ImgcatIdentity *identity)
{
	Relation	table = table_open(identity_table, AccessShareLock);
	Oid			index = get_relname_relid("role_identities_pkey",
										  imgcat_extension_schema());
	Snapshot	snapshot = RegisterSnapshot(GetCatalogSnapshot(identity_table));
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, COL_ROLE, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(identity->role));
	scan = systable_beginscan(table, index, OidIsValid(index), snapshot, 1,
							  &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		read_row(identity, tuple, RelationGetDescr(table));
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(table, AccessShareLock);
}

/*
 * The name of the first setting of an identity that is pinned to the role (or,
 * InvalidOid, to all roles) in the database; NULL if there is none.
 */
static const char *
pinned_setting(Relation settings, Oid database, Oid role)
{
	const char *found = NULL;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], Anum_pg_db_role_setting_setdatabase,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(database));
	ScanKeyInit(&keys[1], Anum_pg_db_role_setting_setrole,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(role));
	scan = systable_beginscan(settings, DbRoleSettingDatidRolidIndexId, true,
							  NULL, 2, keys);
	while (found == NULL && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		is_null;
		Datum		config = heap_getattr(tuple,
										  Anum_pg_db_role_setting_setconfig,
										  RelationGetDescr(settings), &is_null);
		Datum	   *elements;
		int			count = 0;

		if (!is_null)
			deconstruct_array(DatumGetArrayTypeP(config), TEXTOID, -1, false,
							  TYPALIGN_INT, &elements, NULL, &count);
		for (int i = 0; i < count && found == NULL; i++)
			for (int s = 0; s < IMGCAT_NUM_IDENTITY_SETTINGS; s++)
			{
				const char *name = imgcat_identity_settings[s];
				char	   *entry = TextDatumGetCString(elements[i]);

				if (pg_strncasecmp(entry, name, strlen(name)) == 0 &&
					entry[strlen(name)] == '=')
				{
					found = name;
					break;
				}
			}
	}
	systable_endscan(scan);
	return found;
}

/*
 * Tell, once a session, of a setting that is pinned to a role and does not
 * count: earlier versions took it for who the role is.
 */
static void
warn_of_unused_pin(const ImgcatIdentity *identity)
{
	Relation	settings;
	const char *name;
	MemoryContext old;

	if (identity->kind != IMGCAT_ROLE_UNKNOWN ||
		identity->heeds[IMGCAT_SETTING_PROJECT_ID] || IsParallelWorker() ||
		list_member_oid(warned_roles, identity->role))
		return;

	settings = table_open(DbRoleSettingRelationId, AccessShareLock);
	name = pinned_setting(settings, MyDatabaseId, identity->role);
	if (name == NULL)
		name = pinned_setting(settings, InvalidOid, identity->role);
	if (name == NULL)
		name = pinned_setting(settings, MyDatabaseId, InvalidOid);
	table_close(settings, AccessShareLock);
	if (name == NULL)
		return;

	old = MemoryContextSwitchTo(TopMemoryContext);
	warned_roles = lappend_oid(warned_roles, identity->role);
	MemoryContextSwitchTo(old);
	ereport(WARNING,
			(errmsg("setting \"%s\" of role \"%s\" does not count",
					name, GetUserNameFromId(identity->role, false)),
			 errdetail("Who a role is stands in image_catalog.role_identities, not in settings pinned by ALTER ROLE or ALTER DATABASE."),
			 errhint("Call image_catalog.grant_project(role, project_id, roles) or image_catalog.grant_catalog_admin(role).")));
}

/*
 * What a role is.  The answer is good until the next call.
 */
const ImgcatIdentity *
imgcat_identity(Oid role)
{
	ImgcatIdentity found = {0};
	ImgcatIdentity *identity;

	begin_cache();
	identity = hash_search(identities, &role, HASH_FIND, NULL);
	if (identity != NULL)
		return identity;

	found.role = role;
	find_row(&found);
	found.is_superuser = superuser_arg(role);
	for (int i = 0; i < IMGCAT_NUM_IDENTITY_SETTINGS; i++)
		found.heeds[i] = found.kind == IMGCAT_ROLE_DELEGATE ||
			found.is_superuser ||
			pg_parameter_aclcheck(imgcat_identity_settings[i], role,
								  ACL_SET) == ACLCHECK_OK;
	warn_of_unused_pin(&found);

	/* everything that can fail comes before the entry exists */
	identity = hash_search(identities, &role, HASH_ENTER, NULL);
	*identity = found;
	return identity;
}
