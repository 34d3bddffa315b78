/*-------------------------------------------------------------------------
 *
 * entry.h
 *		The way into every function of the API.
 *
 * A function of the API is SECURITY INVOKER in SQL.  In C it is defined by
 *
 *		IMGCAT_FUNCTION(imgcat_get_image, 1)
 *		{
 *			... the body, with fcinfo, as after Datum f(PG_FUNCTION_ARGS)
 *		}
 *
 * in place of PG_FUNCTION_INFO_V1 and the function's head.  The number says how
 * many of its arguments, from the first on, must not be NULL: the body is not
 * run if one is, and the caller hears 22004 with the argument's name.  So such
 * functions are not STRICT.
 *
 * What the macro defines is the function that SQL calls.  It notes the caller,
 * becomes the owner of the extension's tables, runs the body, and is the
 * caller again, on every way out; see entry.c for who the caller is.  It is
 * for functions that go to the tables on behalf of a caller, set-returning
 * ones (at each call) included, and not for
 *
 *	- functions that only look at their arguments (types, json_*, image_json),
 *	- functions that say who is asking (current_project): they ask
 *	  imgcat_calling_role() as they are,
 *	- trigger functions: they run in the statement of whoever writes.  But for
 *	  the one that writes history (record_changes.c), which that user may not.
 *
 * src/entry.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_ENTRY_H
#define IMGCAT_ENTRY_H

#include "context.h"
#include "fmgr.h"

#define IMGCAT_FUNCTION(name, nrequired) \
PG_FUNCTION_INFO_V1(name); \
static Datum name##_body(FunctionCallInfo fcinfo); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	return imgcat_enter(fcinfo, name##_body, nrequired); \
} \
static Datum \
name##_body(FunctionCallInfo fcinfo)

/* A caller for whom something goes on later: a scan, row by row. */
typedef struct ImgcatNotedCaller
{
	Oid			role;
	ImgcatSettings settings;
} ImgcatNotedCaller;

extern bool imgcat_answering_http;
extern const char *imgcat_http_request_id;

extern Datum imgcat_enter(FunctionCallInfo fcinfo, PGFunction body,
						  int nrequired);
extern ImgcatNotedCaller imgcat_note_caller(void);
extern void imgcat_enter_for(const ImgcatNotedCaller *caller,
							 void (*body) (void *argument), void *argument);
extern Oid	imgcat_calling_role(void);
extern Oid	imgcat_extension_schema(void);

#endif							/* IMGCAT_ENTRY_H */
