/*-------------------------------------------------------------------------
 *
 * jsonb_format.h
 *		jsonb as bytes: reading entries in place, writing containers whole.
 *
 * The server's own interface to jsonb takes every container apart and puts it
 * together again.  Here untouched entries stay as they are: a run of them is
 * copied by one memcpy, and only what depends on their place is corrected.
 * That is the padding in front of the first aligned entry (numbers and
 * containers start at a multiple of four), and each JB_OFFSET_STRIDE-th entry,
 * which holds an offset where the others hold a length.  The format is
 * described in utils/jsonb.h; this is the only place of ours that relies on it.
 *
 * src/json/jsonb_format.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_JSONB_FORMAT_H
#define IMGCAT_JSONB_FORMAT_H

#include "utils/jsonb.h"

/* The largest data area and the longest array that jsonb has room for. */
#define IMGCAT_JSONB_SIZE_MAX	JENTRY_OFFLENMASK
#define IMGCAT_JSONB_COUNT_MAX	JB_CMASK

/* Entries of a container: each key and each value of an object is one. */
static inline uint32
imgcat_jsonb_entry_count(const JsonbContainer *container)
{
	return JsonContainerIsObject(container)
		? 2 * JsonContainerSize(container) : JsonContainerSize(container);
}

/* Where the data of the entries begin. */
static inline char *
imgcat_jsonb_data(const JsonbContainer *container)
{
	return (char *) &container->children[imgcat_jsonb_entry_count(container)];
}

/* Where the data of an entry end, knowing where they start. */
static inline uint32
imgcat_jsonb_entry_end(JEntry entry, uint32 start)
{
	return JBE_HAS_OFF(entry)
		? JBE_OFFLENFLD(entry) : start + JBE_OFFLENFLD(entry);
}

/* Do the data of the entry start at a multiple of four? */
static inline bool
imgcat_jsonb_entry_is_aligned(JEntry entry)
{
	return JBE_ISNUMERIC(entry) || JBE_ISCONTAINER(entry);
}

/* Walks along the members of an object. */
typedef struct ImgcatJsonbMembers
{
	const JsonbContainer *object;
	uint32		count;
	uint32		position;		/* of the next member */
	uint32		key_start;
	uint32		value_start;
	const char *key;			/* the member that the cursor stands on */
	uint32		key_length;
	JsonbValue	value;
} ImgcatJsonbMembers;

extern void imgcat_jsonb_copy_bytes(char *to, const void *from, Size length);
extern bool imgcat_jsonb_same_bytes(const void *a, const void *b, Size length);
extern void imgcat_jsonb_read_entry(const JsonbContainer *container,
									uint32 index, uint32 start,
									JsonbValue *value);
extern bool imgcat_jsonb_find_key(const JsonbContainer *object,
								  uint32 low, uint32 high,
								  const char *key, uint32 length,
								  uint32 *position);
extern void imgcat_jsonb_member(const JsonbContainer *object, uint32 position,
								JsonbValue *value);
extern void imgcat_jsonb_key(const JsonbContainer *object, uint32 position,
							 const char **key, uint32 *length);
extern void imgcat_jsonb_element(const JsonbContainer *array, uint32 index,
								 JsonbValue *value);
extern void imgcat_jsonb_root(Jsonb *document, JsonbValue *value);
extern int	imgcat_jsonb_compare_keys(const char *a, uint32 a_length,
									  const char *b, uint32 b_length);
extern void imgcat_jsonb_members_init(ImgcatJsonbMembers *cursor,
									  const JsonbContainer *object);
extern bool imgcat_jsonb_members_next(ImgcatJsonbMembers *cursor);

#endif							/* IMGCAT_JSONB_FORMAT_H */
