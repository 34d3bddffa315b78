/*-------------------------------------------------------------------------
 *
 * relation_changed.c
 *		The trigger of tables whose contents sessions keep.
 *
 * src/relation_changed.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/inval.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(imgcat_relation_changed);
/*
 * Statement trigger: a relation cache invalidation tells every session, those
 * of standbys included, that the table changed.
 */
Datum
imgcat_relation_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function was not called by trigger manager")));
	CacheInvalidateRelcache(trigger->tg_relation);
	return PointerGetDatum(NULL);
}
