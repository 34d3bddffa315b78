/*-------------------------------------------------------------------------
 *
 * container_access.h
 *		Who may read and who may write container images.
 *
 * src/container/container_access.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_ACCESS_H
#define IMGCAT_CONTAINER_ACCESS_H

extern bool imgcat_may_read_containers(void);
extern bool imgcat_may_write_containers(void);

/* These throw 42501 (insufficient_privilege) when the caller may not. */
extern void imgcat_require_container_read(void);
extern void imgcat_require_container_write(void);

#endif							/* IMGCAT_CONTAINER_ACCESS_H */
