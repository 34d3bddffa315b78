/*-------------------------------------------------------------------------
 *
 * context.c
 *		The settings image_catalog.*, and the caller: what the calling role is
 *		(identity.c), or what the settings say where they count for it.
 *
 * The settings are superuser-set, but for one that refuses more than it must
 * (strict_filters).  They are read here, through C variables,
 * and nowhere by current_setting(): until the library is loaded anybody may
 * create a placeholder of the same name (refused_setting.c).
 *
 * src/context.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "compat.h"
#include "context.h"
#include "entry.h"
#include "fmgr.h"
#include "identity.h"
#include "utils/builtins.h"
#include "utils/guc.h"

/* those of the session, and those that count: others where a scan goes on */
static ImgcatSettings session_settings;
static const ImgcatSettings *settings = &session_settings;

int			imgcat_dialect = IMGCAT_DIALECT_OPENSTACK;
int			imgcat_page_limit_default = 25;
int			imgcat_page_limit_max = 1000;
int			imgcat_property_quota = 128;
int			imgcat_tag_quota = 128;
int			imgcat_member_quota = 128;
bool		imgcat_strict_filters = false;
char	   *imgcat_clock = NULL;
char	   *imgcat_http_prefix = NULL;
int			imgcat_http_data_piece = 0;
bool		imgcat_http_errors = false;

static const struct config_enum_entry dialect_options[] = {
	{"openstack", IMGCAT_DIALECT_OPENSTACK, false},
	{"ims", IMGCAT_DIALECT_IMS, false},
	{NULL, 0, false}
};

/*
 * A prefix of links is a path or a URL without its query, and without a slash
 * at its end; it needs no escape where we print it.
 */
static bool
check_http_prefix(char **value, void **extra, GucSource source)
{
	size_t		length = strlen(*value);

	(void) extra;
	(void) source;
	if (length == 0)
		return true;
	if (strspn(*value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789-._~%:/[]@") != length ||
		(*value)[length - 1] == '/' ||
		((*value)[0] != '/' && strncmp(*value, "http://", 7) != 0 &&
		 strncmp(*value, "https://", 8) != 0))
	{
		GUC_check_errdetail("It must be a path or a URL, without a query and without a slash at its end.");
		return false;
	}
	return true;
}

/*
 * Define the settings.  Called once, from _PG_init.
 */
void
imgcat_define_settings(void)
{
	DefineCustomStringVariable("image_catalog.project_id",
							   "Project on whose behalf the session acts.",
							   "Empty means no project: public and community images only.",
							   &session_settings.project_id, "", PGC_SUSET, IMGCAT_GUC_FLAGS,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("image_catalog.user_id",
							   "User on whose behalf the session acts.",
							   NULL,
							   &session_settings.user_id, "", PGC_SUSET, IMGCAT_GUC_FLAGS,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("image_catalog.roles",
							   "Comma-separated roles of the caller in its project.",
							   "reader may read, member may write what its project owns, admin administers.",
							   &session_settings.roles, IMGCAT_DEFAULT_ROLES, PGC_SUSET, IMGCAT_GUC_FLAGS,
							   NULL, NULL, NULL);
	DefineCustomBoolVariable("image_catalog.is_admin",
							 "The caller administers the whole catalogue.",
							 NULL,
							 &session_settings.is_admin, false, PGC_SUSET, IMGCAT_GUC_FLAGS,
							 NULL, NULL, NULL);
	DefineCustomEnumVariable("image_catalog.dialect",
							 "What /v2/images means where OpenStack and IMS differ.",
							 NULL,
							 &imgcat_dialect, IMGCAT_DIALECT_OPENSTACK,
							 dialect_options, PGC_SUSET, IMGCAT_GUC_FLAGS,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.page_limit_default",
							"Images on a page when the request names no limit.",
							NULL,
							&imgcat_page_limit_default, 25, 1, 100000,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.page_limit_max",
							"Most images on a page; larger limits are lowered to it.",
							NULL,
							&imgcat_page_limit_max, 1000, 1, 100000,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.property_quota",
							"Most custom properties of an image; -1 means no limit.",
							NULL,
							&imgcat_property_quota, 128, -1, INT_MAX,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.tag_quota",
							"Most tags of an image; -1 means no limit.",
							NULL,
							&imgcat_tag_quota, 128, -1, INT_MAX,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomIntVariable("image_catalog.member_quota",
							"Most members of an image; -1 means no limit.",
							NULL,
							&imgcat_member_quota, 128, -1, INT_MAX,
							PGC_SUSET, IMGCAT_GUC_FLAGS, NULL, NULL, NULL);
	DefineCustomBoolVariable("image_catalog.strict_filters",
							 "Lists and searches refuse filters that nothing can answer to.",
							 "Unknown parameters and labels, which otherwise find nothing, or everything.",
							 &imgcat_strict_filters, false, PGC_USERSET, IMGCAT_GUC_FLAGS,
							 NULL, NULL, NULL);
	DefineCustomStringVariable("image_catalog.clock",
							   "Time that ages in container searches are counted from.",
							   "Empty means the start of the transaction; a fixed time is for tests.",
							   &imgcat_clock, "", PGC_SUSET, IMGCAT_GUC_FLAGS,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("image_catalog.http_prefix",
							   "What stands in front of the path in links: a path, or a URL.",
							   "Empty means that links begin with /v2 or /v1.",
							   &imgcat_http_prefix, "", PGC_SUSET, 0,
							   check_http_prefix, NULL, NULL);
	DefineCustomIntVariable("image_catalog.http_data_piece",
							"Most bytes of image data in an answer of http_request; 0 means all.",
							"For a gateway, which reads what is behind them piece by piece.",
							&imgcat_http_data_piece, 0, 0, INT_MAX,
							PGC_SUSET, GUC_UNIT_BYTE | IMGCAT_GUC_FLAGS,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("image_catalog.http_errors",
							 "Errors that a client can cause are none that PostgREST answers with 500.",
							 "Conflicts, limits and states have the SQLSTATE PT409 or PT413.",
							 &imgcat_http_errors, false, PGC_USERSET, IMGCAT_GUC_FLAGS,
							 NULL, NULL, NULL);
}

/*
 * Is word among the comma-separated words of a list?  Case and blanks around a
 * word do not count.
 */
static bool
is_word_of(const char *list, const char *word)
{
	const char *at = list;
	size_t		word_length = strlen(word);

	while (at != NULL && *at != '\0')
	{
		const char *end;
		size_t		length;

		while (*at == ' ' || *at == ',')
			at++;
		end = at + strcspn(at, ",");
		length = end - at;
		while (length > 0 && at[length - 1] == ' ')
			length--;
		if (length == word_length && pg_strncasecmp(at, word, length) == 0)
			return true;
		at = end;
	}
	return false;
}

/*
 * Has somebody of this identity the role?
 *
 * The setting image_catalog.roles gives roles where it counts.  Where it does
 * not, it still takes those away that everybody has: a DBA may have pinned
 * "reader" to a role that names its projects itself.
 */
static bool
has_role(const ImgcatIdentity *identity, const char *role)
{
	switch (identity->kind)
	{
		case IMGCAT_ROLE_PROJECT:
			return is_word_of(identity->roles, role);
		case IMGCAT_ROLE_ADMINISTRATOR:
			return pg_strcasecmp(role, "admin") == 0;
		default:
			return is_word_of(settings->roles, role) &&
				(identity->heeds[IMGCAT_SETTING_ROLES] ||
				 is_word_of(IMGCAT_DEFAULT_ROLES, role));
	}
}

/*
 * Has the caller the role?
 */
bool
imgcat_caller_has_role(const char *role)
{
	imgcat_check_settings();
	return has_role(imgcat_identity(imgcat_calling_role()), role);
}

/*
 * A setting's text, in the current context, if it counts and is not empty.
 */
static const char *
heeded_text(const ImgcatIdentity *identity, ImgcatIdentitySetting setting,
			const char *value)
{
	if (!identity->heeds[setting] || value == NULL || *value == '\0')
		return NULL;
	return pstrdup(value);
}

/*
 * The caller.  Its strings are in the current memory context.
 *
 * A superuser without a project administers: that is the DBA at psql.
 */
ImgcatCaller
imgcat_caller(void)
{
	const ImgcatIdentity *identity;
	ImgcatCaller caller = {0};

	imgcat_check_settings();
	identity = imgcat_identity(imgcat_calling_role());
	caller.is_admin = has_role(identity, "admin");
	if (identity->kind == IMGCAT_ROLE_PROJECT)
		caller.project_id = pstrdup(identity->project_id);
	else if (identity->kind != IMGCAT_ROLE_ADMINISTRATOR)
	{
		caller.project_id = heeded_text(identity, IMGCAT_SETTING_PROJECT_ID,
										settings->project_id);
		caller.user_id = heeded_text(identity, IMGCAT_SETTING_USER_ID,
									 settings->user_id);
		caller.is_admin = caller.is_admin ||
			(settings->is_admin && identity->heeds[IMGCAT_SETTING_IS_ADMIN]) ||
			(caller.project_id == NULL && identity->is_superuser);
	}
	caller.is_member = caller.is_admin || has_role(identity, "member");
	caller.is_reader = caller.is_admin || has_role(identity, "reader");
	return caller;
}

/*
 * The settings that count now, copied into the current memory context.
 */
ImgcatSettings
imgcat_copy_settings(void)
{
	ImgcatSettings copy = *settings;

	copy.project_id = copy.project_id == NULL ? NULL : pstrdup(copy.project_id);
	copy.user_id = copy.user_id == NULL ? NULL : pstrdup(copy.user_id);
	copy.roles = copy.roles == NULL ? NULL : pstrdup(copy.roles);
	return copy;
}

/*
 * Let settings count that were copied before; NULL changes nothing.  Returns
 * those that counted until now: the caller puts them back, after an error, too.
 */
const ImgcatSettings *
imgcat_use_settings(const ImgcatSettings *noted)
{
	const ImgcatSettings *former = settings;

	if (noted != NULL)
		settings = noted;
	return former;
}

PG_FUNCTION_INFO_V1(imgcat_current_project);
/*
 * current_project() returns text: the caller's project, null when it has none.
 */
Datum
imgcat_current_project(PG_FUNCTION_ARGS)
{
	ImgcatCaller caller = imgcat_caller();

	if (caller.project_id == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(caller.project_id));
}

PG_FUNCTION_INFO_V1(imgcat_is_catalog_admin);
/*
 * is_catalog_admin() returns boolean: does the caller administer everything?
 */
Datum
imgcat_is_catalog_admin(PG_FUNCTION_ARGS)
{
	(void) fcinfo;				/* no arguments */
	PG_RETURN_BOOL(imgcat_caller().is_admin);
}

PG_FUNCTION_INFO_V1(imgcat_may_read_images);
/*
 * may_read_images() returns boolean: has the caller role reader?
 */
Datum
imgcat_may_read_images(PG_FUNCTION_ARGS)
{
	(void) fcinfo;				/* no arguments */
	PG_RETURN_BOOL(imgcat_caller().is_reader);
}
