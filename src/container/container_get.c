/*-------------------------------------------------------------------------
 *
 * container_get.c
 *		get_container_image: one image by its digest.
 *
 * src/container/container_get.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "container/container_access.h"
#include "container/container_get.h"
#include "container/container_print.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "plan_cache.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"

/*
 * Read a UUID as the API does: plain, urn:uuid:, in braces, or 32 hex digits.
 */
static bool
parse_image_uuid(const char *id, pg_uuid_t *uuid)
{
	int			length = strlen(id);
	bool		hyphens;

	if (length == 45 && pg_strncasecmp(id, "urn:uuid:", 9) == 0)
	{
		id += 9;
		length -= 9;
	}
	else if (length == 38 && id[0] == '{' && id[37] == '}')
	{
		id++;
		length -= 2;
	}
	else if (length != 36 && length != 32)
		return false;
	hyphens = length == 36;

	for (int byte = 0; byte < UUID_LEN; byte++)
	{
		int			number = 0;

		if (hyphens && (byte == 4 || byte == 6 || byte == 8 || byte == 10) &&
			*id++ != '-')
			return false;
		for (int digit = 0; digit < 2; digit++, id++)
		{
			number <<= 4;
			if (*id >= '0' && *id <= '9')
				number |= *id - '0';
			else if (*id >= 'a' && *id <= 'f')
				number |= *id - 'a' + 10;
			else if (*id >= 'A' && *id <= 'F')
				number |= *id - 'A' + 10;
			else
				return false;
		}
		uuid->data[byte] = number;
	}
	return true;
}

/*
 * Print the image that a statement of one parameter selects; NULL if it
 * selects none.  The statement reads IMGCAT_PRINT_COLUMNS.
 */
char *
imgcat_print_selected_image(const char *statement, Oid type, Datum value,
							bool include_snoozed, bool strip_description)
{
	MemoryContext caller = CurrentMemoryContext;
	char	   *answer = NULL;

	SPI_connect();
	if (SPI_execute_plan(imgcat_plan(statement, 1, &type), &value, NULL,
						 true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read a container image");
	if (SPI_processed > 0)
	{
		SPITupleTable *found = SPI_tuptable;
		ImgcatPrinter *printer = imgcat_make_printer(include_snoozed,
													 strip_description);
		StringInfoData out;

		initStringInfo(&out);
		imgcat_print_image(&out, printer, found->vals[0], found->tupdesc);
		answer = MemoryContextStrdup(caller, out.data);
	}
	SPI_finish();
	return answer;
}

/*
 * Print the image of a digest, a text, that was written just now by a call
 * that is still running.
 */
char *
imgcat_print_written_image(Datum digest, bool include_snoozed)
{
	char	   *answer;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	answer = imgcat_print_selected_image("SELECT " IMGCAT_PRINT_COLUMNS
										 " FROM image_catalog.container_images AS i"
										 " WHERE i.digest OPERATOR(pg_catalog.=) $1",
										 TEXTOID, digest, include_snoozed,
										 false);
	PopActiveSnapshot();
	if (answer == NULL)
		elog(ERROR, "the image that was written is gone");
	return answer;
}

/*
 * get_container_image(id text, include_snoozed boolean, strip_description
 * boolean) returns json
 */
IMGCAT_FUNCTION(imgcat_get_container_image, 1)
{
	char	   *id = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool		include_snoozed = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);
	bool		strip_description = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	pg_uuid_t	uuid;
	char	   *answer;

	imgcat_require_container_read();
	if (id[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("id must be specified: invalid arguments"),
				 errhint("Give the digest of an image, with or without sha256:.")));

	if (parse_image_uuid(id, &uuid))
		answer = imgcat_print_selected_image("SELECT " IMGCAT_PRINT_COLUMNS
											 " FROM image_catalog.container_images AS i"
											 " WHERE i.image_uuid OPERATOR(pg_catalog.=) $1"
											 " ORDER BY i.last_updated, i.digest",
											 UUIDOID, UUIDPGetDatum(&uuid),
											 include_snoozed, strip_description);
	else
	{
		char	   *digest = strchr(id, ':') != NULL ? id :
		psprintf("sha256:%s", id);

		answer = imgcat_print_selected_image("SELECT " IMGCAT_PRINT_COLUMNS
											 " FROM image_catalog.container_images AS i"
											 " WHERE i.digest OPERATOR(pg_catalog.=) $1",
											 TEXTOID, CStringGetTextDatum(digest),
											 include_snoozed, strip_description);
	}
	if (answer == NULL)
		ereport(ERROR,
				(errcode(MAKE_SQLSTATE('P', 'T', '4', '0', '4')),
				 errmsg("image with id \"%s\" does not exist: not found", id)));
	PG_RETURN_TEXT_P(cstring_to_text(answer));
}
