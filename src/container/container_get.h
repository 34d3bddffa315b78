/*-------------------------------------------------------------------------
 *
 * container_get.h
 *		One container image, printed.
 *
 * src/container/container_get.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_GET_H
#define IMGCAT_CONTAINER_GET_H

extern char *imgcat_print_selected_image(const char *statement, Oid type,
										 Datum value, bool include_snoozed,
										 bool strip_description);
extern char *imgcat_print_written_image(Datum digest, bool include_snoozed);

#endif							/* IMGCAT_CONTAINER_GET_H */
