/*-------------------------------------------------------------------------
 *
 * progress.h
 *		How far long work is, for other sessions.
 *
 * src/progress.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_PROGRESS_H
#define IMGCAT_PROGRESS_H

extern bool imgcat_progress_begin(const char *table, int64 bytes_total);
extern void imgcat_progress_update(bool reported, int64 rows, int64 bytes);
extern void imgcat_progress_end(bool reported);

#endif							/* IMGCAT_PROGRESS_H */
