/*-------------------------------------------------------------------------
 *
 * errors.c
 *		Errors that the functions on images share.
 *
 * src/image/errors.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "executor/spi.h"
#include "image/errors.h"
#include "json_writer.h"
#include "lib/stringinfo.h"

static int	errdetail_of_dialect(ImgcatDialect dialect, const char *ims_code,
								 const char *format, va_list args)
			__attribute__((format(printf, 3, 0)));

/*
 * errdetail() of a formatted text, in the IMS dialect with its code in front.
 */
static int
errdetail_of_dialect(ImgcatDialect dialect, const char *ims_code,
					 const char *format, va_list args)
{
	StringInfoData detail;

	initStringInfo(&detail);
	if (dialect == IMGCAT_DIALECT_IMS)
		appendStringInfo(&detail, "%s: ", ims_code);
	for (;;)
	{
		va_list		again;
		int			needed;

		va_copy(again, args);
		needed = appendStringInfoVA(&detail, format, again);
		va_end(again);
		if (needed == 0)
			break;
		enlargeStringInfo(&detail, needed);
	}
	return errdetail_internal("%s", detail.data);
}

/*
 * errdetail(), with the code of the IMS dialect in front when that is on.
 */
int
imgcat_errdetail(const char *ims_code, const char *format,...)
{
	va_list		args;
	int			result;

	va_start(args, format);
	result = errdetail_of_dialect(imgcat_dialect, ims_code, format, args);
	va_end(args);
	return result;
}

/*
 * The same in a request's own dialect.
 */
int
imgcat_ims_errdetail(ImgcatDialect dialect, const char *ims_code,
					 const char *format,...)
{
	va_list		args;
	int			result;

	va_start(args, format);
	result = errdetail_of_dialect(dialect, ims_code, format, args);
	va_end(args);
	return result;
}

/*
 * The text of a UUID, palloc'd.
 */
char *
imgcat_uuid_string(const pg_uuid_t *id)
{
	StringInfoData str;

	initStringInfo(&str);
	imgcat_append_uuid(&str, id);
	return str.data;
}

/*
 * No such image, or none that the caller may see: the two sound the same.
 */
void
imgcat_image_not_found(const pg_uuid_t *id)
{
	ereport(ERROR,
			(errcode(IMGCAT_ERRCODE_NOT_FOUND),
			 errmsg("image not found"),
			 imgcat_errdetail(IMS_NO_IMAGE,
							  "No image with identifier %s is visible to the caller.",
							  imgcat_uuid_string(id))));
}

/*
 * The caller sees the image, but may not do this to it.  rule is a sentence
 * that says who may.
 */
void
imgcat_image_forbidden(const char *rule)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for image"),
			 imgcat_errdetail(IMS_OWNER_ONLY, "%s", rule)));
}

/*
 * SPI_connect and SPI_finish; their failures are bugs.
 */
void
imgcat_spi_connect(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
imgcat_spi_finish(void)
{
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
}
