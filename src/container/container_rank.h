/*-------------------------------------------------------------------------
 *
 * container_rank.h
 *		The rank (priority) of a risk score among all images or components.
 *
 * src/container/container_rank.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_RANK_H
#define IMGCAT_CONTAINER_RANK_H

/* container_risk_scores.subject */
typedef enum ImgcatRankSubject
{
	IMGCAT_RANK_IMAGES = 'i',
	IMGCAT_RANK_COMPONENTS = 'c'
} ImgcatRankSubject;

/* The distinct scores of a subject, highest first. */
typedef struct ImgcatRanks
{
	int64		count;
	double	   *scores;
} ImgcatRanks;

/* SPI must be connected; the result lives in the caller's memory context. */
extern ImgcatRanks *imgcat_load_ranks(ImgcatRankSubject subject);

/* The same, lent: gone when somebody loads or borrows again. */
extern const ImgcatRanks *imgcat_borrow_ranks(ImgcatRankSubject subject);
extern int64 imgcat_rank(const ImgcatRanks *ranks, double score);

#endif							/* IMGCAT_CONTAINER_RANK_H */
