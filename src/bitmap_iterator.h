/*-------------------------------------------------------------------------
 *
 * bitmap_iterator.h
 *		Reading a bitmap of rows, page by page, on every server version.
 *
 * A page is given with the offsets of its rows, or with none when the bitmap
 * has forgotten them (*noffsets is -1 then).
 *
 * src/bitmap_iterator.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_BITMAP_ITERATOR_H
#define IMGCAT_BITMAP_ITERATOR_H

#include "access/htup_details.h"
#include "compat.h"
#include "nodes/tidbitmap.h"

#ifdef IMGCAT_PRIVATE_BITMAP_ITERATOR

typedef TBMPrivateIterator *ImgcatBitmapIterator;

#define imgcat_bitmap_begin(iterator, bitmap) \
	(*(iterator) = tbm_begin_private_iterate(bitmap))
#define imgcat_bitmap_end(iterator) tbm_end_private_iterate(*(iterator))

static inline bool
imgcat_bitmap_next(ImgcatBitmapIterator *iterator, BlockNumber *block,
				   OffsetNumber *offsets, int *noffsets)
{
	TBMIterateResult page;

	if (!tbm_private_iterate(*iterator, &page))
		return false;
	*block = page.blockno;
	*noffsets = page.lossy ? -1
		: tbm_extract_page_tuple(&page, offsets, MaxHeapTuplesPerPage);
	return true;
}

#else

typedef TBMIterator *ImgcatBitmapIterator;

#define imgcat_bitmap_begin(iterator, bitmap) \
	(*(iterator) = tbm_begin_iterate(bitmap))
#define imgcat_bitmap_end(iterator) tbm_end_iterate(*(iterator))

static inline bool
imgcat_bitmap_next(ImgcatBitmapIterator *iterator, BlockNumber *block,
				   OffsetNumber *offsets, int *noffsets)
{
	TBMIterateResult *page = tbm_iterate(*iterator);

	if (page == NULL)
		return false;
	*block = page->blockno;
	*noffsets = page->ntuples;
	if (page->ntuples > 0)
		memcpy(offsets, page->offsets, sizeof(OffsetNumber) * page->ntuples);
	return true;
}

#endif

#endif							/* IMGCAT_BITMAP_ITERATOR_H */
