/*-------------------------------------------------------------------------
 *
 * errors.h
 *		Errors that the functions on images share.
 *
 * In the IMS dialect each error carries that service's code in front of its
 * DETAIL, as in "IMG.0141: ...".  ereport(..., imgcat_errdetail("IMG.0141",
 * "...")) is the one way to say so.
 *
 * src/image/errors.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ERRORS_H
#define IMGCAT_ERRORS_H

#include "compat.h"
#include "context.h"
#include "utils/uuid.h"

#define IMGCAT_ERRCODE_NOT_FOUND	MAKE_SQLSTATE('P', 'T', '4', '0', '4')
#define IMGCAT_ERRCODE_CONFLICT		MAKE_SQLSTATE('P', 'T', '4', '0', '9')
#define IMGCAT_ERRCODE_CHANGED		MAKE_SQLSTATE('P', 'T', '4', '1', '2')
#define IMGCAT_ERRCODE_QUOTA		MAKE_SQLSTATE('P', 'T', '4', '1', '3')
#define IMGCAT_ERRCODE_FORMAT		MAKE_SQLSTATE('P', 'T', '4', '1', '5')
#define IMGCAT_ERRCODE_RANGE		MAKE_SQLSTATE('P', 'T', '4', '1', '6')

/* codes of the IMS dialect, by what they say */
#define IMS_BAD_FORMAT			"IMG.0001"
#define IMS_BAD_NAME			"IMG.0003"
#define IMS_BAD_VALUE			"IMG.0017"
#define IMS_BAD_IMAGE_TYPE		"IMG.0024"
#define IMS_FORBIDDEN			"IMG.0026"
#define IMS_PROTECTED			"IMG.0028"
#define IMS_CONFLICT			"IMG.0035"
#define IMS_UNAVAILABLE			"IMG.0046"
#define IMS_OWNER_ONLY			"IMG.0047"
#define IMS_BAD_DESCRIPTION		"IMG.0054"
#define IMS_BAD_SIZE			"IMG.0055"
#define IMS_NO_MARKER			"IMG.0066"
#define IMS_BAD_FORMAT_NAME		"IMG.0072"
#define IMS_SHARE_WITH_SELF		"IMG.0076"
#define IMS_SHARE_QUOTA			"IMG.0088"
#define IMS_PUBLIC_NOT_SHARED	"IMG.0089"
#define IMS_BAD_TAG				"IMG.0115"
#define IMS_TAG_QUOTA			"IMG.0116"
#define IMS_BAD_FIRMWARE		"IMG.0141"
#define IMS_NO_IMAGE			"IMG.0144"
#define IMS_BAD_ARCHITECTURE	"IMG.0212"

/* pg_attribute_printf would say gnu_printf, which clang does not know */
extern int	imgcat_errdetail(const char *ims_code, const char *format,...)
			__attribute__((format(printf, 2, 3)));
extern int	imgcat_ims_errdetail(ImgcatDialect dialect, const char *ims_code,
								 const char *format,...)
			__attribute__((format(printf, 3, 4)));
pg_noreturn extern void imgcat_image_not_found(const pg_uuid_t *id);
pg_noreturn extern void imgcat_image_forbidden(const char *rule);
extern char *imgcat_uuid_string(const pg_uuid_t *id);
extern void imgcat_spi_connect(void);
extern void imgcat_spi_finish(void);

#endif							/* IMGCAT_ERRORS_H */
