/*-------------------------------------------------------------------------
 *
 * index_lookup.c
 *		Finding the extension's tables and indexes by their names.
 *
 * Whoever scans an index without the executor has to decide what the planner
 * decides otherwise: is the index there, and does it hold all rows that the
 * snapshot sees?  It may have been dropped, its making may have failed, or it
 * may be younger than the snapshot.  It may also go between the moment that
 * its name is looked up and the moment that it is locked.
 *
 * src/index_lookup.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/transam.h"
#include "entry.h"
#include "index_lookup.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/*
 * Open a table of the extension, to read from it.
 */
Relation
imgcat_table_open(const char *name)
{
	Oid			oid = get_relname_relid(name, imgcat_extension_schema());

	if (!OidIsValid(oid))
		elog(ERROR, "table \"%s\" is missing", name);
	return table_open(oid, AccessShareLock);
}

/*
 * May the index be used under the snapshots of this transaction?  The planner
 * asks the same (get_relation_info).
 */
static bool
index_is_usable(Relation index)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisvalid || !form->indislive)
		return false;
	return !form->indcheckxmin ||
		TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
							  TransactionXmin);
}

/*
 * Open an index of a table by its name; NULL if there is none that can be
 * used.  The table is open and locked.  The lock on the index is kept until
 * the transaction ends: close it with NoLock.
 */
Relation
imgcat_index_open(const Relation table, const char *name)
{
	Oid			oid = get_relname_relid(name, RelationGetNamespace(table));
	Relation	index;

	if (!OidIsValid(oid))
		return NULL;

	/* a drop that committed before we got the lock leaves nothing to open */
	index = try_relation_open(oid, AccessShareLock);
	if (index == NULL)
		return NULL;
	if (index->rd_rel->relkind != RELKIND_INDEX ||
		index->rd_index->indrelid != RelationGetRelid(table) ||
		!index_is_usable(index))
	{
		relation_close(index, AccessShareLock);
		return NULL;
	}
	return index;
}
