/*-------------------------------------------------------------------------
 *
 * context.h
 *		Who is asking, and the settings that bound what may be asked.
 *
 * src/context.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_CONTEXT_H
#define IMGCAT_CONTEXT_H

#include "nodes/pg_list.h"

typedef enum ImgcatDialect
{
	IMGCAT_DIALECT_OPENSTACK,
	IMGCAT_DIALECT_IMS
} ImgcatDialect;

/* roles of a caller for whom nothing else is said */
#define IMGCAT_DEFAULT_ROLES "reader,member"

/* The caller of the running function. */
typedef struct ImgcatCaller
{
	const char *project_id;		/* NULL: no project */
	const char *user_id;		/* NULL: unknown */
	bool		is_admin;		/* administers the whole catalogue */
	bool		is_reader;		/* role reader (an administrator has all) */
	bool		is_member;		/* role member */
} ImgcatCaller;

/* The settings that say who is asking, where they count for the caller. */
typedef struct ImgcatSettings
{
	char	   *project_id;
	char	   *user_id;
	char	   *roles;
	bool		is_admin;
} ImgcatSettings;

extern int	imgcat_dialect;
extern int	imgcat_page_limit_default;
extern int	imgcat_page_limit_max;
extern int	imgcat_property_quota;
extern int	imgcat_tag_quota;
extern int	imgcat_member_quota;
extern bool imgcat_strict_filters;
extern char *imgcat_clock;
extern char *imgcat_http_prefix;
extern int	imgcat_http_data_piece;
extern bool imgcat_http_errors;

extern void imgcat_define_settings(void);
extern ImgcatCaller imgcat_caller(void);
extern bool imgcat_caller_has_role(const char *role);
extern ImgcatSettings imgcat_copy_settings(void);
extern const ImgcatSettings *imgcat_use_settings(const ImgcatSettings *noted);

extern List *imgcat_refused_settings(void);
extern void imgcat_note_refused_settings(List *names);
extern void imgcat_check_settings(void);

#endif							/* IMGCAT_CONTEXT_H */
