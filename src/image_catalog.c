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
#include "json/json_patch.h"
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
	MarkGUCPrefixReserved("image_catalog");
	imgcat_note_refused_settings(refused);
}
