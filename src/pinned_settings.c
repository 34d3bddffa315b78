/*-------------------------------------------------------------------------
 *
 * pinned_settings.c
 *		Settings pinned to a role outlast what its connection brings along.
 *
 * Until the library is loaded, a setting of ours is a placeholder that anybody
 * may give as an option of the connection, and PostgreSQL prefers such an
 * option to what ALTER ROLE or ALTER DATABASE pinned.  Defining the setting
 * throws the option out if the role had no right to it, but the pinned value
 * is gone by then and the default would count: a role pinned to "reader" would
 * write.  So where an option came along, the pinned values are applied again.
 *
 * src/pinned_settings.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_db_role_setting.h"
#include "compat.h"
#include "context.h"
#include "miscadmin.h"
#include "utils/guc_tables.h"
#include "utils/snapmgr.h"

#define SETTING_PREFIX "image_catalog."

/*
 * Did the connection's options name a setting of ours?  To be asked before
 * the settings are defined.
 */
bool
imgcat_connection_names_settings(void)
{
	int			count;
	struct config_generic **variables = imgcat_guc_variables(&count);
	int			i;

	for (i = 0; i < count; i++)
	{
		if ((variables[i]->flags & GUC_CUSTOM_PLACEHOLDER) != 0 &&
			variables[i]->reset_source == PGC_S_CLIENT &&
			pg_strncasecmp(variables[i]->name, SETTING_PREFIX,
						   strlen(SETTING_PREFIX)) == 0)
			return true;
	}
	return false;
}

/*
 * Apply what is pinned to the role and the database, as the login did.  What
 * the session has set itself, or was allowed to bring along, stays: it ranks
 * higher.  The caller has defined the settings.
 */
void
imgcat_apply_pinned_settings(void)
{
	Oid			role = GetAuthenticatedUserId();
	bool		own_transaction = !IsTransactionState();
	Relation	settings;
	Snapshot	snapshot;

	/* a parallel worker is handed its leader's values */
	if (!OidIsValid(MyDatabaseId) || IsParallelWorker())
		return;

	if (own_transaction)
		StartTransactionCommand();
	settings = table_open(DbRoleSettingRelationId, AccessShareLock);
	snapshot = RegisterSnapshot(GetCatalogSnapshot(DbRoleSettingRelationId));

	ApplySetting(snapshot, MyDatabaseId, role, settings, PGC_S_DATABASE_USER);
	ApplySetting(snapshot, InvalidOid, role, settings, PGC_S_USER);
	ApplySetting(snapshot, MyDatabaseId, InvalidOid, settings, PGC_S_DATABASE);
	ApplySetting(snapshot, InvalidOid, InvalidOid, settings, PGC_S_GLOBAL);

	UnregisterSnapshot(snapshot);
	table_close(settings, AccessShareLock);
	if (own_transaction)
		CommitTransactionCommand();
}
