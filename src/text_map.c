/*-------------------------------------------------------------------------
 *
 * text_map.c
 *		Numbers by keys that are made of texts.
 *
 * A key is its texts, each with its NUL, so that no two keys are the same by
 * chance.
 *
 * src/text_map.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "text_map.h"

/* A key as its bytes. */
typedef struct TextKey
{
	const char *bytes;
	int			length;
} TextKey;

typedef struct TextEntry
{
	TextKey		key;
	int			number;
	char		status;
} TextEntry;

static uint32
hash_key(TextKey key)
{
	return hash_bytes((const unsigned char *) key.bytes, key.length);
}

static bool
equal_keys(TextKey a, TextKey b)
{
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

#define SH_PREFIX textmap
#define SH_ELEMENT_TYPE TextEntry
#define SH_KEY_TYPE TextKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_key(key)
#define SH_EQUAL(table, a, b) equal_keys(a, b)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

struct ImgcatTextMap
{
	textmap_hash *table;
};

/*
 * An empty map, in the current memory context.
 */
ImgcatTextMap *
imgcat_make_text_map(void)
{
	ImgcatTextMap *map = palloc(sizeof(ImgcatTextMap));

	map->table = textmap_create(CurrentMemoryContext, 64, NULL);
	return map;
}

/*
 * The bytes of a key.
 */
static TextKey
make_key(const char *const *texts, int ntexts)
{
	StringInfoData bytes;
	TextKey		key;

	initStringInfo(&bytes);
	for (int i = 0; i < ntexts; i++)
		appendBinaryStringInfo(&bytes, texts[i], (int) strlen(texts[i]) + 1);
	key.bytes = bytes.data;
	key.length = bytes.len;
	return key;
}

/*
 * See text_map.h.  The key is kept in the current memory context.
 */
int *
imgcat_text_map_enter(ImgcatTextMap *map, const char *const *texts,
					  int ntexts, bool *found)
{
	TextKey		key = make_key(texts, ntexts);
	TextEntry  *entry = textmap_insert(map->table, key, found);

	if (*found)
		pfree(unconstify(char *, key.bytes));
	return &entry->number;
}

/*
 * See text_map.h.
 */
int *
imgcat_text_map_find(ImgcatTextMap *map, const char *const *texts, int ntexts)
{
	TextKey		key = make_key(texts, ntexts);
	TextEntry  *entry = textmap_lookup(map->table, key);

	pfree(unconstify(char *, key.bytes));
	return entry == NULL ? NULL : &entry->number;
}
