/*-------------------------------------------------------------------------
 *
 * list_scope.h
 *		What a caller may list: the arms of a union.
 *
 * src/listing/list_scope.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_LIST_SCOPE_H
#define IMGCAT_LIST_SCOPE_H

#include "context.h"
#include "listing/list_request.h"
#include "listing/statement.h"

/* An arm: the images of one visibility, of everybody, own, or by membership. */
typedef enum ImgcatArmKind
{
	IMGCAT_ARM_EVERYBODY,
	IMGCAT_ARM_OWN,
	IMGCAT_ARM_MEMBER
} ImgcatArmKind;

typedef struct ImgcatArm
{
	ImgcatArmKind kind;
	const char *visibility;
	const char *member_status;	/* of IMGCAT_ARM_MEMBER */
} ImgcatArm;

/*
 * How the memberships are looked up that let the caller see shared images.
 * EXISTS leaves it to the planner, which may read all memberships of the
 * caller, too many for a few images.
 */
typedef enum ImgcatMembership
{
	IMGCAT_MEMBERSHIP_EXISTS,
	IMGCAT_MEMBERSHIP_BY_IMAGE, /* the one of each image */
	IMGCAT_MEMBERSHIP_BY_MEMBER /* all of the caller, once */
} ImgcatMembership;

/* The arms of one request; no image is in two of them. */
#define IMGCAT_MAX_ARMS 8

typedef struct ImgcatScope
{
	const ImgcatCaller *caller;
	int			narms;
	ImgcatArm	arms[IMGCAT_MAX_ARMS];
	int			project;		/* parameter number; 0: no arm needs it */

	ImgcatMembership membership;
} ImgcatScope;

extern void imgcat_list_scope(ImgcatScope *scope,
							  const ImgcatListRequest *request,
							  const ImgcatCaller *caller,
							  ImgcatStatement *statement);
extern void imgcat_append_arm_predicate(StringInfo sql, const ImgcatScope *scope,
										const ImgcatArm *arm);
extern void imgcat_append_offers_source(StringInfo sql, const ImgcatScope *scope,
										const ImgcatArm *arm, bool hidden,
										bool by_id);
extern void imgcat_append_scope_predicate(StringInfo sql,
										  const ImgcatScope *scope);

#endif							/* IMGCAT_LIST_SCOPE_H */
