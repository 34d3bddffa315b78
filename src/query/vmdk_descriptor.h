/*-------------------------------------------------------------------------
 *
 * vmdk_descriptor.h
 *		The descriptor of a VMDK: where it says that the data lies.
 *
 * src/query/vmdk_descriptor.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_VMDK_DESCRIPTOR_H
#define IMGCAT_VMDK_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does a file that begins with these bytes look like a descriptor on its own?
 * As QEMU sees it: comments and blank lines, and then the version.
 */
extern bool imgcat_vmdk_is_descriptor(const char *text, size_t length);

/*
 * Why a VMDK with this descriptor, which a zero byte may end before its length,
 * is unsafe; NULL if it is not.
 */
extern const char *imgcat_vmdk_descriptor_danger(const char *text,
												 size_t length);

/*
 * Is a parent named anywhere in these bytes?
 */
extern bool imgcat_vmdk_names_parent(const char *text, size_t length);

#endif							/* IMGCAT_VMDK_DESCRIPTOR_H */
