/*-------------------------------------------------------------------------
 *
 * attribute.c
 *		The one table of base attributes of a disk image.
 *
 * The lists of words are those of the domains in sql/30_images_tables.sql;
 * test/sql/image_schema.sql compares the two.
 *
 * src/image/attribute.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "context.h"
#include "image/attribute.h"
#include "image/image_row.h"

static const char *const status_words[] = {
	"queued", "saving", "active", "killed", "deleted", "uploading",
	"importing", "pending_delete", "deactivated", NULL
};

static const char *const visibility_words[] = {
	"community", "public", "private", "shared", NULL
};

static const char *const container_format_words[] = {
	"ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed", NULL
};

/* the last two: IMS dialect only, see imgcat_attribute_offers */
static const char *const disk_format_words[] = {
	"ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso",
	"ploop", "zvhd", "zvhd2", NULL
};

/* Short names keep a row of the table on two lines. */
#define NULLABLE	IMGCAT_ATTR_NULLABLE
#define READ_ONLY	IMGCAT_ATTR_READ_ONLY
#define SORTABLE	IMGCAT_ATTR_SORTABLE
#define CREATE_ONLY	IMGCAT_ATTR_CREATE_ONLY

const ImgcatAttribute imgcat_attributes[] = {
	{"id", IMGCAT_COL_ID, IMGCAT_ATTR_UUID,
		READ_ONLY | CREATE_ONLY | SORTABLE, 0, NULL, IMGCAT_FILTER_OPERATOR,
	"Identifier of the image"},
	{"name", IMGCAT_COL_NAME, IMGCAT_ATTR_TEXT,
		NULLABLE | SORTABLE, 255, NULL, IMGCAT_FILTER_OPERATOR,
	"Name that people read"},
	{"status", IMGCAT_COL_STATUS, IMGCAT_ATTR_TEXT,
		READ_ONLY | SORTABLE, 0, status_words, IMGCAT_FILTER_OPERATOR,
	"Where the image stands between creation and deletion"},
	{"visibility", IMGCAT_COL_VISIBILITY, IMGCAT_ATTR_TEXT,
		0, 0, visibility_words, IMGCAT_FILTER_SPECIAL,
	"Who may see the image"},
	{"protected", IMGCAT_COL_PROTECTED, IMGCAT_ATTR_BOOL,
		0, 0, NULL, IMGCAT_FILTER_SPECIAL,
	"If true, the image cannot be deleted"},
	{"os_hidden", IMGCAT_COL_OS_HIDDEN, IMGCAT_ATTR_BOOL,
		0, 0, NULL, IMGCAT_FILTER_SPECIAL,
	"If true, the image is left out of listings that do not ask for it"},
	{"checksum", IMGCAT_COL_CHECKSUM, IMGCAT_ATTR_TEXT,
		NULLABLE | READ_ONLY, 32, NULL, IMGCAT_FILTER_EQUAL,
	"MD5 of the data, in hexadecimal"},
	{"os_hash_algo", IMGCAT_COL_OS_HASH_ALGO, IMGCAT_ATTR_TEXT,
		NULLABLE | READ_ONLY, 64, NULL, IMGCAT_FILTER_EQUAL,
	"Algorithm of os_hash_value"},
	{"os_hash_value", IMGCAT_COL_OS_HASH_VALUE, IMGCAT_ATTR_TEXT,
		NULLABLE | READ_ONLY, 128, NULL, IMGCAT_FILTER_EQUAL,
	"Digest of the data, in hexadecimal"},
	{"owner", IMGCAT_COL_OWNER, IMGCAT_ATTR_TEXT,
		NULLABLE, 255, NULL, IMGCAT_FILTER_EQUAL,
	"Project that owns the image"},
	{"size", IMGCAT_COL_SIZE, IMGCAT_ATTR_INT8,
		NULLABLE | READ_ONLY | SORTABLE, 0, NULL, IMGCAT_FILTER_NUMBER,
	"Size of the data in bytes"},
	{"virtual_size", IMGCAT_COL_VIRTUAL_SIZE, IMGCAT_ATTR_INT8,
		NULLABLE | READ_ONLY, 0, NULL, IMGCAT_FILTER_NUMBER,
	"Size in bytes of the disk that the data describes"},
	{"container_format", IMGCAT_COL_CONTAINER_FORMAT, IMGCAT_ATTR_TEXT,
		NULLABLE | SORTABLE, 0, container_format_words, IMGCAT_FILTER_OPERATOR,
	"Format of the container around the data"},
	{"disk_format", IMGCAT_COL_DISK_FORMAT, IMGCAT_ATTR_TEXT,
		NULLABLE | SORTABLE, 0, disk_format_words, IMGCAT_FILTER_OPERATOR,
	"Format of the data"},
	{"created_at", IMGCAT_COL_CREATED_AT, IMGCAT_ATTR_TIME,
		READ_ONLY | SORTABLE, 0, NULL, IMGCAT_FILTER_TIME,
	"Time of creation"},
	{"updated_at", IMGCAT_COL_UPDATED_AT, IMGCAT_ATTR_TIME,
		READ_ONLY | SORTABLE, 0, NULL, IMGCAT_FILTER_TIME,
	"Time of the last change"},
	{"tags", IMGCAT_COL_TAGS, IMGCAT_ATTR_TAGS,
		0, 255, NULL, IMGCAT_FILTER_NONE,
	"Words that the image is tagged with"},
	{"direct_url", -1, IMGCAT_ATTR_LINK,
		READ_ONLY, 0, NULL, IMGCAT_FILTER_NONE,
	"URL of the data at its backend"},
	{"min_ram", IMGCAT_COL_MIN_RAM, IMGCAT_ATTR_INT4,
		0, 0, NULL, IMGCAT_FILTER_NUMBER,
	"Memory needed to boot the image, in MB"},
	{"min_disk", IMGCAT_COL_MIN_DISK, IMGCAT_ATTR_INT4,
		0, 0, NULL, IMGCAT_FILTER_NUMBER,
	"Disk needed to boot the image, in GB"},
	{"self", -1, IMGCAT_ATTR_LINK,
		READ_ONLY, 0, NULL, IMGCAT_FILTER_NONE,
	"URL of the image"},
	{"file", -1, IMGCAT_ATTR_LINK,
		READ_ONLY, 0, NULL, IMGCAT_FILTER_NONE,
	"URL of the data"},
	{"stores", -1, IMGCAT_ATTR_LINK,
		READ_ONLY, 0, NULL, IMGCAT_FILTER_NONE,
	"Stores that hold the data"},
	{"schema", -1, IMGCAT_ATTR_LINK,
		READ_ONLY, 0, NULL, IMGCAT_FILTER_NONE,
	"URL of the schema of this document"},
	{"locations", -1, IMGCAT_ATTR_LOCATIONS,
		0, 255, NULL, IMGCAT_FILTER_NONE,
	"Places where the data lies"},
};

const int	imgcat_num_attributes = lengthof(imgcat_attributes);

/*
 * The base attribute of that name, or NULL: a custom property is meant.
 * name need not end in a zero byte.
 */
const ImgcatAttribute *
imgcat_attribute_find(const char *name, size_t length)
{
	if (length == 0)
		return NULL;
	for (int i = 0; i < imgcat_num_attributes; i++)
	{
		const char *candidate = imgcat_attributes[i].name;

		if (candidate[0] == name[0] &&
			strncmp(candidate, name, length) == 0 &&
			candidate[length] == '\0')
			return &imgcat_attributes[i];
	}
	return NULL;
}

/*
 * May the attribute hold this word: in the dialect of the session, or in any?
 * True for attributes that have no list of words.
 */
bool
imgcat_attribute_allows(const ImgcatAttribute *attribute,
						const char *word, size_t length, bool any_dialect)
{
	if (attribute->values == NULL)
		return true;
	for (int i = 0; attribute->values[i] != NULL; i++)
		if (strlen(attribute->values[i]) == length &&
			memcmp(attribute->values[i], word, length) == 0)
			return imgcat_attribute_offers(attribute, attribute->values[i],
										   any_dialect);
	return false;
}

/*
 * Is this word of the attribute's list one of the session's dialect, or of
 * any?
 */
bool
imgcat_attribute_offers(const ImgcatAttribute *attribute, const char *word,
						bool any_dialect)
{
	return any_dialect || imgcat_dialect == IMGCAT_DIALECT_IMS ||
		attribute->column != IMGCAT_COL_DISK_FORMAT ||
		strncmp(word, "zvhd", 4) != 0;
}
