/*-------------------------------------------------------------------------
 *
 * rebuild.h
 *		Derived tables written anew.
 *
 * src/rebuild.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_REBUILD_H
#define IMGCAT_REBUILD_H

extern void imgcat_rebuild_derived_tables(void);

#endif							/* IMGCAT_REBUILD_H */
