/*-------------------------------------------------------------------------
 *
 * share_check.c
 *		Nobody writes shares by rows that it cannot see.
 *
 * A change of an image rewrites its shares, one for each membership; a change
 * of a membership rewrites its own (sql/32_image_shares.sql).  Under READ COMMITTED
 * the triggers see every membership and share that is there, because whoever
 * changes one locks the image.  A transaction that keeps its first snapshot
 * would overlook one committed since, and leave its share as it was.  Like a
 * foreign key's check we look at the newest rows then, and refuse.
 *
 * src/image/share_check.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "compat.h"
#include "entry.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/*
 * Refuse to go on if one snapshot shows a row that the other does not.
 */
static void
compare_snapshots(Relation table, Relation index, ScanKey keys, int nkeys,
				  Snapshot one, Snapshot other)
{
	TupleTableSlot *slot = table_slot_create(table, NULL);
	IndexScanDesc scan = imgcat_index_beginscan(table, index, one, nkeys, 0);

	index_rescan(scan, keys, nkeys, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
		if (!table_tuple_satisfies_snapshot(table, slot, other))
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access due to concurrent update"),
					 errdetail("Another transaction shared the image, or changed a member, meanwhile."),
					 errhint("Run the transaction again.")));
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * Refuse to go on if a row of the table that fits the keys came, changed or
 * went after the transaction's snapshot.
 */
static void
refuse_unseen(const char *table_name, const char *index_name,
			  ScanKey keys, int nkeys)
{
	Oid			schema = imgcat_extension_schema();
	Oid			table_oid = get_relname_relid(table_name, schema);
	Oid			index_oid = get_relname_relid(index_name, schema);
	Relation	table;
	Relation	index;
	Snapshot	newest;
	Snapshot	own;

	if (!OidIsValid(table_oid) || !OidIsValid(index_oid))
		elog(ERROR, "table \"%s\" or its index is missing", table_name);
	table = table_open(table_oid, AccessShareLock);
	index = index_open(index_oid, AccessShareLock);
	newest = RegisterSnapshot(GetLatestSnapshot());
	own = GetTransactionSnapshot();
	compare_snapshots(table, index, keys, nkeys, newest, own);
	compare_snapshots(table, index, keys, nkeys, own, newest);
	UnregisterSnapshot(newest);
	index_close(index, NoLock);
	table_close(table, NoLock);
}

PG_FUNCTION_INFO_V1(imgcat_check_image_shares_seen);
/*
 * check_image_shares_seen(image_id uuid, member_id text) returns void
 *
 * The image's row is locked by the caller's transaction, so none of its
 * memberships and shares changes meanwhile.
 */
Datum
imgcat_check_image_shares_seen(PG_FUNCTION_ARGS)
{
	ScanKeyData keys[2];
	int			nkeys = 1;

	if (!IsolationUsesXactSnapshot() || PG_ARGISNULL(0))
		PG_RETURN_VOID();

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ,
				PG_GETARG_DATUM(0));
	if (!PG_ARGISNULL(1))
		ScanKeyEntryInitialize(&keys[nkeys++], 0, 2, BTEqualStrategyNumber,
							   InvalidOid, C_COLLATION_OID, F_TEXTEQ,
							   PG_GETARG_DATUM(1));
	refuse_unseen("image_members", "image_members_pkey", keys, nkeys);
	refuse_unseen("image_shares", "image_shares_pkey", keys, nkeys);
	PG_RETURN_VOID();
}
