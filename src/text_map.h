/*-------------------------------------------------------------------------
 *
 * text_map.h
 *		Numbers by keys that are made of texts.
 *
 * src/text_map.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_TEXT_MAP_H
#define IMGCAT_TEXT_MAP_H

typedef struct ImgcatTextMap ImgcatTextMap;

extern ImgcatTextMap *imgcat_make_text_map(void);

/*
 * The number of a key of so many texts, for the caller to set where it was not
 * there yet.  The pointer is good until the next call.
 */
extern int *imgcat_text_map_enter(ImgcatTextMap *map, const char *const *texts,
								  int ntexts, bool *found);

/* The number of a key that may be there, else NULL. */
extern int *imgcat_text_map_find(ImgcatTextMap *map, const char *const *texts,
								 int ntexts);

#endif							/* IMGCAT_TEXT_MAP_H */
