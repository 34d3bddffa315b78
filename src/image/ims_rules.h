/*-------------------------------------------------------------------------
 *
 * ims_rules.h
 *		What the IMS dialect asks of an image beyond the common rules.
 *
 * src/image/ims_rules.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IMS_RULES_H
#define IMGCAT_IMS_RULES_H

#include "context.h"
#include "image/document.h"
#include "lib/stringinfo.h"

#define IMS_IMAGETYPE "__imagetype"
#define IMS_REGISTERED "__isregistered"

extern void imgcat_ims_complete_document(ImgcatDocument *document);
extern void imgcat_ims_check_attribute(const ImgcatAttribute *attribute,
									   const JsonbValue *value,
									   const ImgcatPlace *place);
extern void imgcat_ims_check_property(const char *name, int name_length,
									  const JsonbValue *value,
									  const ImgcatPlace *place);
extern bool imgcat_ims_is_exclusive(const char *name, int name_length);
extern void imgcat_ims_check_properties(Jsonb *properties);
extern void imgcat_ims_check_min_disk(int32 min_disk, Jsonb *properties);
extern bool imgcat_ims_may_patch(const ImgcatAttribute *attribute,
								 const char *name, int name_length);
extern bool imgcat_ims_may_patch_cloud(const ImgcatAttribute *attribute,
									   const char *name, int name_length);
extern bool imgcat_ims_take_bare(const char *name, int name_length,
								 JsonbValue *value);
extern bool imgcat_ims_append_bare(StringInfo out, const char *name,
								   int name_length, const JsonbValue *value);
extern text *imgcat_ims_unregistered_facet(void);
extern text *imgcat_ims_unlisted_facet(const ImgcatCaller *caller);
extern bool imgcat_jsonb_string_is(Jsonb *object, const char *name,
								   const char *word);

#endif							/* IMGCAT_IMS_RULES_H */
