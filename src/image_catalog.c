/*-------------------------------------------------------------------------
 *
 * image_catalog.c
 *		The module: what happens when the library is loaded.
 *
 * src/image_catalog.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "data/data_settings.h"
#include "fmgr.h"
#include "image/project_quota.h"
#include "json/json_patch.h"
#include "utils/builtins.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

/*
 * Define the settings, and refuse unknown ones under our prefix.
 */
void
_PG_init(void)
{
	List	   *refused = imgcat_refused_settings();

	imgcat_define_settings();
	imgcat_json_define_settings();
	imgcat_data_define_settings();
	imgcat_project_quota_define_settings();
	MarkGUCPrefixReserved("image_catalog");
	imgcat_note_refused_settings(refused);
}

/*
 * image_catalog_version(): of the library, which a new server binary brings
 * without ALTER EXTENSION UPDATE.
 */
PG_FUNCTION_INFO_V1(imgcat_version);

Datum
imgcat_version(PG_FUNCTION_ARGS)
{
	(void) fcinfo;				/* no arguments */
	PG_RETURN_TEXT_P(cstring_to_text(IMGCAT_VERSION));
}
