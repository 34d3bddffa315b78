/*-------------------------------------------------------------------------
 *
 * chunks.h
 *		The bytes of an image, as rows of image_data.
 *
 * src/data/chunks.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CHUNKS_H
#define IMGCAT_CHUNKS_H

#include "utils/uuid.h"

/*
 * Most bytes of a row; the check of the table says so, too.  Smaller rows are
 * read more slowly, larger ones are read no faster and written more slowly
 * (bench/data); whoever reads all holds one row in memory.
 */
#define IMGCAT_CHUNK_SIZE 262144

/* Takes the bytes of an image, in their order. */
typedef void (*ImgcatChunkReader) (void *state, const char *bytes,
								   size_t length);

extern void imgcat_chunks_append(const pg_uuid_t *id, int64 position,
								 bytea *data);
extern int64 imgcat_chunks_read(const pg_uuid_t *id, bool read_only,
								ImgcatChunkReader reader, void *state);
extern size_t imgcat_chunks_copy(const pg_uuid_t *id, int64 position,
								 char *bytes, size_t length);

#endif							/* IMGCAT_CHUNKS_H */
