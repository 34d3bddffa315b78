/*-------------------------------------------------------------------------
 *
 * container_print.h
 *		StorageImage documents as the API answers them.
 *
 * src/container/container_print.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTAINER_PRINT_H
#define IMGCAT_CONTAINER_PRINT_H

#include "container/container_document.h"
#include "container/container_rank.h"
#include "container/container_rules.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"

/*
 * What a SELECT from image_catalog.container_images AS i must read for
 * imgcat_print_image, in this order.  Where there are no rules, the findings
 * are not looked at.
 */
#define IMGCAT_PRINT_COLUMNS \
	"i.document, i.risk_score," \
	" (SELECT pg_catalog.array_agg(ARRAY[f.component_index, f.finding_index," \
	"                                    " IMGCAT_FINDING_STATE "::integer])" \
	"  FROM image_catalog.container_findings AS f" \
	"  WHERE f.image_key OPERATOR(pg_catalog.=) i.image_key" \
	"    AND EXISTS (SELECT FROM image_catalog.container_finding_rules)" \
	"    AND " IMGCAT_FINDING_STATE " OPERATOR(pg_catalog.<>) f.document_state)"

/* What all documents of an answer are printed with. */
typedef struct ImgcatPrinter
{
	bool		include_snoozed;
	bool		strip_description;
	const ImgcatRanks *image_ranks;
	const ImgcatRanks *component_ranks;
	int			nverifiers;
	char	  **verifier_ids;
	char	  **verifier_names;
} ImgcatPrinter;

/* SPI must be connected; the printer lives in the current memory context. */
extern ImgcatPrinter *imgcat_make_printer(bool include_snoozed,
										  bool strip_description);
extern void imgcat_print_image(StringInfo out, const ImgcatPrinter *printer,
							   HeapTuple tuple, TupleDesc descriptor);
extern void imgcat_print_document(StringInfo out,
								  const ImgcatMessage *document);

#endif							/* IMGCAT_CONTAINER_PRINT_H */
