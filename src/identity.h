/*-------------------------------------------------------------------------
 *
 * identity.h
 *		What a database role is to the catalogue.
 *
 * src/identity.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef IMGCAT_IDENTITY_H
#define IMGCAT_IDENTITY_H

/* The words of role_identities.identity, and a role without a row. */
typedef enum ImgcatRoleKind
{
	IMGCAT_ROLE_UNKNOWN,
	IMGCAT_ROLE_PROJECT,
	IMGCAT_ROLE_ADMINISTRATOR,
	IMGCAT_ROLE_DELEGATE
} ImgcatRoleKind;

/* The settings that say who is asking, where they count. */
typedef enum ImgcatIdentitySetting
{
	IMGCAT_SETTING_PROJECT_ID,
	IMGCAT_SETTING_USER_ID,
	IMGCAT_SETTING_ROLES,
	IMGCAT_SETTING_IS_ADMIN,
	IMGCAT_NUM_IDENTITY_SETTINGS
} ImgcatIdentitySetting;

typedef struct ImgcatIdentity
{
	Oid			role;			/* hash key, must be first */
	ImgcatRoleKind kind;
	char	   *project_id;		/* of a project's role, else NULL */
	char	   *roles;			/* of a project's role, comma-separated */
	bool		is_superuser;
	bool		heeds[IMGCAT_NUM_IDENTITY_SETTINGS];	/* this setting counts */
} ImgcatIdentity;

extern const char *const imgcat_identity_settings[IMGCAT_NUM_IDENTITY_SETTINGS];

extern const ImgcatIdentity *imgcat_identity(Oid role);

#endif							/* IMGCAT_IDENTITY_H */
