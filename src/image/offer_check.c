/*-------------------------------------------------------------------------
 *
 * offer_check.c
 *		Nobody writes offers by memberships that it cannot see.
 *
 * A change of an image rewrites its offers, one for each membership (sql/
 * 32_offers.sql).  Under READ COMMITTED the trigger sees every membership
 * that is there, because whoever changes one locks the image.  A transaction
 * that keeps its first snapshot would overlook one committed since, and leave
 * its offer as it was.  Like a foreign key's check we look at the newest rows
 * then, and refuse.
 *
 * src/image/offer_check.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(imgcat_check_members_seen);
/*
 * check_members_seen(image_id uuid) returns void
 *
 * The image's row is locked by the caller's transaction, so no membership
 * changes meanwhile.
 */
Datum
imgcat_check_members_seen(PG_FUNCTION_ARGS)
{
	Oid			schema;
	Relation	table;
	Relation	index;
	ScanKeyData key;
	Snapshot	newest;
	Snapshot	own;
	IndexScanDesc scan;
	TupleTableSlot *slot;

	if (!IsolationUsesXactSnapshot())
		PG_RETURN_VOID();

	schema = get_namespace_oid("image_catalog", false);
	table = table_open(get_relname_relid("image_members", schema),
					   AccessShareLock);
	index = index_open(get_relname_relid("image_members_pkey", schema),
					   AccessShareLock);
	slot = table_slot_create(table, NULL);
	newest = RegisterSnapshot(GetLatestSnapshot());
	own = GetTransactionSnapshot();
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ,
				PG_GETARG_DATUM(0));
	scan = index_beginscan(table, index, newest, 1, 0);
	index_rescan(scan, &key, 1, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
		if (!table_tuple_satisfies_snapshot(table, slot, own))
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access due to concurrent update"),
					 errdetail("Another transaction shared the image, or changed a member, meanwhile."),
					 errhint("Run the transaction again.")));
	index_endscan(scan);
	UnregisterSnapshot(newest);
	ExecDropSingleTupleTableSlot(slot);
	index_close(index, NoLock);
	table_close(table, NoLock);
	PG_RETURN_VOID();
}
