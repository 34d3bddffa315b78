/*-------------------------------------------------------------------------
 *
 * refused_setting.c
 *		Sessions that named a setting of ours which they may not set.
 *
 * Until the library is loaded, anybody may create a placeholder of a setting's
 * name, by SET or as an option of the connection.  Defining the setting throws
 * the value out, but then the default counts and not what the placeholder had
 * hidden: the value of postgresql.conf, of ALTER ROLE, or one that a function
 * with the right to it had set before.  PostgreSQL has forgotten these.  So a
 * session that did it is not served at all, whenever the library came; where
 * it is loaded in advance, PostgreSQL refuses the SET or the connection itself.
 *
 * src/refused_setting.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "compat.h"
#include "context.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc_tables.h"

#define SETTING_PREFIX "image_catalog."

/* the one setting that anybody may set */
#define FREE_SETTING SETTING_PREFIX "strict_filters"

/*
 * The setting, or an empty string.  A setting itself, so that parallel workers
 * know what their leader does.
 */
static char *refused_setting = NULL;

/*
 * Was a value given by a role that may not set the parameter?
 */
static bool
is_refused(const char *name, GucSource source, GucContext context, Oid role)
{
	/* without the flag every value is lost in the middle of parallel work */
	if (IMGCAT_GUC_FLAGS == 0 && IsInParallelMode() && source > PGC_S_DEFAULT)
		return true;
	return source >= PGC_S_CLIENT && source != PGC_S_OVERRIDE &&
		(context == PGC_USERSET || context == PGC_BACKEND) &&
		pg_parameter_aclcheck(name, role, ACL_SET) != ACLCHECK_OK;
}

/*
 * Has the placeholder a value of a role that may not set it: the current one,
 * that of the connection's options, or one to come back when a transaction or
 * a function ends?
 */
static bool
has_refused_value(const struct config_generic *placeholder)
{
	const char *name = placeholder->name;

	if (is_refused(name, placeholder->source, placeholder->scontext,
				   placeholder->srole) ||
		is_refused(name, placeholder->reset_source, placeholder->reset_scontext,
				   placeholder->reset_srole))
		return true;
	for (GucStack *stack = placeholder->stack; stack != NULL;
		 stack = stack->prev)
	{
		if (is_refused(name, stack->source, stack->scontext, stack->srole))
			return true;
		if (stack->state == GUC_SET_LOCAL &&
			is_refused(name, PGC_S_SESSION, stack->masked_scontext,
					   stack->masked_srole))
			return true;
	}
	return false;
}

/*
 * The names of our placeholders with such a value, in the current context.  To
 * be called before the settings are defined.
 */
List *
imgcat_refused_settings(void)
{
	List	   *names = NIL;
	int			count;
	struct config_generic **variables = imgcat_guc_variables(&count);

	/* in the postmaster there are no clients */
	if (!OidIsValid(MyDatabaseId))
		return NIL;
	for (int i = 0; i < count; i++)
		if ((variables[i]->flags & GUC_CUSTOM_PLACEHOLDER) != 0 &&
			pg_strncasecmp(variables[i]->name, SETTING_PREFIX,
						   strlen(SETTING_PREFIX)) == 0 &&
			pg_strcasecmp(variables[i]->name, FREE_SETTING) != 0 &&
			has_refused_value(variables[i]))
			names = lappend(names, pstrdup(variables[i]->name));
	return names;
}

/*
 * Define the setting that holds a name, and set it if a setting is among the
 * names.  To be called when the placeholders that are no settings are gone.
 */
void
imgcat_note_refused_settings(List *names)
{
	ListCell   *cell;

	DefineCustomStringVariable("image_catalog.refused_setting",
							   "Setting that the session named without the right to set it.",
							   "Such a session is not served.",
							   &refused_setting, "", PGC_SUSET,
							   GUC_NO_SHOW_ALL | GUC_NO_RESET_ALL |
							   GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE |
							   IMGCAT_GUC_FLAGS,
							   NULL, NULL, NULL);
	foreach(cell, names)
	{
		if (GetConfigOption(lfirst(cell), true, false) != NULL)
		{
			SetConfigOption("image_catalog.refused_setting", lfirst(cell),
							PGC_SUSET, PGC_S_OVERRIDE);
			break;
		}
	}
}

/*
 * Refuse to go on in such a session.
 */
void
imgcat_check_settings(void)
{
	if (refused_setting == NULL || *refused_setting == '\0')
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to set parameter \"%s\"",
					refused_setting),
			 errdetail("The session set it, or named it in the options of its connection, before the library of image_catalog was loaded."),
			 errhint("Connect again, without it.")));
}
