/*-------------------------------------------------------------------------
 *
 * list_request.h
 *		What a caller asks of a listing of disk images, read and checked.
 *
 * Parameters go in one by one, in the order of the request; finishing turns
 * them into conditions, an order, a limit and a marker.  No SQL is known here.
 *
 * src/request/list_request.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_REQUEST_H
#define IMGCAT_LIST_REQUEST_H

#include "compat.h"
#include "context.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "image/attribute.h"
#include "nodes/pg_list.h"
#include "query/sort_spec.h"
#include "query/time_filter.h"

typedef enum ImgcatConditionKind
{
	IMGCAT_COND_NEVER,			/* nothing can match */
	IMGCAT_COND_TEXT,			/* column is one of the texts */
	IMGCAT_COND_RANGE,			/* column, a number, time or boolean, is from
								 * low to high */
	IMGCAT_COND_OUTSIDE,		/* column is not in that range */
	IMGCAT_COND_MISSING,		/* column is null */
	IMGCAT_COND_PRESENT,		/* column is not null */
	IMGCAT_COND_UUID,			/* column is one of the uuids */
	IMGCAT_COND_FACET,			/* has one of the facets */
	IMGCAT_COND_REGISTERED,		/* has not the facet: IMS lists no others */
	IMGCAT_COND_PROPERTY,		/* property is one of the texts, where other
								 * values have the same facet */
	IMGCAT_COND_DEFAULT_ENTERPRISE, /* belongs to no enterprise project */
	IMGCAT_COND_INDEXED			/* of a plan: a property, which has ordered
								 * indexes, is one of the texts */
} ImgcatConditionKind;

typedef struct ImgcatListParameter
{
	const char *name;
	size_t		name_length;
	const char *value;
	size_t		value_length;
} ImgcatListParameter;

/*
 * What is asked of an image; in a plan, what index entries are filtered by.
 */
typedef struct ImgcatCondition
{
	ImgcatConditionKind kind;
	int			column;			/* ImgcatImageColumn; of what is none: that of
								 * properties */
	int			ntexts;
	Datum	   *texts;			/* or facets */
	int64		low;			/* both inclusive; PG_INT64_MIN: no bound */
	int64		high;			/* PG_INT64_MAX: no bound */
	Datum		uuids;			/* uuid[] */
	const ImgcatListParameter *property;	/* of PROPERTY, and of FACET: what
											 * it is made of; or NULL */

	/* of a plan (index_entry.c) */
	uint32	   *hashes;			/* of the texts, as the summary has them */
	bool		missing;		/* a missing value passes as '' or zero */
	const char *suffix;			/* of the indexes of INDEXED */
	double		frequency;		/* estimated */
} ImgcatCondition;

/* One key of an order. */
typedef struct ImgcatKey
{
	int			column;			/* ImgcatImageColumn */
	bool		descending;
} ImgcatKey;

#define IMGCAT_KEYS_MAX (IMGCAT_SORT_KEYS_MAX + 2)

typedef enum ImgcatVisibilityFilter
{
	IMGCAT_VISIBLE_DEFAULT,		/* none given: no foreign community images */
	IMGCAT_VISIBLE_ALL,
	IMGCAT_VISIBLE_PUBLIC,
	IMGCAT_VISIBLE_COMMUNITY,
	IMGCAT_VISIBLE_SHARED,
	IMGCAT_VISIBLE_PRIVATE
} ImgcatVisibilityFilter;

typedef struct ImgcatListRequest
{
	ImgcatDialect dialect;
	int			nparameters;
	int			max_parameters;
	ImgcatListParameter *parameters;

	/* what finishing finds */
	int			nconditions;
	int			max_conditions;
	ImgcatCondition *conditions;
	List	   *properties;		/* ImgcatListParameters taken for custom
								 * properties */
	const char *owner;			/* value of the owner condition, or NULL */
	ImgcatVisibilityFilter visibility;
	List	   *within;			/* the visibilities that are left of the scope
								 * of "visibility", Strings; NIL: all */
	const char *member_status;	/* NULL: all */
	bool		member_status_given;
	bool		hidden;			/* only hidden images, else only others */
	bool		deleted;		/* deleted or killed ones were asked for */
	int64		limit;			/* -1: not given */
	const char *marker;			/* as given, or NULL */
	int			nkeys;			/* of the order, which ends with the id */
	ImgcatKey	keys[IMGCAT_KEYS_MAX];
} ImgcatListRequest;

extern void imgcat_list_request_begin(ImgcatListRequest *request,
									  ImgcatDialect dialect);
extern void imgcat_list_request_add(ImgcatListRequest *request,
									const char *name, size_t name_length,
									const char *value, size_t value_length);
extern void imgcat_list_request_finish(ImgcatListRequest *request,
									   const ImgcatCaller *caller);
extern bool imgcat_sorts_by_creation(const ImgcatListRequest *request);

/* images, or tags, on a page of IMS where no limit is given */
#define IMGCAT_CLOUD_PAGE_LIMIT 500

/* what a function begins with (list_arguments.c) */
extern void imgcat_check_may_list(const ImgcatCaller *caller,
								  ImgcatDialect dialect);
extern void imgcat_read_arguments(ImgcatListRequest *request,
								  const ImgcatCaller *caller,
								  FunctionCallInfo fcinfo);
extern void imgcat_begin_query(ImgcatListRequest *request,
							   ImgcatDialect dialect,
							   const ImgcatCaller *caller,
							   const text *str, const char *path);

pg_noreturn extern void imgcat_refuse_list(const ImgcatListRequest *request,
										   int sqlstate, const char *code,
										   const char *message, const char *detail,
										   const char *hint);
pg_noreturn extern void imgcat_bad_value(const ImgcatListRequest *request,
										 const ImgcatListParameter *parameter,
										 const char *code, const char *hint);
extern ImgcatCondition *imgcat_add_condition(ImgcatListRequest *request,
											 ImgcatConditionKind kind,
											 int column);
extern ImgcatCondition *imgcat_add_text_condition(ImgcatListRequest *request,
												  ImgcatConditionKind kind, int column,
												  Datum *texts, int ntexts);
extern void imgcat_add_range_condition(ImgcatListRequest *request, int column,
									   int64 low, int64 high);
extern const ImgcatCondition *imgcat_find_condition(const ImgcatListRequest *request,
													ImgcatConditionKind kind);

/* what the parameters mean (list_filter.c) */
extern void imgcat_read_parameters(ImgcatListRequest *request);
extern bool imgcat_may_read_property(const char *name, size_t length);

#endif							/* IMGCAT_LIST_REQUEST_H */
