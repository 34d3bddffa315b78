/*-------------------------------------------------------------------------
 *
 * ims_rules.c
 *		What the IMS dialect asks of an image beyond the common rules.
 *
 * Callers come here only while image_catalog.dialect is ims, or when a request
 * of the IMS extension (/v2/cloudimages) is at hand.
 *
 * src/image/ims_rules.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "image/errors.h"
#include "image/facet.h"
#include "image/ims_rules.h"
#include "mb/pg_wchar.h"

#define IMS_NAME_MAX			128
#define IMS_DESCRIPTION_MAX		1024
#define IMS_MIN_DISK_MAX		1024
#define IMS_DATA_DISK_MAX		2048

/* How the text in front of the first digit of __os_version names a platform. */
static const struct
{
	const char *prefix;
	const char *platform;
	const char *os_type;
}			platforms[] =

{
	{"Windows", "Windows", "Windows"},
	{"SUSE", "SUSE", "Linux"},
	{"Oracle Linux", "Oracle Linux", "Linux"},
	{"Redhat", "RedHat", "Linux"},
	{"Red Hat", "RedHat", "Linux"},
	{"Ubuntu", "Ubuntu", "Linux"},
	{"openSUSE", "OpenSUSE", "Linux"},
	{"CentOS", "CentOS", "Linux"},
	{"Debian", "Debian", "Linux"},
	{"Fedora", "Fedora", "Linux"},
	{"Huawei Cloud EulerOS", "Huawei Cloud EulerOS", "Linux"},
	{"EulerOS", "EulerOS", "Linux"},
	{"CoreOS", "CoreOS", "Linux"},
	{"openEuler", "Other", "Linux"},
	{"NeoKylin", "Other", "Linux"},
	{"Other Linux", "Other", "Linux"},
};

/* Attributes that never stand beside __support_kvm or __support_xen. */
static const struct
{
	const char *name;
	bool		with_kvm;
	bool		with_xen;
}			exclusions[] =

{
	{"__support_xen_gpu_type", false, false},
	{"__support_kvm_gpu_type", false, false},
	{"__support_xen_hana", false, false},
	{"__support_kvm_infiniband", true, false},
};

/* Base attributes and properties that the extension's patch may change. */
static const char *const cloud_patchable[] = {
	"name", "min_ram", "__description", "__support_xen", "__support_kvm",
	"__support_largememory", "__support_diskintensive",
	"__support_highperformance", "__support_xen_gpu_type",
	"__support_kvm_gpu_type", "__support_xen_hana",
	"__support_kvm_infiniband", "__support_fc_inject", "__support_amd",
	"__support_kvm_hi1822_hisriov", "__support_kvm_hi1822_hivirtionet",
	"__is_config_init", "enterprise_project_id", "max_ram",
	"hw_vif_multiqueue_enabled", "hw_firmware_type"
};

static bool
string_is(const char *string, int length, const char *word)
{
	return strlen(word) == (size_t) length &&
		memcmp(string, word, length) == 0;
}

/*
 * Does an object hold this word under name?
 */
bool
imgcat_jsonb_string_is(Jsonb *object, const char *name, const char *word)
{
	JsonbValue	value;

	return getKeyJsonValueFromContainer(&object->root, name, strlen(name),
										&value) != NULL &&
		value.type == jbvString &&
		string_is(value.val.string.val, value.val.string.len, word);
}

/*
 * Derive __os_type, __platform and __os_bit from __os_version.
 */
static void
derive_from_os_version(ImgcatDocument *document, const char *os_version)
{
	const char *platform = "Other";
	const char *os_type = "Other";

	for (int i = 0; i < (int) lengthof(platforms); i++)
		if (pg_strncasecmp(os_version, platforms[i].prefix,
						   strlen(platforms[i].prefix)) == 0)
		{
			platform = platforms[i].platform;
			os_type = platforms[i].os_type;
			break;
		}
	imgcat_document_add_property(document, "__os_type", os_type);
	imgcat_document_add_property(document, "__platform", platform);

	if (strstr(os_version, "64bit") || strstr(os_version, "64 bit"))
		imgcat_document_add_property(document, "__os_bit", "64");
	else if (strstr(os_version, "32bit") || strstr(os_version, "32 bit"))
		imgcat_document_add_property(document, "__os_bit", "32");
}

/*
 * Give a new image the defaults of this dialect, as far as properties go.
 */
void
imgcat_ims_complete_document(ImgcatDocument *document)
{
	JsonbValue *os_version;
	const JsonbValue *visibility = &document->values[IMGCAT_COL_VISIBILITY];
	bool		is_public =
	document->attributes[IMGCAT_COL_VISIBILITY] != NULL &&
	visibility->type == jbvString &&
	string_is(visibility->val.string.val, visibility->val.string.len,
			  "public");

	imgcat_document_add_property(document, "__os_version",
								 "Other Linux(64 bit)");
	os_version = imgcat_document_property(document, "__os_version");
	if (os_version->type == jbvString)
		derive_from_os_version(document,
							   pnstrdup(os_version->val.string.val,
										os_version->val.string.len));
	imgcat_document_add_property(document, IMS_IMAGETYPE,
								 is_public ? "gold" : "private");
	imgcat_document_add_property(document, IMS_REGISTERED, "true");
	imgcat_document_add_property(document, "__image_source_type", "uds");
	imgcat_document_add_property(document, "__image_size", "0");
	imgcat_document_add_property(document, "virtual_env_type",
								 "FusionCompute");
}

/*
 * Check a name: 1 to 128 letters, digits, "-", ".", "_" and blanks, no blank
 * at either end.
 */
static void
check_name(const JsonbValue *value, const ImgcatPlace *place)
{
	const char *name = value->val.string.val;
	int			length = value->val.string.len;
	const char *requirement = NULL;

	if (length == 0 || pg_mbstrlen_with_len(name, length) > IMS_NAME_MAX)
		requirement = "must be 1 to 128 characters long";
	else if (name[0] == ' ' || name[length - 1] == ' ')
		requirement = "must not start or end with a blank";
	else
	{
		for (int i = 0; i < length; i++)
			if (!IS_HIGHBIT_SET(name[i]) &&
				!isalnum((unsigned char) name[i]) &&
				strchr("-._ ", name[i]) == NULL)
				requirement = "may hold letters, digits, -, ., _ and blanks only";
	}
	if (requirement != NULL)
		imgcat_value_error(place, "name", 4, IMS_BAD_NAME, requirement);
}

/*
 * Check a base attribute that has passed imgcat_attribute_check_type.
 */
void
imgcat_ims_check_attribute(const ImgcatAttribute *attribute,
						   const JsonbValue *value, const ImgcatPlace *place)
{
	if (attribute->column == IMGCAT_COL_NAME && value->type == jbvString)
		check_name(value, place);
}

/*
 * Check the value of a property that has passed imgcat_property_check_type.
 */
void
imgcat_ims_check_property(const char *name, int name_length,
						  const JsonbValue *value, const ImgcatPlace *place)
{
	const char *string = value->val.string.val;
	int			length = value->val.string.len;

	if (string_is(name, name_length, "hw_firmware_type") &&
		!string_is(string, length, "bios") && !string_is(string, length, "uefi"))
		imgcat_value_error(place, name, name_length, IMS_BAD_FIRMWARE,
						   "must be bios or uefi");
	if (string_is(name, name_length, "architecture") &&
		!string_is(string, length, "x86") && !string_is(string, length, "arm"))
		imgcat_value_error(place, name, name_length, IMS_BAD_ARCHITECTURE,
						   "must be x86 or arm");
	if (string_is(name, name_length, "__description"))
	{
		if (pg_mbstrlen_with_len(string, length) > IMS_DESCRIPTION_MAX)
			imgcat_value_error(place, name, name_length, IMS_BAD_DESCRIPTION,
							   "must not be longer than 1024 characters");
		for (int i = 0; i < length; i++)
			if (strchr("\r\n<>", string[i]) != NULL)
				imgcat_value_error(place, name, name_length,
								   IMS_BAD_DESCRIPTION,
								   "must not hold line ends, < or >");
	}
}

/*
 * Is the property one that excludes others, or is excluded?
 */
bool
imgcat_ims_is_exclusive(const char *name, int name_length)
{
	if (string_is(name, name_length, "__support_kvm") ||
		string_is(name, name_length, "__support_xen"))
		return true;
	for (int i = 0; i < (int) lengthof(exclusions); i++)
		if (string_is(name, name_length, exclusions[i].name))
			return true;
	return false;
}

/*
 * Check that no two properties exclude each other.
 */
void
imgcat_ims_check_properties(Jsonb *properties)
{
	JsonbValue	value;
	bool		kvm;
	bool		xen;

	kvm = getKeyJsonValueFromContainer(&properties->root, "__support_kvm", 13,
									   &value) != NULL;
	xen = getKeyJsonValueFromContainer(&properties->root, "__support_xen", 13,
									   &value) != NULL;
	for (int i = 0; i < (int) lengthof(exclusions); i++)
	{
		const char *name = exclusions[i].name;

		if (getKeyJsonValueFromContainer(&properties->root, name, strlen(name),
										 &value) == NULL)
			continue;
		if ((kvm && !exclusions[i].with_kvm) || (xen && !exclusions[i].with_xen))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("conflicting image properties"),
					 imgcat_errdetail(IMS_CONFLICT,
									  "An image with property \"%s\" cannot have property \"%s\".",
									  name,
									  kvm && !exclusions[i].with_kvm ?
									  "__support_kvm" : "__support_xen")));
	}
}

/*
 * Check a min_disk that a client wrote.
 */
void
imgcat_ims_check_min_disk(int32 min_disk, Jsonb *properties)
{
	static const ImgcatPlace nowhere = {0};
	int32		limit =
	imgcat_jsonb_string_is(properties, "virtual_env_type", "DataImage") ?
	IMS_DATA_DISK_MAX : IMS_MIN_DISK_MAX;

	if (min_disk < 1 || min_disk > limit)
		imgcat_value_error(&nowhere, "min_disk", 8, IMS_BAD_SIZE,
						   psprintf("must be between 1 and %d", limit));
}

/*
 * May a tenant's patch of /v2/images change this?  Its name, its tags and its
 * properties, but not those that say what the image is.
 */
bool
imgcat_ims_may_patch(const ImgcatAttribute *attribute, const char *name,
					 int name_length)
{
	if (attribute != NULL)
		return attribute->column == IMGCAT_COL_NAME ||
			attribute->column == IMGCAT_COL_TAGS;
	return !string_is(name, name_length, IMS_IMAGETYPE) &&
		!string_is(name, name_length, IMS_REGISTERED);
}

/*
 * May a tenant's patch of /v2/cloudimages change this?  The listed ones, and
 * properties of the tenant's own without an upper-case letter.
 */
bool
imgcat_ims_may_patch_cloud(const ImgcatAttribute *attribute, const char *name,
						   int name_length)
{
	for (int i = 0; i < (int) lengthof(cloud_patchable); i++)
		if (string_is(name, name_length, cloud_patchable[i]))
			return true;
	if (attribute != NULL ||
		(name_length >= 2 && name[0] == '_' && name[1] == '_'))
		return false;
	for (int i = 0; i < name_length; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			return false;
	return true;
}

/*
 * Does IMS print this property as a boolean?  All its other booleans and
 * numbers are strings.  Here every property is stored as a string.
 */
static bool
is_boolean_property(const char *name, int name_length)
{
	return string_is(name, name_length, "__system_support_market");
}

/*
 * Turn a value that is bare where IMS prints it into the string that is
 * stored.  False: the property has to be a string.
 */
bool
imgcat_ims_take_bare(const char *name, int name_length, JsonbValue *value)
{
	bool		boolean;

	if (value->type != jbvBool || !is_boolean_property(name, name_length))
		return false;
	boolean = value->val.boolean;
	value->type = jbvString;
	value->val.string.val = boolean ? "true" : "false";
	value->val.string.len = strlen(value->val.string.val);
	return true;
}

/*
 * Append the value of a property without quotes, where IMS prints it so and it
 * is such a value.
 */
bool
imgcat_ims_append_bare(StringInfo out, const char *name, int name_length,
					   const JsonbValue *value)
{
	if (!is_boolean_property(name, name_length) ||
		(!string_is(value->val.string.val, value->val.string.len, "true") &&
		 !string_is(value->val.string.val, value->val.string.len, "false")))
		return false;
	appendBinaryStringInfo(out, value->val.string.val, value->val.string.len);
	return true;
}

/*
 * The facet of an image that is not registered.
 */
text *
imgcat_ims_unregistered_facet(void)
{
	return imgcat_facet_of_property(IMS_REGISTERED, strlen(IMS_REGISTERED),
									"false", 5);
}

/*
 * The facet that keeps an image off the caller's lists of IMS: only who
 * administers the catalogue is shown images that are not registered.  NULL:
 * none does.
 */
text *
imgcat_ims_unlisted_facet(const ImgcatCaller *caller)
{
	return caller->is_admin ? NULL : imgcat_ims_unregistered_facet();
}
